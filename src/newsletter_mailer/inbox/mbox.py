"""A mailbox as one file (RFC 4155), as Thunderbird, Apple Mail and many servers keep it."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from pathlib import Path
from typing import BinaryIO

from newsletter_mailer.errors import InboxUnreadable, system_reason
from newsletter_mailer.inbox.mailbox import LONGEST_HEAD, LONGEST_MAIL, Found, Mark
from newsletter_mailer.wording import sentence

_BEGIN = b"From "  # of the line before each mail
_LONGEST_BEGIN = 500  # bytes
_LONGEST_LINE = 65_536  # bytes: a longer one is read in pieces
_CHANGING = (
    b"status:",
    b"x-status:",
    b"x-keywords:",
    b"x-mozilla-",
    b"x-imap",
    b"x-uid:",
)  # by who looks at it


class Mbox:
    """The mails of a file. A mail's key is what it says: it stays when others are deleted, or it is marked."""

    uidvalidity: int | None = None

    def __init__(self, path: Path) -> None:
        """Raises InboxUnreadable when it is no such file."""
        self._path = path
        try:
            with path.open("rb") as file:
                first = file.read(len(_BEGIN)) if path.is_file() else b"?"
        except OSError as error:
            raise _unreadable(path, error) from error
        if first not in (b"", _BEGIN):
            raise InboxUnreadable(
                sentence("{path} is not a mailbox: it does not begin with “From ”", path=path),
                sentence("correct inbox.mbox in newsletter.yaml"),
            )

    def since(self, mark: Mark) -> Iterator[Found]:
        """Mails whose keys are not known, in the order of the file."""
        try:
            with self._path.open("rb") as file:
                for mail in _mails(file):
                    if mail.key not in mark.keys:
                        yield mail
        except OSError as error:
            raise _unreadable(self._path, error) from error

    def put_away(self, found: Found) -> None:
        """Nothing: the program that has the file may be writing into it."""


class _Growing:
    """A mail of which more is read."""

    def __init__(self) -> None:
        self._kept = bytearray()
        self._size = 0
        self._hash = hashlib.sha256()
        self._in_head = True

    def add(self, line: bytes) -> None:
        if len(self._kept) < LONGEST_MAIL:
            self._kept += line
        self._size += len(line)
        self._in_head = self._in_head and bool(line.strip())
        if not (self._in_head and line.lower().startswith(_CHANGING)):
            self._hash.update(line.rstrip(b"\r\n"))

    def found(self) -> Found:
        whole = bytes(self._kept)
        head = whole[:LONGEST_HEAD].replace(b"\r\n", b"\n").partition(b"\n\n")[0]
        return Found(head, self._size, lambda: whole, key=self._hash.hexdigest()[:32])


def _mails(file: BinaryIO) -> Iterator[Found]:
    """Each mail of the file, held in memory as long as it is looked at; an empty line stands before the next one."""
    growing: _Growing | None = None
    empty = whole = True  # the line before; and whether it ended
    while line := file.readline(_LONGEST_LINE):
        if empty and _is_begin(line):
            if growing is not None:
                yield growing.found()
            growing = _Growing()
        elif growing is not None:
            growing.add(line)
        empty = whole and not line.strip()
        whole = line.endswith(b"\n")
    if growing is not None and whole:  # else it is being written: it is read next time
        yield growing.found()


def _is_begin(line: bytes) -> bool:
    """“From ann@example.org Sun Nov  1 09:00:00 2026”, and no sentence that begins so."""
    words = line.split() if line.startswith(_BEGIN) and len(line) < _LONGEST_BEGIN else []
    return any(word.count(b":") in (1, 2) and word.replace(b":", b"").isdigit() for word in words[2:])


def _unreadable(path: Path, error: OSError) -> InboxUnreadable:
    return InboxUnreadable(
        sentence("{path} cannot be read: {reason}", path=path, reason=system_reason(error)),
        sentence("ask for the right to read it, or correct inbox.mbox in newsletter.yaml"),
    )

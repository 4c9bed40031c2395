"""The file of an issue: read as it is now, and replaced whole or not at all."""

from __future__ import annotations

import codecs
import errno
import hashlib
import os
import re
import stat
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from newsletter_mailer.config.private import keep_names
from newsletter_mailer.errors import NO_ROOM, NewsletterError, system_reason
from newsletter_mailer.wording import Sentence, sentence
from newsletter_mailer.yamlio.reader import LONGEST_FILE

MOST = 20 * LONGEST_FILE
_WRITABLE = stat.S_IWUSR | stat.S_IWGRP | stat.S_IWOTH
_LEFT = re.compile(r"[0-9a-f]{8}")


class CannotSave(NewsletterError):
    """The disk did not take it; what was there is still there."""

    def __init__(self, what: Sentence, hint: Sentence, *, no_room: bool = False) -> None:
        super().__init__(what, hint)
        self.no_room = no_room  #: the disk is full


class ChangedMeanwhile(Exception):
    """The file is no longer the one that was read: read it again."""


@dataclass(frozen=True, slots=True)
class State:
    """A file as it was at some moment."""

    raw: bytes
    saved_at: int = 0  #: ms since 1970, by the file's own clock
    inode: tuple[int, int, int] = (0, 0, 0)  #: which file it was, in its moment

    @property
    def version(self) -> str:
        """The same for the same bytes."""
        return hashlib.sha256(self.raw).hexdigest()

    def with_text(self, text: str) -> bytes:
        """Other text in the same encoding: with a byte-order mark if this has one."""
        mark = codecs.BOM_UTF8 if self.raw.startswith(codecs.BOM_UTF8) else b""
        return mark + text.encode()


def state(path: Path) -> State:
    """The file now. Raises CannotSave when it cannot be read."""
    try:
        with path.open("rb") as file:
            found = os.fstat(file.fileno())
            raw = file.read(MOST + 1)  # all of it, also more than an issue can be: going back must not cut it
    except OSError as error:
        what = sentence("the file cannot be read: {reason}", reason=system_reason(error))
        raise CannotSave(
            what, sentence("nothing is lost: what you write here is saved when it is back")
        ) from error
    if len(raw) > MOST:
        what = sentence("the file is larger than {most} kB", most=LONGEST_FILE // 1000)
        raise CannotSave(what, sentence("pictures stand beside it as files of their own"))
    return State(raw, found.st_mtime_ns // 1_000_000, _identity(found))


def _identity(found: os.stat_result) -> tuple[int, int, int]:
    return found.st_ino, found.st_mtime_ns, found.st_size


def put(path: Path, raw: bytes, *, instead_of: State, new_id: str) -> None:
    """Put other bytes in the place of a file; whoever reads sees the old or the new ones, also after a power cut.

    Raises ChangedMeanwhile when the file is no longer `instead_of`, CannotSave when the disk refuses.
    """
    new = path.with_name(f".{path.name}.{new_id}")
    try:
        mode = path.stat().st_mode
        if not mode & _WRITABLE or not os.access(
            path, os.W_OK
        ):  # a new file could take its place all the same
            raise PermissionError(errno.EACCES, "")
        _write(new, raw, mode)
        if _identity(path.stat()) != instead_of.inode:
            raise ChangedMeanwhile
        new.replace(path)
        keep_names(path.parent)
    except OSError as error:
        raise CannotSave(
            sentence("{path} cannot be written: {reason}", path=path.name, reason=system_reason(error)),
            sentence("nothing is lost: what you write here is kept, and saved as soon as that is mended"),
            no_room=error.errno in NO_ROOM,
        ) from error
    finally:
        new.unlink(missing_ok=True)


def sweep(path: Path) -> None:
    """Take away what stands beside a file since the machine stopped while it was written. Hold its lock."""
    begin = f".{path.name}."
    with suppress(OSError):  # another time
        for left in path.parent.glob(f"{begin}*"):
            if _LEFT.fullmatch(left.name.removeprefix(begin)):
                left.unlink(missing_ok=True)


def _write(path: Path, raw: bytes, mode: int) -> None:
    """A new file with those bytes, on the disk; it may be read by whoever might read the old one."""
    with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:
        path.chmod(mode & 0o777)
        file.write(raw)
        file.flush()
        os.fsync(file.fileno())

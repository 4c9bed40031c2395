"""What a run did since its last commit, so that a killed run leaves nobody in the dark.

    header | record | record | … | zeros          each 256 bytes, no record crosses a page

One record goes before the final dot of a message is written, one after its reply. They are written in place, into
space that was allocated before, and not fsynced: a killed process loses no written page. After a power cut pages
may be missing; checksums and running numbers show it, and another boot is never trusted to be whole.
"""

from __future__ import annotations

import errno
import os
import struct
import zlib
from collections.abc import Collection
from dataclasses import dataclass
from enum import IntEnum
from pathlib import Path
from types import TracebackType
from typing import BinaryIO, Self

from newsletter_mailer.model.delivery import Event
from newsletter_mailer.model.outcome import Outcome, Reply, Verb

RECORD = 256
_CHUNK = (
    4096 * RECORD
)  # 1 MiB: allocated ahead, so that a full disk is met between messages and not after a dot
_MOST_CHUNKS = 8  # 16,000 messages: a journal that has grown so far begins anew when it may
_MAGIC = b"newsletter-journal-1"
_HEADER = struct.Struct("<20sQ")
_BODY = struct.Struct("<IQIqBBBHH")  # number, delivery, attempt, at, kind, event, verb, code, length of text
_CHECK = struct.Struct("<I")
_ROOM = RECORD - _BODY.size - _CHECK.size
_NOTHING = bytes(RECORD)
_EVENTS = (
    Event.ACCEPTED,
    Event.DEFERRED,
    Event.REFUSED,
    Event.LOST,
    Event.RELEASED,
)  # append only: kept on disk
_VERBS = tuple(Verb)
_EVENT_NUMBER = {event: number for number, event in enumerate(_EVENTS)}
_VERB_NUMBER = {verb: number for number, verb in enumerate(_VERBS)}


class Kind(IntEnum):
    """What a record says."""

    DOT = 1  #: the final dot is about to be written
    REPLY = 2  #: the outcome is known


@dataclass(frozen=True, slots=True)
class Record:
    """One step of one attempt."""

    delivery: int
    attempt: int
    at: int  #: milliseconds since 1970, UTC; 0 when it was not told
    outcome: Outcome | None = None  #: None: the final dot was about to be written


@dataclass(frozen=True, slots=True)
class JournalRead:
    """What is left of a journal; `whole` when nothing that was ever written can be missing."""

    records: tuple[Record, ...]
    whole: bool


class Journal:
    """An open journal, as a context manager. Used by one thread."""

    def __init__(self, path: Path, handle: int, run: int) -> None:
        """Use `Journal.create`."""
        self.path = path
        self._handle = handle
        self._run = run
        self._next = 1  # the header is number 0
        self._room = 0
        self._grow()
        self._put(_header(run))

    @classmethod
    def create(cls, path: Path, run: int) -> Self:
        """A new journal of that run, readable by its owner alone. Raises OSError when it exists or finds no room."""
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        handle = os.open(path, os.O_RDWR | os.O_CREAT | os.O_EXCL | getattr(os, "O_BINARY", 0), 0o600)
        try:
            return cls(path, handle, run)
        except BaseException:
            os.close(handle)
            path.unlink()
            raise

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def dot(self, delivery: int, attempt: int, *, at: int = 0) -> None:
        """The final dot of this attempt is about to be written. Raises OSError: then it must not be."""
        self._write(Kind.DOT, delivery, attempt, at, 0, 0, 0, b"")

    def reply(self, delivery: int, attempt: int, outcome: Outcome, *, at: int = 0) -> None:
        """This attempt came to that outcome; long replies are cut."""
        code = outcome.reply.code if outcome.reply else 0
        words = outcome.reply.text if outcome.reply else outcome.detail
        event, verb = _EVENT_NUMBER[outcome.event], _VERB_NUMBER[outcome.verb]
        self._write(Kind.REPLY, delivery, attempt, at, event, verb, code, words.encode()[:_ROOM])

    def grown(self) -> bool:
        """Whether it is time to begin anew."""
        return self._room >= _MOST_CHUNKS * _CHUNK // RECORD

    def begin_anew(self) -> None:
        """Empty the journal. Only while its run holds nothing, and the ledger knows all that was written here."""
        os.ftruncate(self._handle, 0)
        os.lseek(self._handle, 0, os.SEEK_SET)
        self._next, self._room = 1, 0
        self._grow()
        self._put(_header(self._run))

    def close(self) -> None:
        """Close the file; it stays until the ledger knows all that it says."""
        os.close(self._handle)

    def _write(
        self, kind: Kind, delivery: int, attempt: int, at: int, event: int, verb: int, code: int, words: bytes
    ) -> None:
        if self._next + 1 >= self._room:  # a whole journal always ends in an empty record: see `read`
            self._grow()
        body = _BODY.pack(self._next, delivery, attempt, at, kind, event, verb, code, len(words)) + words
        body = body.ljust(RECORD - _CHECK.size, b"\0")
        self._put(body + _CHECK.pack(zlib.crc32(body, self._run & 0xFFFFFFFF)))
        self._next += 1

    def _put(self, record: bytes) -> None:
        if (
            os.write(self._handle, record) != RECORD
        ):  # into allocated room: only a failing disk stops half-way
            raise OSError(errno.EIO, os.strerror(errno.EIO), str(self.path))

    def _grow(self) -> None:
        place = os.lseek(self._handle, 0, os.SEEK_CUR)
        length = os.lseek(self._handle, 0, os.SEEK_END)
        left = _CHUNK
        try:
            while left:  # zeros, not a hole: a hole would ask for room at the worst moment
                left -= os.write(self._handle, bytes(left))
        except OSError:
            os.ftruncate(
                self._handle, length
            )  # a full disk takes half a chunk, and the journal is whole still
            raise
        finally:
            os.lseek(self._handle, place, os.SEEK_SET)
        self._room += _CHUNK // RECORD


def _header(run: int) -> bytes:
    body = _HEADER.pack(_MAGIC, run).ljust(RECORD - _CHECK.size, b"\0")
    return body + _CHECK.pack(zlib.crc32(body))


def read(path: Path, *, run: int, of: Collection[int] | None = None) -> JournalRead:
    """Every record that is intact, in the order written, or those of these deliveries alone.

    A missing or foreign file is an empty one, not whole.
    """
    try:
        with path.open("rb") as file:
            return _read(file, run, of)
    except OSError:
        return JournalRead((), whole=False)


def _read(file: BinaryIO, run: int, of: Collection[int] | None) -> JournalRead:
    if file.read(RECORD) != _header(run):
        return JournalRead((), whole=False)
    records: list[Record] = []
    number = used = intact = 0
    while slot := file.read(RECORD):  # one at a time: only what is asked for is kept in memory
        number += 1
        if slot == _NOTHING:
            continue
        used = number
        delivery = _delivery(slot, number, run)
        if delivery is None:
            continue
        intact += 1
        if of is None or delivery in of:
            records.append(_record(slot))
    ends_well = file.tell() % _CHUNK == 0 and used < number  # a file that was cut has lost its empty end
    return JournalRead(tuple(records), whole=ends_well and intact == used)


def _delivery(slot: bytes, number: int, run: int) -> int | None:
    """Whose record it is; None when it is torn, or stands where it was not written."""
    body, check = slot[: -_CHECK.size], slot[-_CHECK.size :]
    if len(slot) < RECORD or check != _CHECK.pack(zlib.crc32(body, run & 0xFFFFFFFF)):
        return None
    found, delivery = _BODY.unpack_from(body)[:2]
    return delivery if found == number else None


def _record(slot: bytes) -> Record:
    _, delivery, attempt, at, kind, event, verb, code, length = _BODY.unpack_from(slot)
    words = slot[_BODY.size : _BODY.size + length].decode(errors="ignore")  # a cut may split a letter
    return Record(delivery, attempt, at, _outcome(event, verb, code, words) if kind == Kind.REPLY else None)


def _outcome(event: int, verb: int, code: int, words: str) -> Outcome:
    if code:
        return Outcome(_EVENTS[event], _VERBS[verb], Reply(code, words))
    return Outcome(_EVENTS[event], _VERBS[verb], None, words)

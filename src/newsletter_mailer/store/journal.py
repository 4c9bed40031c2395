"""What a run did since its last commit, so that a killed run leaves nobody in the dark.

    header | record | record | … | zeros          each 256 bytes, no record crosses a page

One record goes before the final dot of a message is written, one after its reply. They are written in place, into
space that was allocated before and then mapped, and not fsynced: a killed process loses no page that it touched.
Its last byte makes a record count: what a kill cut short before it was never written. After a power cut pages may
be missing; checksums and running numbers show it, and another boot is never trusted to be whole.
"""

from __future__ import annotations

import errno
import mmap
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
_PER_CHUNK = 4096
_CHUNK = _PER_CHUNK * RECORD  # 1 MiB: allocated ahead, so that a full disk is met between messages
_MOST_CHUNKS = 8  # 16,000 messages: a journal that has grown so far begins anew when it may
_MAGIC = b"newsletter-journal-1"
_HEADER = struct.Struct("<20sQ")
_BODY = struct.Struct("<IQIqBBBHH")  # number, delivery, attempt, at, kind, event, verb, code, length of text
_CHECK = struct.Struct("<I")
_CHECKED = RECORD - _CHECK.size - 1
_ROOM = _CHECKED - _BODY.size
_SLOT = struct.Struct(f"{_BODY.format}{_ROOM}s")
_NOTHING = bytes(RECORD)
_DONE = 0xA5  # the last byte of what was written to its end
_END = bytes([_DONE])
_PER_PAGE = 4096 // RECORD
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


_DOT, _REPLY = int(Kind.DOT), int(Kind.REPLY)


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
        self._seed = run & 0xFFFFFFFF  # of the checksums: a record of another run is none of this one's
        self._begin()

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
        self._write(delivery, attempt, at, _DOT)

    def reply(self, delivery: int, attempt: int, outcome: Outcome, *, at: int = 0) -> None:
        """This attempt came to that outcome; long replies are cut."""
        reply = outcome.reply
        code, words = (reply.code, reply.text) if reply else (0, outcome.detail)
        event, verb = _EVENT_NUMBER[outcome.event], _VERB_NUMBER[outcome.verb]
        self._write(delivery, attempt, at, _REPLY, event, verb, code, words.encode()[:_ROOM])

    def grown(self) -> bool:
        """Whether it is time to begin anew."""
        return self._room >= _MOST_CHUNKS * _PER_CHUNK

    def begin_anew(self) -> None:
        """Empty the journal. Only while its run holds nothing, and the ledger knows all that was written here."""
        self._map.close()  # Windows cuts no file that is mapped
        os.ftruncate(self._handle, 0)
        self._begin()

    def close(self) -> None:
        """Close the file; it stays until the ledger knows all that it says."""
        self._map.close()
        os.close(self._handle)

    def _begin(self) -> None:
        self._next = 1  # the header is number 0
        self._room = 0
        self._grow()
        self._map = _mapped(self._handle, 0)
        self._map[:RECORD] = _header(self._run)

    def _write(
        self,
        delivery: int,
        attempt: int,
        at: int,
        kind: int,
        event: int = 0,
        verb: int = 0,
        code: int = 0,
        words: bytes = b"",
    ) -> None:
        number = self._next
        if number + 1 >= self._room:  # a whole journal always ends in an empty record: see `read`
            self._grow()
        if not number % _PER_PAGE:
            self._turn_to(number)
        body = _SLOT.pack(number, delivery, attempt, at, kind, event, verb, code, len(words), words)
        start = number % _PER_CHUNK * RECORD
        end = start + RECORD - 1
        self._map[start:end] = body + _CHECK.pack(zlib.crc32(body, self._seed))
        self._map[end] = _DONE
        self._next = number + 1

    def _turn_to(self, number: int) -> None:
        """The page that begins with this record. Asked for by a plain write, which tells of a full disk in words.

        Where every write takes new room (Btrfs, ZFS), a mapped page would tell of it by killing the process.
        """
        place = number * RECORD
        os.lseek(self._handle, place, os.SEEK_SET)
        if os.write(self._handle, _NOTHING) != RECORD:  # only a failing disk stops half-way
            raise OSError(errno.EIO, os.strerror(errno.EIO), str(self.path))
        if not number % _PER_CHUNK:
            before, self._map = self._map, _mapped(self._handle, place)
            before.close()

    def _grow(self) -> None:
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
        self._room += _PER_CHUNK


def _mapped(handle: int, place: int) -> mmap.mmap:
    return mmap.mmap(handle, _CHUNK, access=mmap.ACCESS_WRITE, offset=place)


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
        if slot == _NOTHING or (len(slot) == RECORD and not slot[-1]):
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
    body = slot[:_CHECKED]
    if slot[_CHECKED:] != _CHECK.pack(zlib.crc32(body, run & 0xFFFFFFFF)) + _END:
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

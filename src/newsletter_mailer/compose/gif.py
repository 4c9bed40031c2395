"""The blocks of a GIF (GIF89a section 12), walked without decoding a pixel."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

_LOOPS = (b"NETSCAPE2.0", b"ANIMEXTS1.0")  # the application blocks that mail programs play by
_TRAILER = b";"


@dataclass(frozen=True, slots=True)
class _Block:
    start: int
    end: int  #: beyond the data's end for a file that was cut short
    is_frame: bool = False
    is_note: bool = False  #: a comment, or what a program kept for itself


def frames(data: bytes, most: int) -> int:
    """How many frames there are, at least 1, counted up to one more than `most`."""
    count = 0
    for block in _blocks(data):
        count += block.is_frame
        if count > most:
            break
    return max(count, 1)


def is_cut_short(data: bytes) -> bool:
    """Whether the file ends inside a block; many whole ones lack their last byte."""
    return any(block.end > len(data) for block in _blocks(data))


def without_notes(data: bytes) -> bytes:
    """The same animation without comments, XMP and whatever stands behind its end."""
    kept = [data[block.start : block.end] for block in _blocks(data) if not block.is_note]
    return b"".join([data[: _first_block(data)], *kept, _TRAILER])


def _first_block(data: bytes) -> int:
    return 13 + _colours(data, 10)


def _blocks(data: bytes) -> Iterator[_Block]:
    """Images and extensions, to the trailer, the end of the file or rubbish."""
    at = _first_block(data)
    while True:
        match data[at : at + 1]:
            case b",":  # descriptor, perhaps colours, code size, data
                end = _after_data(data, at + 11 + _colours(data, at + 9))
                yield _Block(at, end, is_frame=True)
            case b"!":  # label, data
                end = _after_data(data, at + 2)
                yield _Block(at, end, is_note=_is_note(data, at))
            case _:
                return
        at = end


def _is_note(data: bytes, at: int) -> bool:
    label = data[at + 1 : at + 2]
    return label == b"\xfe" or (label == b"\xff" and data[at + 3 : at + 14] not in _LOOPS)


def _colours(data: bytes, at: int) -> int:
    """Bytes of the colour table that the flags at that place announce."""
    flags = data[at] if at < len(data) else 0
    return 3 << (flags & 7) + 1 if flags & 0x80 else 0


def _after_data(data: bytes, at: int) -> int:
    """Where the chain of pieces that begins there ends; beyond the data when its end is missing."""
    while at < len(data):
        size = data[at]
        at += 1 + size
        if size == 0:
            return at
    return len(data) + 1

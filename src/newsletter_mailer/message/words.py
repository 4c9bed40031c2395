"""Text in a header as RFC 2047 encoded words: UTF-8, whole characters, B or Q, whichever is shorter.

The standard library's encoder loses or doubles spaces in one French subject in ten, and writes `?==?`,
which Yahoo refuses (cpython gh-144156).
"""

from __future__ import annotations

from binascii import b2a_base64
from collections.abc import Callable

LONGEST_WORD = 75  #: RFC 2047 section 2
LONGEST_LINE = 76  #: of a header that holds an encoded word, same place
_AROUND = len("=?utf-8?q?") + len("?=")
_PLAIN_IN_Q = frozenset(
    b"abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789!*+-/"
)  # section 5 (3): in phrases too
_Q = tuple("_" if byte == 32 else chr(byte) if byte in _PLAIN_IN_Q else f"={byte:02X}" for byte in range(256))
_Q_SIZE = tuple(sum(len(_Q[byte]) for byte in chr(point).encode()) for point in range(256))


def encoded_words(value: str, room: int) -> list[str]:
    """The value as one or more encoded words of at most 75 columns.

    room: columns free for the first word, at least 24 (one character of four bytes). Separate the words by
    CRLF SPACE: who reads drops that space and gets the value back letter by letter.
    """
    first, rest = min(room, LONGEST_WORD) - _AROUND, LONGEST_WORD - _AROUND
    as_q, as_b = _q(value), _b(value)
    if len(as_q) <= len(as_b):
        runs = [value] if len(as_q) <= first else _runs(value, _q_size, first, rest)
        return [f"=?utf-8?q?{_q(run)}?=" for run in runs]
    runs = [value] if len(as_b) <= first else _runs(value, _utf8_size, first // 4 * 3, rest // 4 * 3)
    return [f"=?utf-8?b?{_b(run)}?=" for run in runs]


def _q(run: str) -> str:
    return "".join(map(_Q.__getitem__, run.encode()))


def _b(run: str) -> str:
    return b2a_base64(run.encode(), newline=False).decode()


def _q_size(character: str) -> int:
    point = ord(character)
    return _Q_SIZE[point] if point < 256 else 3 * len(character.encode())


def _utf8_size(character: str) -> int:
    return len(character.encode())


def _runs(value: str, size: Callable[[str], int], first: int, rest: int) -> list[str]:
    """Cut between characters: the first run measures at most `first`, the others at most `rest`."""
    runs, start, used, most = [], 0, 0, first
    for here, character in enumerate(value):
        used += size(character)
        if used > most:
            runs.append(value[start:here])
            start, used, most = here, size(character), rest
    return [*runs, value[start:]]

"""From offsets in a text to the lines and columns that an editor shows."""

from __future__ import annotations

import re
from bisect import bisect_right
from dataclasses import dataclass

_LINE_END = re.compile(r"\r\n|\r|\n")


@dataclass(frozen=True, slots=True)
class Mark:
    """Where something stands: line and column from 1, `start` and `end` as offsets in characters."""

    line: int
    column: int
    start: int
    end: int


class Lines:
    """The lines of a text; LF, CR LF and CR end them, as in editors (YAML 1.1 knows three more)."""

    __slots__ = ("_starts",)

    def __init__(self, text: str) -> None:
        self._starts = [0, *(found.end() for found in _LINE_END.finditer(text))]

    def mark(self, start: int, end: int | None = None) -> Mark:
        """The place of a span; without an end, of a point."""
        line = bisect_right(self._starts, start)
        return Mark(line, start - self._starts[line - 1] + 1, start, start if end is None else end)


def block_end(text: str, start: int, end: int) -> int:
    """Where the last line of a `|` or `>` text ends: the parser's own mark swallows the comments that follow."""
    header, *rest = text[start:end].splitlines(keepends=True)
    indented = [line for line in rest if line.strip()]
    if not indented:
        return start + len(header.rstrip())
    digit = next((int(c) for c in header[:3] if c.isdigit()), None)
    first = indented[0]
    indent = len(first) - len(first.lstrip(" ")) if digit is None else 1
    while rest and (not rest[-1].strip() or len(rest[-1]) - len(rest[-1].lstrip(" ")) < indent):
        rest.pop()
    return start + len(header) + len("".join(rest).rstrip("\r\n"))

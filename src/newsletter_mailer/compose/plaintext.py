"""The text part: its 72 columns, its numbered links, its underlined headings."""

from __future__ import annotations

import re
import textwrap

WIDTH = 72
SIGNATURE = "-- "  # before the footer; mail programs know it by its space (RFC 3676 section 4.3)
_BLANK_LINES = re.compile(r"\n{3,}")


def wrap(text: str, first: str = "", rest: str | None = None) -> str:
    """The text folded to the width of the mail; a link is never broken, a line end of the author's stays.

    first, rest: what stands before the first line and before the others.
    """
    rest = first if rest is None else rest
    lines = text.split("\n")
    return "\n".join(_folded(line, first if n == 0 else rest, rest) for n, line in enumerate(lines))


def _folded(line: str, first: str, rest: str) -> str:
    return textwrap.fill(
        line,
        WIDTH,
        initial_indent=first,
        subsequent_indent=rest,
        break_long_words=False,
        break_on_hyphens=False,
    )


def underlined(text: str, mark: str = "-") -> str:
    """A heading over a line of its own length."""
    lines = wrap(text)
    return f"{lines}\n{mark * max(len(line) for line in lines.split(chr(10)))}"


def row(left: str, right: str, width: int) -> str:
    """A line of a table: `left` in a column of that width, `right` folded beside it, or below when `left` fills it."""
    if len(left) >= width:
        return f"{wrap(left)}\n{wrap(right, ' ' * width)}"
    return wrap(right, left.ljust(width), " " * width)


def tidied(text: str) -> str:
    """Without spaces at line ends and with one blank line at most."""
    lines = "\n".join(line if line == SIGNATURE else line.rstrip(" ") for line in text.split("\n"))
    return _BLANK_LINES.sub("\n\n", lines).strip("\n")


class LinkList:
    """The addresses under a block; numbers run through the whole mail, an address keeps its first."""

    def __init__(self) -> None:
        self._numbers: dict[str, int] = {}
        self._due: dict[int, str] = {}

    def number(self, address: str) -> int:
        """The number of a link; it is listed under the block in which it is used."""
        number = self._numbers.setdefault(address, len(self._numbers) + 1)
        self._due[number] = address
        return number

    def listed(self) -> str:
        """The addresses used since the last list, one a line."""
        lines = [f"[{number}] {address}" for number, address in sorted(self._due.items())]
        self._due.clear()
        return "\n".join(lines)

"""The text part: its 72 columns, its numbered links, its underlined headings."""

from __future__ import annotations

import re
import textwrap

from newsletter_mailer.compose.merge import MARK, Marks

WIDTH = 72
VALUE = 10  #: columns that a reader's own value is reckoned to fill, for nobody knows them all
SIGNATURE = "-- "  # before the footer; mail programs know it by its space (RFC 3676 section 4.3)
_VALUE, _SPAN = "\ufdd0", "\ufdd2"  # stand for marks while a line is folded; no text holds noncharacters
_STAND_IN = re.compile("\ufdd0\ufdd1*|\ufdd2")
_BLANK_LINES = re.compile(r"\n{3,}")


def wrap(text: str, first: str = "", rest: str | None = None) -> str:
    """The text folded to the width of the mail; a link is never broken, a line end of the author's stays.

    first, rest: what stands before the first line and before the others.
    """
    rest = first if rest is None else rest
    lines = text.split("\n")
    return "\n".join(_folded(line, first if n == 0 else rest, rest) for n, line in enumerate(lines))


def _folded(line: str, first: str, rest: str) -> str:
    folded = textwrap.fill(
        MARK.sub(_stand_in, line),
        WIDTH,
        initial_indent=first,
        subsequent_indent=rest,
        break_long_words=False,
        break_on_hyphens=False,
    )
    marks = iter(MARK.findall(line))
    return _STAND_IN.sub(lambda found: next(marks, found.group()), folded)


def _stand_in(mark: re.Match[str]) -> str:
    return (
        _SPAN
        if mark.group().rpartition("z")[0].rstrip("0123456789")[-1] in "bf"
        else _VALUE.ljust(VALUE, "\ufdd1")
    )


def columns(text: str) -> int:
    """How wide the text's longest line is, a merge tag in it reckoned as VALUE columns."""
    seen = MARK.sub(_stand_in, text).replace(_SPAN, "")
    return max(len(line) for line in seen.split("\n"))


def capitals(text: str) -> str:
    """The text in capitals, but for its merge tags, of which no letter may change."""
    parts = zip(MARK.split(text), [*MARK.findall(text), ""], strict=True)
    return "".join(f"{words.upper()}{mark}" for words, mark in parts)


def underlined(text: str, mark: str = "-") -> str:
    """A heading over a line of its own length."""
    lines = wrap(text)
    return f"{lines}\n{mark * columns(lines)}"


def row(left: str, right: str, width: int) -> str:
    """A line of a table: `left` in a column of that width, `right` folded beside it, or below when `left` fills it."""
    blank = width - columns(left)
    if blank <= 0:
        return f"{wrap(left)}\n{wrap(right, ' ' * width)}"
    return f"{left}{' ' * blank}{wrap(right, ' ' * width)[width:]}"


def tidied(text: str) -> str:
    """Without spaces at line ends and with one blank line at most."""
    lines = "\n".join(line if line == SIGNATURE else line.rstrip(" ") for line in text.split("\n"))
    return _BLANK_LINES.sub("\n\n", lines).strip("\n")


class LinkList:
    """The addresses under a block; numbers run through the whole mail, an address keeps its first.

    A link that is a merge tag and leads nowhere for some readers is neither numbered nor listed for them.
    """

    def __init__(self, marks: Marks) -> None:
        self._marks = marks
        self._numbers: dict[str, int] = {}
        self._due: dict[int, str] = {}

    def reference(self, address: str) -> str:
        """What stands after a link's words, such as " [3]"; it is listed under the block in which it is used."""
        number = self._numbers.setdefault(address, len(self._numbers) + 1)
        self._due[number] = address
        return self._marks.spanned(self._marks.leads(address), f" [{number}]")

    def listed(self) -> str:
        """The addresses used since the last list, under a blank line; those that some readers have not, last."""
        marks, due = self._marks, sorted(self._due.items())
        lines = [(marks.leads(address), f"[{n}] {marks.address(address)}") for n, address in due]
        self._due.clear()
        lines.sort(key=lambda line: line[0] is not None)
        return "".join(
            marks.spanned(condition, f"\n{line}" if later else f"\n\n{line}")
            for later, (condition, line) in enumerate(lines)
        )

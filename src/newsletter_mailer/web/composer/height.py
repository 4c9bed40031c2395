"""About how tall a mail is on a screen of some width, rather more than it is.

The preview's frame is sandboxed without scripts and without an origin, so the page around it can neither ask the mail
for its height nor for the place to which it is scrolled. A frame as tall as its mail needs no scrolling of its own: the
page scrolls instead, and stays where it is when the mail is replaced. What the estimate has too much is empty desk.
"""

from __future__ import annotations

import re
from html.parser import HTMLParser

LINE = 30  # px: the tallest line of running text
LETTER = 9.0  # px: the mean width of a letter of that size
GUTTERS = 60  # px: left and right of a text
PADDING = 22  # px: around each row of a table
MARGIN = 300  # px: head and foot
STACKED_BELOW = 480  # px: on narrower screens columns stand below each other

_SILENT = frozenset({"style", "script", "title", "head"})
_INLINE = frozenset({"a", "b", "code", "em", "i", "small", "span", "strong", "sub", "sup", "u"})
_COLUMN = re.compile(r"\bmj-column-(per|px)-(\d+)")


def height(html: str, width: int) -> int:
    """Pixels, for a screen so many pixels wide."""
    ruler = _Ruler(width)
    ruler.feed(html)
    ruler.close()
    return MARGIN + int(ruler.total())


class _Ruler(HTMLParser):
    """Adds up lines of text, pictures and padding; of columns side by side only the tallest counts."""

    def __init__(self, width: int) -> None:
        super().__init__(convert_charrefs=True)
        self._width = width
        self._pixels = 0.0
        self._letters = 0  #: of the paragraph so far
        self._silent = 0
        self._boxes: list[
            tuple[int, float] | None
        ] = []  #: open divs: a column's width and where it began, or None
        self._row: list[tuple[int, float]] = []  #: columns that stand beside each other: width and height

    def total(self) -> float:
        """Pixels of all that was read."""
        self._end_line()
        self._end_row()
        return self._pixels

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = dict(attrs)
        self._silent += tag in _SILENT
        if tag not in _INLINE:
            self._end_line()
        if tag == "img":
            self._pixels += self._picture(given)
        elif tag == "div":
            self._boxes.append(self._column(given.get("class") or ""))

    def handle_endtag(self, tag: str) -> None:
        self._silent -= tag in _SILENT
        if tag not in _INLINE:
            self._end_line()
        if tag == "tr":
            self._pixels += PADDING
        elif tag == "div" and self._boxes and (column := self._boxes.pop()):
            wide, began = column
            self._row.append((wide, self._pixels - began))
            self._pixels = began

    def handle_data(self, data: str) -> None:
        if not self._silent:
            self._letters += len(data.strip())

    def _column(self, classes: str) -> tuple[int, float] | None:
        found = _COLUMN.search(classes)
        if not found or self._width < STACKED_BELOW:
            return None
        share = int(found.group(2))
        wide = share if found.group(1) == "px" else self._width * share // 100
        if wide + sum(other for other, _ in self._row) > self._width:
            self._end_row()
        return wide, self._pixels

    def _end_row(self) -> None:
        self._pixels += max((tall for _, tall in self._row), default=0)
        self._row.clear()

    def _end_line(self) -> None:
        if self._letters:
            room = next((box[0] for box in reversed(self._boxes) if box), self._width)
            self._pixels += LINE * (1 + self._letters * LETTER // max(room - GUTTERS, LINE))
        self._letters = 0

    def _picture(self, attrs: dict[str, str | None]) -> float:
        """Its height when it fills the width, unless it says less; square for want of knowing."""
        wide, tall = _pixels(attrs.get("width")), _pixels(attrs.get("height"))
        return tall or min(wide or self._width, self._width)


def _pixels(value: str | None) -> int:
    found = re.match(r"\d+", value or "")
    return int(found.group()) if found else 0

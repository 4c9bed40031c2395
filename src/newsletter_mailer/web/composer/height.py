"""About how tall a mail is on a screen of some width, never less than it is.

The preview's frame is sandboxed without scripts and without an origin, so the page around it can neither ask the mail
for its height nor for the place to which it is scrolled. A frame as tall as its mail needs no scrolling of its own: the
page scrolls instead, and stays where it is when the mail is replaced. What the estimate has too much is empty desk.
"""

from __future__ import annotations

import re
from html.parser import HTMLParser

LINE = 30  # px: the tallest line of running text
LETTER = 9.5  # px: the mean width of a letter, in a large size
PADDING = 24  # px: around each row of a table
MARGIN = 300  # px: heads and feet

_SILENT = frozenset({"style", "script", "title", "head"})


def height(html: str, width: int) -> int:
    """Pixels, rather too many than too few."""
    parser = _Ruler(width)
    parser.feed(html)
    parser.close()
    return MARGIN + int(parser.pixels)


class _Ruler(HTMLParser):
    """Adds up lines of text, pictures and padding, as if all stood below each other."""

    def __init__(self, width: int) -> None:
        super().__init__(convert_charrefs=True)
        self.pixels = 0.0
        self._letters_a_line = (width - 60) / LETTER
        self._width = width
        self._silent = 0

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self._silent += tag in _SILENT
        if tag == "img":
            self.pixels += self._picture(dict(attrs))

    def handle_endtag(self, tag: str) -> None:
        self._silent -= tag in _SILENT
        if tag == "tr":
            self.pixels += PADDING

    def handle_data(self, data: str) -> None:
        letters = 0 if self._silent else len(data.strip())
        if letters:
            self.pixels += LINE * (1 + letters // self._letters_a_line)

    def _picture(self, attrs: dict[str, str | None]) -> float:
        """Its height when it fills the width, unless it says less."""
        width, tall = _pixels(attrs.get("width")), _pixels(attrs.get("height"))
        if tall:
            return tall
        return min(width or self._width, self._width)  # square, for want of knowing


def _pixels(value: str | None) -> int:
    found = re.match(r"\d+", value or "")
    return int(found.group()) if found else 0

"""Lists of a page in Markdown, lists within lists too."""

from __future__ import annotations

from typing import Any, Protocol

from newsletter_mailer.actions.importing_text.pieces import Piece

LISTS = ("ul", "ol")
_DEEPEST = 8


class Inside(Protocol):
    """Gives the words of an element in Markdown, and its pictures; `without`: elements that are left aside."""

    def __call__(self, element: Any, *, without: tuple[str, ...]) -> tuple[str, list[Piece]]:
        """Read it."""
        ...


def listed(element: Any, inside: Inside, depth: int = 0) -> tuple[list[str], list[Piece]]:
    """The lines of a list, and the pictures that stood in it."""
    lines: list[str] = []
    images: list[Piece] = []
    number = _start(element)
    for child in element:
        if child.tag in LISTS:  # old editors put the inner list beside its entry, not into it
            inner, more = listed(child, inside, depth + 1)
            lines += [f"  {line}" for line in inner]
            images += more
        elif isinstance(child.tag, str):
            mark = f"{number}. " if element.tag == "ol" else "- "
            entry, more = _entry(child, inside, mark, depth)
            number += bool(entry)
            lines += entry
            images += more
    return lines, images


def _start(element: Any) -> int:
    start = element.get("start") or ""
    return int(start) if start.isascii() and start.isdigit() and len(start) < 6 else 1


def _entry(element: Any, inside: Inside, mark: str, depth: int) -> tuple[list[str], list[Piece]]:
    deep = depth >= _DEEPEST
    words, images = inside(element, without=() if deep else LISTS)
    indent = " " * len(mark)
    lines = (
        [f"{mark if n == 0 else indent}{line}" for n, line in enumerate(words.split("\n"))] if words else []
    )
    for child in () if deep else element:
        if child.tag in LISTS:
            inner, more = listed(child, inside, depth + 1)
            lines += [f"{indent if words else ''}{line}" for line in inner]
            images += more
    return lines, images

"""How a file is laid out: the lines of every field and entry, the comments that belong to it, the manner around it."""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Iterator
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any

from newsletter_mailer.yamlio.edits import found
from newsletter_mailer.yamlio.reader import Document, Path
from newsletter_mailer.yamlio.writing import WIDTH, Manner

_LINE_END = re.compile(r"\r\n|\r|\n")
_COMMENT = re.compile(r"#[^\r\n]*")


class Unpatchable(Exception):
    """This way to change the text cannot be gone; the caller tries another, or refuses."""


@dataclass(frozen=True, slots=True)
class Item:
    """A field or an entry written in lines, not between brackets."""

    start: int  #: of its name or dash
    after: int  #: behind its colon or dash
    value: int
    end: int  #: of its value
    column: int  #: of its name or dash, from 0
    first: int  #: of its lines, with the comments directly above it; within a line when something stands before it
    last: int  #: behind its lines, line end included


class Layout:
    """A document seen as lines."""

    def __init__(self, document: Document, *, blocks: bool = True) -> None:
        """`blocks`: new texts of several lines may be written with | and >."""
        self.document = document
        self._blocks = blocks
        self.text = document.text
        found_end = _LINE_END.search(self.text)
        self.line_end = found_end.group() if found_end else "\n"
        self._starts = [0, *(each.end() for each in _LINE_END.finditer(self.text))]

    def line_start(self, offset: int) -> int:
        """Where the line of an offset begins."""
        return self._starts[bisect_right(self._starts, offset) - 1]

    def next_line(self, offset: int) -> int:
        """Where the line after that of an offset begins; the end of the text after the last."""
        number = bisect_right(self._starts, offset)
        return self._starts[number] if number < len(self._starts) else len(self.text)

    def end_of_line(self, offset: int) -> int:
        """Where the line of an offset ends, its line end not included."""
        return self.line_start(offset) + len(self._line(offset))

    def _line(self, offset: int) -> str:
        return self.text[self.line_start(offset) : self.next_line(offset)].rstrip("\r\n")

    def column(self, offset: int) -> int:
        """From 0."""
        return offset - self.line_start(offset)

    def is_flow(self, path: Path) -> bool:
        """Whether the list or the fields at that path stand between brackets, or inside something that does."""
        return any(self._has_bracket(path[:length]) for length in range(len(path) + 1))

    def _has_bracket(self, path: Path) -> bool:
        mark = self.document.values[path]
        return isinstance(found(self.document.data, path), dict | list) and (
            self.text[mark.start : mark.start + 1] in ("[", "{")
        )

    def names(self, path: Path) -> list[str | int]:
        """The steps to what is inside a list or fields, in the order of the file."""
        inside = found(self.document.data, path)
        return list(inside) if isinstance(inside, dict) else list(range(len(inside)))

    def items(self, path: Path) -> list[Item]:
        """The fields or entries at a path that is not flow, in the order of the file."""
        items: list[Item] = []
        for name in self.names(path):
            previous = items[-1] if items else None
            items.append(self._item(path, name, previous))
        return items

    def item(self, path: Path) -> Item:
        """One field or entry by itself: comments around it are not looked for."""
        name, value = path[-1], self.document.values[path]
        start, after = self._named(path) if isinstance(name, str) else self._dashed(path[:-1], value.start)
        return Item(start, after, value.start, value.end, self.column(start), start, value.end)

    def _item(self, path: Path, name: str | int, previous: Item | None) -> Item:
        item = self.item((*path, name))
        alone = not self.text[self.line_start(item.start) : item.start].strip()
        first = self._first_line(item.start, previous, path) if alone else item.start
        return replace(item, first=first, last=self._last_line(path, name, item.column))

    def _named(self, path: Path) -> tuple[int, int]:
        mark = self.document.keys[path]
        colon = mark.end + len(self.text[mark.end :]) - len(self.text[mark.end :].lstrip(" \t"))
        before = self.text[self.line_start(mark.start) : mark.start]
        if self.text[colon : colon + 1] != ":" or before.strip(" -"):
            raise Unpatchable("a name written with ?")
        return mark.start, colon + 1

    def _dashed(self, path: Path, value: int) -> tuple[int, int]:
        start = self.document.values[path].start
        column, line = self.column(start), self.line_start(value)
        while line > start:
            if (
                self.text[line : line + column].strip() == ""
                and self.text[line + column : line + column + 1] == "-"
            ):
                return line + column, line + column + 1
            line = self.line_start(line - 1)
        if self.text[start : start + 1] != "-":
            raise Unpatchable("a list without dashes")
        return start, start + 1

    def _first_line(self, start: int, previous: Item | None, path: Path) -> int:
        """With the comments that stand directly above, for they speak of it; not those on top of the file."""
        first, column = self.line_start(start), self.column(start)
        lowest = previous.last if previous else (self.next_line(self.before(path)) if path else first)
        while first > lowest:
            above = self.line_start(first - 1)
            line = self.text[above:first]
            indent = len(line) - len(line.lstrip(" "))
            if not line.lstrip().startswith("#") or (previous and indent > column):
                break
            first = above
        return first

    def before(self, path: Path) -> int:
        """Behind the colon or dash that introduces the value at that path."""
        name = path[-1]
        value = self.document.values[path].start
        return (self._named(path) if isinstance(name, str) else self._dashed(path[:-1], value))[1]

    def _last_line(self, path: Path, name: str | int, column: int) -> int:
        """With comments that follow and are indented as what is inside it, and blank lines that are part of a text."""
        last = self.next_line(
            max(self.document.values[(*path, name)].end - 1, self.before((*path, name)) - 1)
        )
        if self._keeps_blank_lines((*path, name)):
            while last < len(self.text) and not self._line(last).strip():
                last = self.next_line(last)
        while last < len(self.text):
            line = self._line(last)
            if not line.lstrip().startswith("#") or len(line) - len(line.lstrip(" ")) <= column:
                break
            last = self.next_line(last)
        return last

    def _keeps_blank_lines(self, path: Path) -> bool:
        """Whether its last text is a block that ends in blank lines: |+."""
        value = found(self.document.data, path)
        while isinstance(value, dict | list) and value:
            path = (*path, self.names(path)[-1])
            value = found(self.document.data, path)
        header = self._line(self.document.values[path].start)[self.column(self.document.values[path].start) :]
        return header[:1] in ("|", ">") and "+" in header[:3]

    def manner(self, path: Path) -> Manner:
        """How the file indents, and how the text at that path is written now."""
        step, dash = self._indentation
        if not there_text(self.document, path):
            return Manner(step, dash, blocks=self._blocks)
        mark = self.document.values[path]
        raw = self.text[mark.start : mark.end]
        style = raw[:1] if raw[:1] in ("|", ">", "'", '"') else ""
        lines = [line.strip(" ") for line in _LINE_END.split(raw)[1:]] if style == ">" else []
        inside = found(self.document.data, path).strip("\n")
        several = bool(_LINE_END.search(raw))
        return Manner(
            step,
            dash,
            blocks=self._blocks,
            style=">" if several and style in ("", "'", '"') and "\n" not in inside else style,
            lines=tuple(lines),
            long=not several and len(self._line(mark.start)) > WIDTH + 10,
            paragraphs="\n" in inside,
        )

    @cached_property
    def _indentation(self) -> tuple[int, int]:
        """Of fields and of dashes inside their field: as the first ones of the file."""
        step = dash = None
        for path, mark in self.document.values.items():
            if not path or not isinstance(path[-1], str) or (step is not None and dash is not None):
                continue
            value, key = found(self.document.data, path), self.document.keys[path]
            inset = mark.column - key.column
            if not isinstance(value, dict | list) or self.is_flow(path) or mark.line == key.line:
                continue
            if isinstance(value, dict) and step is None:
                step = inset
            elif isinstance(value, list) and dash is None:
                dash = inset
        return step or 2, 2 if dash is None else dash

    def comments(self) -> Iterator[tuple[int, str]]:
        """Every comment and where it begins."""
        at = 0
        for start, end in [*self._scalars(), (len(self.text), len(self.text))]:
            for each in _COMMENT.finditer(self.text, at, max(start, at)):
                yield each.start(), each.group().rstrip()
            at = max(at, end)

    def _scalars(self) -> list[tuple[int, int]]:
        """The spans of names and texts, in which # is a letter; a block's first line may end in a comment."""
        spans = [(mark.start, mark.end) for mark in self.document.keys.values()]
        for path, mark in self.document.values.items():
            if not isinstance(found(self.document.data, path), dict | list):
                begin = (
                    self.end_of_line(mark.start)
                    if self.text[mark.start : mark.start + 1] in ("|", ">")
                    else mark.start
                )
                spans.append((begin, max(mark.end, begin)))
        return sorted(spans)


def there_text(document: Document, path: Path) -> bool:
    """Whether there is a text at that path."""
    return path in document.values and isinstance(_value(document, path), str)


def _value(document: Document, path: Path) -> Any:
    return found(document.data, path)

"""Of what a report's page is made: words, charts, and the charts' numbers as tables."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from newsletter_mailer.wording import number


@dataclass(frozen=True, slots=True)
class Grid:
    """A table: the first column names the row, the others are numbers unless they are named in `words`."""

    header: tuple[str, ...]
    rows: Sequence[tuple[str, ...]]
    words: frozenset[int] = frozenset()
    sums: bool = False  #: the last row is a sum


@dataclass(frozen=True, slots=True)
class Section:
    """A part of the page."""

    key: str
    title: str
    lead: tuple[str, ...] = ()
    chart: str = ""  #: an <svg>
    legend: tuple[tuple[str, str], ...] = ()  #: class and name of each colour
    grid: Grid | None = None
    note: str = ""


def numbers(labels: Sequence[str], columns: Sequence[Sequence[int]]) -> list[tuple[str, ...]]:
    """Rows of a table: the name, and its numbers."""
    return [(label, *map(number, values)) for label, values in zip(labels, columns, strict=True)]

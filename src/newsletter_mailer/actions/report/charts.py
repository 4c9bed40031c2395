"""Charts as SVG inside a page, in its colours. The only module that knows pygal.

pygal works out where everything stands; its style sheets, scripts and tooltips are left out, for the page has its own.
"""

from __future__ import annotations

import sys
import warnings
import xml.etree.ElementTree as ET
from collections.abc import Sequence
from dataclasses import dataclass
from enum import Enum
from typing import Any

from newsletter_mailer.wording import number

_SVG = "{http://www.w3.org/2000/svg}"
_LEFT_OUT = {"defs", "title", "desc", "script", "style"}
_KEPT = {"class", "d", "height", "transform", "viewBox", "width", "x", "y", "rx", "ry"}
_STEPS = (1, 2, 5)
_TICKS = 5
_BAR = 34  # height of a lying bar with the room around it
_LETTERS = 14  # pixels of the page's own, from which the room for words is worked out
WIDE, HALF = 820, 500  #: widths of a chart, in pixels of the page


class Kind(Enum):
    """How the numbers are drawn."""

    COLUMNS = "StackedBar"  #: standing, one series upon the other
    GROUPS = "Bar"  #: standing, side by side
    BARS = "HorizontalStackedBar"  #: lying, one series after the other


@dataclass(frozen=True, slots=True)
class Series:
    """Numbers of one colour."""

    css: str  #: a class of the page: "sent", "later" …
    name: str
    values: Sequence[int]


def chart(
    kind: Kind, labels: Sequence[str], series: Sequence[Series], *, name: str, width: int = WIDE
) -> str:
    """An `<svg>` for the page; name: what it shows, for those who do not see it. "" when there is nothing to draw."""
    if not labels or not any(any(one.values) for one in series):
        return ""
    height = len(labels) * _BAR + 40 if kind is Kind.BARS else width // 5 + 100
    drawn = _drawn(kind, labels, series, (width, height))
    root = ET.fromstring(drawn)  # noqa: S314 - our own numbers, drawn by pygal
    _clean(root, [one.css for one in series])
    root.set("role", "img")
    root.set("aria-label", name)
    return ET.tostring(root, encoding="unicode", short_empty_elements=True)


def _drawn(kind: Kind, labels: Sequence[str], series: Sequence[Series], size: tuple[int, int]) -> bytes:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # pygal's own, of Python's coming versions
        pygal = _pygal()
        lying = kind is Kind.BARS
        style = pygal.style.Style(label_font_size=_LETTERS, major_label_font_size=_LETTERS)
        made = getattr(pygal, kind.value)(css=(), js=(), style=style, **_look(size, lying))
        top = _top(kind, series)
        made.range = (0, top)
        made.y_labels = [{"value": value, "label": number(value)} for value in _ticks(top)]
        turn = -1 if lying else 1  # lying bars are drawn from below
        made.x_labels = [*labels][::turn]
        for one in series:
            made.add(one.name, [*one.values][::turn])
        drawn: bytes = made.render()
    return drawn


def _pygal() -> Any:
    """The library, without the hook that it leaves among Python's importers: it finds nothing, and makes them warn."""
    import pygal
    import pygal.style

    sys.meta_path[:] = [finder for finder in sys.meta_path if type(finder).__module__ != pygal.__name__]
    return pygal


def _look(size: tuple[int, int], lying: bool) -> dict[str, Any]:
    width, height = size
    guides = {"show_y_guides": not lying, "show_x_guides": lying}
    return {
        "width": width,
        "height": height,
        "margin": 6,
        "show_legend": False,
        "truncate_label": -1,
        **guides,
    }


def _top(kind: Kind, series: Sequence[Series]) -> int:
    """The end of the axis: a round number that no bar exceeds."""
    columns = zip(*(one.values for one in series), strict=True)
    largest: int = max(max(column) if kind is Kind.GROUPS else sum(column) for column in columns)
    step = _step(largest)
    return -(-largest // step) * step


def _ticks(top: int) -> list[int]:
    return [*range(0, top + 1, _step(top))]


def _step(largest: int) -> int:
    """A round distance of which about five go into the number."""
    power = 1
    while True:
        for step in _STEPS:
            if step * power * _TICKS >= largest:
                return step * power
        power *= 10


def _clean(element: ET.Element, classes: Sequence[str]) -> None:
    """Leave shapes and words only, each series in the class of the page that colours it."""
    element.tag = element.tag.removeprefix(_SVG)
    for name in element.attrib.keys() - _KEPT:
        del element.attrib[name]
    if "series" in (words := element.get("class", "").split()):
        place = next(int(word.removeprefix("serie-")) for word in words if word.startswith("serie-"))
        element.set("class", f"series {classes[place]}")
    for child in [*element]:
        if child.tag.removeprefix(_SVG) in _LEFT_OUT or "tooltip-overlay" in child.get("class", ""):
            element.remove(child)
        else:
            _clean(child, classes)
            if child.tag == "g" and not len(child):
                element.remove(child)

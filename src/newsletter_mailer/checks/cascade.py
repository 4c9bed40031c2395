"""How each element of a page looks on a screen: style sheets, style attributes and HTML's own colours, inherited."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache

from newsletter_mailer.checks.colours import BLACK, WHITE, Colour, colour, colour_in
from newsletter_mailer.checks.page import Declaration, Element, Page, page_of
from newsletter_mailer.checks.selectors import Rank, Selector, means, selector
from newsletter_mailer.checks.stylesheet import Screen, applies, rules_of

_PIXELS = re.compile(r"(-?[\d.]+)(px|pt|em|rem|%)?$")
_NAMED_SIZES = {
    "xx-small": 9.0, "x-small": 10.0, "small": 13.0, "medium": 16.0, "large": 18.0, "x-large": 24.0, "xx-large": 32.0,
}  # fmt: skip
_BOLD = frozenset(("b", "strong", "th", "h1", "h2", "h3", "h4", "h5", "h6"))
_HEADINGS = {"h1": 2.0, "h2": 1.5, "h3": 1.17, "h4": 1.0, "h5": 0.83, "h6": 0.67}  # of the text around
_UNSEEN = frozenset(("head", "style", "script", "title", "noscript", "xml"))

Ranked = tuple[tuple[bool, bool, Rank, int], Declaration]


@dataclass(frozen=True, slots=True)
class Look:
    """How an element is seen."""

    ink: Colour = BLACK
    ground: Colour | None = WHITE  #: None: a picture lies there, and nobody knows its colours
    size: float = 16.0  #: of the text, CSS pixels
    line: float = 0.0  #: height of a line, CSS pixels; 0 = as the font has it
    bold: bool = False
    underlined: bool = False
    shown: bool = True


_NIGHT = Look(ink=WHITE, ground=Colour(18, 18, 18))  # of browsers whose reader likes it dark
_LINK = Colour(0, 0, 238)  # of one whose colour nobody says


@dataclass(frozen=True, slots=True)
class Seen:
    """An element, what is declared for it on this screen, and how it looks."""

    element: Element
    declared: dict[str, str]
    look: Look

    def length(self, name: str) -> float:
        """CSS pixels of a declared length; 0 without one."""
        return pixels(self.declared.get(name, ""), of=self.look.size) or 0.0


@dataclass(frozen=True, slots=True)
class _Matched:
    """Declarations, when they hold, and for which elements."""

    around: tuple[str, ...]  #: media queries and at-rules
    rank: Rank
    declared: tuple[Declaration, ...]
    elements: tuple[Element, ...]


@lru_cache(maxsize=16)
def seen(html: str, screen: Screen) -> tuple[Seen, ...]:
    """Every element of the page as it looks on that screen, in the order of the page."""
    ranked: dict[int, list[Ranked]] = defaultdict(list)
    for number, match in enumerate(_matched(html)):
        if all(_open(head, screen) for head in match.around):
            said = [((one.important, False, match.rank, number), one) for one in match.declared]
            for element in match.elements:
                ranked[id(element)] += said
    page = page_of(html)
    return tuple(_walk(page, ranked, _NIGHT if screen.dark and _knows_night(page) else Look()))


def _knows_night(page: Page) -> bool:
    """Whether a browser takes dark colours for what the page says nothing of."""
    return any(
        meta.attributes.get("name") == "color-scheme" and "dark" in meta.attributes.get("content", "")
        for meta in page.each("meta")
    )


def _walk(page: Page, ranked: dict[int, list[Ranked]], look_of_nothing: Look) -> Iterator[Seen]:
    looks = {id(page.root): look_of_nothing}
    for element in page.each():
        around = looks[id(element.parent)]
        declared = _declared(element, ranked.get(id(element), []))
        look = _look(element, declared, around)
        looks[id(element)] = look
        yield Seen(element, declared, look)


@lru_cache(maxsize=8)
def _matched(html: str) -> tuple[_Matched, ...]:
    """What the style sheets of the page declare, and for which of its elements: the same on every screen."""
    page = page_of(html)
    by_key: dict[str, list[Element]] = defaultdict(list)
    for element in page.each():
        for key in (
            element.tag,
            "*",
            f"#{element.attributes.get('id', '')}",
            *(f".{c}" for c in element.classes),
        ):
            by_key[key].append(element)
    found = []
    for around, wanted, declared in _selected(page):
        meant = tuple(element for element in by_key.get(wanted.key, ()) if means(wanted, element))
        if meant:
            found.append(_Matched(around, wanted.rank, declared, meant))
    return tuple(found)


def _selected(page: Page) -> Iterator[tuple[tuple[str, ...], Selector, tuple[Declaration, ...]]]:
    there = {name for element in page.each() for name in (*element.attributes, *element.classes)}
    for sheet, media in page.sheets:
        for rule in rules_of(sheet):
            around = (f"@media {media}", *rule.around) if media else rule.around
            for wanted in (selector(text) for text in rule.selectors):
                if wanted.compounds and wanted.names <= there:
                    yield around, wanted, rule.declared


def _open(head: str, screen: Screen) -> bool:
    kind, _, condition = head.partition(" ")
    return kind.lower() == "@media" and applies(condition, screen)


def _declared(element: Element, ranked: list[Ranked]) -> dict[str, str]:
    """What holds of all that is declared: what is important, then the style attribute, then the narrower selector."""
    inline: list[Ranked] = [
        ((one.important, True, (0, 0, 0), number), one) for number, one in enumerate(element.declared)
    ]
    everything = sorted([*ranked, *inline], key=lambda one: one[0])
    return {one.name: one.value for _, one in _spread(everything)}


def _spread(everything: list[Ranked]) -> Iterator[Ranked]:
    """`background` says a colour too, or that there is none; `padding` says each side."""
    for rank, one in everything:
        yield rank, one
        if one.name == "background":
            yield rank, Declaration("background-color", _ground_in(one.value))
            yield rank, Declaration("background-image", "url()" if "url(" in one.value else "none")
        elif one.name == "padding":
            top, right, bottom, left = four(one.value)
            for side, value in (("top", top), ("right", right), ("bottom", bottom), ("left", left)):
                yield rank, Declaration(f"padding-{side}", value)


def _ground_in(shorthand: str) -> str:
    found = colour_in(shorthand)
    return "transparent" if found is None else f"rgba({found.red},{found.green},{found.blue},{found.opacity})"


def four(value: str) -> tuple[str, str, str, str]:
    """The four sides of a value such as `10px 20px`: top, right, bottom, left."""
    sides = value.split() or [""]
    top = sides[0]
    right = sides[1] if len(sides) > 1 else top
    bottom = sides[2] if len(sides) > 2 else top
    return top, right, bottom, sides[3] if len(sides) > 3 else right


def pixels(value: str, *, of: float = 16.0) -> float | None:
    """CSS pixels of a length; of: pixels of an em. None when it is no length."""
    text = value.strip().lower()
    found = _PIXELS.fullmatch(text)
    if not found:
        return _NAMED_SIZES.get(text)
    try:
        number = float(found[1])
    except ValueError:
        return None
    factor = {"pt": 4 / 3, "em": of, "rem": 16.0, "%": of / 100}
    return number * factor.get(found[2], 1.0)


def _look(element: Element, declared: dict[str, str], around: Look) -> Look:
    size = _size(element, declared, around)
    line = _line(declared.get("line-height", ""), size, around)
    ink = colour(declared.get("color", element.attributes.get("color", "")))
    if ink is None and element.tag == "a" and "href" in element.attributes and "color" not in declared:
        ink = _LINK
    decoration = declared.get("text-decoration", declared.get("text-decoration-line"))
    return Look(
        ink=around.ink if ink is None else ink,
        ground=_ground(element, declared, around.ground),
        size=size,
        line=line,
        bold=_bold(element, declared, around),
        underlined=element.tag in ("a", "u") if decoration is None else "underline" in decoration,
        shown=around.shown and element.tag not in _UNSEEN and _is_shown(declared),
    )


def _size(element: Element, declared: dict[str, str], around: Look) -> float:
    said = pixels(declared.get("font-size", ""), of=around.size)
    return around.size * _HEADINGS.get(element.tag, 1.0) if said is None else said


def _line(value: str, size: float, around: Look) -> float:
    if re.fullmatch(r"[\d.]+", value):
        return float(value) * size
    return pixels(value, of=size) or around.line


def _bold(element: Element, declared: dict[str, str], around: Look) -> bool:
    weight = declared.get("font-weight", "")
    if not weight:
        return around.bold or element.tag in _BOLD
    return weight in ("bold", "bolder") or (weight.isdigit() and int(weight) >= 600)


def _ground(element: Element, declared: dict[str, str], below: Colour | None) -> Colour | None:
    image = declared.get("background-image", "")
    if "url(" in image or "gradient(" in image or element.attributes.get("background"):
        return None
    painted = colour(declared.get("background-color", element.attributes.get("bgcolor", "")))
    if painted is None or painted.opacity == 0:
        return below
    return painted if painted.opacity == 1 else (painted.over(below) if below else None)


def _is_shown(declared: dict[str, str]) -> bool:
    return (
        declared.get("display") != "none"
        and declared.get("visibility") != "hidden"
        and declared.get("opacity", "1") not in ("0", "0.0")
    )


def against(look: Look) -> Colour | None:
    """The ink as it is seen on its ground; None when nobody knows the ground."""
    return None if look.ground is None else look.ink.over(look.ground)

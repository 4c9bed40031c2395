"""Which elements a CSS selector means: as much of CSS as mails use, and no more than that."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import lru_cache

from newsletter_mailer.checks.page import Element

_COMBINED = re.compile(r"(?:\s*([>+~])\s*|\s+)(?![^\[\]()]*[\])])")  # not within brackets
_PIECE = re.compile(
    r"(?P<tag>^[a-zA-Z][\w-]*|^\*)|\.(?P<cls>[\w-]+)|\#(?P<id>[\w-]+)"
    r"|\[(?P<attr>[\w-]+)(?:(?P<how>[~|^$*]?=)[\"']?(?P<value>[^\"'\]]*)[\"']?)?\]"
    r"|:not\((?P<but>[^()]+)\)|(?P<pseudo>::?[\w-]+(?:\([^()]*\))?)"
)

Rank = tuple[int, int, int]


@dataclass(frozen=True, slots=True)
class Compound:
    """What stands between two combinators, such as `a.button:not(.small)`."""

    tag: str = ""
    classes: frozenset[str] = frozenset()
    identity: str = ""
    attributes: tuple[tuple[str, str, str], ...] = ()  #: name, how, value
    without: tuple[Compound, ...] = ()
    pseudo: tuple[str, ...] = ()
    before: str = ""  #: the combinator before it: " ", ">", "+" or "~"; "" for the first


@dataclass(frozen=True, slots=True)
class Selector:
    """A selector without commas, taken apart."""

    compounds: tuple[Compound, ...]  #: empty: more than is known here, it means nothing
    rank: Rank

    @property
    def key(self) -> str:
        """What the elements it means have at least: ".class", "#id", "tag", or "*"."""
        last = self.compounds[-1]
        if last.classes:
            return f".{min(last.classes)}"
        return f"#{last.identity}" if last.identity else last.tag or "*"

    @property
    def names(self) -> frozenset[str]:
        """The classes and attributes without which it means nothing on a page."""
        return frozenset(
            name
            for one in self.compounds
            for name in (*one.classes, *(name for name, _, _ in one.attributes))
        )


@lru_cache(maxsize=2048)
def selector(text: str) -> Selector:
    """A selector as it is written, without commas."""
    first, *rest = _COMBINED.split(text.strip())
    pairs = [("", first), *((how or " ", piece) for how, piece in zip(rest[::2], rest[1::2], strict=True))]
    compounds = tuple(_compound(piece or "", how) for how, piece in pairs)
    known = tuple(one for one in compounds if one is not None)
    return Selector(known if len(known) == len(compounds) else (), _rank(known))


def _compound(piece: str, before: str) -> Compound | None:
    """None when something in it is not known here."""
    found = list(_PIECE.finditer(piece))
    without = [_compound(one["but"].strip(), "") for one in found if one["but"]]
    if not found or "".join(one.group() for one in found) != piece or None in without:
        return None
    return Compound(
        tag=next((one["tag"].lower() for one in found if one["tag"] and one["tag"] != "*"), ""),
        classes=frozenset(one["cls"] for one in found if one["cls"]),
        identity=next((one["id"] for one in found if one["id"]), ""),
        attributes=tuple(
            (one["attr"].lower(), one["how"] or "", one["value"] or "") for one in found if one["attr"]
        ),
        without=tuple(one for one in without if one is not None),
        pseudo=tuple(one["pseudo"] for one in found if one["pseudo"]),
        before=before,
    )


def _rank(compounds: tuple[Compound, ...]) -> Rank:
    """How much it weighs against others (CSS 2.2, 6.4.3)."""
    ids = classes = tags = 0
    for one in compounds:
        inner = _rank(one.without)
        ids += bool(one.identity) + inner[0]
        states = sum(not pseudo.startswith("::") for pseudo in one.pseudo)
        classes += len(one.classes) + len(one.attributes) + states + inner[1]
        tags += bool(one.tag) + len(one.pseudo) - states + inner[2]
    return ids, classes, tags


def means(wanted: Selector, element: Element) -> bool:
    """Whether the element is one that the selector means."""
    return bool(wanted.compounds) and _from(wanted.compounds, element)


def _from(compounds: tuple[Compound, ...], element: Element) -> bool:
    *rest, last = compounds
    if not _is_one(last, element):
        return False
    before = tuple(rest)
    match last.before:
        case "":
            return True
        case ">":
            return element.parent is not None and _from(before, element.parent)
        case "+":
            return any(_from(before, one) for one in _older(element)[-1:])
        case "~":
            return any(_from(before, one) for one in _older(element))
    return any(_from(before, one) for one in element.ancestors())


def _older(element: Element) -> list[Element]:
    """The elements before it in the same one."""
    siblings = list(element.parent.children) if element.parent else [element]
    return siblings[: siblings.index(element)]


def _is_one(wanted: Compound, element: Element) -> bool:
    """Whether the element is what stands between two combinators."""
    if element.parent is None or not wanted.classes <= element.classes:
        return False
    if wanted.tag not in ("", element.tag) or wanted.identity not in ("", element.attributes.get("id")):
        return False
    return (
        all(_attribute(one, element) for one in wanted.attributes)
        and not any(_is_one(one, element) for one in wanted.without)
        and all(_is_so(one, element) for one in wanted.pseudo)
    )


def _is_so(pseudo: str, element: Element) -> bool:
    match pseudo:
        case ":root":
            return element.tag == "html"
        case ":first-child":
            return not _older(element)
        case ":last-child":
            return element.parent is not None and list(element.parent.children)[-1] is element
    return False  # a state that a mail at rest does not have, or more than is known here


def _attribute(wanted: tuple[str, str, str], element: Element) -> bool:
    name, how, value = wanted
    has = element.attributes.get(name)
    if has is None:
        return False
    match how:
        case "=":
            return has == value
        case "~=":
            return value in has.split()
        case "^=":
            return has.startswith(value)
        case "$=":
            return has.endswith(value)
        case "*=":
            return value in has
        case "|=":
            return has == value or has.startswith(f"{value}-")
    return True

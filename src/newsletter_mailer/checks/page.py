"""A mail's page as a tree of elements, as browsers read it and as Outlook for Windows does."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import lru_cache
from html.parser import HTMLParser

_VOID = frozenset(
    ("area", "base", "br", "col", "embed", "hr", "img", "input", "link", "meta", "source", "track", "wbr")
)
_ENDED_BY = {"td": ("td", "th"), "th": ("td", "th"), "tr": ("td", "th", "tr"), "li": ("li",), "p": ("p",)}
_SILENT = frozenset(("style", "script", "title", "head", "noscript", "xml"))
_NOT_FOR_OUTLOOK = re.compile(r"<!--\[if !mso[^\]]*\]><!-->.*?<!--<!\[endif\]-->", re.DOTALL | re.IGNORECASE)
_FOR_OUTLOOK = re.compile(r"<!--\[if(?! !)[^\]]*\]>|<!\[endif\]-->", re.IGNORECASE)
_DECLARATION = re.compile(r"\s*([-a-zA-Z]+)\s*:\s*((?:\"[^\"]*\"|'[^']*'|\([^)]*\)|[^;\"'(])*)")
_IMPORTANT = re.compile(r"\s*!\s*important\s*$", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Declaration:
    """One property and its value, as in `color: #112233`."""

    name: str  #: in lower case
    value: str  #: without `!important`
    important: bool = False


@dataclass(eq=False, slots=True)
class Element:
    """An element of a page; two are never equal."""

    tag: str
    attributes: dict[str, str]
    parent: Element | None = None
    inside: list[Element | str] = field(default_factory=list)
    declared: tuple[Declaration, ...] = ()  #: in its style attribute
    classes: frozenset[str] = frozenset()

    @property
    def children(self) -> Iterator[Element]:
        """The elements right inside."""
        return (one for one in self.inside if isinstance(one, Element))

    def own(self, name: str) -> str:
        """What its style attribute says of a property; "" when it says nothing."""
        said = [one for one in self.declared if one.name == name]
        return max(said, key=lambda one: one.important).value if said else ""

    def each(self, *tags: str) -> Iterator[Element]:
        """It and all elements in it, in the order of the page; of these tags when any are named."""
        waiting = [self]
        while waiting:
            element = waiting.pop()
            if not tags or element.tag in tags:
                yield element
            waiting += reversed(list(element.children))

    def ancestors(self) -> Iterator[Element]:
        """The elements around it, the nearest first."""
        element = self.parent
        while element is not None:
            yield element
            element = element.parent

    def words(self) -> str:
        """All text in it, white space as single spaces."""
        return " ".join("".join(self._texts()).split())

    def _texts(self) -> Iterator[str]:
        for one in self.inside:
            if isinstance(one, str):
                yield one
            elif one.tag not in _SILENT:
                yield from one._texts()
                if one.tag in ("br", "p", "td", "li", "div", "h1", "h2", "h3", "h4", "h5", "h6"):
                    yield " "


@dataclass(frozen=True, slots=True)
class Page:
    """A page that was taken apart."""

    root: Element  #: holds everything, html among it
    sheets: tuple[tuple[str, str], ...]  #: the style sheets, each with the media it is for

    def each(self, *tags: str) -> Iterator[Element]:
        """Its elements, in order; of these tags when any are named."""
        return (element for element in self.root.each(*tags) if element is not self.root)

    def first(self, tag: str) -> Element | None:
        """The first element of that tag."""
        return next(self.each(tag), None)


@lru_cache(maxsize=8)
def page_of(html: str) -> Page:
    """The page of an HTML text, notes for Outlook left aside. Nothing in it is an error here."""
    reader = _Reader()
    reader.feed(html)
    reader.close()
    sheets = tuple(
        ("".join(one for one in style.inside if isinstance(one, str)), style.attributes.get("media", ""))
        for style in reader.root.each("style")
    )
    return Page(reader.root, sheets)


def opened(html: str) -> str:
    """The HTML as Outlook for Windows reads it: its notes opened, and what is hidden from it gone."""
    return _FOR_OUTLOOK.sub("", _NOT_FOR_OUTLOOK.sub("", html))


@lru_cache(maxsize=4096)  # a page says the same of many elements
def declarations(text: str) -> tuple[Declaration, ...]:
    """What stands in a style attribute, or between the braces of a rule."""
    return tuple(
        Declaration(name.lower(), _IMPORTANT.sub("", value).strip(), _IMPORTANT.search(value) is not None)
        for name, value in _DECLARATION.findall(text)
    )


class _Reader(HTMLParser):
    """Builds the tree; an end without a beginning is passed over."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.root = Element("", {})
        self._in = self.root

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """An element begins, and ends what browsers end there."""
        while self._in.tag in _ENDED_BY.get(tag, ()) and self._in.parent is not None:
            self._in = self._in.parent
        if tag == "tr" and self._in.tag == "table":
            self.handle_starttag("tbody", [])  # as browsers do
        attributes = {name: value or "" for name, value in reversed(attrs)}  # of two alike the first counts
        declared, classes = declarations(attributes.get("style", "")), attributes.get("class", "").split()
        element = Element(tag, attributes, self._in, declared=declared, classes=frozenset(classes))
        self._in.inside.append(element)
        if tag not in _VOID:
            self._in = element

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """An element that holds nothing, as XML writes it."""
        before = self._in
        self.handle_starttag(tag, attrs)
        self._in = before

    def handle_endtag(self, tag: str) -> None:
        """An element ends, and with it what was left open in it."""
        for element in (self._in, *self._in.ancestors()):
            if element.tag == tag and element.parent is not None:
                self._in = element.parent
                return

    def handle_data(self, data: str) -> None:
        """A run of text."""
        self._in.inside.append(data)

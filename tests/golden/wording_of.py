"""What a rendered newsletter says, word by word, for comparison with the text it was made from."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from html.parser import HTMLParser

_UNSEEN = frozenset({"head", "style", "script", "title"})
_VOID = frozenset({"area", "base", "br", "col", "hr", "img", "input", "link", "meta", "source", "wbr"})
_URL = re.compile(r"https?://\S+")
_BULLET = re.compile(r"^[ \t]*-[ \t]*", re.MULTILINE)  # the seed's list marks are layout, not words
_UNDERLINE = re.compile(r"^[ \t]*[-=]+[ \t]*$", re.MULTILINE)
_SIGNATURE = re.compile(r"^--[ \t]", re.MULTILINE)
_LISTED_LINK = re.compile(r"^\[(\d+)\] (\S+)$", re.MULTILINE)
_LINK_NUMBER = re.compile(r"[ \t\n]\[(\d+)\]")


def squeezed(text: str) -> str:
    """The text without any white space and with one kind of apostrophe and quotation mark."""
    for typographic, plain in (("’", "'"), ("‘", "'"), ("«", '"'), ("»", '"'), ("“", '"'), ("”", '"')):
        text = text.replace(typographic, plain)
    return "".join(text.split())


def seed_words(seed: str) -> str:
    """All that the seed says, squeezed, without its list marks and the addresses that its links stood for."""
    return squeezed(_BULLET.sub("", _URL.sub("", seed.replace("\t", " "))))


def seed_links(seed: str) -> list[str]:
    """The addresses of the seed's links, in order."""
    return _URL.findall(seed)


@dataclass(frozen=True, slots=True)
class Link:
    """A link as a reader meets it: where it leads, what it says, and how much was said before it."""

    href: str
    label: str  #: squeezed
    position: int  #: characters of squeezed text before it


@dataclass(slots=True)
class _Open:
    tag: str
    seen: bool
    href: str | None
    position: int


@dataclass(slots=True)
class Page:
    """The words that a reader of the HTML sees, in reading order, and the links among them."""

    words: str = ""
    links: list[Link] = field(default_factory=list)
    alts: list[str] = field(default_factory=list)


class _Reading(HTMLParser):
    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.page = Page()
        self._stack: list[_Open] = [_Open("", True, None, 0)]

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        values = dict(attrs)
        if tag == "img" and self._stack[-1].seen:
            self.page.alts.append(values.get("alt") or "")
        if tag in _VOID:
            return
        hidden = "display:none" in (values.get("style") or "").replace(" ", "").lower()
        seen = self._stack[-1].seen and tag not in _UNSEEN and not hidden
        self._stack.append(_Open(tag, seen, values.get("href"), len(self.page.words)))

    def handle_endtag(self, tag: str) -> None:
        if all(opened.tag != tag for opened in self._stack):
            return
        while (closed := self._stack.pop()).tag != tag:
            pass
        if closed.tag == "a" and closed.seen and closed.href is not None:
            label = self.page.words[closed.position :]
            self.page.links.append(Link(closed.href, label, closed.position))

    def handle_data(self, data: str) -> None:
        if self._stack[-1].seen:
            self.page.words += squeezed(data)


def read_page(html: str) -> Page:
    """The page as its readers see it: no head, no styles, nothing hidden, no comment for Outlook."""
    reading = _Reading()
    reading.feed(html)
    reading.close()
    return reading.page


def extra_words(said: str, wanted: str, ours: Sequence[str]) -> list[str]:
    """The words in `said` that are not in `wanted`, in order, each one of `ours`.

    Raises AssertionError, showing the place, when anything else was added, left out, changed or moved.
    """
    phrases = {squeezed(phrase): phrase for phrase in ours}
    came_from: dict[tuple[int, int], tuple[tuple[int, int], str]] = {}
    start, end = (0, 0), (len(said), len(wanted))
    reached, todo, furthest = {start}, [start], start
    while todo:
        place = todo.pop()
        furthest = max(furthest, place, key=lambda p: p[1])
        for step, phrase in _steps(said, wanted, place, phrases):
            if step not in reached:
                reached.add(step)
                came_from[step] = (place, phrase)
                todo.append(step)
    assert end in reached, (
        f"after {wanted[max(0, furthest[1] - 60) : furthest[1]]!r}\n"
        f"  it should say {wanted[furthest[1] : furthest[1] + 80]!r}\n"
        f"  but it says   {said[furthest[0] : furthest[0] + 80]!r}"
    )
    return list(_way_back(came_from, end))[::-1]


def _steps(
    said: str, wanted: str, place: tuple[int, int], phrases: dict[str, str]
) -> Iterator[tuple[tuple[int, int], str]]:
    at, due = place
    for phrase, written in phrases.items():
        if said.startswith(phrase, at):
            yield (at + len(phrase), due), written
    if at < len(said) and due < len(wanted) and said[at] == wanted[due]:
        yield (at + 1, due + 1), ""


def _way_back(
    came_from: dict[tuple[int, int], tuple[tuple[int, int], str]], place: tuple[int, int]
) -> Iterator[str]:
    while place in came_from:
        place, phrase = came_from[place]
        if phrase:
            yield phrase


@dataclass(frozen=True, slots=True)
class Letter:
    """The words of a text part without its rules and list marks, and the links that its numbers stand for."""

    words: str
    links: list[Link]


def read_letter(text: str) -> Letter:
    """The text part as its readers understand it: a number in brackets is a link, a row of dashes is nothing."""
    addresses = dict(_LISTED_LINK.findall(text))
    text = _SIGNATURE.sub("", _UNDERLINE.sub("", _LISTED_LINK.sub("", text)))
    words, links, last = "", [], 0
    for found in _LINK_NUMBER.finditer(text):
        before = text[last : found.start()]
        words += squeezed(before)
        label = squeezed(before.rstrip().rpartition("\n")[2])
        links.append(Link(addresses[found.group(1)], label, len(words) - len(label)))
        last = found.end()
    return Letter(words + squeezed(text[last:]), links)

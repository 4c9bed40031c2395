"""An edition taken apart into the pieces that a reader sees below each other: what each says, and how it looks."""

from __future__ import annotations

import html
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from html.parser import HTMLParser
from itertools import accumulate

from newsletter_mailer.model.edition import Edition, Segment, Slot
from newsletter_mailer.wording import Sentence, sentence

_TITLE_WORDS = 7  # of a piece without a heading, as its title
_SILENT = frozenset({"style", "script", "head", "title"})
_INLINE = frozenset(
    {"a", "abbr", "b", "code", "del", "em", "i", "s", "small", "span", "strong", "sub", "sup", "u"}
)
_HEADINGS = frozenset({"h1", "h2", "h3", "h4", "h5", "h6"})
_ABOVE_A_TITLE = frozenset({"kicker"})
_PREHEADER, _NEXT, _RULE = "preheader", "next", "rule"  # classes that themes use
_BLANK = re.compile(r"[ \t\r\n]+")  # not the no-break spaces, which typography wants
_PADDING = re.compile(r"\bpadding:[^;\"]*")
_TARGET = re.compile(r" \[[^\]]*\]$|^\[(?:https?:|mailto:|tel:|\{\{).*\]$", re.MULTILINE)


@dataclass(frozen=True, slots=True)
class Piece:
    """Sections of the page that belong together, as a block of the issue does."""

    title: Sentence
    words: str  #: what is read, a paragraph a line; pictures and targets of links in brackets
    html: str  #: how it looks; pictures by Content-ID
    looks: str  #: the same without the blank around it, which depends on the neighbours


@dataclass(slots=True)
class _Section:
    """One section of the page, as it was met."""

    begin: int
    end: int = 0
    heading: str = ""
    words: str = ""
    level: str = ""  #: "h1" for the issue's own title
    preheader: bool = False
    pictures: int = 0
    goes_on: bool = False  #: the same block's next row
    drawn: bool = False  #: there are columns in it
    rule: bool = False  #: a line is drawn in it
    body: bool = False  #: says more than a heading and the words above it

    @property
    def says(self) -> bool:
        """Whether it is more than a blank."""
        return bool(self.words or self.pictures or self.rule)


def written(segments: Iterable[Segment], edition: Edition, *, markup: bool) -> str:
    """The segments as one text in which merge tags stand as their author wrote them, and every span is shown."""

    def shown(content: str | Slot) -> str:
        if isinstance(content, str):
            return content
        tag = f"{{{{ {edition.expressions[content.expression]} }}}}"
        return html.escape(tag) if markup else tag

    return "".join(shown(segment.content) for segment in segments)


def pieces(page: str) -> list[Piece]:
    """The pieces of a page, in order."""
    reader = _Reader(page)
    reader.feed(page)
    reader.close()
    found = reader.sections or [_Section(0, len(page), words=reader.everything())]
    return [_piece(page, group) for group in _grouped(found)]


def head(page: str) -> str:
    """The page up to where its sections begin: style sheets, and the ground on which they stand."""
    reader = _Reader(page)
    reader.feed(page)
    reader.close()
    return page[: reader.sections[0].begin] if reader.sections else ""


def _grouped(sections: list[_Section]) -> Iterator[list[_Section]]:
    """A blank goes with what stands under it, and so does a heading that says nothing more; a stripe with what is above.

    All that stands above the issue's own title belongs to the head of the letter.
    """
    group: list[_Section] = []
    headed = not any(section.level == "h1" for section in sections)
    for section in sections:
        if section.preheader:
            yield [section]
            continue
        if headed and not section.goes_on and _whole(group, section):
            yield group
            group = []
        group.append(section)
        headed = headed or section.level == "h1"
    if any(section.says for section in group):
        yield group


def _whole(group: list[_Section], follower: _Section) -> bool:
    """Whether the group says something, and the follower is not what its heading is for."""
    if not any(section.says for section in group) or (follower.drawn and not follower.says):
        return False
    only_headed = not any(section.body for section in group)
    return not (only_headed and follower.body and not follower.heading and group[-1].level != "h1")


def _piece(page: str, group: list[_Section]) -> Piece:
    words = "\n".join(section.words for section in group if section.words)
    shown = "\n".join(page[one.begin : one.end] for one in group)
    looks = (_PADDING.sub("", page[one.begin : one.end], count=1) for one in group if one.drawn or one.says)
    return Piece(_title(group, words), words, shown, "\n".join(looks))


def _title(group: list[_Section], words: str) -> Sentence:
    if group[0].preheader:
        return sentence("The line that inboxes show after the subject")
    heading = next((section.heading for section in group if section.heading), "")
    if heading:
        return Sentence("{title}", {"title": heading})
    said = _TARGET.sub("", words).replace("[", "").replace("]", "")
    first = _BLANK.sub(" ", said).strip(" ").split(" ")
    if not any(first):
        drawn = any(section.pictures for section in group)
        return sentence("A picture without words") if drawn else sentence("A line between two parts")
    short = " ".join(first[:_TITLE_WORDS]) + (" …" if len(first) > _TITLE_WORDS else "")
    return Sentence("{title}", {"title": short})


class _Reader(HTMLParser):
    """Finds the sections, which are the divs in the one div of the body, and what each says."""

    def __init__(self, page: str) -> None:
        super().__init__(convert_charrefs=True)
        self._lines = [0, *accumulate(len(line) for line in page.splitlines(keepends=True))]
        self._depth = self._silent = 0
        self._text: list[str] = []
        self._heading: list[str] | None = None
        self._above = False  #: inside of the words above a title
        self._links: list[str] = []
        self.sections: list[_Section] = []

    def everything(self) -> str:
        """What the page says, for one without sections."""
        return _tidied(self._text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """A section begins, or something in it."""
        given = {name: value or "" for name, value in attrs}
        self._silent += tag in _SILENT
        if tag == "div":
            self._depth += 1
            if self._depth == 3:
                self.sections[-1].drawn = True
            if self._depth == 2:
                classes = given.get("class", "").split()
                self.sections.append(
                    _Section(self._offset(), preheader=_PREHEADER in classes, goes_on=_NEXT in classes)
                )
                self._text = []
        if tag not in _INLINE:
            self._text.append("\n")
        if tag in _HEADINGS and self._heading is None:
            self._heading = []
            self._say(level=tag)
        self._above = self._above or bool(_ABOVE_A_TITLE & set(given.get("class", "").split()))
        if _RULE in given.get("class", "").split() and self.sections:
            self.sections[-1].rule = True
        if tag == "a":
            self._links.append(given.get("href", ""))
        if tag == "img":
            self._picture(given.get("alt", ""))

    def handle_endtag(self, tag: str) -> None:
        """A section ends, or something in it."""
        self._silent -= tag in _SILENT
        if tag == "a" and self._links:
            target = self._links.pop()
            self._text.append(f" [{target}]" if target else "")
        if tag not in _INLINE:
            self._text.append("\n")
            self._above = False
        if tag in _HEADINGS:
            self._end_heading()
        if tag == "div":
            self._depth -= 1
            if self._depth == 1:
                last = self.sections[-1]
                last.end, last.words = self._offset() + len("</div>"), _tidied(self._text)

    def handle_data(self, data: str) -> None:
        """A run of text."""
        if self._silent:
            return
        self._text.append(" ".join(data.split("\n")))
        if self._heading is not None:
            self._heading.append(data)
        elif data.strip() and self.sections and not self._above:
            self.sections[-1].body = True

    def _picture(self, alt: str) -> None:
        self._text.append(f"[{alt}]\n" if alt else "")
        if self.sections:
            self.sections[-1].pictures += 1
            self.sections[-1].body = True

    def _say(self, level: str) -> None:
        if self.sections and not self.sections[-1].heading:
            self.sections[-1].level = level

    def _end_heading(self) -> None:
        said = _BLANK.sub(" ", "".join(self._heading or ())).strip(" ")
        self._heading = None
        if self.sections and not self.sections[-1].heading:
            self.sections[-1].heading = said

    def _offset(self) -> int:
        line, column = self.getpos()
        return self._lines[line - 1] + column


def _tidied(text: list[str]) -> str:
    lines = (" ".join(line.split(" ")).strip() for line in "".join(text).split("\n"))
    return "\n".join(line for line in lines if line)

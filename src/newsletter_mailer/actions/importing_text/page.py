"""The HTML of a page as pieces in reading order. Nothing in it runs and nothing is fetched: it is only read."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from html import unescape
from itertools import islice
from typing import Any

from lxml import html as lxml_html

from newsletter_mailer.actions.importing_text.lists import listed
from newsletter_mailer.actions.importing_text.looks import is_data_table, is_hidden, styled
from newsletter_mailer.actions.importing_text.pictures import picture_of
from newsletter_mailer.actions.importing_text.pieces import (
    Heading,
    Image,
    Line,
    Loss,
    Notes,
    Piece,
    Words,
    too_long,
)
from newsletter_mailer.actions.importing_text.runs import BREAK, Run, cleaned, markdown, plain
from newsletter_mailer.model.text import LINK_SCHEMES

_MOST_ELEMENTS = 100_000  # a page of a text has some hundreds
_DEEPEST = 100  # elements inside one another; of those deeper still only the words are read
_SILENT = frozenset(
    {"script", "style", "template", "noscript", "head", "title", "meta", "link", "base", "o:p"}
)
_LOST = {
    **dict.fromkeys(("form", "input", "button", "select", "textarea"), Loss.FORM),
    **dict.fromkeys(("iframe", "video", "audio", "object", "embed"), Loss.MEDIA),
    **dict.fromkeys(("svg", "canvas", "math", "map"), Loss.DRAWING),
    **dict.fromkeys(("nav", "aside", "footer"), Loss.MENU),
}
_INLINE = frozenset({
    "a", "abbr", "acronym", "b", "bdi", "bdo", "big", "cite", "code", "data", "del", "dfn", "em", "font", "i", "ins",
    "kbd", "label", "mark", "q", "s", "samp", "small", "span", "strike", "strong", "sub", "sup", "time", "tt", "u",
    "var", "wbr",
})  # fmt: skip
_HEADING = re.compile(r"h([1-6])")
_TITLE = re.compile(r"<title(?:\s[^<>]*)?>", re.IGNORECASE)
_TITLE_END = re.compile(r"</title", re.IGNORECASE)
_WORD_ITEM = re.compile(r"^(?:[·•o§▪‣●■-]|\d{1,3}[.)]|[a-z][.)])\s*", re.IGNORECASE)


def pieces(source: str, notes: Notes) -> list[Piece]:
    """What the page says, and in `notes` what it held besides: pictures as `data:`. Raises UsageError if too long."""
    if not source.strip():
        return []
    root = lxml_html.document_fromstring(source.encode("utf-8", "replace"), parser=_parser())
    if next(islice(root.iter(), _MOST_ELEMENTS, None), None) is not None:
        raise too_long()
    walker = _Walker(notes)
    walker.walk(_part_that_is_read(root))
    return walker.done()


def _parser() -> Any:
    return lxml_html.HTMLParser(encoding="utf-8", no_network=True, huge_tree=False)


def title_of(source: str) -> str:
    """What the page is called in a browser's tab."""
    begin = _TITLE.search(source)
    end = _TITLE_END.search(source, begin.end()) if begin else None
    return plain([Run(cleaned(unescape(source[begin.end() : end.start()])))]) if begin and end else ""


def _part_that_is_read(root: Any) -> Any:
    """Of a web page its one article, or its main part; else everything."""
    for name in ("article", "main"):
        found = root.findall(f".//{name}")
        if len(found) == 1 and len(found[0].text_content().strip()) > 200:
            return found[0]
    body = root.find("body")
    return root if body is None else body


@dataclass(slots=True)
class _Walker:
    """Reads elements one after the other; words gather on a line until a block begins or ends."""

    notes: Notes
    found: list[Piece] = field(default_factory=list)
    line: list[Run] = field(default_factory=list)
    look: Run = field(default_factory=lambda: Run(""))  #: how words look at this place
    quoted: int = 0
    depth: int = 0

    def done(self) -> list[Piece]:
        """Everything that was read."""
        self.flush()
        return self.found

    def walk(self, element: Any) -> None:
        """The words and elements inside an element."""
        self.words(element.text)
        for child in element:
            if isinstance(child.tag, str) and not is_hidden(child):
                self.take(child)
            self.words(child.tail)

    def words(self, text: str | None) -> None:
        """A run of text."""
        if text and (said := cleaned(text)):
            self.line.append(replace(self.look, text=said))

    def take(self, element: Any) -> None:
        """One element."""
        tag = element.tag.lower()
        if tag in _SILENT:
            return
        if self.depth > _DEEPEST:
            self.words(element.text_content())
            return
        if (loss := _LOST.get(tag)) is not None:
            self.notes.lost[loss] += 1
            return
        self.depth += 1
        if tag in _INLINE:
            self._inline(element)
        elif tag == "br":
            self.line.append(Run(BREAK))
        elif tag == "img":
            self._image(element)
        else:
            self.flush()
            self._block(tag, element)
            self.flush()
        self.depth -= 1

    def _inline(self, element: Any) -> None:
        before = self.look
        self.look = styled(before, element)
        if element.tag == "a" and element.get("href"):
            self.look = replace(self.look, link=self._link(element.get("href")))
        self.walk(element)
        self.look = before

    def _link(self, href: str) -> str:
        """An address that a mail may lead to, or ""."""
        address = "".join(href.split("\n")).strip()
        scheme, colon, rest = address.partition(":")
        if colon and scheme.lower() in LINK_SCHEMES and rest.strip("/"):
            return address
        if address.startswith("//") and len(address) > 2:
            return f"https:{address}"
        self.notes.lost[Loss.LINK] += 1
        return ""

    def _image(self, element: Any, caption: str = "") -> None:
        number = picture_of(element, self.notes)
        if number is None:
            return
        link = self.look.link
        self.flush()
        alt = plain([Run(cleaned(element.get("alt") or ""))])
        self.found.append(Image(number, alt, caption, link))

    def _block(self, tag: str, element: Any) -> None:
        if heading := _HEADING.fullmatch(tag):
            self._heading(int(heading[1]), element)
        elif tag in ("ul", "ol", "menu", "dir"):
            self._list(element)
        elif tag == "hr":
            self.found.append(Line())
        elif tag == "blockquote":
            self.quoted += 1
            self.walk(element)
            self.flush()
            self.quoted -= 1
        elif tag == "figure":
            self._figure(element)
        elif tag == "table" and is_data_table(element):
            self._table(element)
        elif tag == "dt":
            self.look, before = replace(self.look, bold=True), self.look
            self.walk(element)
            self.flush()
            self.look = before
        elif "msolistparagraph" in (element.get("class") or "").lower():
            self._word_item(element)
        else:
            self.walk(element)

    def _heading(self, level: int, element: Any) -> None:
        inner = _Walker(self.notes, depth=self.depth)
        inner.walk(element)
        text = plain(inner.line)
        rest = [piece for piece in inner.found if not isinstance(piece, Words)]
        said = " ".join(_words_of(piece) for piece in inner.found if isinstance(piece, Words))
        text = f"{said} {text}".strip()
        if text:
            self.found.append(Heading(level, text))
        self.found += rest

    def _list(self, element: Any) -> None:
        lines, images = listed(element, self._inside)
        if lines:
            self._say("\n".join(lines))
        self.found += images

    def _inside(self, element: Any, *, without: Sequence[str]) -> tuple[str, list[Piece]]:
        """The words of one entry in Markdown, and its pictures."""
        inner = _Walker(self.notes, depth=self.depth + 1)
        inner.words(element.text)
        for child in element:
            if isinstance(child.tag, str) and child.tag not in without and not is_hidden(child):
                inner.take(child)
            inner.words(child.tail)
        all_ = inner.done()
        words = "\\\n".join(_words_of(piece) for piece in all_ if isinstance(piece, Words | Heading))
        return words, [piece for piece in all_ if isinstance(piece, Image)]

    def _table(self, element: Any) -> None:
        self.notes.lost[Loss.TABLE] += 1
        rows, images = [], []
        for row in element.iter("tr"):
            cells = []
            for cell in row:
                if cell.tag in ("td", "th"):
                    words, found = self._inside(cell, without=())
                    cells.append(words.replace("\\\n", " "))
                    images += found
            if any(cells):
                rows.append("- " + " · ".join(cell for cell in cells if cell))
        if rows:
            self._say("\n".join(rows))
        self.found += images

    def _figure(self, element: Any) -> None:
        caption = element.find(".//figcaption")
        pictures = list(element.iter("img"))
        if caption is None or len(pictures) != 1:
            self.walk(element)
            return
        words, _ = self._inside(caption, without=())
        link = next(
            (a.get("href") for a in element.iter("a") if a.get("href") and pictures[0] in a.iter()), ""
        )
        self.look, before = replace(self.look, link=self._link(link) if link else ""), self.look
        self._image(pictures[0], caption=plain([Run(words.replace("\\\n", " "))]))
        self.look = before

    def _word_item(self, element: Any) -> None:
        """An entry of a list as Word writes it: a paragraph that begins with its own bullet."""
        words, images = self._inside(element, without=())
        item = _WORD_ITEM.sub("", words)
        numbered = words[:1].isdigit()
        last = self.found[-1] if self.found else None
        if item and isinstance(last, Words) and last.markdown.startswith("- ") and not numbered:
            self.found[-1] = Words(f"{last.markdown}\n- {item}")
        elif item:
            self._say(f"{'1.' if numbered else '-'} {item}")
        self.found += images

    def flush(self) -> None:
        """The line is at its end."""
        line, self.line = self.line, []
        for part in _paragraphs(line):
            if words := markdown(part):
                self._say(words, link=_only_link(part))

    def _say(self, words: str, link: tuple[str, str] | None = None) -> None:
        lead = "> " * self.quoted
        quoted = "\n".join(f"{lead}{line}".rstrip() for line in words.split("\n")) if lead else words
        self.found.append(Words(quoted, None if lead else link))


def _paragraphs(line: list[Run]) -> Iterator[list[Run]]:
    """Two line breaks are a new paragraph, as old editors write it."""
    part: list[Run] = []
    breaks = 0
    for run in line:
        blank = not run.text.strip()
        breaks = breaks + 1 if run.text == BREAK else breaks if blank else 0
        if breaks == 2:
            yield part
            part, breaks = [], 0
        elif run.text != BREAK or part:
            part.append(run)
    yield part


def _only_link(part: list[Run]) -> tuple[str, str] | None:
    said = [run for run in part if run.text.strip()]
    links = {run.link for run in said}
    return (plain(part), links.pop()) if len(links) == 1 and "" not in links else None


def _words_of(piece: Words | Heading) -> str:
    return piece.markdown if isinstance(piece, Words) else markdown([Run(piece.text, bold=True)])

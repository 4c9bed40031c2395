"""What authors write in Markdown, as HTML for the one part of the mail and as plain paragraphs for the other."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

import nh3
from markdown_it import MarkdownIt
from markdown_it.token import Token

from newsletter_mailer.compose.plaintext import columns
from newsletter_mailer.compose.typography import typeset
from newsletter_mailer.model.text import LINK_SCHEMES

_TAGS = {
    "p",
    "br",
    "strong",
    "em",
    "a",
    "ul",
    "ol",
    "li",
    "blockquote",
    "code",
    "pre",
    "hr",
    "h2",
    "h3",
    "h4",
    "h5",
    "h6",
}
_ATTRIBUTES = {"a": {"href", "title"}, "ol": {"start"}}
_DEEPEST = 6


def _is_link(url: str) -> bool:
    """Whether a link may leave in a mail; a mark of a merge tag is a link whose value is checked for each reader."""
    scheme, colon, _ = url.partition(":")
    return scheme.lower() in LINK_SCHEMES if colon else url.isalnum() and url.startswith("nl")


def _parse(source: str, language: str) -> list[Token]:
    """The text as tokens, set in type, without anything that may not leave in a mail."""
    return _typeset(_words_only(_READER.parse(source)), language)


def _reader() -> MarkdownIt:
    reader = MarkdownIt("commonmark", {"html": False, "xhtmlOut": True, "maxNesting": 20})
    reader.validateLink = _any_link  # type: ignore[method-assign]
    return reader


def _any_link(url: str) -> bool:  # noqa: ARG001
    """A refused link would show its source; `_words_only` leaves its words."""
    return True


_READER = _reader()
_PAGE_READER = MarkdownIt("commonmark", {"html": True, "xhtmlOut": True, "maxNesting": 50}).enable("table")


def to_html(source: str, language: str, *, level: int = 3) -> str:
    """The text as sanitised HTML, its highest heading at `level` (2..6) and no level skipped below it."""
    tokens = _parse(source, language)
    _demote(tokens, level)
    html = _READER.renderer.render(tokens, _READER.options, {})
    clean = nh3.clean(html, tags=_TAGS, attributes=_ATTRIBUTES, url_schemes=set(LINK_SCHEMES), link_rel=None)
    return _one_line(clean)


def as_page(source: str) -> str:
    """Any Markdown as HTML: with pictures, tables and whatever HTML stands in it, neither typeset nor made safe."""
    return str(_PAGE_READER.render(source))


def _one_line(html: str) -> str:
    """Without line ends: mrml drops those between inline tags, which would glue two words together."""
    first, *blocks = html.strip().split("<pre>")
    parts = [first.replace("\n", " ")]
    for block in blocks:
        code, _, after = block.partition("</pre>")
        parts.append(
            "<pre>"
            + code.replace("\n</code>", "</code>").replace("\n", "<br>")
            + "</pre>"
            + after.replace("\n", " ")
        )
    return "".join(parts)


def _typeset(tokens: list[Token], language: str) -> list[Token]:
    for token in tokens:
        texts = [child for child in _words(token.children or ()) if child.type == "text"]
        for child, text in zip(texts, typeset([child.content for child in texts], language), strict=True):
            child.content = text
    return tokens


def _words(children: Sequence[Token]) -> Iterator[Token]:
    """The words that may be set: not those of a link written as its own address."""
    for before, child in zip([None, *children], children, strict=False):
        if before is None or before.type != "link_open" or before.attrGet("href") != child.content:
            yield child


def _demote(tokens: list[Token], level: int) -> None:
    """Headings under the block's own: 1, 3 becomes level, level + 1; the first never skips one."""
    used = sorted({token.tag for token in tokens if token.type == "heading_open"})
    above = level - 1
    for opening, closing in _pairs(tokens):
        above = min(level + used.index(opening.tag), above + 1, _DEEPEST)
        opening.tag = closing.tag = f"h{above}"


def _pairs(tokens: list[Token]) -> list[tuple[Token, Token]]:
    """The opening and closing tokens of every heading."""
    openings = [token for token in tokens if token.type == "heading_open"]
    return list(zip(openings, [token for token in tokens if token.type == "heading_close"], strict=True))


def _words_only(tokens: list[Token]) -> list[Token]:
    """Pictures say their words, for they have blocks of their own; so do links to what no mail may link to."""
    for token in tokens:
        unlinked = False
        for child in token.children or ():
            if child.type == "image":
                child.type, child.tag, child.attrs = "text", "", {}
            elif child.type == "link_open" and not _is_link(str(child.attrGet("href") or "")):
                _blank(child)
                unlinked = True
            elif child.type == "link_close" and unlinked:
                _blank(child)
                unlinked = False
    return tokens


def _blank(token: Token) -> None:
    token.type, token.tag, token.attrs, token.nesting = "text", "", {}, 0


@dataclass(slots=True)
class _Frame:
    """A list or a quotation that is open while the text is written."""

    lead: str  #: of the first line that comes, e.g. "- "
    indent: str  #: of the lines after it
    counter: int | None = None  #: of the next item, for a numbered list
    tight: bool = False


def to_plain(
    source: str, language: str, *, reference: Callable[[str], str], wrap: Callable[[str, str, str], str]
) -> str:
    """The text as plain paragraphs.

    reference: what stands after a link's words; remembers its address. wrap: a paragraph, the indent of its first line and
    of the others, folded to the width of the mail.
    """
    writer = _PlainWriter(reference, wrap)
    for token in _parse(source, language):
        writer.take(token)
    return writer.text()


class _PlainWriter:
    """Writes blocks one under the other; knows in which lists and quotations it stands."""

    def __init__(self, reference: Callable[[str], str], wrap: Callable[[str, str, str], str]) -> None:
        self.reference = reference
        self.wrap = wrap
        self.frames: list[_Frame] = []
        self.blocks: list[str] = []
        self.heading = ""
        self.stood: list[_Frame] | None = (
            None  #: where the block before ended, when a blank line comes after it
        )

    def text(self) -> str:
        return "".join(self.blocks).strip("\n")

    def take(self, token: Token) -> None:
        if token.type in ("bullet_list_open", "ordered_list_open"):
            start = int(token.attrGet("start") or 1) if token.type.startswith("ordered") else None
            self.frames.append(_Frame("", "", start))
        elif token.type == "list_item_open":
            self._item()
        elif token.type == "blockquote_open":
            self.frames.append(_Frame("> ", "> "))
        elif token.type in ("bullet_list_close", "ordered_list_close", "blockquote_close"):
            self.frames.pop()
            if not self._in_list():
                self._blank()
        elif token.type == "list_item_close":
            self.frames.pop()
        elif token.type == "heading_open":
            self.heading = "-"
        elif token.type == "inline":
            self._paragraph(plain_inline(token.children or (), self.reference), tight=self._in_list())
        elif token.type in ("fence", "code_block"):
            self._code(token.content)
        elif token.type == "hr":
            self._paragraph("* * *", tight=False)

    def _blank(self) -> None:
        self.stood = list(self.frames)

    def _write(self, lines: str) -> None:
        """A block, after its blank line: one inside a quotation keeps the quotation together."""
        if self.stood is not None and self.blocks:
            shared = (old.indent for old, new in zip(self.stood, self.frames, strict=False) if old is new)
            self.blocks.append("".join(shared).rstrip() + "\n")
        self.stood = None
        self.blocks.append(lines + "\n")

    def _in_list(self) -> bool:
        return any(frame.counter is not None or frame.indent.strip() == "" for frame in self.frames)

    def _item(self) -> None:
        counter = self.frames[-1].counter
        bullet = "- " if counter is None else f"{counter}. "
        if counter is not None:
            self.frames[-1].counter = counter + 1
        self.frames.append(_Frame(bullet, " " * len(bullet)))

    def _indents(self) -> tuple[str, str]:
        """Of the first line and of the others; a bullet is written once."""
        first = "".join(frame.lead or frame.indent for frame in self.frames)
        rest = "".join(frame.indent for frame in self.frames)
        for frame in self.frames:
            frame.lead = ""
        return first, rest

    def _paragraph(self, text: str, *, tight: bool) -> None:
        first, rest = self._indents()
        lines = "\n".join(
            self.wrap(line, first if n == 0 else rest, rest) for n, line in enumerate(text.split("\n"))
        )
        if self.heading:
            longest = columns(lines)
            lines, self.heading = f"{lines}\n{rest}{self.heading * (longest - len(rest))}", ""
        self._write(lines)
        if not tight:
            self._blank()

    def _code(self, content: str) -> None:
        first, rest = self._indents()
        lines = content.rstrip("\n").split("\n")
        self._write("\n".join((first if n == 0 else rest) + "    " + line for n, line in enumerate(lines)))
        self._blank()


def plain_inline(children: Sequence[Token], reference: Callable[[str], str]) -> str:
    """A run of words; a link is followed by its number unless it says its own address."""
    parts: list[str] = []
    link, since = "", 0
    for child in children:
        if child.type == "link_open":
            link, since = str(child.attrGet("href") or ""), len(parts)
        elif child.type == "link_close":
            shown = "".join(parts[since:])
            parts.append(
                "" if link.removeprefix("mailto:").removeprefix("tel:") == shown else reference(link)
            )
        elif child.type == "softbreak":
            parts.append(" ")
        elif child.type == "hardbreak":
            parts.append("\n")
        else:
            parts.append(child.content)
    return "".join(parts)

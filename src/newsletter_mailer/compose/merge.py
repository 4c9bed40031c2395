"""Merge tags through the pipeline: opaque marks before Markdown and MJML, open slots after premailer.

No serialiser on the way may see `{{ … }}`: libxml2 percent-encodes it in URLs and escapes it in text. A mark is
letters and digits only, and it holds a hash of the whole issue, so no text can contain a mark of its own composition.

A link that is a merge tag and nothing else may lead nowhere for some readers: to them its words are words.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field

from newsletter_mailer.errors import NewsletterError
from newsletter_mailer.model.edition import Place, Segment, Slot
from newsletter_mailer.templating import merge_tags
from newsletter_mailer.wording import sentence

MARK = re.compile(r"nl[0-9a-f]{12}[ebfu]\d+z")  #: a mark of any composition
_ALWAYS_THERE = "links.unsubscribe"
_OWN_PAGE = re.compile(r"links\.\w+")
_COMMENT = re.compile(r"<!--.*?-->", re.DOTALL)
_CONDITIONAL = re.compile(r"(<!--\[if[^\]]*\]>)(?!<!)(.*)(<!\[endif\]-->)$", re.DOTALL)
_CLOSED_TO_READERS = re.compile(r"<(style|script)\b.*?</\1\s*>", re.DOTALL | re.IGNORECASE)
_TAG = re.compile(r"""</?[a-zA-Z!](?:[^"'>]|"[^"]*"|'[^']*')*>""")
_ATTRIBUTE = re.compile(r"""([^\s"'=<>/]+)\s*=\s*(?:"([^"]*)"|'([^']*)')""")
_LINK = re.compile(r"""(<a\s(?:[^"'>]|"[^"]*"|'[^']*')*>)(.*?)(</a\s*>)""", re.DOTALL | re.IGNORECASE)
_PLAIN_ADDRESS = re.compile(r"(?:(?i:https?://)|\b(?:mailto|tel):)\S*")
_URLS = frozenset({"href", "src", "action", "background", "cite"})
_NEVER = frozenset({"style", "class", "id"})


@dataclass(slots=True)
class Marks:
    """The merge tags and conditions of one composition, each under a mark that survives every serialiser."""

    prefix: str
    expressions: dict[str, int] = field(default_factory=dict)
    conditions: dict[str, int] = field(default_factory=dict)

    @classmethod
    def of(cls, text: str) -> Marks:
        """Marks that cannot stand in that text: they hold its hash."""
        return cls(f"nl{hashlib.sha256(text.encode()).hexdigest()[:12]}")

    def expression(self, source: str) -> str:
        """The mark for the value of an expression."""
        return f"{self.prefix}e{self.expressions.setdefault(source, len(self.expressions))}z"

    def begin(self, condition: str) -> str:
        """The mark that opens a span for those readers of whom the condition is true."""
        return f"{self.prefix}b{self._condition(condition)}z"

    def end(self, condition: str) -> str:
        """The mark that closes the span."""
        return f"{self.prefix}f{self._condition(condition)}z"

    def spanned(self, condition: str | None, text: str) -> str:
        """The text for those readers of whom the condition is true; None: for everyone."""
        return text if condition is None else f"{self.begin(condition)}{text}{self.end(condition)}"

    def leads(self, address: str) -> str | None:
        """The condition under which that address leads anywhere; None when it does for every reader."""
        found = self.pattern.fullmatch(address)
        if found is None:
            return None
        source = list(self.expressions)[int(found[2])]
        if source == _ALWAYS_THERE:
            return None
        return source if _OWN_PAGE.fullmatch(source) else f"({source}) is link"

    def address(self, address: str) -> str:
        """The address as the text part prints it: a value that is the whole of it is no text like others."""
        found = self.pattern.fullmatch(address)
        return address if found is None else f"{self.prefix}u{found[2]}z"

    def hide(self, text: str) -> str:
        """The text with every `{{ expression }}` under its mark."""
        parts, at = [], 0
        for tag in merge_tags(text):
            parts += [text[at : tag.start], self.expression(tag.expression)]
            at = tag.end
        return "".join([*parts, text[at:]])

    @property
    def pattern(self) -> re.Pattern[str]:
        """Finds the marks: kind (e, b, f or u) and number."""
        return re.compile(rf"{self.prefix}([ebfu])(\d+)z")

    def _condition(self, source: str) -> int:
        return self.conditions.setdefault(source, len(self.conditions))


def split_html(html: str, marks: Marks) -> tuple[Segment, ...]:
    """The page as segments. Raises NewsletterError where a value could not be escaped, such as inside `style`."""
    page = _own_links(html, marks)
    return _Splitter(marks).split(_html_pieces(page, marks))


def split_plain(text: str, marks: Marks, place: Place) -> tuple[Segment, ...]:
    """The text part (PLAIN) or the subject (HEADER) as segments."""
    return _Splitter(marks).split(_plain_pieces(text) if place is Place.PLAIN else [(text, place)])


def _own_links(html: str, marks: Marks) -> str:
    """The page with a span around both tags of every link that may lead nowhere; its words stay."""

    def spanned(found: re.Match[str]) -> str:
        opening, words, closing = found.groups()
        targets = (marks.leads(a[2] or a[3] or "") for a in _ATTRIBUTE.finditer(opening) if a[1] == "href")
        condition = next(targets, None)
        return f"{marks.spanned(condition, opening)}{words}{marks.spanned(condition, closing)}"

    return _LINK.sub(spanned, html)


_Piece = tuple[str, Place | None]  # None: nothing may be filled in here


def _plain_pieces(text: str) -> Iterator[_Piece]:
    """The text cut where an address begins or ends."""
    at = 0
    for found in _PLAIN_ADDRESS.finditer(text):
        yield text[at : found.start()], Place.PLAIN
        yield found.group(), Place.PLAIN_URL_PART
        at = found.end()
    yield text[at:], Place.PLAIN


def _html_pieces(html: str, marks: Marks) -> Iterator[_Piece]:
    """The page cut where the way of escaping changes."""
    at = 0
    for found in _outside_text(html):
        yield html[at : found.start()], Place.HTML_TEXT
        yield from _markup(found.group(0), marks)
        at = found.end()
    yield html[at:], Place.HTML_TEXT


_NOT_TEXT = re.compile(
    "|".join((_COMMENT.pattern, r"<(?:style|script)\b.*?</(?:style|script)\s*>", _TAG.pattern)), re.DOTALL
)


def _outside_text(html: str) -> Iterator[re.Match[str]]:
    return _NOT_TEXT.finditer(html)


def _markup(markup: str, marks: Marks) -> Iterator[_Piece]:
    if marks.prefix not in markup:
        yield markup, None
    elif (
        conditional := _CONDITIONAL.match(markup)
    ) is not None:  # what Outlook reads is a page like the other
        yield conditional.group(1), None
        yield from _html_pieces(conditional.group(2), marks)
        yield conditional.group(3), None
    elif markup.startswith("<!") or _CLOSED_TO_READERS.match(markup):
        yield markup, None
    else:
        yield from _attributes(markup, marks)


def _attributes(tag: str, marks: Marks) -> Iterator[_Piece]:
    at = 0
    for found in _ATTRIBUTE.finditer(tag):
        group = 2 if found.group(2) is not None else 3
        yield tag[at : found.start(group)], None
        yield found.group(group), _place(found.group(1).lower(), found.group(group), marks)
        at = found.end(group)
    yield tag[at:], None


def _place(attribute: str, value: str, marks: Marks) -> Place | None:
    if attribute in _NEVER or attribute.startswith("on"):
        return None
    if attribute not in _URLS:
        return Place.HTML_ATTRIBUTE
    return Place.HTML_URL if marks.pattern.fullmatch(value) else Place.HTML_URL_PART


class _Splitter:
    """Joins pieces to segments, keeping the conditions that are open."""

    def __init__(self, marks: Marks) -> None:
        self.marks = marks
        self.names = list(marks.expressions)
        self.sources = list(marks.conditions)
        self.open: list[int] = []
        self.segments: list[Segment] = []
        self.static = ""

    def split(self, pieces: Iterable[_Piece]) -> tuple[Segment, ...]:
        for text, place in pieces:
            at = 0
            for found in self.marks.pattern.finditer(text):
                self.static += text[at : found.start()]
                at = found.end()
                self._mark(found.group(1), int(found.group(2)), place)
            self.static += text[at:]
        self._flush()
        assert not self.open, "the theme opened a span that it never closed"
        return tuple(self.segments)

    def _mark(self, kind: str, number: int, place: Place | None) -> None:
        if place is None:
            raise NewsletterError(
                sentence(
                    "a merge tag stands where nothing can be filled in: {expression}",
                    expression=self._name(kind, number),
                ),
                sentence("the theme may use it in a text, a title, an alternative text or a link"),
            )
        self._flush()
        if kind in "eu":
            slot = Slot(number, Place.PLAIN_URL if kind == "u" else place)
            self.segments.append(Segment(slot, self._when()))
        elif kind == "b":
            self.open.append(number)
        else:
            self.open.remove(number)

    def _name(self, kind: str, number: int) -> str:
        return self.names[number] if kind in "eu" else self.sources[number]

    def _when(self) -> int | None:
        """The number of what must be true here; of spans inside one another, of all of them."""
        conditions = list(dict.fromkeys(self.open))
        if not conditions:
            return None
        if len(conditions) == 1:
            return conditions[0]
        return self.marks._condition(" and ".join(f"({self.sources[number]})" for number in conditions))

    def _flush(self) -> None:
        if self.static:
            self._refuse_remains()
            self.segments.append(Segment(self.static, self._when()))
            self.static = ""

    def _refuse_remains(self) -> None:
        """A template that changes the letters of a mark, or cuts it, would show it to every reader."""
        if (
            self.marks.prefix[:8] in self.static.lower()
        ):  # enough to tell, so that a mark cut short is found too
            raise NewsletterError(
                sentence(
                    "the theme changes or cuts a text that holds a merge tag, which can then not be filled in"
                ),
                sentence(
                    "in its templates, write `capitals` instead of `upper`, and do not shorten such a text"
                ),
            )

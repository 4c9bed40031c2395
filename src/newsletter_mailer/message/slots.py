"""Open slots and what fills them: what expressions see of a reader, and a text with gaps for their values."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from types import SimpleNamespace
from typing import Generic, NamedTuple, TypeVar

from newsletter_mailer.message.escapes import ESCAPES, one_line
from newsletter_mailer.model.audience import Subscriber
from newsletter_mailer.model.edition import Edition, Place, Segment, Slot
from newsletter_mailer.templating import compile_expressions
from newsletter_mailer.wording import in_language, say

Piece = TypeVar("Piece", str, bytes)
Names = Mapping[str, SimpleNamespace]

_PLAIN_EXPRESSION = re.compile(
    r"""(?P<name>[a-z]+\.[a-z_][a-z0-9_]*)(?: or (?:"(?P<double>[^"\\]*)"|'(?P<single>[^'\\]*)'))?"""
)
_SHORT, _REMEMBERED = 40, 1024  # letters of a value, values of a kind


class Links(NamedTuple):  # like Reader: one for each reader, and a frozen dataclass costs three times as much
    """Where this reader's own links lead; "" when there is no such page."""

    unsubscribe: str = ""
    preferences: str = ""
    view_in_browser: str = ""
    unsubscribe_token: str = ""
    preferences_token: str = ""
    view_token: str = ""
    tracker: str = ""  #: of a copy that is measured: see `message.following`
    withdraw: str = ""  #: with which its reader ends that


class Reader(NamedTuple):
    """What merge tags see of one reader."""

    subscriber: Subscriber
    organisation: str = ""  #: empty: the subscriber's own
    list_name: str = ""
    links: Links = Links()


def sample_subscriber(language: str) -> Subscriber:
    """Somebody for previews, in words that nobody takes for a person and in the language of the mail (BCP 47)."""
    with in_language(language):
        return Subscriber(
            id=0,
            address="reader@example.org",
            recipient_key="",
            first_name=say("First name"),
            last_name=say("Last name"),
            organisation=say("Your organisation"),
        )


class Gap(NamedTuple, Generic[Piece]):  # a tuple: all gaps are taken apart for every reader
    """A piece that is each reader's own."""

    piece: int
    expression: int
    written: Mapping[str, Piece]  #: each value that there can be, see `Values`
    when: int | None  #: condition under which it is filled


class Values(dict[str, Piece], Generic[Piece]):
    """Any value as it is written in one kind of place; the first short ones are remembered.

    First names and places come again and again: found here one costs 0.05 µs, written anew 1 to 3.
    """

    def __init__(self, place: Place, written: Callable[[str], Piece]) -> None:
        self._escape = ESCAPES[place]
        self._written: Callable[[str], Piece] = written

    def __missing__(self, value: str) -> Piece:
        """Escaped and written; a link, longer than any name, is one reader's own and not kept."""
        made = self._written(self._escape(value))
        if len(value) <= _SHORT and len(self) < _REMEMBERED:
            self[value] = made
        return made


@dataclass(frozen=True, slots=True)
class Form(Generic[Piece]):
    """A text with gaps: pieces in order, some to be filled, some that not every reader gets."""

    pieces: tuple[Piece, ...]
    gaps: tuple[Gap[Piece], ...] = ()  #: their pieces are empty until filled
    spans: tuple[tuple[int, int], ...] = ()  #: piece, condition under which it stays

    @property
    def varies(self) -> bool:
        """Whether it reads otherwise for different readers."""
        return bool(self.gaps or self.spans)

    def fill(self, values: Sequence[str], wanted: Sequence[bool]) -> list[Piece]:
        """The pieces for a reader, given all values of the edition's expressions and conditions."""
        pieces = list(self.pieces)
        for piece, expression, written, when in self.gaps:
            if when is None or wanted[when]:
                pieces[piece] = written[values[expression]]
        for piece, condition in self.spans:
            if not wanted[condition]:
                pieces[piece] = pieces[piece][:0]
        return pieces


def form(segments: Iterable[Segment], written: Callable[[str], Piece]) -> Form[Piece]:
    """The segments of an edition as a form; `written` turns a run of text, or an escaped value, into a piece."""
    values: dict[Place, Values[Piece]] = {}
    pieces: list[Piece] = []
    gaps: list[Gap[Piece]] = []
    spans: list[tuple[int, int]] = []
    for number, segment in enumerate(_joined(segments)):
        content, when = segment.content, segment.when
        if isinstance(content, Slot):
            pieces.append(written(""))
            known = values.setdefault(content.place, Values(content.place, written))
            gaps.append(Gap(number, content.expression, known, when))
            continue
        pieces.append(written(content))
        if when is not None:
            spans.append((number, when))
    return Form(tuple(pieces), tuple(gaps), tuple(spans))


def _joined(segments: Iterable[Segment]) -> list[Segment]:
    """Neighbouring runs of text under one condition as one: fewer pieces for every reader."""
    joined: list[Segment] = []
    for segment in segments:
        last = joined[-1] if joined else None
        if (
            last
            and last.when == segment.when
            and isinstance(last.content, str)
            and isinstance(segment.content, str)
        ):
            joined[-1] = Segment(last.content + segment.content, segment.when)
        else:
            joined.append(segment)
    return joined


class Plain(NamedTuple):
    """An expression that is a name, or `name or "text"`."""

    name: str
    read: Callable[[Reader], str]
    instead: str  #: for readers of whom it is not known


def plain_value(source: str, fallbacks: Iterable[tuple[str, str]]) -> Plain | None:
    """The expression taken apart; None when it is more than a name with a text in its stead."""
    found = _PLAIN_EXPRESSION.fullmatch(source.strip())
    read = _reading(found["name"], dict(fallbacks)) if found else None
    if found is None or read is None:
        return None
    return Plain(found["name"], read, found["double"] or found["single"] or "")


def _reading(name: str, fallbacks: Mapping[str, str]) -> Callable[[Reader], str] | None:
    field = name.removeprefix("subscriber.")
    if field == name or field not in fallbacks:
        return _READ.get(name)
    own, fallback = _READ.get(name), fallbacks[field]

    def read(reader: Reader) -> str:
        value = own(reader) if own else ""
        return value or one_line(reader.subscriber.attributes.get(field, "")) or fallback

    return read


_READ: Mapping[str, Callable[[Reader], str]] = {
    "subscriber.address": lambda reader: one_line(reader.subscriber.address),
    "subscriber.first_name": lambda reader: one_line(reader.subscriber.first_name),
    "subscriber.last_name": lambda reader: one_line(reader.subscriber.last_name),
    "subscriber.language": lambda reader: one_line(reader.subscriber.language),
    "organisation.name": lambda reader: one_line(reader.organisation or reader.subscriber.organisation),
    "list.name": lambda reader: one_line(reader.list_name),
    "links.unsubscribe": lambda reader: reader.links.unsubscribe,
    "links.preferences": lambda reader: reader.links.preferences,
    "links.view_in_browser": lambda reader: reader.links.view_in_browser,
    # Not for authors: the ends of links that were taken apart, see `message.links`.
    "links.unsubscribe_token": lambda reader: reader.links.unsubscribe_token,
    "links.preferences_token": lambda reader: reader.links.preferences_token,
    "links.view_in_browser_token": lambda reader: reader.links.view_token,
    "links.tracker_token": lambda reader: reader.links.tracker,
    "links.withdraw_token": lambda reader: reader.links.withdraw,
}


class Answers:
    """The values of an edition's expressions and conditions for a reader, by one evaluation of them all."""

    def __init__(self, edition: Edition) -> None:
        self._fallbacks = edition.fallbacks
        sources = (*edition.expressions, *(f"1 if ({condition}) else ''" for condition in edition.conditions))
        # A bare name needs no template: a template costs 5 µs a reader, and most editions only have names.
        plain = [
            plain_value(source, edition.fallbacks) for source in (*edition.expressions, *edition.conditions)
        ]
        # Each name is read once, however many expressions it stands in.
        names = {one.name: one.read for one in plain if one is not None}
        place = {name: number for number, name in enumerate(names)}
        others = [number for number, one in enumerate(plain) if one is None]
        self._read = tuple(names.values())
        self._evaluate = compile_expressions([sources[number] for number in others]) if others else None
        # Of each expression: its place among what was read and evaluated, and the text that stands in its stead.
        told = [
            (len(names) + others.index(number), "") if one is None else (place[one.name], one.instead)
            for number, one in enumerate(plain)
        ]
        self._expressions, self._conditions = (
            told[: len(edition.expressions)],
            told[len(edition.expressions) :],
        )

    def __call__(self, reader: Reader) -> tuple[list[str], list[bool]]:
        """Values by number of the expression, and whether the reader gets what each condition guards.

        Raises ValueError for a reader whose fields do not allow one of them.
        """
        known = [read(reader) for read in self._read]
        if self._evaluate is not None:
            known += self._evaluate(self._names(reader))
        return (
            [known[place] or instead for place, instead in self._expressions],
            [(known[place] or instead) != "" for place, instead in self._conditions],
        )

    def _names(self, reader: Reader) -> Names:
        subscriber, links = reader.subscriber, reader.links
        fields = {
            "address": one_line(subscriber.address),
            "first_name": one_line(subscriber.first_name),
            "last_name": one_line(subscriber.last_name),
            "language": one_line(subscriber.language),
        }
        for name, fallback in self._fallbacks:
            fields[name] = fields.get(name) or one_line(subscriber.attributes.get(name, "")) or fallback
        return {
            "subscriber": SimpleNamespace(**fields),
            "organisation": SimpleNamespace(name=one_line(reader.organisation or subscriber.organisation)),
            "list": SimpleNamespace(name=one_line(reader.list_name)),
            "links": SimpleNamespace(
                unsubscribe=links.unsubscribe,
                preferences=links.preferences,
                view_in_browser=links.view_in_browser,
            ),
        }


class Filler:
    """An edition, made ready once to be shown as any reader sees it."""

    def __init__(self, edition: Edition) -> None:
        self._answers = Answers(edition)
        self._html = form(edition.html, str)
        self._text = form(edition.text, str)
        self._subject = form(edition.subject, str)

    def html(self, reader: Reader) -> str:
        """The page; embedded pictures keep their `cid:` sources."""
        return "".join(self._html.fill(*self._answers(reader)))

    def text(self, reader: Reader) -> str:
        """The plain text."""
        return "".join(self._text.fill(*self._answers(reader)))

    def subject(self, reader: Reader) -> str:
        """The subject, on one line, without white space around it."""
        return "".join(self._subject.fill(*self._answers(reader))).strip()

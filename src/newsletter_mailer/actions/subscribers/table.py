"""A table of people: where each of its columns goes, and what its rows say of somebody's having left."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from newsletter_mailer.actions.subscribers.headings import (
    IGNORE,
    STATUS,
    TYPED,
    field_name,
    guessed,
    plain,
    with_addresses,
    with_names,
)
from newsletter_mailer.actions.subscribers.services import Service, said_of_all, service_of
from newsletter_mailer.actions.subscribers.signs import Sign, arrival_of, signs, strictest
from newsletter_mailer.actions.subscribers.source import Meter, Source, shown
from newsletter_mailer.errors import UsageError
from newsletter_mailer.model.audience import Arrival
from newsletter_mailer.wording import LANGUAGES, Sentence, in_language, sentence

_HEADINGS = sentence(
    "the first line has to name the columns, so delete what stands above it; then name one “email”, or say which it"
    " is: --map COLUMN=address"
)
_OTHERS = 50  # names of attributes that nobody asked for: more is of no use to anybody


def why_left_out() -> Sentence:
    """The heading of the column that the rejects have more than the file they come from."""
    return sentence("why it was left out")


@dataclass(frozen=True, slots=True)
class Wanted:
    """What is to be read out of a file."""

    attributes: Collection[str]  #: fields of this workspace
    given: Mapping[str, str] = field(default_factory=dict)  #: by heading, as typed: a field, or "ignore"
    everyone: Arrival = Arrival.MEMBER  #: what is true of everybody in it
    into: str = ""  #: the list that they join


@dataclass(frozen=True, slots=True)
class Table:
    """A source with its columns."""

    source: Source
    columns: tuple[str | None, ...]  #: field of a subscriber, name of an attribute, or None = ignored
    signs: tuple[Sign, ...]
    everyone: Arrival
    service: Service | None
    wanted: Wanted
    others: dict[str, None] = field(default_factory=dict)  #: attributes within cells that nobody asked for
    meter: Meter = field(default_factory=Meter)

    @property
    def header(self) -> tuple[str, ...]:
        """The names of the columns as the file has them."""
        return self.source.header

    @property
    def ignored(self) -> tuple[str, ...]:
        """Columns that no field of a subscriber takes; not what a service keeps for itself, nor what tells."""
        telling = {sign.place for sign in self.signs}
        own = self.service.own if self.service else frozenset()
        told = {plain(heading) for heading in self.wanted.given}
        names = (
            name
            for place, (name, column) in enumerate(zip(self.header, self.columns, strict=True))
            if column is None and name and place not in telling and plain(name) not in own | told
        )
        return tuple(name for name in dict.fromkeys((*names, *self.others)) if name not in _reasons())

    def other(self, name: str) -> None:
        """An attribute within a cell that nobody asked for."""
        if len(self.others) < _OTHERS:
            self.others[name] = None

    def arrival(self, row: Sequence[str]) -> Arrival | Sentence:
        """What a row says of somebody, or the sentence that it says something unknown."""
        said = [self.everyone]
        for sign in self.signs:
            cell = row[sign.place] if sign.place < len(row) else ""
            found = sign.read(cell)
            if found is None:
                return self._unknown(sign.heading, shown(cell))
            said.append(found)
        return strictest(said)

    def _unknown(self, column: str, word: str) -> Sentence:
        if self.service and self.service.every_word:  # they are about nothing else
            return sentence(
                "“{column}” says “{word}”: nobody knows whether they may be written to",
                column=column,
                word=word,
            )
        return sentence(
            "“{column}” says “{word}”: nobody knows whether they may be written to; if it is about something else: "
            '--map "{column}=ignore"',
            column=column,
            word=word,
        )

    def kept(self, row: Sequence[str]) -> tuple[str, ...]:
        """The cells of a row without a reason for which it was left out before."""
        before = {index for index, name in enumerate(self.header) if name in _reasons()}
        return tuple(cell for index, cell in enumerate(row) if index not in before)


def _reasons() -> set[str]:
    """How the column of reasons is headed, in every language."""
    headings = set()
    for language in LANGUAGES:
        with in_language(language):
            headings.add(str(why_left_out()))
    return headings


def table(path: Path, source: Source, wanted: Wanted) -> Table:
    """The columns of a source. Raises UsageError when it has none of addresses, or several for one thing."""
    service = service_of(source.header)
    columns = _columns(path, source, wanted, service)
    named = [name for name, column in zip(source.header, columns, strict=True) if column == "address"]
    if not any(source.header):
        raise UsageError(sentence("{path} is empty, or its first line is", path=path), _HEADINGS)
    if not named:
        raise UsageError(
            sentence(
                "{path} has no column of addresses; its first line is: {first}",
                path=path,
                first=shown(" | ".join(source.header)),
            ),
            _HEADINGS,
        )
    known = arrival_of(said_of_all(service, source.name)) or Arrival.MEMBER
    found = signs(
        source.header,
        columns,
        _telling(wanted, service),
        every_word=bool(service and service.every_word),
        own_words=service is None,
        into=wanted.into,
    )
    where = tuple(None if column in (STATUS, IGNORE) else column for column in columns)
    return Table(source, where, found, strictest([known, wanted.everyone]), service, wanted)


def _telling(wanted: Wanted, service: Service | None) -> frozenset[str]:
    """Headings that tell who left even where a column is a field of the workspace, or ignored.

    A program's own always do; in any other table a field called "status" does, unless somebody typed what it means.
    """
    if service:
        return service.own
    typed = {plain(heading) for heading in wanted.given}
    return frozenset(plain(name) for name in wanted.attributes) - typed


def _columns(path: Path, source: Source, wanted: Wanted, service: Service | None) -> list[str | None]:
    given = _given(path, source, wanted)
    own, fields = (service.own, service.fields) if service else (frozenset(), {})
    columns: list[str | None] = []
    for heading in source.header:
        name = plain(heading)
        guess = None if name in own else guessed(heading, wanted.attributes)
        columns.append(given.get(name) or fields.get(name) or guess)
    columns = with_names(columns if "address" in given else with_addresses(source.header, columns))
    double = [
        name
        for name, column in zip(source.header, columns, strict=True)
        if column and column != IGNORE and columns.count(column) > 1
    ]
    if double:
        raise UsageError(
            sentence(
                "{path} has several columns for one thing: {columns}", path=path, columns=", ".join(double)
            ),
            sentence("leave out all but one: --map COLUMN=ignore"),
        )
    return columns


def _given(path: Path, source: Source, wanted: Wanted) -> dict[str, str]:
    """What was typed after --map. Raises UsageError for a column or a field that there is not."""
    headings = {plain(name) for name in source.header}
    fields = {**TYPED, **{name: name for name in sorted(wanted.attributes)}}
    given = {}
    for heading, typed in wanted.given.items():
        if plain(heading) not in headings:
            raise UsageError(
                sentence("{path} has no column “{column}”", path=path, column=heading),
                sentence("its columns are: {columns}", columns=", ".join(filter(None, source.header))),
            )
        meant = fields.get("address" if typed == "email" else typed) or fields.get(field_name(typed))
        if meant is None:
            raise UsageError(
                sentence("there is no field “{field}”", field=typed),
                sentence("the fields are: {fields}", fields=", ".join(fields)),
            )
        given[plain(heading)] = meant
    return given

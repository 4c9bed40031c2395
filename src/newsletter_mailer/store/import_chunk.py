"""A chunk of an import: who of it is known already, and what is written of them."""

from __future__ import annotations

import json
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from sqlalchemy import Connection, Select, bindparam, func, insert, select, text, update

from newsletter_mailer.model.audience import (
    ConsentKind,
    MailingList,
    NewSubscriber,
    SubscriptionStatus,
    SuppressionReason,
    normalise_address,
)
from newsletter_mailer.store import leaving
from newsletter_mailer.store.bulk import execute_many, in_lists, insert_rows, read_with, some_of
from newsletter_mailer.store.schema import (
    consent_events,
    departures,
    organisations,
    subscribers,
    subscriptions,
    suppressions,
)

_S = subscribers.c
_LEFT = SubscriptionStatus.UNSUBSCRIBED.value
_ADD, _SAY, _DEPART, _SUPPRESS = (
    insert(table) for table in (subscribers, consent_events, departures, suppressions)
)
_ADDED = (
    *("address", "mailbox", "recipient_key", "first_name", "last_name", "language", "organisation_id"),
    *("attributes", "created_at", "updated_at", "last_act_at"),
)
_SAID = ("recipient_key", "list_id", "kind", "wording", "basis", "source", "detail", "at")
# Whoever was added after a number was added by this import: nobody else writes meanwhile.
_JOIN_ADDED = text(
    "INSERT INTO subscriptions (subscriber_id, list_id, status, since, source, basis)"
    " SELECT id, :list, 'confirmed', :now, :source, :basis FROM subscribers WHERE id > :after"
)
_SAY_ADDED = text(
    "INSERT INTO consent_events (recipient_key, list_id, kind, wording, basis, source, detail, at)"
    " SELECT recipient_key, :list, 'imported', :wording, :basis, :source, '', :now FROM subscribers WHERE id > :after"
)
_JOIN = text(
    "INSERT INTO subscriptions (subscriber_id, list_id, status, since, source, basis)"
    " VALUES (:id, :list, 'confirmed', :now, :source, :basis) ON CONFLICT (subscriber_id, list_id) DO UPDATE"
    " SET status = 'confirmed', since = excluded.since, source = excluded.source, basis = excluded.basis"
)
_ADD_ORGANISATION = text("INSERT INTO organisations (name) VALUES (:name) ON CONFLICT DO NOTHING")
_CHANGED = ("first_name", "last_name", "language", "organisation_id", "attributes", "updated_at")
_CHANGE = (
    update(subscribers)
    .where(_S.id == bindparam("number"))
    .values({name: bindparam(f"new_{name}") for name in _CHANGED})
)


@dataclass(slots=True)
class Person:
    """A reader as the ledger knows them, and as this chunk leaves them."""

    key: str
    address: str
    number: int = 0  #: of their row; 0 while there is none
    first_name: str = ""
    last_name: str = ""
    language: str = ""
    organisation: str = ""
    attributes: Mapping[str, str] | str = "{}"  #: as written in the ledger until something is learnt
    tie: str = ""  #: status of the subscription in the ledger, "" when there is none
    left: bool = False  #: the list: by their tie, or by fingerprint
    suppressed: bool = False
    came: bool = False  #: in this chunk
    changed: bool = False
    joins: bool = False
    leaves: bool = False
    barred: SuppressionReason | None = None  #: is suppressed by this chunk

    def learn(self, row: NewSubscriber) -> bool:
        """Take over what the row says, and tell whether that was new; what it leaves empty stays as it is."""
        learnt = False
        for name, value in (
            ("first_name", row.first_name),
            ("last_name", row.last_name),
            ("language", row.language),
            ("organisation", row.organisation),
        ):
            if value and value != getattr(self, name):
                setattr(self, name, value)
                learnt = True
        if row.attributes:
            known = json.loads(self.attributes) if isinstance(self.attributes, str) else self.attributes
            more = {**known, **{name: value for name, value in row.attributes.items() if value}}
            if more != known:
                self.attributes = more
                learnt = True
        return learnt

    @property
    def written_attributes(self) -> str:
        """As they stand in the ledger."""
        if isinstance(self.attributes, str):
            return self.attributes
        return json.dumps(self.attributes, ensure_ascii=False, sort_keys=True)


@dataclass(frozen=True, slots=True)
class Writing:
    """What is the same for every row of an import."""

    into: MailingList
    source: str
    basis: str
    now: int
    wording: str = ""  #: what those who join agreed to

    @property
    def values(self) -> dict[str, object]:
        """By the names of the statements."""
        return {"list": self.into.id, "source": self.source, "basis": self.basis, "now": self.now}


def last_number(c: Connection) -> int:
    """The highest number that a subscriber has."""
    return c.scalar(select(func.max(_S.id))) or 0


def people(c: Connection, rows: Mapping[str, NewSubscriber], list_id: int) -> dict[str, Person]:
    """Everyone of a chunk by their key: as known, or new."""
    found = {key: Person(key, row.address.strip()) for key, row in rows.items()}
    for size, keys in in_lists(list(rows)):
        for known in read_with(c, _known(size), {**keys, "list": list_id}):
            person = Person(*known)
            person.left = person.tie == _LEFT
            found[person.key] = person
        for (key,) in read_with(c, _departed(size), {**keys, "list": list_id}):
            found[key].left = True
        for (key,) in read_with(c, _suppressed(size), keys):
            found[key].suppressed = True
    return found


@lru_cache
def _known(size: int) -> Select[Any]:
    """In the order of the fields of Person."""
    tie = (subscriptions.c.subscriber_id == _S.id) & (subscriptions.c.list_id == bindparam("list"))
    return (
        select(_S.recipient_key, _S.address, _S.id, _S.first_name, _S.last_name, _S.language)
        .add_columns(func.coalesce(organisations.c.name, ""), _S.attributes)
        .add_columns(func.coalesce(subscriptions.c.status, ""))
        .outerjoin(subscriptions, tie)
        .outerjoin(organisations, organisations.c.id == _S.organisation_id)
        .where(_S.recipient_key.in_(some_of(size)))
    )


@lru_cache
def _departed(size: int) -> Select[Any]:
    key = departures.c.recipient_key
    return select(key).where(departures.c.list_id == bindparam("list"), key.in_(some_of(size)))


@lru_cache
def _suppressed(size: int) -> Select[Any]:
    return select(suppressions.c.recipient_key).where(suppressions.c.recipient_key.in_(some_of(size)))


def write(c: Connection, chunk: Collection[Person], writing: Writing) -> None:
    """Keep what a chunk brought."""
    touched = [person for person in chunk if person.joins or person.changed]
    numbers = _organisations(c, {person.organisation for person in touched if person.organisation})
    _change([person for person in touched if person.changed and person.number], numbers, c, writing)
    _add([person for person in touched if not person.number], numbers, c, writing)
    _join(c, [person for person in touched if person.joins and person.number], writing)
    _leave(c, [person for person in chunk if person.leaves], writing)
    _bar(c, [person for person in chunk if person.barred], writing)


def _add(added: Sequence[Person], numbers: Mapping[str, int], c: Connection, writing: Writing) -> None:
    if not added:
        return
    after, now = last_number(c), writing.now
    rows = [
        (
            *(p.address, normalise_address(p.address), p.key, p.first_name, p.last_name, p.language),
            *(numbers.get(p.organisation), p.written_attributes, now, now, now),
        )
        for p in added
    ]
    insert_rows(c, _ADD, _ADDED, rows)
    c.execute(_JOIN_ADDED, {**writing.values, "after": after})
    c.execute(_SAY_ADDED, {**writing.values, "wording": writing.wording, "after": after})


def _change(changed: Sequence[Person], numbers: Mapping[str, int], c: Connection, writing: Writing) -> None:
    rows = [
        {
            "number": p.number,
            "new_first_name": p.first_name,
            "new_last_name": p.last_name,
            "new_language": p.language,
            "new_organisation_id": numbers.get(p.organisation),
            "new_attributes": p.written_attributes,
            "new_updated_at": writing.now,
        }
        for p in changed
    ]
    execute_many(c, _CHANGE, rows)


def _join(c: Connection, joining: Sequence[Person], writing: Writing) -> None:
    if not joining:
        return
    c.execute(_JOIN, [{**writing.values, "id": person.number} for person in joining])
    said = {"basis": writing.basis, "wording": writing.wording}
    _say(c, joining, ConsentKind.IMPORTED, writing, list_id=writing.into.id, **said)


def _leave(c: Connection, leaving_: Sequence[Person], writing: Writing) -> None:
    """By their tie when there is one, else by fingerprint: whoever left is no reason to keep an address."""
    unknown = []
    for person in leaving_:
        if person.tie:
            leaving.unsubscribe_key(c, person.key, [writing.into.id], now=writing.now, source=writing.source)
        else:
            unknown.append(person)
    rows = [(p.key, writing.into.id, writing.now, "unsubscribed", writing.source) for p in unknown]
    insert_rows(c, _DEPART, tuple(departures.c.keys()), rows)
    _say(c, unknown, ConsentKind.UNSUBSCRIBED, writing, list_id=writing.into.id)


def _bar(c: Connection, barred: Sequence[Person], writing: Writing) -> None:
    stops = SuppressionReason.STOP_EVERYTHING
    for person in barred:
        if person.barred is stops and person.number:  # their ties end as well
            leaving.stop_everything(c, person.key, now=writing.now, source=writing.source)
    others = [person for person in barred if not (person.barred is stops and person.number)]
    rows = [(p.key, p.barred.value, writing.source, writing.now) for p in others if p.barred]
    insert_rows(c, _SUPPRESS, tuple(suppressions.c.keys()), rows)
    stopped = [person for person in others if person.barred is stops]
    _say(c, stopped, ConsentKind.STOPPED_EVERYTHING, writing)
    dead = [person for person in others if person.barred is not stops]
    _say(c, dead, ConsentKind.SUPPRESSED, writing)


def _say(
    c: Connection,
    about: Iterable[Person],
    kind: ConsentKind,
    writing: Writing,
    *,
    list_id: int | None = None,
    basis: str = "",
    wording: str = "",
) -> None:
    """What `consent.record` writes, for many."""
    rows = [
        (
            p.key,
            list_id,
            kind.value,
            wording,
            basis,
            writing.source,
            p.barred.value if p.barred else "",
            writing.now,
        )
        for p in about
    ]
    insert_rows(c, _SAY, _SAID, rows)


def _organisations(c: Connection, names: set[str]) -> dict[str, int]:
    if not names:
        return {}
    query = select(organisations.c.name, organisations.c.id).where(organisations.c.name.in_(names))
    found: dict[str, int] = {row.name: row.id for row in c.execute(query)}
    missing = sorted(names - found.keys())
    if missing:
        c.execute(_ADD_ORGANISATION, [{"name": name} for name in missing])
        found |= {row.name: row.id for row in c.execute(query)}
    return found

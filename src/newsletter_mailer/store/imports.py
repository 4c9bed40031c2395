"""Importing readers: in chunks, so that of a million rows no more is kept than who came already."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from itertools import islice
from typing import Any

from sqlalchemy import Connection, bindparam, insert, select, text, update

from newsletter_mailer.model.audience import (
    ImportCount,
    MailingList,
    NewSubscriber,
    SubscriptionStatus,
    normalise_address,
)
from newsletter_mailer.store.bulk import execute_many
from newsletter_mailer.store.database import wide_cache
from newsletter_mailer.store.schema import departures, organisations, subscribers, subscriptions, suppressions
from newsletter_mailer.tokens import Secret, recipient_key

_CHUNK = 1000
_S = subscribers.c
_NAMES = ("first_name", "last_name", "language")
_SUBSCRIBE = text(
    "INSERT INTO subscriptions (subscriber_id, list_id, status, since, source, basis)"
    " SELECT id, :list, 'confirmed', :now, :source, :basis FROM subscribers WHERE recipient_key = :key"
    " ON CONFLICT (subscriber_id, list_id) DO UPDATE"
    " SET status = 'confirmed', since = excluded.since, source = excluded.source, basis = excluded.basis"
)
_ADD = insert(subscribers)
_ADD_ORGANISATION = text("INSERT INTO organisations (name) VALUES (:name) ON CONFLICT DO NOTHING")
_UPDATE = (
    update(subscribers)
    .where(_S.recipient_key == bindparam("key"))
    .values(
        {name: bindparam(f"new_{name}") for name in (*_NAMES, "organisation_id", "attributes", "updated_at")}
    )
)


@dataclass(slots=True)
class _Person:
    """A reader as the ledger knows them, and as this chunk leaves them."""

    address: str
    first_name: str = ""
    last_name: str = ""
    language: str = ""
    organisation: str = ""
    attributes: dict[str, str] = field(default_factory=dict)
    known: bool = False
    tie: str = ""  #: status of the subscription, "" when there is none
    suppressed: bool = False
    changed: bool = False
    joins: bool = False


def import_rows(
    c: Connection,
    rows: Iterable[NewSubscriber],
    *,
    into: MailingList,
    secret: Secret,
    source: str,
    now: int,
) -> ImportCount:
    """Add these readers to a list, confirmed, and fill in what was not known of them; nothing is erased.

    Who has unsubscribed from the list is left alone.
    source: file and date, as told to a reader who asks where we have the address from.
    """
    wide_cache(c)
    total: Counter[str] = Counter()
    came: set[int] = set()  # hashes: a third of the memory of the keys
    remaining = iter(rows)
    while chunk := list(islice(remaining, _CHUNK)):
        keyed = [(recipient_key(secret, row.address), row) for row in chunk]
        people = _people(c, dict(keyed), into.id)
        for key, row in keyed:
            outcome = _merge(people[key], row)
            total["duplicates" if hash(key) in came else outcome] += 1
            came.add(hash(key))
        _write(c, people, into=into, source=source, now=now)
    return ImportCount(**total)


def _merge(person: _Person, row: NewSubscriber) -> str:
    """Put a row into what is known of the person; the field of ImportCount that it adds to."""
    if person.tie == SubscriptionStatus.UNSUBSCRIBED.value:
        return "left_refused"
    fresh = not person.known
    learnt = _learn(person, row)
    joined = person.tie != SubscriptionStatus.CONFIRMED.value
    person.changed |= learnt
    person.joins |= joined
    person.known, person.tie = True, SubscriptionStatus.CONFIRMED.value
    if person.suppressed:
        return "suppressed"
    if fresh:
        return "added"
    if joined:
        return "joined"
    return "updated" if learnt else "unchanged"


def _learn(person: _Person, row: NewSubscriber) -> bool:
    """Take over what the row says; what it leaves empty stays as it is."""
    before = (*(getattr(person, name) for name in _NAMES), person.organisation, dict(person.attributes))
    for name in (*_NAMES, "organisation"):
        setattr(person, name, getattr(row, name) or getattr(person, name))
    person.attributes.update({name: value for name, value in row.attributes.items() if value})
    return before != (*(getattr(person, name) for name in _NAMES), person.organisation, person.attributes)


def _people(c: Connection, rows: Mapping[str, NewSubscriber], list_id: int) -> dict[str, _Person]:
    """Everyone of a chunk by their key: as known, or new."""
    tie = (subscriptions.c.subscriber_id == _S.id) & (subscriptions.c.list_id == list_id)
    query = (
        select(
            _S.recipient_key,
            _S.address,
            *(_S[name] for name in _NAMES),
            _S.attributes,
            subscriptions.c.status,
        )
        .add_columns(organisations.c.name.label("organisation"))
        .outerjoin(subscriptions, tie)
        .outerjoin(organisations, organisations.c.id == _S.organisation_id)
        .where(_S.recipient_key.in_(list(rows)))
    )
    people = {row.recipient_key: _known(row) for row in c.execute(query)}
    for key, row in rows.items():
        people.setdefault(key, _Person(row.address.strip()))
    left = (departures.c.list_id == list_id) & departures.c.recipient_key.in_(list(rows))
    for key in c.scalars(select(departures.c.recipient_key).where(left)):
        people[key].tie = SubscriptionStatus.UNSUBSCRIBED.value
    never = suppressions.c.recipient_key.in_(list(rows))
    for key in c.scalars(select(suppressions.c.recipient_key).where(never)):
        people[key].suppressed = True
    return people


def _known(row: Any) -> _Person:
    names = (row.first_name, row.last_name, row.language, row.organisation or "")
    return _Person(row.address, *names, json.loads(row.attributes), known=True, tie=row.status or "")


def _write(c: Connection, people: Mapping[str, _Person], *, into: MailingList, source: str, now: int) -> None:
    touched = {key: person for key, person in people.items() if person.changed or person.joins}
    if not touched:
        return
    numbers = _organisations(c, {person.organisation for person in touched.values() if person.organisation})
    known = set(c.scalars(select(_S.recipient_key).where(_S.recipient_key.in_(list(touched)))))
    added = [_columns(p, key, numbers, now) for key, p in touched.items() if key not in known]
    changed = [_columns(p, key, numbers, now) for key, p in touched.items() if key in known and p.changed]
    execute_many(c, _ADD, added)
    execute_many(c, _UPDATE, [_as_update(columns) for columns in changed])
    joining = [key for key, person in touched.items() if person.joins]
    if joining:
        tie = {"list": into.id, "now": now, "source": source, "basis": into.basis.value}
        c.execute(_SUBSCRIBE, [{**tie, "key": key} for key in joining])


def _columns(person: _Person, key: str, numbers: Mapping[str, int], now: int) -> dict[str, object]:
    return {
        "address": person.address,
        "mailbox": normalise_address(person.address),
        "recipient_key": key,
        "first_name": person.first_name,
        "last_name": person.last_name,
        "language": person.language,
        "organisation_id": numbers.get(person.organisation),
        "attributes": json.dumps(person.attributes, ensure_ascii=False, sort_keys=True),
        "created_at": now,
        "updated_at": now,
        "last_act_at": now,
    }


def _as_update(columns: Mapping[str, object]) -> dict[str, object]:
    names = (*_NAMES, "organisation_id", "attributes", "updated_at")
    return {"key": columns["recipient_key"]} | {f"new_{name}": columns[name] for name in names}


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

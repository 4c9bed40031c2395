"""One person written down by the officer."""

from __future__ import annotations

import json

from sqlalchemy import Connection, insert, select, text, update

from newsletter_mailer.model.audience import (
    Basis,
    ConsentKind,
    MailingList,
    NewSubscriber,
    SubscriptionStatus,
    normalise_address,
)
from newsletter_mailer.store import consent
from newsletter_mailer.store.readers import subscriber
from newsletter_mailer.store.schema import departures, organisations, subscribers, subscriptions, suppressions

_NAMES = ("first_name", "last_name", "language")
_JOIN = text(
    "INSERT INTO subscriptions (subscriber_id, list_id, status, since, source, basis)"
    " VALUES (:id, :list, 'confirmed', :now, :source, :basis) ON CONFLICT (subscriber_id, list_id) DO UPDATE"
    " SET status = 'confirmed', since = excluded.since, source = excluded.source, basis = excluded.basis"
)


def put_down(c: Connection, person: NewSubscriber, *, recipient_key: str, now: int) -> int:
    """The number of this person, made or brought up to date; what is left empty stays as it is."""
    known = subscriber(c, person.address)
    names = {name: getattr(person, name) or (getattr(known, name) if known else "") for name in _NAMES}
    attributes = {**(known.attributes if known else {}), **person.attributes}
    organisation = person.organisation or (known.organisation if known else "")
    values = names | {
        "organisation_id": _organisation(c, organisation) if organisation else None,
        "attributes": json.dumps(attributes, ensure_ascii=False, sort_keys=True),
        "updated_at": now,
    }
    if known is not None:
        c.execute(update(subscribers).where(subscribers.c.id == known.id).values(values))
        return known.id
    values |= {"address": person.address, "mailbox": normalise_address(person.address)}
    values |= {"recipient_key": recipient_key, "created_at": now, "last_act_at": now}
    number: int = c.scalars(insert(subscribers).values(values).returning(subscribers.c.id)).one()
    return number


def join(
    c: Connection,
    subscriber_id: int,
    into: MailingList,
    *,
    basis: Basis,
    recipient_key: str,
    source: str,
    now: int,
) -> bool:
    """Put somebody on a list who has not left it; whether they were not on it yet."""
    t = subscriptions.c
    tie = select(t.status).where(t.subscriber_id == subscriber_id, t.list_id == into.id)
    if c.scalar(tie) == SubscriptionStatus.CONFIRMED.value:
        return False
    values = {"id": subscriber_id, "list": into.id, "now": now, "source": source, "basis": basis.value}
    c.execute(_JOIN, values)
    kind = ConsentKind.ADDED
    consent.record(
        c, recipient_key, kind, list_id=into.id, wording="", basis=basis.value, source=source, now=now
    )
    return True


def left_at(c: Connection, recipient_key: str, list_id: int) -> int | None:
    """When the person with this fingerprint left the list, or None."""
    t, p = subscriptions.c, departures.c
    tie = (
        select(t.since)
        .join_from(subscriptions, subscribers)
        .where(subscribers.c.recipient_key == recipient_key, t.list_id == list_id)
        .where(t.status == SubscriptionStatus.UNSUBSCRIBED.value)
    )
    gone = select(p.since).where(p.recipient_key == recipient_key, p.list_id == list_id)
    return max((at for query in (tie, gone) if (at := c.scalar(query)) is not None), default=None)


def suppressed(c: Connection, recipient_key: str) -> tuple[str, int] | None:
    """Why the person with this fingerprint is never mailed, and since when."""
    query = select(suppressions.c.reason, suppressions.c.created_at)
    row = c.execute(query.where(suppressions.c.recipient_key == recipient_key)).one_or_none()
    return (row.reason, row.created_at) if row else None


def reads(c: Connection, subscriber_id: int) -> list[int]:
    """The numbers of the lists that they have not left."""
    t = subscriptions.c
    not_left = t.status != SubscriptionStatus.UNSUBSCRIBED.value
    return list(c.scalars(select(t.list_id).where(t.subscriber_id == subscriber_id, not_left)))


def _organisation(c: Connection, name: str) -> int:
    found: int | None = c.scalar(select(organisations.c.id).where(organisations.c.name == name))
    if found is None:
        found = c.scalars(insert(organisations).values(name=name).returning(organisations.c.id)).one()
    return found

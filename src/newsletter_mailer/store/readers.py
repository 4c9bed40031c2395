"""Subscribers as rows: how one is found and read."""

from __future__ import annotations

import json
from typing import Any

from sqlalchemy import Connection, or_, select

from newsletter_mailer.model.audience import Subscriber, SubscriptionStatus, normalise_address
from newsletter_mailer.store.schema import organisations, subscribers, subscriptions

_S = subscribers.c
READER = (
    _S.id.label("reader_id"),
    _S.address.label("reader_address"),
    _S.recipient_key.label("reader_key"),
    *(_S.first_name, _S.last_name, _S.language, _S.attributes, organisations.c.name.label("organisation")),
)  #: what `as_subscriber` needs of a row
_READERS = select(*READER).outerjoin_from(
    subscribers, organisations, organisations.c.id == _S.organisation_id
)


def as_subscriber(row: Any) -> Subscriber:
    """The subscriber of a row that has the columns `READER`."""
    return Subscriber(
        row.reader_id,
        row.reader_address,
        row.reader_key,
        row.first_name,
        row.last_name,
        row.language,
        row.organisation or "",
        json.loads(row.attributes) if row.attributes != "{}" else {},
    )


def subscriber(c: Connection, address_or_id: str | int) -> Subscriber | None:
    """The subscriber with that number, or with that address in any spelling."""
    by_number = isinstance(address_or_id, int)
    found = _S.id == address_or_id if by_number else _S.mailbox == normalise_address(str(address_or_id))
    row = c.execute(_READERS.where(found)).one_or_none()
    return as_subscriber(row) if row else None


def find_readers(c: Connection, query: str, *, limit: int) -> list[Subscriber]:
    """Readers of any list whose address or name holds the query, oldest first; everyone for an empty one."""
    name = _S.first_name + " " + _S.last_name
    holds = or_(
        _S.mailbox.contains(normalise_address(query), autoescape=True),
        # SQLite knows upper and lower case of ASCII only: “élise” has to be looked for as “Élise” too.
        *(name.icontains(spelling, autoescape=True) for spelling in (query.strip(), query.strip().title())),
    )
    reads = select(subscriptions.c.list_id).where(
        subscriptions.c.subscriber_id == _S.id, subscriptions.c.status == SubscriptionStatus.CONFIRMED.value
    )
    rows = c.execute(_READERS.where(holds, reads.exists()).order_by(_S.id).limit(limit))
    return [as_subscriber(row) for row in rows]

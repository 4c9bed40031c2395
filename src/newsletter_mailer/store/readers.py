"""Subscribers as rows: how one is found and read."""

from __future__ import annotations

import json
from typing import Any

from sqlalchemy import Connection, select

from newsletter_mailer.model.audience import Subscriber, SubscriptionStatus, normalise_address
from newsletter_mailer.store.schema import lists, organisations, subscribers, subscriptions

_S = subscribers.c
WITH_ORGANISATION = (
    select(_S.id, _S.address, _S.recipient_key, _S.first_name, _S.last_name, _S.language, _S.attributes)
    .add_columns(organisations.c.name.label("organisation"))
    .outerjoin(organisations, organisations.c.id == _S.organisation_id)
)


def as_subscriber(row: Any) -> Subscriber:
    """The subscriber of a row of `WITH_ORGANISATION`."""
    return Subscriber(
        id=row.id,
        address=row.address,
        recipient_key=row.recipient_key,
        first_name=row.first_name,
        last_name=row.last_name,
        language=row.language,
        organisation=row.organisation or "",
        attributes=json.loads(row.attributes),
    )


def subscriber(c: Connection, address_or_id: str | int) -> Subscriber | None:
    """The subscriber with that number, or with that address in any spelling."""
    by_number = isinstance(address_or_id, int)
    found = _S.id == address_or_id if by_number else _S.mailbox == normalise_address(str(address_or_id))
    row = c.execute(WITH_ORGANISATION.where(found)).one_or_none()
    return as_subscriber(row) if row else None


def some_subscriber(c: Connection, list_slug: str | None = None) -> Subscriber | None:
    """The first subscriber, of that list if one is named, to look at an issue with somebody's eyes."""
    query = WITH_ORGANISATION.order_by(_S.id).limit(1)
    if list_slug is not None:
        query = (
            query.join(subscriptions, subscriptions.c.subscriber_id == _S.id)
            .join(lists, lists.c.id == subscriptions.c.list_id)
            .where(lists.c.slug == list_slug, subscriptions.c.status == SubscriptionStatus.CONFIRMED.value)
        )
    row = c.execute(query).one_or_none()
    return as_subscriber(row) if row else None

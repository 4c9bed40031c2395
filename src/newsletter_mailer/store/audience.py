"""Who is written to: lists, subscribers, and those who are not written to any more."""

from __future__ import annotations

from collections.abc import Collection
from typing import Any

from sqlalchemy import Connection, delete, func, insert, select, text, update

from newsletter_mailer.errors import NewsletterError
from newsletter_mailer.model.audience import (
    Basis,
    MailingList,
    SubscriptionStatus,
    SuppressionReason,
    normalise_address,
)
from newsletter_mailer.store.imports import import_rows
from newsletter_mailer.store.readers import find_readers, subscriber
from newsletter_mailer.store.schema import (
    deliveries,
    issues,
    subscribers,
    subscriptions,
    suppressions,
)
from newsletter_mailer.store.schema import (
    lists as lists_table,
)
from newsletter_mailer.tokens import Secret, recipient_key
from newsletter_mailer.wording import sentence

__all__ = [
    "add_list",
    "change_address",
    "delete_subscriber",
    "find_list",
    "find_readers",
    "import_rows",
    "lists",
    "subscriber",
    "suppress",
    "unsubscribe",
]
_SUPPRESS = text(
    "INSERT INTO suppressions (recipient_key, reason, source, created_at) VALUES (:key, :reason, :source, :now)"
    " ON CONFLICT DO NOTHING"  # the first reason is the one to tell
)
_DEPART = text(
    "INSERT INTO departures (recipient_key, list_id, since)"
    " SELECT s.recipient_key, t.list_id, t.since FROM subscriptions t JOIN subscribers s ON s.id = t.subscriber_id"
    " WHERE s.id = :id AND t.status = 'unsubscribed' ON CONFLICT DO NOTHING"
)


def add_list(
    c: Connection, slug: str, *, name: str, basis: Basis, now: int, commercial: bool = False, source: str
) -> MailingList:
    """A new, empty list. source: where its addresses come from, as told to a reader who asks."""
    values = {"slug": slug, "name": name, "basis": basis.value, "commercial": commercial, "source": source}
    number = c.scalars(insert(lists_table).values(created_at=now, **values).returning(lists_table.c.id)).one()
    return MailingList(number, slug, name, basis, commercial)


def lists(c: Connection) -> list[MailingList]:
    """Every list, by its slug, with the number of readers that may be written to."""
    rows = c.execute(select(lists_table).order_by(lists_table.c.slug)).all()
    return [_list(c, row) for row in rows]


def find_list(c: Connection, slug: str) -> MailingList | None:
    """The list with that slug, and how many of its readers may be written to."""
    row = c.execute(select(lists_table).where(lists_table.c.slug == slug)).one_or_none()
    return _list(c, row) if row else None


def _list(c: Connection, row: Any) -> MailingList:
    may_be_written_to = (
        select(func.count())
        .select_from(subscriptions)
        .join(subscribers, subscribers.c.id == subscriptions.c.subscriber_id)
        .outerjoin(suppressions, suppressions.c.recipient_key == subscribers.c.recipient_key)
        .where(subscriptions.c.list_id == row.id, suppressions.c.recipient_key.is_(None))
        .where(subscriptions.c.status == SubscriptionStatus.CONFIRMED.value)
    )
    confirmed = c.scalar(may_be_written_to) or 0
    return MailingList(row.id, row.slug, row.name, Basis(row.basis), row.commercial, confirmed)


def unsubscribe(c: Connection, subscriber_id: int, list_ids: Collection[int], *, now: int) -> int:
    """End the ties to these lists, and give the number of those that had not ended before. No import revives them."""
    left = SubscriptionStatus.UNSUBSCRIBED.value
    these = subscriptions.c.list_id.in_(list(list_ids)) & (subscriptions.c.status != left)
    ending = update(subscriptions).where(subscriptions.c.subscriber_id == subscriber_id, these)
    return c.execute(ending.values(status=left, since=now)).rowcount


def suppress(
    c: Connection, recipient_key: str, *, reason: SuppressionReason, now: int, source: str = ""
) -> None:
    """Never write to this address again, by any list; known or not. A second reason changes nothing."""
    c.execute(_SUPPRESS, {"key": recipient_key, "reason": reason.value, "source": source, "now": now})


def change_address(c: Connection, subscriber_id: int, address: str, *, secret: Secret, now: int) -> None:
    """The reader has moved to another mailbox; planned deliveries follow when they are claimed.

    Raises NewsletterError when that mailbox is another subscriber's.
    """
    holder = subscriber(c, address)
    if holder is not None and holder.id != subscriber_id:
        raise NewsletterError(
            sentence("{address} belongs to another subscriber already", address=address),
            sentence("delete one of the two"),
        )
    c.execute(
        update(subscribers)
        .where(subscribers.c.id == subscriber_id)
        .values(
            address=address.strip(),
            mailbox=normalise_address(address),
            recipient_key=recipient_key(secret, address),
            updated_at=now,
        )
    )


def delete_subscriber(c: Connection, subscriber_id: int) -> None:
    """Take a person's row away. Deliveries keep their key, and what was left stays left, by the key as well."""
    key = c.scalar(select(subscribers.c.recipient_key).where(subscribers.c.id == subscriber_id))
    if key is None:
        return
    c.execute(_DEPART, {"id": subscriber_id})
    c.execute(
        update(deliveries)
        .where(
            deliveries.c.issue_id.in_(select(issues.c.id)), deliveries.c.recipient_key == key
        )  # by the index
        .values(subscriber_id=None)
    )
    c.execute(delete(subscribers).where(subscribers.c.id == subscriber_id))

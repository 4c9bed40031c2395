"""Who is written to: lists, subscribers, and those who are not written to any more."""

from __future__ import annotations

from sqlalchemy import Connection, delete, select, text, update

from newsletter_mailer.errors import NewsletterError
from newsletter_mailer.model.audience import ConsentKind, normalise_address
from newsletter_mailer.store import consent
from newsletter_mailer.store.imports import import_rows
from newsletter_mailer.store.leaving import (
    leave_delivery,
    rejoin,
    stop_everything,
    suppress,
    unsubscribe,
    unsubscribe_key,
)
from newsletter_mailer.store.list_rows import add_list, edit_list, find_list, lists
from newsletter_mailer.store.readers import find_readers, subscriber
from newsletter_mailer.store.schema import deliveries, issues, last_opens, subscribers
from newsletter_mailer.tokens import Secret, recipient_key
from newsletter_mailer.wording import sentence

__all__ = [
    "add_list",
    "change_address",
    "delete_subscriber",
    "edit_list",
    "find_list",
    "find_readers",
    "import_rows",
    "leave_delivery",
    "lists",
    "rejoin",
    "stop_everything",
    "subscriber",
    "suppress",
    "unsubscribe",
    "unsubscribe_key",
]
_DEPART = text(
    "INSERT INTO departures (recipient_key, list_id, since, reason, source)"
    " SELECT s.recipient_key, t.list_id, t.since, 'unsubscribed', ''"
    " FROM subscriptions t JOIN subscribers s ON s.id = t.subscriber_id"
    " WHERE s.id = :id AND t.status = 'unsubscribed' ON CONFLICT DO NOTHING"
)
_COME_BACK = text(  # to an address that they had before
    "DELETE FROM departures WHERE recipient_key = :key AND list_id IN"
    " (SELECT list_id FROM subscriptions WHERE subscriber_id = :id AND status = 'confirmed')"
)
_MOVE_WISH = text(  # a mailbox that is gone is why people move
    "INSERT INTO suppressions (recipient_key, reason, source, created_at)"
    " SELECT :key, reason, source, created_at FROM suppressions"
    " WHERE recipient_key = :former AND reason <> 'hard_bounce' ON CONFLICT DO NOTHING"
)
_MOVE_REFUSAL = text(  # a yes does not: who gave it is asked again
    "INSERT INTO consent_events (recipient_key, list_id, kind, wording, basis, source, detail, at)"
    " SELECT :key, NULL, kind, wording, basis, source, detail, at FROM consent_events e"
    " WHERE recipient_key = :former AND kind IN ('tracking_refused', 'tracking_asked') AND NOT EXISTS"
    " (SELECT 1 FROM consent_events WHERE recipient_key = :former AND kind = 'tracking_granted'"
    " AND (at > e.at OR (at = e.at AND id > e.id))) ORDER BY id"
)
_MOVE_DAY = text(
    "INSERT INTO last_opens (recipient_key, day) SELECT :key, day FROM last_opens WHERE recipient_key = :former"
    " ON CONFLICT DO NOTHING"
)


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
    former = c.scalar(select(subscribers.c.recipient_key).where(subscribers.c.id == subscriber_id))
    key = recipient_key(secret, address)
    if former is not None and former != key:
        _keep_track(c, subscriber_id, former, key, now=now)
    c.execute(
        update(subscribers)
        .where(subscribers.c.id == subscriber_id)
        .values(
            address=address.strip(), mailbox=normalise_address(address), recipient_key=key, updated_at=now
        )
    )


def _keep_track(c: Connection, subscriber_id: int, former: str, key: str, *, now: int) -> None:
    """No import of the former address gets past what was left; wishes for no mail, and not to be measured, move along."""
    c.execute(_DEPART, {"id": subscriber_id})
    c.execute(_COME_BACK, {"id": subscriber_id, "key": key})
    c.execute(_MOVE_WISH, {"former": former, "key": key})
    c.execute(_MOVE_REFUSAL, {"former": former, "key": key})
    c.execute(_MOVE_DAY, {"former": former, "key": key})
    c.execute(delete(last_opens).where(last_opens.c.recipient_key == former))
    said = {"wording": "", "basis": "", "source": ""}
    consent.record(c, key, ConsentKind.MOVED, list_id=None, **said, detail=former, now=now)


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

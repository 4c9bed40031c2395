"""What a reader chooses for themselves on the pages behind the links of a letter."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from sqlalchemy import Connection, select, update

from newsletter_mailer.model.audience import ConsentKind, MailingList, Subscriber, SubscriptionStatus
from newsletter_mailer.store.list_rows import uncounted
from newsletter_mailer.store.readers import subscriber
from newsletter_mailer.store.schema import (
    campaigns,
    consent_events,
    deliveries,
    editions,
    lists,
    subscribers,
    subscriptions,
    suppressions,
)

_TRACKING = (ConsentKind.TRACKING_GRANTED.value, ConsentKind.TRACKING_REFUSED.value)
_CONFIRMED = SubscriptionStatus.CONFIRMED.value


@dataclass(frozen=True, slots=True)
class Choices:
    """What holds for a reader now."""

    subscriber: Subscriber
    ties: Mapping[int, bool]  #: lists that the reader ever was on -> whether they are now
    tracking: bool | None  #: None: never said
    suppressed: str  #: why nothing is mailed, a word of SuppressionReason; "" = it is


@dataclass(frozen=True, slots=True)
class Seen:
    """A letter as it went to a reader."""

    subscriber: Subscriber
    edition: int
    edition_hash: str
    list_name: str
    web_base: str


def reader_of(c: Connection, delivery_id: int) -> int | None:
    """The number of the reader of a delivery, whatever their address is now; None when there is none (any more)."""
    query = select(subscribers.c.id).join(deliveries, deliveries.c.subscriber_id == subscribers.c.id)
    return c.scalar(query.where(deliveries.c.id == delivery_id))


def choices(c: Connection, subscriber_id: int) -> Choices | None:
    """What holds for that reader, None when there is no such reader."""
    found = subscriber(c, subscriber_id)
    if found is None:
        return None
    ties = select(subscriptions.c.list_id, subscriptions.c.status).where(
        subscriptions.c.subscriber_id == subscriber_id
    )
    return Choices(
        found,
        {row.list_id: row.status == _CONFIRMED for row in c.execute(ties)},
        tracking(c, found.recipient_key),
        c.scalar(select(suppressions.c.reason).where(suppressions.c.recipient_key == found.recipient_key))
        or "",
    )


def tracking(c: Connection, recipient_key: str) -> bool | None:
    """The reader's last word on whether their openings and clicks may be counted; None when they never said."""
    events = consent_events.c
    last = (
        select(events.kind)
        .where(events.recipient_key == recipient_key, events.kind.in_(_TRACKING))
        .order_by(events.at.desc(), events.id.desc())
    )
    said = c.scalar(last.limit(1))
    return None if said is None else said == ConsentKind.TRACKING_GRANTED.value


def speak(c: Connection, subscriber_id: int, language: str, *, now: int) -> None:
    """The language in which the reader wants to be written to, two letters."""
    this = update(subscribers).where(subscribers.c.id == subscriber_id)
    c.execute(this.values(language=language, updated_at=now))


def seen(c: Connection, delivery_id: int) -> Seen | None:
    """The letter of a delivery and its reader; None when either is not there (any more)."""
    d = deliveries.c
    row = c.execute(
        select(d.subscriber_id, d.edition_id, d.lists, editions.c.hash, campaigns.c.web_base)
        .join(editions, editions.c.id == d.edition_id)
        .join(campaigns, campaigns.c.id == d.campaign_id)
        .where(d.id == delivery_id)
    ).one_or_none()
    reader = subscriber(c, row.subscriber_id) if row is not None and row.subscriber_id else None
    if row is None or reader is None:
        return None
    first = int(row.lists.split(",")[0])
    name = c.scalar(select(lists.c.name).where(lists.c.id == first)) or ""
    return Seen(reader, row.edition_id, row.hash, name, row.web_base)


def public_lists(c: Connection) -> tuple[MailingList, ...]:
    """The lists that anybody may subscribe to."""
    return uncounted(c, c.scalars(select(lists.c.id).where(lists.c.public)).all())

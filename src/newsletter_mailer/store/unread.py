"""Who no longer opens what they are sent, as far as days of openings are kept: nothing else is asked of them."""

from __future__ import annotations

from sqlalchemy import Connection, select

from newsletter_mailer.model.audience import SubscriptionStatus
from newsletter_mailer.model.delivery import Status
from newsletter_mailer.store.links import day_of
from newsletter_mailer.store.schema import (
    campaigns,
    deliveries,
    last_opens,
    subscribers,
    subscriptions,
    trackers,
)

_S, _D, _O, _B = subscribers.c, deliveries.c, last_opens.c, subscriptions.c


def unread_since(c: Connection, then: int) -> list[tuple[str, str]]:
    """Address and day of the last opening, "" for none, of readers who were sent letters before and opened none since.

    Only of letters that could have told; and of readers who did nothing else of their own either.
    """
    told = (
        select(_D.subscriber_id)
        .join_from(trackers, deliveries, _D.id == trackers.c.delivery_id)
        .join(campaigns, campaigns.c.id == _D.campaign_id)
        .where(campaigns.c.hygiene, _D.status == Status.SENT.value, _D.updated_at <= then)
    )
    reads = select(_B.subscriber_id).where(_B.status == SubscriptionStatus.CONFIRMED.value)
    rows = c.execute(
        select(_S.address, _O.day)
        .outerjoin_from(subscribers, last_opens, _O.recipient_key == _S.recipient_key)
        .where(_S.id.in_(told), _S.id.in_(reads), _S.last_act_at <= then)
        .where(_O.day.is_(None) | (_O.day <= day_of(then)))
        .order_by(_S.id)
    )
    return [(row.address, row.day or "") for row in rows]

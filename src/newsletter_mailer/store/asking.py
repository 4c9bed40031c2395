"""Who may be asked whether their reading may be measured, and who was."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from sqlalchemy import Connection, ScalarSelect, func, or_, select

from newsletter_mailer.model.audience import ConsentKind, SubscriptionStatus
from newsletter_mailer.store import consent
from newsletter_mailer.store.schema import consent_events, lists, subscribers, subscriptions, suppressions

SIX_MONTHS = 184 * 86_400_000  #: as long as a refusal is remembered, and a silence
_S, _B, _E = subscribers.c, subscriptions.c, consent_events.c


class Unasked(NamedTuple):
    """A reader whose turn it is."""

    id: int
    address: str
    recipient_key: str
    language: str


def unasked(c: Connection, slugs: Sequence[str], *, now: int) -> list[Unasked]:
    """Readers of these lists who have not agreed, and neither refused nor were asked for six months."""
    granted, refused, asked = (
        _last(kind)
        for kind in (
            ConsentKind.TRACKING_GRANTED,
            ConsentKind.TRACKING_REFUSED,
            ConsentKind.TRACKING_ASKED,
        )
    )
    reads = select(_B.subscriber_id).join_from(subscriptions, lists, lists.c.id == _B.list_id)
    theirs = reads.where(lists.c.slug.in_(slugs), _B.status == SubscriptionStatus.CONFIRMED.value)
    then = now - SIX_MONTHS
    rows = c.execute(
        select(_S.id, _S.address, _S.recipient_key, _S.language)
        .where(
            _S.id.in_(theirs),
            _S.recipient_key.not_in(select(suppressions.c.recipient_key)),
            or_(granted.is_(None), granted < refused),
            or_(refused.is_(None), refused <= then),
            or_(asked.is_(None), asked <= then),
        )
        .order_by(_S.id)
    )
    return [Unasked(*row) for row in rows]


def note_asked(c: Connection, recipient_key: str, *, wording: str, source: str, now: int) -> None:
    """They were asked; who does not answer has refused, and is left in peace for six months."""
    kind = ConsentKind.TRACKING_ASKED
    consent.record(c, recipient_key, kind, list_id=None, wording=wording, basis="", source=source, now=now)


def _last(kind: ConsentKind) -> ScalarSelect[int]:
    """When that was said last by, or to, the reader."""
    said = select(func.max(_E.at)).where(_E.recipient_key == _S.recipient_key, _E.kind == kind.value)
    return said.correlate(subscribers).scalar_subquery()

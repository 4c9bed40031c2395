"""Addresses that nobody has: never written to again, once nothing speaks against the answer."""

from __future__ import annotations

from collections.abc import Collection

from sqlalchemy import Connection, select

from newsletter_mailer.model.audience import SuppressionReason
from newsletter_mailer.model.delivery import Status
from newsletter_mailer.model.outcome import ReplyClass
from newsletter_mailer.store.audience import suppress
from newsletter_mailer.store.batch_rows import batches_with
from newsletter_mailer.store.domains import held_domains
from newsletter_mailer.store.schema import attempts, deliveries, suppressions

_D, _A = deliveries.c, attempts.c
_UNKNOWN = (
    select(_D.recipient_key, _D.domain)
    .join(attempts, (_A.delivery_id == _D.id) & (_A.number == _D.attempt))
    .outerjoin(suppressions, suppressions.c.recipient_key == _D.recipient_key)
    .where(_D.status == Status.REFUSED.value, _A.kind == ReplyClass.HARD.value)
    .where(suppressions.c.recipient_key.is_(None))
)


def suppress_hard(c: Connection, campaign_id: int, *, now: int, without: Collection[str] = ()) -> int:
    """Never write again to those whom the campaign's last answer called unknown. Gives how many are new.

    For the end of a run, when a wrong list would have shown. without: domains whose word is not trusted, besides
    those that are held. No import and no later success undoes it.
    """
    doubted = {*without, *held_domains(c, campaign_id)}
    unknown: set[str] = set()
    for batch in batches_with(c, campaign_id, Status.REFUSED):
        found = c.execute(_UNKNOWN.where(_D.campaign_id == campaign_id, _D.batch == batch))
        unknown.update(row.recipient_key for row in found if row.domain not in doubted)
    for key in sorted(unknown):
        suppress(c, key, reason=SuppressionReason.HARD_BOUNCE, now=now, source="smtp")
    return len(unknown)

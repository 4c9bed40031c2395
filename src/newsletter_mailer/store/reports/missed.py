"""Whom a campaign did not reach, one by one."""

from __future__ import annotations

from collections.abc import Iterator

from sqlalchemy import Connection

from newsletter_mailer.model.bounce import Kind
from newsletter_mailer.model.report import Missed
from newsletter_mailer.store.log import LogRow, not_reached
from newsletter_mailer.store.returned import Came


def missed(c: Connection, campaign_id: int) -> Iterator[Missed]:
    """Everyone who did not get it, in the order of the plan, with the last that was heard; read batch by batch."""
    return map(_missed, not_reached(c, campaign_id))


def _missed(row: LogRow) -> Missed:
    back = next((came for came in reversed(row.returned) if came.kind is Kind.BOUNCE), None)
    return Missed(
        delivery=row.delivery,
        address=row.address,
        organisation=row.organisation,
        domain=row.domain,
        status=row.status,
        attempts=row.attempts,
        at=back.at if back else row.updated_at,
        code=back.code if back else row.code,
        words=_words(row, back),
        kind=row.kind,
        verb=row.verb,
        detail=row.detail,
        category=back.category if back else None,
    )


def _words(row: LogRow, back: Came | None) -> str:
    return " ".join((back.reason if back else row.reply).split())

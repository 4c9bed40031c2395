"""Batches as rows: by their counters the deliveries of one status are found without a scan of millions."""

from __future__ import annotations

from sqlalchemy import Connection, select

from newsletter_mailer.model.delivery import Status
from newsletter_mailer.store.schema import batches


def batches_with(c: Connection, campaign_id: int, status: Status | None = None) -> list[int]:
    """The numbers of a campaign's batches, in their order: all, or those that have deliveries of that status."""
    query = select(batches.c.number).where(batches.c.campaign_id == campaign_id).order_by(batches.c.number)
    return list(c.scalars(query if status is None else query.where(batches.c[status.value] > 0)))

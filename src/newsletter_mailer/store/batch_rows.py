"""Batches as rows: by their counters the deliveries of one status are found without a scan of millions."""

from __future__ import annotations

from collections.abc import Iterator

from sqlalchemy import Connection, select

from newsletter_mailer.model.delivery import Status
from newsletter_mailer.store.schema import batches, deliveries
from newsletter_mailer.store.steps import Row

_D = deliveries.c


def batches_with(c: Connection, campaign_id: int, status: Status | None = None) -> list[int]:
    """The numbers of a campaign's batches, in their order: all, or those that have deliveries of that status."""
    query = select(batches.c.number).where(batches.c.campaign_id == campaign_id).order_by(batches.c.number)
    return list(c.scalars(query if status is None else query.where(batches.c[status.value] > 0)))


def all_batches_with(c: Connection, status: Status) -> list[tuple[int, int]]:
    """Campaign and number of every batch that has deliveries of that status."""
    b = batches.c
    query = select(b.campaign_id, b.number).where(b[status.value] > 0).order_by(b.campaign_id, b.number)
    return [(row.campaign_id, row.number) for row in c.execute(query)]


def standing(c: Connection, campaign_id: int, status: Status) -> Iterator[list[Row]]:
    """The deliveries of one status, batch by batch."""
    query = (
        select(_D.id, _D.attempt)
        .where(_D.campaign_id == campaign_id, _D.status == status.value)
        .order_by(_D.id)
        .with_for_update()
    )
    for batch in batches_with(c, campaign_id, status):
        found = c.execute(query.where(_D.batch == batch)).all()
        yield [Row(id_, campaign_id, batch, status, attempt) for id_, attempt in found]

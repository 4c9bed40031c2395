"""Statuses change by the table and in no other way, and the counters with them."""

from __future__ import annotations

from itertools import product

import pytest
from sqlalchemy import select

from newsletter_mailer.model.campaign import Campaign
from newsletter_mailer.model.delivery import NEXT, Event, Status
from newsletter_mailer.store.schema import batches, deliveries
from newsletter_mailer.store.steps import Row, Step, apply
from unit.store.ledger_kit import NOON, Bench, counted

FORBIDDEN = sorted(set(product(Status, Event)) - NEXT.keys(), key=str)


def standing(bench: Bench, status: Status) -> tuple[Campaign, Row]:
    """A campaign of one delivery that is in that status."""
    bench.on_list("ann@example.org")
    campaign = bench.plan()
    with bench.database.transaction() as c:
        c.execute(deliveries.update().values(status=status.value))
        c.execute(batches.update().values({"queued": 0}))
        c.execute(batches.update().values({status.value: 1}))
        number = c.scalars(select(deliveries.c.id)).one()
    return campaign, Row(number, campaign.id, 1, status, 0)


@pytest.mark.parametrize(("status", "event"), NEXT)
def test_every_allowed_step_moves_the_row_and_the_counters(
    bench: Bench, status: Status, event: Event
) -> None:
    campaign, row = standing(bench, status)

    with bench.database.transaction() as c:
        apply(c, [Step([row], event)], now=NOON)

    assert bench.statuses(campaign) == {"ann@example.org": NEXT[status, event]}
    with bench.database.reading() as c:
        assert counted(c, campaign) == bench.counts(campaign)


@pytest.mark.parametrize(("status", "event"), FORBIDDEN)
def test_every_other_step_is_refused_and_nothing_moves(bench: Bench, status: Status, event: Event) -> None:
    campaign, row = standing(bench, status)

    with pytest.raises(ValueError, match="cannot be"), bench.database.transaction() as c:
        apply(c, [Step([row], event)], now=NOON)

    assert bench.statuses(campaign) == {"ann@example.org": status}


def test_a_row_that_is_not_as_it_was_read_stops_everything(bench: Bench) -> None:
    campaign, row = standing(bench, Status.QUEUED)
    stale = Row(row.id, row.campaign, row.batch, Status.IN_DOUBT, 0)

    with pytest.raises(RuntimeError, match="behind"), bench.database.transaction() as c:
        apply(c, [Step([stale], Event.RESOLVED_SENT)], now=NOON)

    assert bench.statuses(campaign) == {"ann@example.org": Status.QUEUED}

"""A late run is noticed, and a clock that was set back makes nobody wait for the old time."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlalchemy import insert, select, update

from newsletter_mailer.model.delivery import Status
from newsletter_mailer.store import ledger
from newsletter_mailer.store.clocks import late_since, mend_stamps
from newsletter_mailer.store.schema import campaigns, deliveries, domain_pauses, runs
from unit.store.ledger_kit import DEFERRED, HOUR, MINUTE, NOON, Bench

READERS = ["ann@example.org", "bob@example.org", "cleo@example.org"]


def late(bench: Bench) -> int | None:
    with bench.database.reading() as c:
        return late_since(c, bench.now)


def mend(bench: Bench) -> None:
    with bench.database.transaction() as c:
        mend_stamps(c, bench.now)


@pytest.mark.parametrize(("hours", "noticed"), [(11.9, None), (12.1, NOON)])
def test_a_run_that_never_ended_is_late_after_twelve_hours(
    bench: Bench, hours: float, noticed: int | None
) -> None:
    bench.begin_run()

    bench.later(timedelta(hours=hours))

    assert late(bench) == noticed


def test_a_run_that_ended_is_never_late(bench: Bench) -> None:
    bench.begin_run()
    with bench.database.transaction() as c:
        ledger.end_run(c, bench.run, bench.now)

    bench.later(timedelta(days=30))

    assert late(bench) is None


def test_a_ledger_that_never_sent_is_not_late(bench: Bench) -> None:
    assert late(bench) is None


def test_a_run_of_the_future_is_not_late(bench: Bench) -> None:
    bench.begin_run()

    bench.now -= 24 * HOUR

    assert late(bench) is None


def test_who_waits_keeps_the_same_wait_when_the_clock_is_set_back(bench: Bench) -> None:
    bench.on_list(*READERS)
    campaign = bench.plan()
    bench.settle(bench.claim(campaign, limit=1), DEFERRED)
    with bench.database.reading() as c:
        due = ledger.next_due(c, campaign.id)
    assert due == NOON + 5 * MINUTE

    bench.now -= 3 * HOUR
    mend(bench)
    mend(bench)

    with bench.database.reading() as c:
        assert ledger.next_due(c, campaign.id) == bench.now + 5 * MINUTE


def test_nobody_is_given_up_early_or_late_by_a_plan_of_the_future(bench: Bench) -> None:
    bench.on_list(*READERS)
    campaign = bench.plan()

    bench.now -= 3 * HOUR
    mend(bench)

    with bench.database.reading() as c:
        assert set(c.scalars(select(deliveries.c.planned_at))) == {bench.now}
        assert c.execute(select(campaigns.c.created_at, campaigns.c.updated_at)).one() == (
            bench.now,
            bench.now,
        )
    assert bench.statuses(campaign) == dict.fromkeys(READERS, Status.QUEUED)


def test_runs_of_the_future_count_as_of_now(bench: Bench) -> None:
    bench.begin_run()
    with bench.database.transaction() as c:
        ledger.end_run(c, bench.run, bench.now)

    bench.now -= HOUR
    mend(bench)

    with bench.database.reading() as c:
        stamps = c.execute(select(runs.c.started_at, runs.c.heartbeat_at, runs.c.ended_at)).one()
    assert set(stamps) == {bench.now}


def test_a_domain_that_is_left_alone_is_left_alone_for_as_long(bench: Bench) -> None:
    bench.on_list(*READERS)
    campaign = bench.plan()
    pauses = {"example.org": NOON + 10 * MINUTE, "example.com": None}
    with bench.database.transaction() as c:
        for domain, until in pauses.items():
            row = {"campaign_id": campaign.id, "domain": domain, "until": until, "why": "", "at": NOON}
            c.execute(insert(domain_pauses).values(row))

    bench.now -= 3 * HOUR
    mend(bench)

    with bench.database.reading() as c:
        left = dict(c.execute(select(domain_pauses.c.domain, domain_pauses.c.until)).all())
    assert left == {"example.org": bench.now + 10 * MINUTE, "example.com": None}


def test_stamps_of_the_past_stay_as_they_are(bench: Bench) -> None:
    bench.on_list(*READERS)
    campaign = bench.plan()
    bench.settle(bench.claim(campaign, limit=2), DEFERRED)
    with bench.database.transaction() as c:
        c.execute(update(campaigns).values(canary_done_at=NOON - HOUR))
        before = [c.execute(select(table)).all() for table in (deliveries, runs, campaigns)]

    bench.later(timedelta(hours=1))
    mend(bench)

    with bench.database.reading() as c:
        after = [c.execute(select(table)).all() for table in (deliveries, runs, campaigns)]
    assert after == before

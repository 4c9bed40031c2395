"""Outcomes come into the ledger once, from the run that holds the delivery; the rest is the officer's."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import select

from newsletter_mailer.errors import UsageError
from newsletter_mailer.model.campaign import CampaignState, Counts
from newsletter_mailer.model.delivery import Event, Status
from newsletter_mailer.model.outcome import Outcome, Reply, Verb
from newsletter_mailer.store import campaigns, ledger
from newsletter_mailer.store.database import Database
from newsletter_mailer.store.schema import attempts, events, runs
from unit.store.ledger_kit import (
    ACCEPTED,
    CLOSING,
    DEFERRED,
    HUNG_UP,
    LOST,
    MINUTE,
    NOON,
    REFUSED,
    Bench,
    counted,
)

ANN, BOB = "ann@example.org", "bob@example.org"


@pytest.fixture
def bench(tmp_path: Path) -> Iterator[Bench]:
    with Database(f"sqlite:///{tmp_path}/newsletter.db") as database:
        yield Bench(database)


@pytest.mark.parametrize(
    ("outcome", "status"),
    [
        (ACCEPTED, Status.SENT),
        (DEFERRED, Status.DEFERRED),
        (REFUSED, Status.REFUSED),
        (LOST, Status.IN_DOUBT),
        (CLOSING, Status.QUEUED),
    ],
)
def test_an_outcome_becomes_a_status(bench: Bench, outcome: Outcome, status: Status) -> None:
    bench.on_list(ANN)
    campaign = bench.plan()

    bench.settle(bench.claim(campaign), outcome)

    assert bench.statuses(campaign) == {ANN: status}
    with bench.database.reading() as c:
        assert counted(c, campaign) == bench.counts(campaign)


def test_the_log_tells_the_last_that_was_heard(bench: Bench) -> None:
    bench.on_list(ANN, BOB)
    campaign = bench.plan()
    first = bench.claim(campaign)
    bench.settle(first[:1], DEFERRED)
    bench.settle(first[1:], LOST)
    bench.later(timedelta(minutes=5))
    bench.settle(bench.claim(campaign), ACCEPTED)

    with bench.database.reading() as c:
        ann, bob = campaigns.log(c, campaign.id)
        doubtful = list(ledger.unresolved(c, campaign.id))

    assert (ann.attempts, ann.code, ann.reply) == (2, 250, "2.0.0 Ok: queued as 4F2")
    assert (ann.sent_at, ann.verb, ann.next_try_at) == (NOON + 5 * MINUTE, Verb.DOT, None)
    assert (bob.code, bob.reply, bob.detail, bob.sent_at) == (None, "", "the line was closed", None)
    assert doubtful == [bob]


def test_every_attempt_is_kept(bench: Bench) -> None:
    bench.on_list(ANN)
    campaign = bench.plan()
    for outcome in (DEFERRED, CLOSING, REFUSED):
        bench.settle(bench.claim(campaign), outcome)
        bench.later(timedelta(hours=1))

    with bench.database.reading() as c:
        kept = c.execute(select(attempts.c.number, attempts.c.code).order_by(attempts.c.number)).all()
    assert [tuple(row) for row in kept] == [(1, 450), (2, 421), (3, 550)]


def test_waits_grow_and_two_days_are_enough(bench: Bench) -> None:
    bench.on_list(ANN)
    campaign = bench.plan()
    waits = []

    while bench.statuses(campaign) != {ANN: Status.REFUSED}:
        bench.settle(bench.claim(campaign), DEFERRED)
        with bench.database.reading() as c:
            due = ledger.next_due(c, campaign.id)
        waits.append(round((due - bench.now) / MINUTE) if due else None)
        bench.now = due or bench.now

    assert waits == [5, 30, 120, 360, 1440, 925, None]  # the last try is made after two days


def test_a_campaign_that_begins_late_gives_nobody_up_after_one_try(bench: Bench) -> None:
    bench.on_list(ANN)
    campaign = bench.plan()
    bench.later(timedelta(hours=72))

    bench.settle(bench.claim(campaign), DEFERRED)
    once = bench.statuses(campaign)
    bench.later(timedelta(minutes=10))
    bench.settle(bench.claim(campaign), DEFERRED)

    assert once == {ANN: Status.DEFERRED}
    assert bench.statuses(campaign) == {ANN: Status.REFUSED}


@pytest.mark.parametrize(
    "outcome",
    [
        HUNG_UP,
        replace(HUNG_UP, verb=Verb.DATA),
        replace(HUNG_UP, reply=Reply(421, "4.3.0 closing")),
        replace(HUNG_UP, verb=Verb.DOT, reply=Reply(421, "4.3.0 closing")),
    ],
)
def test_a_reader_at_whom_the_server_hangs_up_each_time_waits_and_is_given_up(
    bench: Bench, outcome: Outcome
) -> None:
    bench.on_list(ANN, BOB)
    campaign = bench.plan()
    for _ in range(2):
        bench.settle(bench.claim(campaign, limit=1), outcome)
    twice = bench.statuses(campaign)

    bench.settle(bench.claim(campaign, limit=1), outcome)

    assert twice == {ANN: Status.QUEUED, BOB: Status.QUEUED}
    assert bench.statuses(campaign) == {ANN: Status.DEFERRED, BOB: Status.QUEUED}
    bench.settle(bench.claim(campaign), ACCEPTED)
    bench.later(timedelta(hours=48))
    bench.settle(bench.claim(campaign), outcome)
    assert bench.counts(campaign) == Counts(sent=1, refused=1)


@pytest.mark.parametrize(
    "outcome",
    [CLOSING, Outcome(Event.RELEASED, Verb.CONNECT), replace(HUNG_UP, reply=Reply(535, "5.7.8 who are you"))],
)
def test_what_is_no_word_on_the_reader_leaves_them_queued_however_often(
    bench: Bench, outcome: Outcome
) -> None:
    bench.on_list(ANN)
    campaign = bench.plan()

    for _ in range(5):
        bench.settle(bench.claim(campaign), outcome)

    assert bench.statuses(campaign) == {ANN: Status.QUEUED}


def test_a_late_word_of_another_run_or_attempt_changes_nothing(bench: Bench) -> None:
    bench.on_list(ANN)
    campaign = bench.plan()
    first = bench.claim(campaign)
    old_run = bench.run
    bench.settle(first, CLOSING)
    bench.begin_run()
    second = bench.claim(campaign)

    bench.settle(first, ACCEPTED, run=old_run)  # another run, another attempt
    bench.settle(first, ACCEPTED)  # another attempt
    bench.settle(second, ACCEPTED, run=old_run)  # another run

    assert bench.statuses(campaign) == {ANN: Status.SENDING}
    bench.settle(second, ACCEPTED)
    bench.settle(second, REFUSED)  # settled already
    assert bench.statuses(campaign) == {ANN: Status.SENT}


def test_two_words_on_one_delivery_count_once(bench: Bench) -> None:
    bench.on_list(ANN)
    campaign = bench.plan()
    claimed = bench.claim(campaign)

    bench.settle([*claimed, *claimed], ACCEPTED)

    assert bench.counts(campaign) == Counts(sent=1)


def test_what_is_given_back_was_no_attempt(bench: Bench) -> None:
    bench.on_list(ANN, BOB)
    campaign = bench.plan()
    claimed = bench.claim(campaign)

    bench.release(claimed[:1])
    bench.release(claimed[1:], run=bench.run + 1)

    assert bench.statuses(campaign) == {ANN: Status.QUEUED, BOB: Status.SENDING}
    assert [one.delivery.attempt for one in bench.claim(campaign)] == [1]


def test_the_doubtful_are_settled_as_sent_or_sent_again_with_the_same_message_id(bench: Bench) -> None:
    bench.on_list(ANN, BOB)
    campaign = bench.plan()
    before = bench.claim(campaign)
    bench.settle(before, LOST)
    with bench.database.transaction() as c:
        campaigns.set_state(c, campaign.id, CampaignState.FINISHED, now=NOON)

    with bench.database.transaction() as c:
        assert ledger.resolve(c, campaign.id, as_="sent", now=NOON, addresses=["BOB@example.org"]) == 1
    assert bench.statuses(campaign) == {ANN: Status.IN_DOUBT, BOB: Status.SENT}
    with bench.database.transaction() as c:
        assert ledger.resolve(c, campaign.id, as_="resend", now=NOON) == 1
        assert ledger.resolve(c, campaign.id, as_="resend", now=NOON) == 0

    [again] = bench.claim(campaign)
    assert again.delivery.message_id == before[0].delivery.message_id
    assert bench.fresh(campaign).state is CampaignState.STOPPED
    with bench.database.reading() as c:
        assert set(c.scalars(select(events.c.kind))) == {"resolved_sent", "resolved_resend"}


def test_the_refused_are_tried_again_with_all_their_time_before_them(bench: Bench) -> None:
    bench.on_list(ANN, BOB)
    campaign = bench.plan()
    claimed = bench.claim(campaign)
    bench.settle(claimed[:1], REFUSED)
    bench.settle(claimed[1:], ACCEPTED)
    bench.later(timedelta(days=30))

    with bench.database.transaction() as c:
        assert ledger.retry_refused(c, campaign.id, bench.now) == 1
        assert ledger.retry_refused(c, campaign.id, bench.now) == 0
    bench.settle(bench.claim(campaign), DEFERRED)

    assert bench.statuses(campaign) == {ANN: Status.DEFERRED, BOB: Status.SENT}


def test_cancelling_leaves_what_is_on_the_wire_to_its_run(bench: Bench) -> None:
    readers = [f"reader{number}@example.org" for number in range(5)]
    bench.on_list(*readers)
    campaign = bench.plan()
    claimed = bench.claim(campaign, limit=4)
    bench.settle(claimed[:1], DEFERRED)

    with bench.database.transaction() as c:
        assert ledger.cancel(c, campaign.id, NOON) == 2
    bench.settle(claimed[1:2], ACCEPTED)
    bench.settle(claimed[2:3], DEFERRED)
    bench.release(claimed[3:])

    assert bench.counts(campaign) == Counts(sent=1, cancelled=4)
    with bench.database.reading() as c:
        assert counted(c, campaign) == bench.counts(campaign)


def test_nothing_is_queued_again_in_a_cancelled_campaign(bench: Bench) -> None:
    bench.on_list(ANN, BOB, "eve@example.org")
    campaign = bench.plan()
    claimed = bench.claim(campaign)
    bench.settle(claimed[:1], REFUSED)
    bench.settle(claimed[1:2], LOST)
    with bench.database.transaction() as c:
        ledger.cancel(c, campaign.id, NOON)
    bench.release(claimed[2:])

    with pytest.raises(UsageError, match="cancelled"), bench.database.transaction() as c:
        ledger.retry_refused(c, campaign.id, NOON)
    with pytest.raises(UsageError, match="cancelled"), bench.database.transaction() as c:
        ledger.resolve(c, campaign.id, as_="resend", now=NOON)

    assert bench.counts(campaign) == Counts(refused=1, in_doubt=1, cancelled=1)
    with bench.database.transaction() as c:
        assert ledger.resolve(c, campaign.id, as_="sent", now=NOON) == 1


def test_a_finished_campaign_has_nothing_to_cancel_and_stays_finished(bench: Bench) -> None:
    bench.on_list(ANN)
    campaign = bench.plan()
    bench.settle(bench.claim(campaign), ACCEPTED)
    with bench.database.transaction() as c:
        campaigns.set_state(c, campaign.id, CampaignState.FINISHED, now=NOON)

    with pytest.raises(UsageError, match="nothing to cancel"), bench.database.transaction() as c:
        ledger.cancel(c, campaign.id, NOON)

    assert bench.fresh(campaign).state is CampaignState.FINISHED


def test_many_outcomes_are_settled_in_groups(bench: Bench) -> None:
    bench.on_list(*(f"reader{number}@example.org" for number in range(1200)))
    campaign = bench.plan()
    claimed = []
    while more := bench.claim(campaign):
        claimed += more

    bench.settle(claimed, ACCEPTED)

    assert bench.counts(campaign) == Counts(sent=1200)
    with bench.database.reading() as c:
        assert sum(1 for _ in campaigns.log(c, campaign.id, status=Status.SENT)) == 1200
        assert list(campaigns.log(c, campaign.id, status=Status.QUEUED)) == []


def test_a_run_tells_that_it_is_alive(bench: Bench) -> None:
    run = bench.begin_run()

    with bench.database.transaction() as c:
        ledger.heartbeat(c, run, NOON + MINUTE)

    with bench.database.reading() as c:
        assert c.scalar(select(runs.c.heartbeat_at)) == NOON + MINUTE


def test_what_the_replies_meant_is_kept_with_their_attempts(bench: Bench) -> None:
    bench.on_list(*(f"reader{number}@example.org" for number in range(3)))
    campaign = bench.plan()

    for one, outcome in zip(bench.claim(campaign), (ACCEPTED, REFUSED, LOST), strict=True):
        bench.settle([one], outcome)

    with bench.database.reading() as c:
        assert [row.kind for row in campaigns.log(c, campaign.id)] == ["ok", "hard", ""]

"""What an issue's time, the officer's schedule and a hold mean for what leaves."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest

from newsletter_mailer.model.campaign import CampaignState, Counts
from newsletter_mailer.store import campaigns, ledger
from newsletter_mailer.store.campaigns import Audience
from newsletter_mailer.store.database import Database
from unit.store.ledger_kit import ACCEPTED, DEFERRED, HOUR, MINUTE, NOON, SECRET, Bench, an_edition, counted

ANN, BOB, EVE = "ann@example.org", "bob@example.org", "eve@example.org"


@pytest.fixture
def bench(tmp_path: Path) -> Iterator[Bench]:
    with Database(f"sqlite:///{tmp_path}/newsletter.db") as database:
        yield Bench(database)


def test_nothing_leaves_after_the_issues_time_and_the_rest_is_given_up(bench: Bench) -> None:
    bench.on_list(ANN, BOB, EVE)
    campaign = bench.plan(expires_at=NOON + HOUR)
    bench.settle(bench.claim(campaign, limit=1), ACCEPTED)
    bench.settle(bench.claim(campaign, limit=1), DEFERRED)

    bench.later(timedelta(hours=1))

    assert bench.claim(campaign) == []
    with bench.database.reading() as c:
        rows = list(campaigns.log(c, campaign.id))
        assert counted(c, campaign) == bench.counts(campaign) == Counts(sent=1, refused=2)
    assert [(row.status.value, row.detail, row.attempts) for row in rows] == [
        ("sent", "", 1),
        ("refused", "expired", 1),
        ("refused", "expired", 0),
    ]


def test_no_retry_is_put_past_the_issues_time(bench: Bench) -> None:
    bench.on_list(ANN, BOB)
    campaign = bench.plan(expires_at=NOON + 6 * MINUTE)
    bench.settle(bench.claim(campaign, limit=1), DEFERRED)  # five minutes
    bench.later(timedelta(minutes=5))

    bench.settle(bench.claim(campaign, limit=1), DEFERRED)  # half an hour

    with bench.database.reading() as c:
        assert [(row.status.value, row.detail) for row in campaigns.log(c, campaign.id)] == [
            ("refused", "expired"),
            ("queued", ""),
        ]
        assert ledger.next_due(c, campaign.id) is None


def test_who_is_tried_again_by_the_officer_is_no_longer_noted_as_expired(bench: Bench) -> None:
    bench.on_list(ANN)
    campaign = bench.plan(expires_at=NOON)
    bench.claim(campaign)
    with bench.database.transaction() as c:
        ledger.retry_refused(c, campaign.id, NOON)

    with bench.database.reading() as c:
        [row] = campaigns.log(c, campaign.id)
    assert (row.status.value, row.detail) == ("queued", "")


def test_what_is_scheduled_keeps_its_readers_until_a_run_begins(bench: Bench) -> None:
    bench.on_list(ANN)
    with bench.database.transaction() as c:
        campaign = campaigns.plan(
            c,
            an_edition(),
            Audience(("adherents",)),
            now=NOON,
            secret=SECRET,
            ledger_id="a",
            message_domain="example.org",
            mailable=str.isascii,
            list_name="Réseau Exemple",
            unsubscribe_mailbox="leave@example.org",
            canary_wait=30 * MINUTE,
            scheduled_at=NOON + HOUR,
            rate=200,
        )
    before = bench.claim(campaign)

    with bench.database.transaction() as c:
        campaigns.begin(c, campaign.id, now=NOON + HOUR)

    assert (campaign.state, campaign.scheduled_at) == (CampaignState.SCHEDULED, NOON + HOUR)
    assert (campaign.rate, campaign.canary_wait) == (200, 30 * MINUTE)
    assert before == []
    assert len(bench.claim(campaign)) == 1


def test_a_hold_says_why_until_the_officer_says_yes(bench: Bench) -> None:
    bench.on_list(ANN)
    campaign = bench.plan()
    with bench.database.transaction() as c:
        campaigns.hold(c, campaign.id, "the clock was set forward", now=NOON)
        campaigns.set_state(c, campaign.id, CampaignState.STOPPED, now=NOON)
    held = bench.fresh(campaign)
    taken = bench.claim(campaign)

    with bench.database.transaction() as c:
        campaigns.begin(c, campaign.id, now=NOON)

    assert (held.state, held.held_why) == (CampaignState.HELD, "the clock was set forward")
    assert taken == []
    assert (bench.fresh(campaign).state, bench.fresh(campaign).held_why) == (CampaignState.SENDING, "")


@pytest.mark.parametrize("state", [CampaignState.FINISHED, CampaignState.CANCELLED])
def test_what_is_over_is_not_held(bench: Bench, state: CampaignState) -> None:
    bench.on_list(ANN)
    campaign = bench.plan()
    with bench.database.transaction() as c:
        campaigns.set_state(c, campaign.id, state, now=NOON)
        campaigns.hold(c, campaign.id, "too late", now=NOON)

    assert (bench.fresh(campaign).state, bench.fresh(campaign).held_why) == (state, "")


def test_the_officers_pace_replaces_the_planned_one(bench: Bench) -> None:
    bench.on_list(ANN)
    campaign = bench.plan()
    with bench.database.transaction() as c:
        campaigns.set_rate(c, campaign.id, 50, now=NOON)

    assert bench.fresh(campaign).rate == 50

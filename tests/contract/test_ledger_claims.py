"""A claim takes what is due, after one more look at every reader."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import select

from newsletter_mailer.model.audience import NewSubscriber, SuppressionReason
from newsletter_mailer.model.campaign import Campaign, CampaignState, Counts
from newsletter_mailer.model.delivery import Status
from newsletter_mailer.store import audience, campaigns, ledger
from newsletter_mailer.store.database import Database
from newsletter_mailer.store.schema import events
from unit.store.ledger_kit import (
    ACCEPTED,
    DEFERRED,
    MINUTE,
    NOON,
    SECRET,
    Bench,
    counted,
)

ANN, BOB = "ann@example.org", "bob@example.org"


@pytest.fixture
def bench(tmp_path: Path) -> Iterator[Bench]:
    with Database(f"sqlite:///{tmp_path}/newsletter.db") as database:
        yield Bench(database)


def note(bench: Bench, campaign: Campaign) -> str:
    """Why the only delivery was skipped."""
    with bench.database.reading() as c:
        return next(campaigns.log(c, campaign.id)).detail


def test_a_claim_holds_everything_that_a_message_needs(bench: Bench) -> None:
    bench.on_list(ANN)
    with bench.database.transaction() as c:
        rows = [NewSubscriber(ANN, "Ann", "Roy", "fr", "Exemple", {"department": "31"})]
        into = audience.find_list(c, "adherents")
        assert into is not None
        audience.import_rows(c, rows, into=into, secret=SECRET, source="test", now=NOON)
    campaign = bench.plan()

    [claimed] = bench.claim(campaign)

    assert claimed.list_name == "Adherents"
    assert claimed.subscriber == bench.reader(ANN)
    assert claimed.subscriber.organisation == "Exemple"
    assert claimed.subscriber.attributes == {"department": "31"}
    assert (claimed.delivery.address, claimed.delivery.attempt, claimed.delivery.planned_at) == (ANN, 1, NOON)
    assert claimed.delivery.message_id.startswith(f"<{claimed.delivery.id}.")
    assert bench.statuses(campaign) == {ANN: Status.SENDING}


def test_claims_take_batch_after_batch_and_never_a_row_twice(bench: Bench) -> None:
    bench.on_list(*(f"reader{number}@example.org" for number in range(600)))
    campaign = bench.plan()

    sizes, seen = [], set()
    while claimed := bench.claim(campaign, limit=1000):
        sizes.append(len(claimed))
        seen |= {one.delivery.id for one in claimed}

    assert sizes == [200, 200, 100, 100]  # never more than 200, never across two batches
    assert len(seen) == 600
    assert bench.counts(campaign) == Counts(sending=600)


def test_due_retries_go_before_what_was_never_tried(bench: Bench) -> None:
    bench.on_list(ANN, BOB)
    campaign = bench.plan()
    bench.settle(bench.claim(campaign, limit=1), DEFERRED)

    bench.later(timedelta(minutes=10))
    [again] = bench.claim(campaign, limit=1)

    assert (again.delivery.address, again.delivery.attempt) == (ANN, 2)


def test_a_retry_is_not_taken_before_its_time(bench: Bench) -> None:
    bench.on_list(ANN)
    campaign = bench.plan()
    bench.settle(bench.claim(campaign), DEFERRED)

    assert bench.claim(campaign) == []
    with bench.database.reading() as c:
        assert ledger.next_due(c, campaign.id) == NOON + 5 * MINUTE


def test_a_retry_that_comes_late_is_made_all_the_same(bench: Bench) -> None:
    bench.on_list(ANN)
    campaign = bench.plan()
    bench.settle(bench.claim(campaign), DEFERRED)

    bench.later(timedelta(hours=72))  # the computer was off over the weekend
    [again] = bench.claim(campaign)

    assert again.delivery.attempt == 2
    bench.settle([again], ACCEPTED)
    assert bench.statuses(campaign) == {ANN: Status.SENT}


@pytest.mark.parametrize("state", [CampaignState.PAUSED, CampaignState.HELD, CampaignState.CANCELLED])
def test_nothing_is_taken_from_a_campaign_that_must_not_go_on(bench: Bench, state: CampaignState) -> None:
    bench.on_list(ANN)
    campaign = bench.plan()
    with bench.database.transaction() as c:
        campaigns.set_state(c, campaign.id, state, now=NOON)

    assert bench.claim(campaign) == []
    assert bench.counts(campaign) == Counts(queued=1)


@pytest.mark.parametrize("state", [CampaignState.PAUSED, CampaignState.HELD])
def test_what_was_paused_stays_so_whatever_its_run_says_until_another_begins(
    bench: Bench, state: CampaignState
) -> None:
    bench.on_list(ANN)
    campaign = bench.plan()
    with bench.database.transaction() as c:
        campaigns.set_state(c, campaign.id, state, now=NOON)
        campaigns.set_state(c, campaign.id, CampaignState.STOPPED, now=NOON)
    after_the_run = bench.fresh(campaign).state

    with bench.database.transaction() as c:
        campaigns.begin(c, campaign.id, now=NOON)

    assert (after_the_run, bench.fresh(campaign).state) == (state, CampaignState.SENDING)
    assert len(bench.claim(campaign)) == 1


def test_who_unsubscribed_after_the_plan_is_skipped(bench: Bench) -> None:
    main = bench.on_list(ANN, BOB)
    campaign = bench.plan()
    with bench.database.transaction() as c:
        audience.unsubscribe(c, bench.reader(ANN).id, [main.id], now=NOON)

    claimed = bench.claim(campaign)

    assert [one.delivery.address for one in claimed] == [BOB]
    assert bench.statuses(campaign) == {ANN: Status.SKIPPED, BOB: Status.SENDING}


def test_who_left_one_of_two_lists_is_still_reached_by_the_other(bench: Bench) -> None:
    main = bench.on_list(ANN)
    bench.on_list(ANN, slug="presse")
    campaign = bench.plan("adherents", "presse")
    with bench.database.transaction() as c:
        audience.unsubscribe(c, bench.reader(ANN).id, [main.id], now=NOON)

    [claimed] = bench.claim(campaign)

    assert claimed.list_name == "Presse"


def test_a_list_joined_after_the_plan_does_not_count(bench: Bench) -> None:
    main = bench.on_list(ANN)
    campaign = bench.plan()
    bench.on_list(ANN, slug="presse")
    with bench.database.transaction() as c:
        audience.unsubscribe(c, bench.reader(ANN).id, [main.id], now=NOON)

    assert bench.claim(campaign) == []
    assert note(bench, campaign) == "unsubscribed"


def test_who_was_suppressed_after_the_plan_is_skipped_also_when_a_retry_is_due(bench: Bench) -> None:
    bench.on_list(ANN)
    campaign = bench.plan()
    bench.settle(bench.claim(campaign), DEFERRED)
    with bench.database.transaction() as c:
        key = bench.reader(ANN).recipient_key
        audience.suppress(c, key, reason=SuppressionReason.STOP_EVERYTHING, now=NOON)

    bench.later(timedelta(minutes=10))

    assert bench.claim(campaign) == []
    assert bench.statuses(campaign) == {ANN: Status.SKIPPED}
    assert note(bench, campaign) == "suppressed"


def test_who_leaves_moves_or_is_deleted_while_a_retry_waits_is_treated_as_before_the_first_try(
    bench: Bench,
) -> None:
    main = bench.on_list(ANN, BOB, "eve@example.org", "joe@example.org")
    campaign = bench.plan()
    bench.settle(bench.claim(campaign), DEFERRED)
    with bench.database.transaction() as c:
        audience.unsubscribe(c, bench.reader(ANN).id, [main.id], now=NOON)
        audience.change_address(c, bench.reader(BOB).id, "bob@new.example.org", secret=SECRET, now=NOON)
        audience.delete_subscriber(c, bench.reader("eve@example.org").id)

    bench.later(timedelta(minutes=10))
    claimed = bench.claim(campaign)

    assert [(one.delivery.address, one.delivery.attempt) for one in claimed] == [
        ("bob@new.example.org", 2),
        ("joe@example.org", 2),
    ]
    assert bench.statuses(campaign) == {
        ANN: Status.SKIPPED,
        "bob@new.example.org": Status.SENDING,
        "eve@example.org": Status.SKIPPED,
        "joe@example.org": Status.SENDING,
    }


def test_who_was_deleted_after_the_plan_is_skipped(bench: Bench) -> None:
    bench.on_list(ANN)
    campaign = bench.plan()
    with bench.database.transaction() as c:
        audience.delete_subscriber(c, bench.reader(ANN).id)

    assert bench.claim(campaign) == []
    assert note(bench, campaign) == "gone"


def test_who_moved_is_followed_and_it_is_written_down(bench: Bench) -> None:
    bench.on_list(ANN)
    campaign = bench.plan()
    before = bench.reader(ANN)
    with bench.database.transaction() as c:
        audience.change_address(c, before.id, "ann@new.example.org", secret=SECRET, now=NOON)

    [claimed] = bench.claim(campaign)

    assert claimed.delivery.address == "ann@new.example.org"
    assert claimed.delivery.recipient_key == bench.reader("ann@new.example.org").recipient_key
    assert bench.statuses(campaign) == {"ann@new.example.org": Status.SENDING}
    with bench.database.reading() as c:
        kept = c.execute(select(events.c.kind, events.c.detail)).one()
    assert tuple(kept) == ("moved", before.recipient_key)


def test_who_moved_to_an_address_that_has_the_issue_is_skipped(bench: Bench) -> None:
    bench.on_list("new@example.org", slug="presse")
    first = bench.plan("presse")
    bench.settle(bench.claim(first), ACCEPTED)
    with bench.database.transaction() as c:
        audience.delete_subscriber(c, bench.reader("new@example.org").id)
    bench.on_list(ANN)
    second = bench.plan("adherents")
    with bench.database.transaction() as c:
        audience.change_address(c, bench.reader(ANN).id, "new@example.org", secret=SECRET, now=NOON)

    assert bench.claim(second) == []
    assert note(bench, second) == "has_it"


def test_another_spelling_of_the_same_mailbox_is_no_move(bench: Bench) -> None:
    bench.on_list(ANN)
    campaign = bench.plan()
    with bench.database.transaction() as c:
        audience.change_address(c, bench.reader(ANN).id, "Ann@Example.org", secret=SECRET, now=NOON)

    [claimed] = bench.claim(campaign)

    assert claimed.delivery.address == ANN


def test_who_was_skipped_and_comes_back_is_reached_by_the_next_plan(bench: Bench) -> None:
    bench.on_list(ANN)
    campaign = bench.plan()
    with bench.database.transaction() as c:
        audience.delete_subscriber(c, bench.reader(ANN).id)
    bench.claim(campaign)

    bench.on_list(ANN)

    assert bench.plan().counts == Counts(queued=1)


def test_a_claim_goes_past_readers_who_have_all_left(bench: Bench) -> None:
    bench.on_list(*(f"reader{number:03}@example.org" for number in range(30)))
    campaign = bench.plan()
    with bench.database.transaction() as c:
        for number in range(25):
            audience.delete_subscriber(c, number + 1)

    claimed = bench.claim(campaign, limit=10)

    assert [one.delivery.address for one in claimed] == [f"reader{n:03}@example.org" for n in range(25, 30)]
    with bench.database.reading() as c:
        assert counted(c, campaign) == bench.counts(campaign) == Counts(skipped=25, sending=5)

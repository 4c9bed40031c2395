"""Campaigns that wait: for the pace, for their time, for the canary; and that are held until somebody says yes."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import suppress
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import select

from dispatch_kit import CORRECTED, EDITION, HOUR, MINUTE, NOON, SECRET, Clock, fresh, planned, readers, tools
from newsletter_mailer.actions.campaigns import pause
from newsletter_mailer.actions.dispatch import Wait, Why, dispatch
from newsletter_mailer.actions.plan import Wishes, continue_with
from newsletter_mailer.errors import Held, Stopped, UsageError
from newsletter_mailer.model.bounce import BounceClass, Category, Kind
from newsletter_mailer.model.campaign import CampaignState
from newsletter_mailer.model.outcome import Outcome
from newsletter_mailer.model.pace import Limit, Profile
from newsletter_mailer.smtp.sandbox import Sandbox
from newsletter_mailer.store import campaigns, returned
from newsletter_mailer.store.database import Database
from newsletter_mailer.store.readers import subscriber
from newsletter_mailer.store.returned import Came
from newsletter_mailer.store.schema import deliveries, suppressions

DAY = 24 * HOUR
TWO_A_DAY = Profile("two", limits=(Limit(2, timedelta(days=1)),))
UNKNOWN = "550 5.1.1 no such user"


@pytest.fixture
def database(tmp_path: Path) -> Iterator[Database]:
    with Database(f"sqlite:///{tmp_path / 'ledger.db'}") as opened:
        yield opened


@pytest.fixture
def sandbox() -> Iterator[Sandbox]:
    with Sandbox() as opened:
        yield opened


def who(sandbox: Sandbox) -> list[str]:
    return [mail.rcpt_to for mail in sandbox.arrived]


# -- pace ------------------------------------------------------------------------------------------------------------


def test_no_window_gets_more_than_its_limit_over_three_restarts(
    database: Database, sandbox: Sandbox, tmp_path: Path
) -> None:
    campaign, clock = planned(database, readers(7)), Clock()
    arrived: list[tuple[int, int]] = []

    for hours in (0, 5, 13, 25, 30, 51, 76):
        clock.now = NOON + hours * HOUR
        before = sandbox.count
        with suppress(Stopped):
            dispatch(tools(database, sandbox.port, tmp_path, clock, profile=TWO_A_DAY), campaign)
        arrived.append((hours, sandbox.count - before))

    assert arrived == [(0, 2), (5, 0), (13, 0), (25, 2), (30, 0), (51, 2), (76, 1)]
    assert sorted(who(sandbox)) == readers(7)
    assert fresh(database, campaign).state is CampaignState.FINISHED


def test_the_campaign_says_when_the_pace_lets_out_the_next(
    database: Database, sandbox: Sandbox, tmp_path: Path
) -> None:
    campaign = planned(database, readers(3))

    with pytest.raises(Stopped, match="the provider takes no more for now") as stopped:
        dispatch(tools(database, sandbox.port, tmp_path, Clock(), profile=TWO_A_DAY), campaign)

    assert "2027-01-16" in str(stopped.value)
    assert fresh(database, campaign).state is CampaignState.WAITING


def test_a_rate_of_the_campaign_takes_the_place_of_the_profile(
    database: Database, sandbox: Sandbox, tmp_path: Path
) -> None:
    campaign = planned(database, readers(3), rate=1)
    tight = Profile("none at all", limits=(Limit(1_000, timedelta(hours=1)),))

    with pytest.raises(Stopped):
        dispatch(tools(database, sandbox.port, tmp_path, Clock(), profile=tight), campaign)

    assert sandbox.count == 1


def test_a_full_domain_does_not_keep_the_others_waiting(
    database: Database, sandbox: Sandbox, tmp_path: Path
) -> None:
    addresses = [*readers(3, "small.example"), *readers(4, "large.example")]
    profile = Profile("p", domain_limits={"small.example": (Limit(1, timedelta(days=1)),)})

    with pytest.raises(Stopped, match="the provider takes no more"):
        dispatch(
            tools(database, sandbox.port, tmp_path, Clock(), profile=profile), planned(database, addresses)
        )

    assert sorted(who(sandbox)) == sorted([*readers(4, "large.example"), "reader0@small.example"])


# -- schedule --------------------------------------------------------------------------------------------------------


def test_nothing_leaves_before_its_time(database: Database, sandbox: Sandbox, tmp_path: Path) -> None:
    campaign, clock = planned(database, readers(2), scheduled_at=NOON + HOUR), Clock()

    with pytest.raises(Stopped, match="planned for"):
        dispatch(tools(database, sandbox.port, tmp_path, clock), campaign)
    assert (sandbox.count, fresh(database, campaign).state) == (0, CampaignState.SCHEDULED)

    clock.now = NOON + HOUR
    done = dispatch(tools(database, sandbox.port, tmp_path, clock), campaign)

    assert (sandbox.count, done.state) == (2, CampaignState.FINISHED)


def test_a_planned_campaign_that_was_paused_is_planned_again_by_going_on(
    database: Database, sandbox: Sandbox, tmp_path: Path
) -> None:
    campaign = planned(database, readers(2), scheduled_at=NOON + HOUR)
    pause(database, str(campaign.id), now=NOON)

    with pytest.raises(Stopped, match="planned for"):
        dispatch(tools(database, sandbox.port, tmp_path, Clock()), fresh(database, campaign))

    assert fresh(database, campaign).state is CampaignState.SCHEDULED


def test_who_waits_for_the_time_is_told_and_sends_then(
    database: Database, sandbox: Sandbox, tmp_path: Path
) -> None:
    campaign, clock = planned(database, readers(2), scheduled_at=NOON + HOUR), Clock()
    told: list[Wait] = []

    def wait(found: Wait) -> None:
        told.append(found)
        clock.now = found.until

    done = dispatch(
        replace(tools(database, sandbox.port, tmp_path, clock), waiting=wait), campaign, wait=True
    )

    assert told == [Wait(Why.SCHEDULE, 2, NOON + HOUR)]
    assert done.state is CampaignState.FINISHED


# -- canary ----------------------------------------------------------------------------------------------------------


def test_the_canary_goes_first_and_the_rest_after_the_wait(
    database: Database, sandbox: Sandbox, tmp_path: Path
) -> None:
    addresses = [*readers(20, "a.example"), *readers(5, "b.example"), "only@c.example"]
    campaign, clock = planned(database, addresses, canary=3, canary_wait=30 * MINUTE), Clock()

    with pytest.raises(Stopped, match="the first readers have it; the other 23 follow"):
        dispatch(tools(database, sandbox.port, tmp_path, clock), campaign)
    assert {address.partition("@")[2] for address in who(sandbox)} == {"a.example", "b.example", "c.example"}

    clock.now += 19 * MINUTE
    with pytest.raises(Stopped):
        dispatch(tools(database, sandbox.port, tmp_path, clock), campaign)
    assert sandbox.count == 3

    clock.now += 11 * MINUTE
    done = dispatch(tools(database, sandbox.port, tmp_path, clock), campaign)

    assert (sandbox.count, done.state) == (26, CampaignState.FINISHED)


def test_a_canary_that_meets_unknown_readers_holds_the_rest_until_a_yes(
    database: Database, sandbox: Sandbox, tmp_path: Path
) -> None:
    campaign, clock = planned(database, readers(20), canary=4), Clock()
    sandbox.answer("reader1@example.org", UNKNOWN)

    with pytest.raises(Held, match="is this the right list"):
        dispatch(tools(database, sandbox.port, tmp_path, clock), campaign)
    with pytest.raises(Held, match="is this the right list"):
        dispatch(tools(database, sandbox.port, tmp_path, clock), campaign)
    assert sandbox.count == 3
    assert fresh(database, campaign).state is CampaignState.HELD

    done = dispatch(tools(database, sandbox.port, tmp_path, clock, confirmed=True), campaign)

    assert (sandbox.count, done.counts.sent, done.counts.refused) == (19, 19, 1)


def comes_back(database: Database, address: str, bounce_class: BounceClass) -> None:
    """What the inbox brings about the mail to that reader."""
    with database.transaction() as c:
        query = select(deliveries.c.message_id).where(deliveries.c.address == address)
        one = returned.named(c, [c.scalars(query).one()], secret=SECRET)
        assert one
        came = Came(
            Kind.BOUNCE, bounce_class, Category.GONE, "5.1.1", 550, "no", "test", "m", kept=False, at=NOON
        )
        returned.keep(c, one, came, now=NOON)


@pytest.mark.parametrize(
    ("bounce_class", "why"),
    [(BounceClass.HARD, "is this the right list"), (BounceClass.POLICY, "a refusal that is about us")],
)
def test_what_came_back_from_the_canary_holds_the_rest_until_a_yes(
    database: Database, sandbox: Sandbox, tmp_path: Path, bounce_class: BounceClass, why: str
) -> None:
    campaign, clock = planned(database, readers(20), canary=4, canary_wait=30 * MINUTE), Clock()
    looks: list[int] = []

    def read_inbox() -> None:
        looks.append(clock.now)
        if clock.now > NOON:
            comes_back(database, sandbox.arrived[0].rcpt_to, bounce_class)

    with pytest.raises(Stopped, match="the first readers have it"):
        dispatch(replace(tools(database, sandbox.port, tmp_path, clock), read_inbox=read_inbox), campaign)
    clock.now += 30 * MINUTE
    with pytest.raises(Held, match=why):
        dispatch(replace(tools(database, sandbox.port, tmp_path, clock), read_inbox=read_inbox), campaign)

    assert (sandbox.count, looks) == (4, [NOON, NOON + 30 * MINUTE])

    done = dispatch(tools(database, sandbox.port, tmp_path, clock, confirmed=True), campaign)

    assert (sandbox.count, done.state) == (20, CampaignState.FINISHED)


def test_a_mailbox_that_takes_nothing_for_now_lets_the_rest_go(
    database: Database, sandbox: Sandbox, tmp_path: Path
) -> None:
    campaign, clock = planned(database, readers(20), canary=4), Clock()
    soft = lambda: comes_back(database, sandbox.arrived[0].rcpt_to, BounceClass.SOFT)  # noqa: E731

    done = dispatch(replace(tools(database, sandbox.port, tmp_path, clock), read_inbox=soft), campaign)

    assert (sandbox.count, done.state) == (20, CampaignState.FINISHED)


# -- held ------------------------------------------------------------------------------------------------------------


def test_a_domain_that_knows_few_of_its_readers_is_held_and_nobody_there_is_suppressed(
    database: Database, sandbox: Sandbox, tmp_path: Path
) -> None:
    strange = readers(30, "strange.example")
    campaign, clock = planned(database, [*strange, *readers(200, "fine.example")]), Clock()
    for address in strange:
        sandbox.answer(address, UNKNOWN)

    with pytest.raises(Held, match="at strange"):
        dispatch(tools(database, sandbox.port, tmp_path, clock), campaign)

    found = fresh(database, campaign)
    assert found.counts.sent == 200
    assert 10 <= found.counts.refused < 30
    assert suppressed(database, strange) == 0

    done = dispatch(tools(database, sandbox.port, tmp_path, clock, confirmed=True), campaign)

    assert done.counts.refused + done.counts.skipped == 30
    assert suppressed(database, strange) > 0


def test_one_unknown_reader_is_suppressed_and_nothing_is_held(
    database: Database, sandbox: Sandbox, tmp_path: Path
) -> None:
    campaign = planned(database, readers(12))
    sandbox.answer("reader3@example.org", UNKNOWN)

    done = dispatch(tools(database, sandbox.port, tmp_path, Clock()), campaign)

    assert (done.counts.sent, done.counts.refused) == (11, 1)
    assert suppressed(database, readers(12)) == 1


def suppressed(database: Database, addresses: list[str]) -> int:
    with database.reading() as c:
        people = [subscriber(c, address) for address in addresses]
        keys = set(c.scalars(select(suppressions.c.recipient_key)))
    return sum(person.recipient_key in keys for person in people if person)


def test_a_domain_that_defers_rests_and_the_others_go_on(
    database: Database, sandbox: Sandbox, tmp_path: Path
) -> None:
    busy = readers(40, "busy.example")
    campaign, clock = planned(database, [*busy, *readers(40, "calm.example")]), Clock()
    for address in busy:
        sandbox.answer(address, "451 4.7.1 try later")

    def wait(found: Wait) -> None:
        clock.now = found.until

    with pytest.raises(Stopped, match="refused for now"):
        dispatch(replace(tools(database, sandbox.port, tmp_path, clock), waiting=wait), campaign)

    counts = fresh(database, campaign).counts
    assert counts.sent == 40
    with database.reading() as c:
        asked = [
            row for row in campaigns.log(c, campaign.id) if row.attempts and row.domain == "busy.example"
        ]
    assert 3 <= len(asked) < 20  # the rest of that domain waits untried
    assert counts.deferred + counts.queued == 40


def test_a_long_sleep_in_mid_campaign_asks_for_a_yes(
    database: Database, sandbox: Sandbox, tmp_path: Path
) -> None:
    campaign, clock = planned(database, readers(30)), Clock()

    def sleep(_outcome: Outcome) -> None:
        clock.now += 13 * HOUR

    with pytest.raises(Held, match="slept"):
        dispatch(replace(tools(database, sandbox.port, tmp_path, clock), progress=sleep), campaign)

    found = fresh(database, campaign)
    assert (found.counts.sent, found.counts.queued, found.counts.sending) == (1, 29, 0)


# -- corrected -------------------------------------------------------------------------------------------------------


def test_after_a_correction_the_rest_get_the_new_version_and_an_erratum_reaches_those_with_the_old(
    database: Database, sandbox: Sandbox, tmp_path: Path
) -> None:
    campaign, clock = planned(database, readers(30)), Clock()

    def stop_half_way(_outcome: Outcome) -> None:
        if sandbox.count == 4:  # what is claimed by now leaves still
            pause(database, str(campaign.id), now=clock())

    dispatch(replace(tools(database, sandbox.port, tmp_path, clock), progress=stop_half_way), campaign)
    first = who(sandbox)
    assert 4 <= len(first) < 30
    continue_with(database, fresh(database, campaign), Wishes(), CORRECTED, now=clock())
    done = dispatch(tools(database, sandbox.port, tmp_path, clock), campaign)
    assert (done.state, done.counts.sent) == (CampaignState.FINISHED, 30)
    bodies = {mail.rcpt_to: b"corrig" in mail.data for mail in sandbox.arrived}
    assert {reader for reader, new in bodies.items() if not new} == set(first)

    with database.reading() as c:
        number = campaigns.next_erratum(c, EDITION.issue_id)
    erratum = planned(database, [], CORRECTED, erratum=number)
    dispatch(tools(database, sandbox.port, tmp_path, clock), erratum)

    assert sorted(mail.rcpt_to for mail in tuple(sandbox.arrived)[30:]) == sorted(first)


def test_a_canary_or_a_time_comes_too_late_for_a_campaign_that_has_begun(database: Database) -> None:
    campaign = planned(database, readers(2))

    with pytest.raises(UsageError, match="come too late"):
        continue_with(database, campaign, Wishes(canary=5), None, now=NOON)
    with pytest.raises(UsageError, match="come too late"):
        continue_with(database, campaign, Wishes(at=NOON + HOUR), None, now=NOON)
    assert continue_with(database, campaign, Wishes(rate=200), None, now=NOON).rate == 200

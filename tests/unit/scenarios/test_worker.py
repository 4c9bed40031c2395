"""A worker does what is due, and nothing else."""

from __future__ import annotations

import pytest

from dispatch_kit import HOUR, MINUTE, NOON, fresh, planned, readers
from newsletter_mailer.actions.dispatch import StopFlag, dispatch
from newsletter_mailer.errors import Busy
from newsletter_mailer.model.campaign import Campaign, CampaignState
from newsletter_mailer.model.outcome import Outcome
from newsletter_mailer.store import campaigns, ledger
from newsletter_mailer.store.lock import SenderLock, WorkerLock
from smtp_servers import ScriptedServer
from worker_kit import Station, another_issue, scheduled

TOMORROW = NOON + 24 * HOUR


def put(station: Station, campaign: Campaign, state: CampaignState) -> None:
    with station.database.transaction() as c:
        campaigns.set_state(c, campaign.id, state, now=NOON)


def test_a_planned_time_is_waited_for_and_then_kept(station: Station, server: ScriptedServer) -> None:
    campaign = scheduled(station, TOMORROW)

    assert station.look() == []
    station.clock.now = TOMORROW
    said = station.look()

    assert said == [f"begins {campaign.id}", f"finished {campaign.id}"]
    assert fresh(station.database, campaign).counts.sent == 3


def test_the_clock_is_looked_at_again_and_again_however_long_the_machine_slept_between(
    station: Station, server: ScriptedServer
) -> None:
    campaign = scheduled(station, TOMORROW)

    def sleep() -> None:
        station.clock.now = TOMORROW + 3 * HOUR

    assert station.looks(lambda: None, sleep) == [f"begins {campaign.id}", f"finished {campaign.id}"]


@pytest.mark.parametrize(
    "state",
    [
        CampaignState.PLANNED,
        CampaignState.PAUSED,
        CampaignState.HELD,
        CampaignState.STOPPED,
        CampaignState.FINISHED,
        CampaignState.CANCELLED,
    ],
)
def test_what_the_officer_must_begin_or_stopped_is_left_alone(
    station: Station, server: ScriptedServer, state: CampaignState
) -> None:
    campaign = planned(station.database, readers(3))
    put(station, campaign, state)

    said = station.looks(lambda: None)

    assert said == []
    assert (fresh(station.database, campaign).state, server.messages) == (state, [])


def test_a_campaign_of_a_dead_sender_is_gone_on_with(station: Station, server: ScriptedServer) -> None:
    campaign = planned(station.database, readers(3))
    with station.database.transaction() as c:  # a sender that dies right after its claim
        run = ledger.register_run(
            c, host="h", boot_id="another boot", pid=1, journal="gone.journal", now=NOON
        )
        campaigns.begin(c, campaign.id, now=NOON)
        ledger.claim(c, campaign.id, run=run, limit=1, now=NOON)

    station.look()

    found = fresh(station.database, campaign)
    assert (found.state, found.counts.sent, found.counts.in_doubt) == (CampaignState.FINISHED, 2, 1)


def test_one_that_waits_goes_on_at_its_time_and_not_before(station: Station) -> None:
    with ScriptedServer({"RCPT": ["451 4.7.1 later", "250 ok"]}) as server:
        station.shop.port = server.port
        campaign = scheduled(station, NOON)
        [_, waits] = station.look()
        due = fresh(station.database, campaign).again_at
        assert due is not None
        assert waits == f"waits {campaign.id} {due}"

        station.clock.now = due - 1
        assert station.look() == []
        station.clock.now = due
        station.next_worker()  # the time stands in the ledger
        said = station.look()

    assert said == [f"begins {campaign.id}", f"finished {campaign.id}"]


def test_who_is_queued_again_by_the_officer_is_not_kept_waiting(station: Station) -> None:
    with ScriptedServer({"RCPT": ["451 4.7.1 later", "550 5.2.0 something odd", "250 ok"]}) as server:
        station.shop.port = server.port
        campaign = scheduled(station, NOON)
        station.look()
        assert fresh(station.database, campaign).counts.refused == 1

        with station.database.transaction() as c:
            ledger.retry_refused(c, campaign.id, NOON)
        station.look()

    counts = fresh(station.database, campaign).counts
    assert (counts.sent, counts.deferred, counts.refused) == (2, 1, 0)


def test_of_several_the_one_that_a_crash_cut_short_comes_first(
    station: Station, server: ScriptedServer
) -> None:
    early = scheduled(station, NOON - HOUR)
    other = planned(station.database, readers(2), another_issue(), scheduled_at=NOON - 2 * HOUR)
    third = planned(station.database, readers(1), another_issue("c"))
    put(station, third, CampaignState.SENDING)

    said = station.look()

    begun = [word for word in said if word.startswith("begins")]
    assert begun == [f"begins {third.id}", f"begins {other.id}", f"begins {early.id}"]


def test_one_that_could_not_begin_for_half_a_day_is_held(station: Station, server: ScriptedServer) -> None:
    campaign = scheduled(station, TOMORROW)
    station.clock.now = TOMORROW + 12 * HOUR + 1

    said = station.look()

    found = fresh(station.database, campaign)
    assert (said, server_mails(server)) == ([f"held {campaign.id}"], ["officer@example.org"])
    assert found.state is CampaignState.HELD
    assert "2027-01-16" in found.held_why
    assert station.worker.failed is not None
    assert station.worker.failed.exit_code == 75


def server_mails(server: ScriptedServer) -> list[str]:
    return [message.rcpt_to for message in server.messages]


def test_what_a_person_takes_over_is_theirs_when_they_stop_it(
    station: Station, server: ScriptedServer
) -> None:
    server_port, station.shop.port = station.shop.port, 1
    campaign = scheduled(station, NOON)
    station.look()
    station.shop.port = server_port
    theirs = station.shop.tools()
    theirs.stop.set()
    assert dispatch(theirs, campaign).state is CampaignState.STOPPED

    station.clock.now += HOUR

    assert station.looks(lambda: None) == []
    assert fresh(station.database, campaign).counts.sent == 0


def test_the_rest_follows_those_who_go_first(station: Station, server: ScriptedServer) -> None:
    campaign = scheduled(station, NOON, canary=1, canary_wait=HOUR)

    first = station.look()
    station.clock.now = NOON + HOUR - 1
    assert station.look() == []
    assert fresh(station.database, campaign).counts.sent == 1
    station.clock.now = NOON + HOUR
    rest = station.look()

    assert first == [f"begins {campaign.id}", f"waits {campaign.id} {NOON + HOUR}"]
    assert rest == [f"begins {campaign.id}", f"finished {campaign.id}"]


def test_the_pace_of_a_campaign_is_kept_from_look_to_look(station: Station, server: ScriptedServer) -> None:
    campaign = scheduled(station, NOON, rate=2)
    at = []

    while fresh(station.database, campaign).state is not CampaignState.FINISHED:
        station.look()
        at.append((station.clock.now - NOON) // MINUTE)
        station.clock.now = fresh(station.database, campaign).again_at or 0

    assert len(at) == 3
    assert at[0] == 0
    assert at[2] >= 60


def test_while_somebody_else_sends_it_waits_without_a_word(station: Station, server: ScriptedServer) -> None:
    campaign = scheduled(station, NOON)

    with SenderLock(station.database.path.with_suffix(".lock")):
        assert station.look() == []
    assert station.worker.failed is None
    assert station.look() == [f"begins {campaign.id}", f"finished {campaign.id}"]


def test_a_second_worker_of_a_ledger_is_refused(station: Station) -> None:
    with WorkerLock(station.database.path.with_suffix(".worker.lock")), pytest.raises(Busy) as busy:
        station.look()

    assert "worker" in str(busy.value)
    assert busy.value.exit_code == 75


def test_told_to_stop_it_finishes_the_mail_in_flight_and_the_next_worker_goes_on(
    station: Station, server: ScriptedServer
) -> None:
    campaign = scheduled(station, NOON)
    station.shop.progress = lambda _outcome: station.stop.set()

    station.look()

    found = fresh(station.database, campaign)
    assert station.worker.cut_short
    assert (found.state, found.counts.sending) == (CampaignState.STOPPED, 0)
    assert 0 < found.counts.sent < 3
    station.stop = StopFlag()
    station.shop.progress = lambda _outcome: None
    station.next_worker()
    assert station.look() == [f"begins {campaign.id}", f"finished {campaign.id}"]
    assert len(server_mails(server)) == 3 + 1


def test_told_to_stop_while_nothing_is_under_way_it_cuts_nothing_short(
    station: Station, server: ScriptedServer
) -> None:
    scheduled(station, NOON)
    station.stop.set()

    station.worker.work()

    assert not station.worker.cut_short
    assert server.messages == []


def test_a_pause_in_mid_campaign_is_the_officers_and_stays(station: Station, server: ScriptedServer) -> None:
    campaign = scheduled(station, NOON)

    def pause(_outcome: Outcome) -> None:
        put(station, campaign, CampaignState.PAUSED)

    station.shop.progress = pause
    assert station.look() == [f"begins {campaign.id}"]
    assert station.looks(lambda: None) == []
    assert fresh(station.database, campaign).state is CampaignState.PAUSED


def test_a_clock_that_was_set_back_lengthens_no_wait(station: Station) -> None:
    campaign = scheduled(station, NOON)
    station.look()
    until = fresh(station.database, campaign).again_at
    assert until == NOON + MINUTE

    def set_back() -> None:
        station.clock.now = NOON - 5 * HOUR

    station.looks(lambda: None, set_back)

    assert fresh(station.database, campaign).again_at == NOON - 5 * HOUR + 2 * MINUTE

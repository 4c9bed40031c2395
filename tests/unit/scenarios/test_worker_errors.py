"""What a worker does about a server, an account or a ledger that fails it."""

from __future__ import annotations

import pytest

from dispatch_kit import EDITION, HOUR, MINUTE, NOON, fresh, planned, readers
from newsletter_mailer.errors import SecretError, Stopped
from newsletter_mailer.model.campaign import CampaignState
from newsletter_mailer.model.outcome import Outcome
from newsletter_mailer.store import reviews
from newsletter_mailer.wording import sentence
from smtp_servers import ScriptedServer
from worker_kit import OFFICER, Station, another_issue, scheduled


def test_an_unreachable_server_is_tried_again_ever_more_rarely_and_told_once(station: Station) -> None:
    campaign = scheduled(station)
    waits = []
    said = []

    for _ in range(8):
        said += station.look()
        again_at = fresh(station.database, campaign).again_at
        assert again_at is not None
        waits.append((again_at - station.clock.now) // MINUTE)
        station.clock.now = again_at

    assert waits == [1, 2, 4, 8, 16, 30, 30, 30]
    assert [word.partition(" 1")[0] for word in said] == ["begins", "stops"]


def test_an_edition_that_nobody_approved_does_not_leave_and_goes_on_by_itself_once_somebody_did(
    station: Station, server: ScriptedServer
) -> None:
    station.shop.approval = "required"
    campaign = scheduled(station)

    refused = station.look()
    before = [mail.rcpt_to for mail in server.messages]
    with station.database.transaction() as c:
        reviews.approve(c, EDITION, reviewer="Anne", now=NOON)
    station.clock.now += HOUR
    station.look()

    assert refused == [f"begins {campaign.id}", f"stops {campaign.id} NotApproved {NOON + HOUR}"]
    assert before == [OFFICER]  # who is told
    assert fresh(station.database, campaign).state is CampaignState.FINISHED


def test_what_the_server_stopped_goes_on_when_the_server_is_back(station: Station) -> None:
    campaign = scheduled(station)
    station.look()
    assert fresh(station.database, campaign).state is CampaignState.STOPPED

    with ScriptedServer() as server:
        station.shop.port = server.port
        assert station.look() == []
        station.clock.now += MINUTE
        assert station.look() == [f"finished {campaign.id}"]


def test_what_an_error_stopped_is_not_forgotten_by_the_next_worker(station: Station) -> None:
    campaign = scheduled(station)
    station.look()
    station.next_worker()

    with ScriptedServer() as server:
        station.shop.port = server.port
        station.clock.now += MINUTE
        station.look()

    assert fresh(station.database, campaign).state is CampaignState.FINISHED


def test_a_refused_login_waits_for_the_settings_to_change_or_for_an_hour(station: Station) -> None:
    with ScriptedServer({"MAIL": "530 5.7.0 authenticate first"}) as server:
        station.shop.port = server.port
        campaign = scheduled(station)
        said = station.looks(*[lambda: None] * 3)
        knocks = len(server.talks)
    assert said == [f"begins {campaign.id}", f"stops {campaign.id} LoginRefused {NOON + HOUR}"]
    assert knocks == 1

    with ScriptedServer() as server:
        station.shop.port = server.port

        def mend() -> None:
            station.shop.touched = True

        assert station.looks(lambda: None, mend) == [f"finished {campaign.id}"]


@pytest.mark.parametrize(("later", "given"), [(HOUR - 1, 0), (HOUR, 1)])
def test_without_a_password_it_is_tried_again_after_an_hour(station: Station, later: int, given: int) -> None:
    station.shop.error = SecretError(sentence("there is no password"))
    campaign = scheduled(station)
    station.look()
    assert fresh(station.database, campaign).state is CampaignState.SCHEDULED
    station.shop.given = 0

    station.clock.now += later
    station.look()

    assert station.shop.given == given


def test_what_is_wrong_with_the_account_is_not_tried_for_every_campaign(station: Station) -> None:
    scheduled(station)
    planned(station.database, readers(2), another_issue(), scheduled_at=NOON)
    with ScriptedServer({"MAIL": "530 5.7.0 authenticate first"}) as server:
        station.shop.port = server.port
        station.looks(lambda: None)

        assert len(server.talks) == 1


def test_a_stop_of_one_campaign_does_not_keep_the_others(station: Station) -> None:
    stopped = scheduled(station, NOON - 1)
    other = planned(station.database, readers(2), another_issue(), scheduled_at=NOON)
    with ScriptedServer({"MAIL": ["550 5.7.1 sender not owned by user", "250 ok"]}) as server:
        station.shop.port = server.port
        station.look()

    assert fresh(station.database, stopped).state is CampaignState.STOPPED
    assert fresh(station.database, other).state is CampaignState.FINISHED
    assert isinstance(station.worker.failed, Stopped)


def test_what_would_do_harm_by_another_try_is_held(station: Station) -> None:
    everywhere = [f"reader@house{number}.example" for number in range(12)]
    campaign = planned(station.database, everywhere, scheduled_at=NOON)
    with ScriptedServer({"RCPT": ["550 5.7.1 refused by our policy"] * 12}) as server:
        station.shop.port = server.port

        assert station.look() == [f"begins {campaign.id}", f"held {campaign.id}"]

    found = fresh(station.database, campaign)
    assert found.state is CampaignState.HELD
    assert found.held_why == "10 of 10 mails were refused as unwanted"


def test_a_fault_of_ours_leaves_the_campaign_to_the_next_worker(
    station: Station, server: ScriptedServer
) -> None:
    campaign = scheduled(station)

    def broken(_outcome: Outcome) -> None:
        raise ZeroDivisionError

    station.shop.progress = broken
    with pytest.raises(ZeroDivisionError):
        station.look()

    station.shop.progress = lambda _outcome: None
    station.next_worker()
    station.clock.now += MINUTE
    station.look()
    assert fresh(station.database, campaign).state is CampaignState.FINISHED


def test_a_disk_that_refuses_is_tried_again(station: Station, server: ScriptedServer) -> None:
    campaign = scheduled(station)
    in_the_way = station.database.path.with_suffix(".lock")
    in_the_way.mkdir()

    said = station.look()
    in_the_way.rmdir()
    station.clock.now += MINUTE

    assert said == [f"stops {campaign.id} Stopped {NOON + MINUTE}"]
    assert station.look() == [f"begins {campaign.id}", f"finished {campaign.id}"]


def test_a_ledger_that_cannot_be_read_is_told_once_and_looked_at_again(
    station: Station, server: ScriptedServer
) -> None:
    campaign = scheduled(station)
    station.database.close()
    whole = station.database.path.read_bytes()

    def damage() -> None:
        station.database.close()
        station.database.path.write_bytes(b"no ledger" * 1000)

    def later() -> None:
        station.database.close()
        station.clock.now += MINUTE

    def restore() -> None:
        later()
        station.database.path.write_bytes(whole)

    damage()
    said = station.looks(later, later, restore)

    assert said == ["trouble NewsletterError", f"begins {campaign.id}", f"finished {campaign.id}"]

"""The officer is told by mail what became of a campaign, each thing once."""

from __future__ import annotations

from dispatch_kit import HOUR, MINUTE, NOON, fresh, readers
from newsletter_mailer.errors import NewsletterError, SecretError
from newsletter_mailer.model.campaign import CampaignState
from newsletter_mailer.store import campaigns, told
from newsletter_mailer.wording import sentence
from smtp_servers import ScriptedServer
from worker_kit import OFFICER, Station, mails_to, scheduled


def test_the_end_is_told_with_its_counts_and_the_next_command(station: Station) -> None:
    station.shop.language = "en"
    with ScriptedServer({"RCPT": ["550 5.2.0 something odd", "250 ok"]}) as server:
        station.shop.port = server.port
        scheduled(station)
        station.look()

        [mail] = mails_to(server, OFFICER)

    assert mail["Subject"] == "[newsletter] issue: finished – 2 sent, 1 refused"
    assert (mail["From"], mail["To"]) == ("R <r@example.org>", OFFICER)
    assert (mail["Auto-Submitted"], mail["Message-ID"]) == ("auto-generated", "<notice.id1@example.org>")
    assert [name for name in mail.keys() if name.startswith("List-")] == []  # noqa: SIM118
    assert mail.get_content().splitlines() == [
        "Campaign 1 of issue: finished",
        "",
        "  sent                   2",
        "  refused                1",
        "  total                  3",
        "",
        "Who was refused and why: newsletter log 1 --status refused; to try them again: newsletter retry 1",
        "Every recipient's log: newsletter log 1",
    ]


def test_a_campaign_that_is_held_is_told_with_the_reason_and_how_to_go_on(
    station: Station, server: ScriptedServer
) -> None:
    station.shop.language = "en"
    campaign = scheduled(station)
    station.clock.now = NOON + 13 * HOUR

    station.look()

    [mail] = mails_to(server, OFFICER)
    assert mail["Subject"] == "[newsletter] issue: held – 0 sent, 3 to go"
    text = mail.get_content()
    assert fresh(station.database, campaign).held_why in text.replace("\n", " ")
    assert "newsletter resume 1 --yes" in text


def test_an_error_that_stops_a_campaign_is_told_once_however_often_it_is_tried(station: Station) -> None:
    station.shop.language = "en"
    refused = ["550 5.7.1 sender not owned by user"]
    with ScriptedServer({"MAIL": [*refused, "250 ok", *refused * 2]}) as server:
        station.shop.port = server.port
        scheduled(station)
        station.look()
        station.clock.now += MINUTE
        station.look()
        station.next_worker()
        station.clock.now += 2 * MINUTE
        station.look()

        mails = mails_to(server, OFFICER)

    assert [mail["Subject"] for mail in mails] == ["[newsletter] issue: stopped – 0 sent, 3 to go"]
    text = mails[0].get_content()
    assert "sender not owned by user" in text
    assert "The worker tries again by itself, the next time at 2027-01-15 09:01." in text


def test_what_a_worker_died_before_telling_is_told_by_the_next_one(
    station: Station, server: ScriptedServer
) -> None:
    campaign = scheduled(station)
    with station.database.transaction() as c:  # it held the campaign, and lost its power
        told.keep_told(c, campaign.id, "")
        campaigns.hold(c, campaign.id, "the list looks wrong", now=NOON)

    assert station.look() == [f"held {campaign.id}"]
    station.next_worker()
    assert station.look() == []

    assert len(mails_to(server, OFFICER)) == 1


def test_held_again_after_a_yes_is_told_again(station: Station, server: ScriptedServer) -> None:
    campaign = scheduled(station)
    station.clock.now = NOON + 13 * HOUR
    station.look()
    with station.database.transaction() as c:  # the officer said yes, and it waited
        campaigns.begin(c, campaign.id, now=station.clock.now)
    with station.database.transaction() as c:
        run = "INSERT INTO runs (host, boot_id, pid, journal, started_at, heartbeat_at) VALUES ('', '', 1, 'j', 1, 1)"
        c.exec_driver_sql(run)  # a run that gave no sign of life for long

    station.look()

    assert fresh(station.database, campaign).state is CampaignState.HELD
    assert len(mails_to(server, OFFICER)) == 2


def test_a_campaign_that_the_officer_cancels_is_no_news(station: Station, server: ScriptedServer) -> None:
    campaign = scheduled(station)
    with station.database.transaction() as c:
        told.keep_told(c, campaign.id, "")
        campaigns.set_state(c, campaign.id, CampaignState.CANCELLED, now=NOON)

    assert station.look() == []
    with station.database.reading() as c:
        assert told.told(c) == {}


def test_nobody_to_tell_gets_no_mail(station: Station, server: ScriptedServer) -> None:
    station.shop.notify = ()
    campaign = scheduled(station)

    assert station.look() == [f"begins {campaign.id}", f"finished {campaign.id}"]
    assert [message.rcpt_to for message in server.messages] == readers(3)


def test_a_notice_that_is_refused_is_told_on_the_screen_and_the_others_leave(station: Station) -> None:
    station.shop.notify = ("gone@example.org", "süß@example.org", OFFICER)
    taken = ["250 ok"] * 3
    with ScriptedServer({"RCPT": [*taken, "550 5.1.1 nobody", "250 ok"]}) as server:
        station.shop.port = server.port
        campaign = scheduled(station)
        station.look()

        assert len(mails_to(server, OFFICER)) == 1

    assert fresh(station.database, campaign).state is CampaignState.FINISHED
    assert [line.split(":")[0] for line in station.screen.untold] == ["gone@example.org", "süß@example.org"]
    assert "5.1.1 nobody" in station.screen.untold[0]


def test_a_server_that_says_nothing_to_a_notice_stops_no_worker(station: Station) -> None:
    with ScriptedServer({"RCPT": [*["250 ok"] * 3, "421 4.3.2 closing"]}) as server:
        station.shop.port = server.port
        campaign = scheduled(station)
        station.look()

    assert fresh(station.database, campaign).state is CampaignState.FINISHED
    assert len(station.screen.untold) == 1


def test_without_an_account_only_the_screen_is_told(station: Station) -> None:
    station.shop.error = SecretError(sentence("there is no password"))
    campaign = scheduled(station)

    said = station.look()

    assert said == [f"stops {campaign.id} SecretError {NOON + HOUR}"]
    assert (station.shop.given, station.screen.untold) == (1, [])


def test_an_end_that_cannot_be_mailed_for_want_of_an_account_is_told_on_the_screen(station: Station) -> None:
    station.shop.error = SecretError(sentence("there is no password"))
    scheduled(station)
    station.clock.now = NOON + 13 * HOUR

    station.look()

    assert station.screen.untold == [": there is no password"]


def test_any_other_error_is_mailed_too(station: Station, server: ScriptedServer) -> None:
    campaign = scheduled(station)
    station.shop.error = NewsletterError(sentence("odd"))
    station.shop.passes = True

    said = station.look()

    assert said == [f"stops {campaign.id} NewsletterError {NOON + HOUR}"]
    assert len(mails_to(server, OFFICER)) == 1

"""Before a worker sends, it looks who has left by mail."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from dispatch_kit import MINUTE, NOON, SECRET, fresh
from inbox_kit import GONE, OURS, deliver, dsn, mail, maildir
from newsletter_mailer.config.inbox import InboxSettings
from newsletter_mailer.model.campaign import Campaign, CampaignState
from newsletter_mailer.tokens import sign
from smtp_servers import ScriptedServer
from worker_kit import OFFICER, Station, mails_to, scheduled


def leaving(station: Station, campaign: Campaign) -> bytes:
    """The mail of the campaign's first reader, who followed the link of this very letter."""
    with station.database.reading() as c:
        query = "SELECT min(id) FROM deliveries WHERE campaign_id = ?"
        number = c.exec_driver_sql(query, (campaign.id,)).scalar()
    assert number
    return mail(f"unsubscribe {sign(SECRET, 'unsubscribe', number)}")


def test_who_left_since_the_planning_gets_nothing(
    station: Station, server: ScriptedServer, tmp_path: Path
) -> None:
    campaign = scheduled(station)
    box = maildir(tmp_path / "mail")
    station.shop.inbox = InboxSettings(maildir=str(box))
    deliver(box, "1.host", leaving(station, campaign))

    station.look()

    counts = fresh(station.database, campaign).counts
    assert (counts.sent, counts.skipped) == (2, 1)


def bounced(station: Station, campaign: Campaign, said: str) -> bytes:
    """What came back of the mail to the campaign's first reader."""
    with station.database.reading() as c:
        query = "SELECT address, message_id FROM deliveries WHERE campaign_id = ? ORDER BY id"
        address, message_id = c.exec_driver_sql(query, (campaign.id,)).first() or ("", "")
    return dsn(address, message_id, said)


def test_what_comes_back_is_read_while_nothing_leaves(
    station: Station, server: ScriptedServer, tmp_path: Path
) -> None:
    campaign = scheduled(station)
    box = maildir(tmp_path / "mail")
    station.shop.inbox = InboxSettings(maildir=str(box), every_minutes=15)
    station.look()
    deliver(box, "1.host", bounced(station, campaign, GONE))

    def goes_by(minutes: int) -> Callable[[], None]:
        return lambda: setattr(station.clock, "now", NOON + minutes * MINUTE)

    station.looks(goes_by(14))
    before = [done.suppressed for done in station.screen.came_back]
    station.looks(goes_by(15), goes_by(29), goes_by(31))

    assert (before, [done.suppressed for done in station.screen.came_back]) == ([0], [0, 1, 0])


def test_what_is_held_against_us_is_mailed_to_the_officer_once(
    station: Station, server: ScriptedServer, tmp_path: Path
) -> None:
    campaign = scheduled(station)
    box = maildir(tmp_path / "mail")
    station.shop.inbox = InboxSettings(maildir=str(box), every_minutes=1)
    station.look()
    deliver(box, "1.host", bounced(station, campaign, OURS))
    station.clock.now += MINUTE
    station.look()
    deliver(box, "2.host", bounced(station, campaign, OURS + " "))
    station.clock.now += MINUTE
    station.look()

    told = [
        mail
        for mail in mails_to(server, OFFICER)
        if "lecteurs" in mail["Subject"] or "readers" in mail["Subject"]
    ]

    assert len(told) == 1
    assert "DKIM" in told[0].get_content()


def test_a_worker_that_is_to_read_only_before_sending_does_so(station: Station, tmp_path: Path) -> None:
    station.shop.inbox = InboxSettings(maildir=str(maildir(tmp_path / "mail")), every_minutes=0)

    station.look()

    assert station.screen.came_back == []


def test_a_mailbox_that_cannot_be_read_while_nothing_leaves_is_told(station: Station, tmp_path: Path) -> None:
    station.shop.inbox = InboxSettings(maildir=str(tmp_path / "mail"))

    said = station.look()

    assert said == ["trouble InboxUnreadable"]


def test_while_the_mailbox_cannot_be_read_nothing_leaves_and_it_is_tried_again(
    station: Station, server: ScriptedServer, tmp_path: Path
) -> None:
    campaign = scheduled(station)
    station.shop.inbox = InboxSettings(maildir=str(tmp_path / "mail"))

    said = station.look()

    assert said == [f"stops {campaign.id} InboxUnreadable {NOON + MINUTE}"]
    assert [message.rcpt_to for message in server.messages] == [OFFICER]
    maildir(tmp_path / "mail")
    station.clock.now = NOON + MINUTE
    station.look()
    assert fresh(station.database, campaign).state is CampaignState.FINISHED

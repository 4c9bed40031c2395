"""Before a worker sends, it looks who has left by mail."""

from __future__ import annotations

from pathlib import Path

from dispatch_kit import MINUTE, NOON, SECRET, fresh
from inbox_kit import deliver, mail, maildir
from newsletter_mailer.config.inbox import InboxSettings
from newsletter_mailer.model.campaign import Campaign, CampaignState
from newsletter_mailer.tokens import sign
from smtp_servers import ScriptedServer
from worker_kit import OFFICER, Station, scheduled


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

"""What letters bear, by what their readers agreed to: standards §5.3, T1 to T3, T7, T8."""

from __future__ import annotations

import re
from pathlib import Path

from sqlalchemy import text

from measuring_kit import ANN, BOB, CAT, alike, measured
from newsletter_mailer.model.audience import ConsentKind

ALL = "clicks: counted, opens: counted, measurement: consented, hygiene: true"


def test_by_default_no_letter_bears_a_pixel_or_an_address_of_its_own_but_the_ways_out(tmp_path: Path) -> None:
    with measured(tmp_path) as world:
        world.says(ANN, ConsentKind.TRACKING_GRANTED)

        world.send()

        for address in (ANN, BOB, CAT):
            assert world.pixels(address) == []
            own = [link for link in world.links(address) if re.search(r"[0-9a-f]{32}", link)]
            assert [link.rpartition("/")[0] for link in own] == [f"{world.pages.url}/u"]
        assert alike(world.html(ANN)) == alike(world.html(BOB))


def test_who_did_not_agree_gets_the_very_letter_of_a_campaign_that_measures_nothing(tmp_path: Path) -> None:
    with measured(tmp_path / "without") as plain:
        plain.send()
        letters = [alike(plain.html(address)) for address in (ANN, BOB)]
        base = plain.pages.url

    with measured(tmp_path / "with", privacy="measurement: consented") as world:
        world.says(BOB, ConsentKind.TRACKING_REFUSED)
        world.says(CAT, ConsentKind.TRACKING_GRANTED)
        world.send()

        assert [alike(world.html(one)).replace(world.pages.url, base) for one in (ANN, BOB)] == letters
        assert world.pixels(CAT) != []
        assert world.rows("SELECT count(*) FROM trackers") == [(1,)]


def test_who_agreed_gets_one_pixel_with_a_token_drawn_by_lot(tmp_path: Path) -> None:
    token = "9f" * 16
    with measured(tmp_path, privacy=ALL) as world:
        world.says(ANN, ConsentKind.TRACKING_GRANTED)

        world.send(tokens=[token, *(f"{number:032x}" for number in range(9))])

        url = world.pages.url
        assert world.pixels(ANN) == [f"{url}/o/{token}.gif"]
        assert [link for link in world.links(ANN) if "/l/" in link] == [
            f"{url}/l/{token}/{number}" for number in (1, 2, 3)
        ]
        assert "No longer" in world.html(ANN) or "mesurer" in world.html(ANN)


def test_the_way_to_withdraw_stands_in_every_letter_that_measures(tmp_path: Path) -> None:
    with measured(tmp_path, privacy="measurement: consented") as world:
        world.says(ANN, ConsentKind.TRACKING_GRANTED)

        world.send()

        (beside,) = [link for link in world.links(ANN) if "/m/" in link]
        assert beside in world.text(ANN)
        assert f'<a class="action" href="{beside}" style="margin:1px">' in world.html(ANN)


def test_a_consent_that_cannot_be_looked_up_is_none(tmp_path: Path) -> None:
    with measured(tmp_path, privacy="measurement: consented, hygiene: true") as world:
        world.says(ANN, ConsentKind.TRACKING_GRANTED)
        with world.pages.app.database.transaction() as c:
            c.execute(text("ALTER TABLE consent_events RENAME TO lost"))

        campaign = world.send()

        assert campaign.counts.sent == 3
        assert world.pixels(ANN) == []
        assert [link for link in world.links(ANN) if "/l/" in link or "/m/" in link] == []


def test_counted_letters_have_the_same_links_and_pixel_for_everybody(tmp_path: Path) -> None:
    with measured(tmp_path, privacy="clicks: counted, opens: counted") as world:
        world.says(ANN, ConsentKind.TRACKING_GRANTED)

        world.send()

        followed = [[link for link in world.links(one) if "/l/" in link] for one in (ANN, BOB, CAT)]
        assert len(followed[0]) == 3
        assert followed[0] == followed[1] == followed[2]
        assert len(world.pixels(ANN)) == 1
        assert world.pixels(ANN) == world.pixels(BOB) == world.pixels(CAT)
        assert "https://example.org/a?x=1&y=2" in world.text(ANN)


def test_hygiene_gives_a_pixel_to_who_said_nothing_and_none_to_who_refused(tmp_path: Path) -> None:
    with measured(tmp_path, privacy="hygiene: true") as world:
        world.says(BOB, ConsentKind.TRACKING_REFUSED)

        world.send()

        assert len(world.pixels(ANN)) == len(world.pixels(CAT)) == 1
        assert world.pixels(ANN) != world.pixels(CAT)
        assert world.pixels(BOB) == []
        assert [link for link in world.links(ANN) if "/l/" in link] == []


def test_a_letter_that_is_tried_again_keeps_its_token(tmp_path: Path) -> None:
    with measured(tmp_path, privacy="measurement: consented") as world:
        world.says(ANN, ConsentKind.TRACKING_GRANTED)
        campaign = world.send()
        token = world.rows("SELECT token FROM trackers")
        with world.pages.app.database.transaction() as c:
            c.execute(text("UPDATE deliveries SET status = 'queued' WHERE address = :a"), {"a": ANN})
            c.execute(text("UPDATE batches SET queued = queued + 1, sent = sent - 1"))

        world.resend(campaign)

        assert world.rows("SELECT token FROM trackers") == token
        assert token[0][0] in world.html(ANN)

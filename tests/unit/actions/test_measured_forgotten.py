"""What was measured is shown to its reader, goes with them, and is kept no longer than any log."""

from __future__ import annotations

import json
from pathlib import Path

from measuring_kit import ANN, BOB, Measured, measured
from newsletter_mailer.actions.retention import keep_no_longer
from newsletter_mailer.actions.rights import everything, export_bytes, forget
from newsletter_mailer.model.audience import ConsentKind
from newsletter_mailer.wording import in_language

ALL = "clicks: counted, measurement: consented, hygiene: true"
MONTH, NOBODY = 31 * 86_400_000, [(None,)]


def visited(world: Measured) -> None:
    """Ann and Bob agreed; both opened the letter and followed a link of it."""
    for address in (ANN, BOB):
        world.says(address, ConsentKind.TRACKING_GRANTED)
    world.send()
    world.clock[0] += 3_600_000
    for address in (ANN, BOB):
        world.visit(world.pixels(address)[0])
        world.visit(next(link for link in world.links(address) if "/l/" in link))
    world.settle()


def test_an_export_says_what_was_measured(tmp_path: Path) -> None:
    with measured(tmp_path, privacy=ALL) as world:
        visited(world)
        app = world.pages.app

        person = everything(app.database, ANN, secret=app.secret)

        told = json.loads(export_bytes(person))
        assert told["last_open"] == "2027-01-15"
        assert [(one["what"], one["words"]) for one in told["mails"][0]["events"]] == [
            ("followed", "https://example.org/a?x=1&y=2"),
            ("opened", ""),
        ]
        assert person.last_act_at == world.clock[0]


def test_who_is_forgotten_leaves_no_visit_and_their_links_lead_on(tmp_path: Path) -> None:
    with measured(tmp_path, privacy=ALL) as world:
        visited(world)
        app = world.pages.app
        link = next(link for link in world.links(ANN) if "/l/" in link)

        forget(app.database, ANN, secret=app.secret, now=world.clock[0], source="test")
        answer = world.visit(link)
        world.settle()

        assert answer.headers["location"] == "https://example.org/a?x=1&y=2"
        for table in ("measured_clicks", "measured_opens", "last_opens"):
            assert world.rows(f"SELECT count(*) FROM {table}") == [(1,)]  # Bob's
        assert world.rows("SELECT delivery_id FROM trackers ORDER BY delivery_id LIMIT 1") == NOBODY


def test_visits_go_with_the_log_of_their_mail_and_the_act_is_remembered(tmp_path: Path) -> None:
    with measured(tmp_path, privacy=ALL) as world:
        visited(world)
        app, clicked = world.pages.app, world.clock[0]
        later = clicked + 13 * MONTH

        keep_no_longer(app.database, app.workspace.settings, now=later)

        assert world.rows("SELECT count(*) FROM measured_clicks") == [(0,)]
        assert world.rows("SELECT count(*) FROM measured_opens") == [(0,)]
        assert world.rows("SELECT count(*) FROM trackers WHERE delivery_id IS NOT NULL") == [(0,)]
        assert world.rows("SELECT last_act_at FROM subscribers WHERE mailbox = :a", a=ANN) == [(clicked,)]


def test_who_follows_links_is_not_silent_and_who_only_opens_is(tmp_path: Path) -> None:
    with measured(tmp_path, privacy=ALL) as world:
        visited(world)
        app = world.pages.app
        with world.pages.app.database.transaction() as c:
            c.exec_driver_sql(
                "DELETE FROM measured_clicks WHERE delivery_id IN (SELECT id FROM deliveries"
                f" WHERE address = '{BOB}')"
            )

        with in_language("en"):
            kept = keep_no_longer(
                app.database, app.workspace.settings, now=1_700_000_000_000 + 37 * MONTH, dry_run=True
            )

        assert BOB in kept.to_ask
        assert ANN not in kept.to_ask

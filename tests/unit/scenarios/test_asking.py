"""Readers who were silent for years are asked by mail whether they want to stay."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import pytest

from dispatch_kit import NOON, SECRET, Clock, on_list, readers
from newsletter_mailer.actions.retention import keep_no_longer, to_ask
from newsletter_mailer.config import Identity, SenderSettings, Settings, Workspace
from newsletter_mailer.errors import NewsletterError
from newsletter_mailer.scenarios.asking import MOST, Asked, ask_silent
from newsletter_mailer.store.database import Database
from newsletter_mailer.tokens import verify
from newsletter_mailer.wording import in_language
from smtp_servers import ScriptedServer, account
from unit.checks.test_links import pages
from worker_kit import mails_to

YEARS = 3 * 366 * 86_400_000
CLOCK = Clock(NOON + YEARS)
SETTINGS = Settings(
    identity=Identity(name="R", address="1 rue", email="r@example.org"),
    sender=SenderSettings(name="R", email="r@example.org"),
    language="en",
)


@pytest.fixture
def database(tmp_path: Path) -> Iterator[Database]:
    with Database(f"sqlite:///{tmp_path / 'ledger.db'}") as opened:
        yield opened


def ask(database: Database, server: ScriptedServer, public_url: str | None = None) -> Asked:
    workspace = Workspace(database.path.parent, SETTINGS.model_copy(update={"public_url": public_url}))
    with in_language("en"):
        return ask_silent(workspace, database, account(server.port), SECRET, clock=CLOCK)


def test_each_is_asked_once_in_words_that_say_what_happens(database: Database) -> None:
    on_list(database, readers(2))
    with ScriptedServer() as server:
        first = ask(database, server)
        again = ask(database, server)
        [mail] = mails_to(server, "reader0@example.org")

    assert (first, again) == (Asked(2, (), 0), Asked(0, (), 0))
    assert mail["Subject"] == "Do you want to go on receiving the letters of R?"
    text = mail.get_content()
    assert "  • A\r\n" in text
    assert "To stay, answer this mail with a word" in text
    assert "Without an answer within 30 days we erase your address." in text
    assert "http" not in text  # there are no public pages, and no link is ever dead
    assert keep_no_longer(database, SETTINGS, now=CLOCK.now).waiting == 2


def test_where_there_are_public_pages_the_mail_leads_to_the_readers_own(database: Database) -> None:
    on_list(database, readers(1))
    health = json.dumps({"ledger": database.ledger_id}).encode()
    with ScriptedServer() as server, pages(200, health) as url:
        ask(database, server, url)
        [mail] = mails_to(server, "reader0@example.org")

    link = next(line for line in mail.get_content().splitlines() if line.startswith("http"))
    assert link.startswith(f"{url}p/")
    assert verify(SECRET, "person", link.rpartition("/")[2]) == 1


def test_more_than_some_are_asked_at_another_time(database: Database) -> None:
    on_list(database, readers(MOST + 3))
    with ScriptedServer() as server:
        first = ask(database, server)
        second = ask(database, server)

    assert (first.asked, first.left) == (MOST, 3)
    assert (second.asked, second.left) == (3, 0)


def test_whom_the_server_refuses_is_told_and_not_counted_as_asked(database: Database) -> None:
    on_list(database, readers(2))
    with ScriptedServer({"RCPT": ["550 5.1.1 nobody here", "250 ok"]}) as server:
        done = ask(database, server)

    assert done.asked == 1
    assert [address for address, _ in done.refused] == ["reader0@example.org"]
    assert [one.address for one, _ in to_ask(database, SETTINGS, now=CLOCK.now)] == ["reader0@example.org"]


def test_a_server_that_takes_nothing_ends_it_and_nobody_counts_as_asked(database: Database) -> None:
    on_list(database, readers(2))
    server = ScriptedServer()
    with server:
        port = server.port
    closed = account(port)

    with pytest.raises(NewsletterError):
        ask_silent(Workspace(database.path.parent, SETTINGS), database, closed, SECRET, clock=CLOCK)

    assert len(to_ask(database, SETTINGS, now=CLOCK.now)) == 2

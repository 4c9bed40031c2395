"""Many addresses that come back as nobody's show a wrong list: the officer says yes before anybody is taken off."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from archive_kit import SECRET, SETTINGS, on_list, sent, workspace
from dispatch_kit import EDITION, NOON
from inbox_kit import FULL, Office, complaint, deliver, maildir
from newsletter_mailer.actions.campaigns import one
from newsletter_mailer.actions.dispatch import confirm_doubts
from newsletter_mailer.cli import newsletter
from newsletter_mailer.config import write_private
from newsletter_mailer.store.database import Database


@pytest.fixture
def box(tmp_path: Path) -> Path:
    return maildir(tmp_path / "mail")


def office(folder: Path, box: Path, addresses: list[str]) -> Office:
    ws = workspace(folder, f"{SETTINGS}inbox: {{ maildir: {box} }}\n")
    database = Database(ws.database_url)
    database.check_secret(SECRET)
    on_list(database, "adherents", addresses)
    sent(database, EDITION)
    return Office(ws, database)


@pytest.fixture
def desk(tmp_path: Path, box: Path) -> Iterator[Office]:
    """A campaign to 300 readers, a sixth of them at example.org."""
    people = [f"a{n}@example.org" for n in range(50)] + [f"b{n}@example.com" for n in range(250)]
    found = office(tmp_path / "ws", box, people)
    yield found
    found.database.close()


def come_back(desk: Office, box: Path, names: range, *, domain: str = "example.org") -> None:
    for n in names:
        deliver(
            box,
            f"{n}.{domain}",
            desk.bounce(f"a{n}@{domain}" if domain == "example.org" else f"b{n}@{domain}"),
        )


def run(desk: Office, *arguments: str) -> Result:
    return CliRunner().invoke(newsletter, ["--project", str(desk.workspace.root), "--lang", "en", *arguments])


def confirmed(desk: Office) -> frozenset[str]:
    return confirm_doubts(desk.database, desk.workspace, one(desk.database, "1"), now=NOON)


def test_a_few_unknown_addresses_are_taken_off_at_once(desk: Office, box: Path) -> None:
    come_back(desk, box, range(9))

    done = desk.fetch()

    assert (done.hard, done.suppressed, done.held) == (9, 9, ())


def test_ten_and_a_fifth_of_a_domain_take_nobody_off_before_the_yes(desk: Office, box: Path) -> None:
    come_back(desk, box, range(10))

    done = desk.fetch()

    [doubt] = done.held
    assert (done.hard, done.suppressed, desk.suppressed()) == (10, 0, {})
    assert (doubt.campaign, doubt.domain, doubt.unknown) == (1, "example.org", 10)


def test_who_was_taken_off_by_the_first_mails_is_put_back_when_the_rest_come(desk: Office, box: Path) -> None:
    come_back(desk, box, range(6))
    first = desk.fetch().suppressed
    come_back(desk, box, range(6, 12))

    done = desk.fetch()

    assert (first, done.suppressed, len(done.held), desk.suppressed()) == (6, 0, 1, {})


def test_with_the_yes_they_are_taken_off_and_the_domain_is_not_doubted_again(desk: Office, box: Path) -> None:
    come_back(desk, box, range(12))
    desk.fetch()

    opened = confirmed(desk)
    come_back(desk, box, range(12, 25))
    done = desk.fetch()

    assert opened == {"example.org"}
    assert (done.suppressed, done.held, len(desk.suppressed())) == (13, (), 25)
    assert confirmed(desk) == frozenset()


def test_a_held_domain_stays_so_without_being_told_twice(desk: Office, box: Path) -> None:
    come_back(desk, box, range(12))
    desk.fetch()

    come_back(desk, box, range(12, 20))
    done = desk.fetch()

    assert (done.hard, done.held, desk.suppressed()) == (8, (), {})


def test_a_twentieth_of_the_campaign_holds_the_domains_with_such_a_share(desk: Office, box: Path) -> None:
    come_back(desk, box, range(8))
    come_back(desk, box, range(7), domain="example.com")  # 3 % of that one

    done = desk.fetch()

    assert [doubt.domain for doubt in done.held] == ["example.org"]
    assert set(desk.suppressed()) == {f"b{n}@example.com" for n in range(7)}


def test_other_domains_are_not_touched_and_a_complaint_is_heard(desk: Office, box: Path) -> None:
    come_back(desk, box, range(11))
    deliver(box, "x.host", complaint("a40@example.org", desk.message_id("a40@example.org")))
    come_back(desk, box, range(2), domain="example.com")

    desk.fetch()

    assert desk.suppressed() == {
        "a40@example.org": "complaint",
        "b0@example.com": "hard_bounce",
        "b1@example.com": "hard_bounce",
    }


def test_a_mailbox_that_is_given_up_waits_for_the_yes_too(desk: Office, box: Path) -> None:
    come_back(desk, box, range(10))
    desk.fetch()
    for day in (2, 3, 4):
        date = f"{day} Nov 2026 10:00:00 +0000"
        deliver(box, f"full{day}.host", desk.bounce("a40@example.org", FULL, date=date))
    desk.fetch()
    before = desk.suppressed()

    confirmed(desk)

    assert before == {}
    assert len(desk.suppressed()) == 11
    assert "a40@example.org" in desk.suppressed()


def test_the_officer_is_told_and_says_yes_when_nothing_is_left_to_send(desk: Office, box: Path) -> None:
    come_back(desk, box, range(10))
    write_private(desk.workspace.var / "secret", SECRET.written().encode())

    fetched = run(desk, "inbox", "fetch")
    status = run(desk, "status", "1")
    unsure = run(desk, "resume", "1")
    before = dict(desk.suppressed())
    sure = run(desk, "resume", "1", "--yes")

    assert "newsletter resume 1 --yes" in fetched.output
    assert "newsletter resume 1 --yes" in status.output
    assert "newsletter resume 1 --yes" in unsure.output
    assert before == {}
    assert sure.exit_code == 0
    assert len(desk.suppressed()) == 10

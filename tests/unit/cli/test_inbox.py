"""`newsletter inbox fetch`, and what reads the mailbox before mails leave."""

from __future__ import annotations

import csv
import json
from collections.abc import Iterator
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from archive_kit import SECRET, written
from inbox_kit import FULL, OURS, Office, deliver, mail, maildir, office
from newsletter_mailer.cli import newsletter
from newsletter_mailer.config import write_private
from newsletter_mailer.errors import InboxUnreadable
from newsletter_mailer.wording import use_language
from program import ISSUE_YAML


@pytest.fixture(autouse=True)
def _english_again() -> Iterator[None]:
    yield
    use_language("en")


@pytest.fixture
def box(tmp_path: Path) -> Path:
    return maildir(tmp_path / "mail")


@pytest.fixture
def desk(tmp_path: Path, box: Path) -> Iterator[Office]:
    """One letter was sent, and another one is ready."""
    found = office(tmp_path / "ws", f"{{ maildir: {box} }}")
    write_private(found.workspace.var / "secret", SECRET.written().encode())
    written(found.workspace, "next", ISSUE_YAML.format(id="next-000001"))
    yield found
    found.database.close()


def run(desk: Office, *arguments: str) -> Result:
    return CliRunner().invoke(newsletter, ["--project", str(desk.workspace.root), "--lang", "en", *arguments])


def test_the_numbers_are_data_and_who_asks_without_a_link_is_named(desk: Office, box: Path) -> None:
    deliver(box, "1.host", desk.leave("ann@example.org"))
    deliver(box, "2.host", mail("unsubscribe", "Bob <bob@example.org>"))
    deliver(box, "3.host", mail("Bonjour"))

    done = run(desk, "inbox", "fetch")

    assert done.exit_code == 0
    assert done.stdout == "1 reader has left by mail.\n"
    assert "newsletter subscribers unsubscribe bob@example.org" in done.stderr
    assert "1 other mail was left untouched." in done.stderr


@pytest.mark.parametrize("sender", ["bob@example.org|sh", "`id`@example.org", "--list@example.org"])
def test_an_address_that_would_be_a_command_stands_in_no_command(
    desk: Office, box: Path, sender: str
) -> None:
    deliver(box, "1.host", mail("unsubscribe", sender))

    done = run(desk, "inbox", "fetch")

    assert f"! {sender} asks to leave, without our link: look at the mail." in done.stderr
    assert "newsletter subscribers" not in done.stderr


def test_of_many_wishes_without_a_link_the_first_are_named_and_the_rest_counted(
    desk: Office, box: Path
) -> None:
    for n in range(23):
        deliver(box, f"{n:02}.host", mail("unsubscribe", f"bob{n}@example.org"))

    done = run(desk, "inbox", "fetch")

    assert done.stderr.count("asks to leave, without our link") == 20
    assert "! 3 more mails ask to leave without our link: look into the mailbox." in done.stderr


def test_as_json(desk: Office, box: Path) -> None:
    deliver(box, "1.host", desk.leave("ann@example.org"))

    done = json.loads(run(desk, "--json", "inbox", "fetch").stdout)

    assert done == {
        "mailbox": f"maildir:{box}",
        "read": 1,
        "left": 1,
        "again": 0,
        "invalid": 0,
        "by_hand": [],
        "other": 0,
        **dict.fromkeys(("hard", "soft", "policy", "unclear", "complaints", "automatic", "delayed"), 0),
        **dict.fromkeys(("delivered", "unmatched", "unknown", "suppressed"), 0),
        "held": [],
        "faults": [],
        "strange": [],
    }


def test_what_came_back_is_told_in_words_and_our_faults_with_their_remedy(desk: Office, box: Path) -> None:
    deliver(box, "1.host", desk.bounce("ann@example.org"))
    deliver(box, "2.host", desk.bounce("bob@example.org", OURS))
    deliver(box, "3.host", desk.bounce("cleo@example.org", FULL))

    done = run(desk, "inbox", "fetch")

    said = " ".join(done.stderr.split())
    assert "1 reader is never written to again" in said
    assert (
        "Came back: 1 address gone, 1 mailbox full or out of order, 1 refused because of us, 0 unclear."
        in said
    )
    assert "does not prove that the mail is yours (SPF, DKIM, DMARC), says example.org" in said


def test_faults_as_json(desk: Office, box: Path) -> None:
    deliver(box, "1.host", desk.bounce("bob@example.org", OURS))

    done = json.loads(run(desk, "--json", "inbox", "fetch").stdout)

    [fault] = done["faults"]
    assert (fault["domain"], fault["code"], fault["status"]) == ("example.org", 550, "5.7.26")
    assert "DMARC" in fault["reason"]


def test_who_is_gone_is_not_counted_by_a_dispatch(desk: Office, box: Path) -> None:
    deliver(box, "1.host", desk.bounce("ann@example.org"))

    done = run(desk, "--json", "dispatch", "next", "--list", "adherents", "--dry-run")

    assert json.loads(done.stdout)["head_count"]["suppressed"] == 1
    assert "1 reader is never written to again" in done.stderr


def test_status_counts_what_came_back_and_says_what_is_held_against_us(desk: Office, box: Path) -> None:
    deliver(box, "1.host", desk.bounce("ann@example.org"))
    deliver(box, "2.host", desk.bounce("bob@example.org", OURS))
    run(desk, "inbox", "fetch")

    for_people = " ".join(run(desk, "status", "1").stdout.split())
    for_programs = json.loads(run(desk, "--json", "status", "1").stdout)

    assert "came back: 1 address gone 1 refused by a filter" in for_people
    assert "(SPF, DKIM, DMARC), says example.org" in for_people
    assert for_programs["returned"] == {"gone": 1, "filtered": 1}
    assert [fault["status"] for fault in for_programs["faults"]] == ["5.7.26"]


def test_the_log_says_what_came_back_and_where_the_original_is(desk: Office, box: Path) -> None:
    raw = desk.bounce("ann@example.org", date="Tue, 3 Nov 2026 09:00:00 +0100")
    deliver(box, "1.host", raw)
    run(desk, "inbox", "fetch")

    table = " ".join(run(desk, "log", "1", "--returned").stdout.split())
    rows = [json.loads(row) for row in run(desk, "log", "1", "--format", "jsonl").stdout.splitlines()]
    cells = list(csv.DictReader(run(desk, "log", "1", "--format", "csv").stdout.splitlines()))

    [came] = rows[0]["returned"]
    original = Path(came.pop("original"))
    assert original.read_bytes() == raw
    assert original.stat().st_mode & 0o777 == 0o600
    assert (came["kind"], came["class"], came["category"]) == ("bounce", "hard", "gone")
    assert (came["status"], came["code"], came["at"]) == ("5.1.1", 550, "2026-11-03T08:00:00.000+00:00")
    assert "address gone" in table
    assert "bob@example.org" not in table
    assert rows[1]["returned"] == []
    assert cells[0]["returned"].startswith("gone: ")
    assert cells[1]["returned"] == ""


def test_whoever_left_by_mail_is_not_counted_by_a_dispatch(desk: Office, box: Path) -> None:
    deliver(box, "1.host", desk.leave("ann@example.org"))

    done = run(desk, "--json", "dispatch", "next", "--list", "adherents", "--dry-run")

    assert json.loads(done.stdout)["head_count"]["total"] == 2
    assert json.loads(done.stdout)["head_count"]["unsubscribed"] == 1


def test_a_mailbox_that_cannot_be_read_is_told_where_somebody_looks(desk: Office, box: Path) -> None:
    box.rename(box.with_name("elsewhere"))

    done = run(desk, "-q", "dispatch", "next", "--list", "adherents", "--dry-run")

    assert done.exit_code == 0
    assert "would still get this letter" in done.stderr
    assert "Maildir" in done.stderr


def test_nothing_leaves_unseen_when_the_mailbox_cannot_be_read(desk: Office, box: Path) -> None:
    box.rename(box.with_name("elsewhere"))

    done = run(desk, "dispatch", "next", "--list", "adherents", "--yes", "--expect", "3")

    assert isinstance(done.exception, InboxUnreadable)
    assert done.exception.exit_code == 75
    assert "--without-inbox" in str(done.exception)
    with desk.database.reading() as c:
        assert c.exec_driver_sql("SELECT count(*) FROM campaigns WHERE slug = 'next'").scalar() == 0


def test_without_the_mailbox_when_that_is_wanted(desk: Office, box: Path) -> None:
    box.rename(box.with_name("elsewhere"))

    done = run(desk, "dispatch", "next", "--list", "adherents", "--dry-run", "--without-inbox")

    assert done.exit_code == 0
    assert "would still get" not in done.stderr

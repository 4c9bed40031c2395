"""A ledger that was restored, copied or left for long sends nothing before the officer says yes."""

from __future__ import annotations

import json
import shutil
import sqlite3
from collections.abc import Callable
from pathlib import Path

import pytest

from program import Newsletter, Postbox

READERS = [f"reader{number}@example.org" for number in range(8)]
ISSUE = "2026-11"
DISPATCH = ("dispatch", ISSUE, "--list", "members", "--yes", "--expect", "8")
HALF_A_DAY = 12 * 60 * 60 * 1000
WaitUntil = Callable[[Callable[[], bool]], None]


@pytest.fixture
def members(newsletter: Newsletter) -> Newsletter:
    """A workspace with eight readers, and nothing sent yet."""
    newsletter.on_list("members", READERS)
    return newsletter


def ledger(newsletter: Newsletter) -> Path:
    return newsletter.folder / "var" / "newsletter.db"


def backup_of(newsletter: Newsletter, folder: Path) -> Path:
    """The ledger's files as they are now, without the note beside them."""
    folder.mkdir()
    for path in ledger(newsletter).parent.glob("newsletter.db*"):
        if path.suffix != ".turn":
            shutil.copyfile(path, folder / path.name)
    return folder


def restore(newsletter: Newsletter, backup: Path) -> None:
    for path in ledger(newsletter).parent.glob("newsletter.db*"):
        if path.suffix != ".turn":
            path.unlink()
    for path in backup.iterdir():
        shutil.copyfile(path, ledger(newsletter).with_name(path.name))


def state(newsletter: Newsletter) -> str:
    return str(json.loads(newsletter.run("--json", "status", ISSUE).stdout)["state"])


def killed_half_way(newsletter: Newsletter, postbox: Postbox, wait_until: WaitUntil) -> None:
    """A campaign whose sender dies while the server holds its third reply back."""
    postbox.hold_at = 3
    sender = newsletter.start(*DISPATCH)
    wait_until(lambda: len(postbox.received) >= 3)
    sender.kill()
    sender.communicate(timeout=120)
    postbox.let_go()


def test_a_restored_ledger_holds_the_campaign_and_says_why(
    members: Newsletter, postbox: Postbox, tmp_path: Path
) -> None:
    backup = backup_of(members, tmp_path / "backup")
    members.run(*DISPATCH)

    restore(members, backup)
    said = members.run(*DISPATCH, code=75).stderr

    assert sorted(postbox.addresses) == READERS
    assert "older than it should be" in said
    assert "--yes" in said
    assert state(members) == "held"
    members.run("resume", ISSUE, code=75)
    assert sorted(postbox.addresses) == READERS


def test_a_ledger_restored_from_the_middle_of_its_campaign_is_held_too(
    members: Newsletter, postbox: Postbox, tmp_path: Path, wait_until: WaitUntil
) -> None:
    killed_half_way(members, postbox, wait_until)
    backup = backup_of(members, tmp_path / "backup")
    members.run("resume", ISSUE, code=5)
    arrived = sorted(postbox.addresses)

    restore(members, backup)
    members.run("resume", ISSUE, code=75)

    assert sorted(postbox.addresses) == arrived
    assert state(members) == "held"


def test_a_wrong_ledger_leaves_the_right_one_as_it_was(
    members: Newsletter, postbox: Postbox, tmp_path: Path, wait_until: WaitUntil
) -> None:
    members.environment["NEWSLETTER_SMTP__CONNECTIONS"] = "1"
    old = backup_of(members, tmp_path / "old")
    killed_half_way(members, postbox, wait_until)
    right = backup_of(members, tmp_path / "right")
    restore(members, old)
    members.run(*DISPATCH, code=75)

    restore(members, right)
    members.run("resume", ISSUE, code=5)

    members.run("resolve", ISSUE, "--as", "sent")
    assert sorted(postbox.addresses) == READERS  # its journal was still there: only one was in doubt


def test_a_var_folder_restored_with_its_note_is_known_by_what_the_issue_says(
    members: Newsletter, postbox: Postbox, tmp_path: Path
) -> None:
    backup = shutil.copytree(members.folder / "var", tmp_path / "backup")
    members.run(*DISPATCH)

    shutil.rmtree(members.folder / "var")
    shutil.copytree(backup, members.folder / "var")
    said = members.run(*DISPATCH, code=75).stderr

    assert sorted(postbox.addresses) == READERS
    assert "sent.json" in said


def test_the_officers_yes_goes_on_with_the_restored_ledger_and_once_only_is_asked(
    members: Newsletter, postbox: Postbox, tmp_path: Path
) -> None:
    backup = backup_of(members, tmp_path / "backup")
    members.run(*DISPATCH)
    restore(members, backup)
    members.run(*DISPATCH, code=75)

    members.run("resume", ISSUE, "--yes")

    assert sorted(postbox.addresses) == sorted(READERS * 2)  # as was said before the yes
    members.issue("2026-12")
    members.run("dispatch", "2026-12", "--list", "members", "--yes", "--expect", "8")
    assert len(postbox.received) == 24


def test_a_copied_workspace_is_held_and_the_first_one_goes_on(
    members: Newsletter, postbox: Postbox, tmp_path: Path
) -> None:
    members.run(*DISPATCH)
    members.issue("2026-12")
    copy = Newsletter(tmp_path / "copy", 0)
    copy.environment = members.environment
    shutil.copytree(members.folder, copy.folder)
    december = ("dispatch", "2026-12", "--list", "members", "--yes", "--expect", "8")

    said = copy.run(*december, code=75).stderr

    assert f"this ledger stood at {ledger(members)}" in " ".join(said.split())
    assert len(postbox.received) == 8
    members.run(*december)
    assert len(postbox.received) == 16


def test_a_ledger_without_its_note_is_held(members: Newsletter, postbox: Postbox) -> None:
    members.run(*DISPATCH)
    members.issue("2026-12")

    ledger(members).with_name("newsletter.db.turn").unlink()
    said = members.run("dispatch", "2026-12", "--list", "members", "--yes", "--expect", "8", code=75).stderr

    assert "newsletter.db.turn is missing" in said
    assert len(postbox.received) == 8
    members.run("resume", "2026-12", "--yes")
    assert len(postbox.received) == 16


def test_a_sender_that_was_killed_is_no_copy(
    members: Newsletter, postbox: Postbox, wait_until: WaitUntil
) -> None:
    killed_half_way(members, postbox, wait_until)

    members.run("resume", ISSUE, code=5)

    members.run("resolve", ISSUE, "--as", "sent")
    assert sorted(postbox.addresses) == READERS


def test_a_run_that_was_silent_for_half_a_day_is_held_and_doubles_nobody_after_the_yes(
    members: Newsletter, postbox: Postbox, wait_until: WaitUntil
) -> None:
    killed_half_way(members, postbox, wait_until)
    arrived = len(postbox.received)
    raw = sqlite3.connect(ledger(members))
    with raw:
        raw.execute("UPDATE runs SET heartbeat_at = heartbeat_at - ?", (HALF_A_DAY + 1,))
    raw.close()

    members.run("resume", ISSUE, code=75)

    assert len(postbox.received) == arrived
    assert state(members) == "held"
    members.run("resume", ISSUE, "--yes", code=5)
    members.run("resolve", ISSUE, "--as", "sent")
    assert sorted(postbox.addresses) == READERS


def test_a_clock_that_was_set_back_delays_nobody(members: Newsletter, postbox: Postbox) -> None:
    postbox.answers = {READERS[0]: "450 4.2.1 later"}
    postbox.answer_times = 1
    waits = {"NEWSLETTER_RETRY__WAITS_MINUTES": "[600]"}
    members.run(*DISPATCH, code=75, environment=waits)
    raw = sqlite3.connect(ledger(members))
    with raw:  # as a clock would have stamped them that was a year ahead: the wait was over at once
        year = 365 * 24 * 60 * 60 * 1000
        raw.execute(
            "UPDATE deliveries SET due_at = updated_at + ?, updated_at = updated_at + ? WHERE due_at > 0",
            (year + 1, year),
        )
    raw.close()

    members.run("resume", ISSUE)

    assert sorted(postbox.addresses) == READERS


def test_an_issue_tells_people_that_it_was_sent_and_names_nobody(
    members: Newsletter, postbox: Postbox
) -> None:
    folder = members.folder / "issues" / ISSUE
    assert not (folder / "sent.json").exists()

    members.run(*DISPATCH)

    text = (folder / "sent.json").read_text(encoding="utf-8")
    assert (json.loads(text)["campaign"], json.loads(text)["turn"]) == (1, 1)
    assert "@" not in text
    assert not (members.folder / "issues" / "exemple-tous-les-blocs" / "sent.json").exists()


def test_an_issue_folder_that_cannot_be_written_does_not_stop_its_issue(
    members: Newsletter, postbox: Postbox
) -> None:
    (members.folder / "issues" / ISSUE / ".sent.json.new").mkdir()  # as good as read-only, also for root

    members.run(*DISPATCH)

    assert sorted(postbox.addresses) == READERS


def test_a_ledger_in_a_synchronised_folder_sends_nothing(members: Newsletter, postbox: Postbox) -> None:
    (members.folder / ".stfolder").mkdir()

    said = members.run(*DISPATCH, code=1).stderr

    assert "Syncthing" in said
    assert "database.url" in said
    assert postbox.received == []

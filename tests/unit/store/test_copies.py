"""A copied or restored ledger is noticed before anybody is mailed twice; a killed run is not taken for one."""

from __future__ import annotations

import json
import os
import shutil
import sqlite3
import subprocess
import sys
from pathlib import Path

import pytest

from newsletter_mailer.store.copies import SENT, accept, begin_turn, disagreement, note_of
from newsletter_mailer.store.database import Database
from unit.store.ledger_kit import NOON, Bench

KILLED = Path(__file__).with_name("killed_turn.py")
FEWEST = 12  # moments: to open, write, sync and rename each of three files


@pytest.fixture
def workspace(tmp_path: Path) -> Path:
    """A workspace whose ledger has had two runs, the second for the issue "novembre"."""
    folder = tmp_path / "workspace"
    (folder / "issues" / "novembre").mkdir(parents=True)
    with opened(folder) as database:
        begin_turn(database, None, now=NOON)
        begin_turn(database, issue(folder), now=NOON)
    return folder


def opened(workspace: Path) -> Database:
    return Database(f"sqlite:///{ledger(workspace)}")


def ledger(workspace: Path) -> Path:
    return workspace / "var" / "newsletter.db"


def issue(workspace: Path) -> Path:
    return workspace / "issues" / "novembre"


def said(workspace: Path) -> str:
    """What speaks against the ledger of that workspace, and "" when nothing does."""
    with opened(workspace) as database:
        found = disagreement(database, issue(workspace))
    return f"{found.what} ({found.hint})" if found else ""


def put_back(backup: Path, workspace: Path) -> None:
    """The ledger's file alone, as from a backup."""
    shutil.copyfile(backup, ledger(workspace))


def change(file: Path, /, **values: object) -> None:
    file.write_text(json.dumps(json.loads(file.read_text(encoding="utf-8")) | values), encoding="utf-8")


def raise_turn(workspace: Path) -> int:
    with opened(workspace) as database:
        return begin_turn(database, issue(workspace), now=NOON)


def test_a_ledger_that_goes_on_agrees_with_itself(workspace: Path) -> None:
    assert raise_turn(workspace) == 3

    assert said(workspace) == ""


def test_a_new_ledger_agrees(tmp_path: Path) -> None:
    with opened(tmp_path) as database:
        assert disagreement(database, None) is None
        assert disagreement(database, tmp_path / "issues" / "novembre") is None


def test_an_older_ledger_is_noticed_with_what_could_happen_and_what_to_do(
    workspace: Path, tmp_path: Path
) -> None:
    backup = shutil.copyfile(ledger(workspace), tmp_path / "backup.db")
    raise_turn(workspace)

    put_back(backup, workspace)

    assert "older than it should be: it stands at run 2, and" in said(workspace)
    assert "at run 3 of 2026-09-21 14:13 UTC" in said(workspace)
    assert "would get it again" in said(workspace)
    assert "newsletter resume novembre --yes" in said(workspace)


def test_an_older_var_folder_is_noticed_by_what_was_sent(workspace: Path, tmp_path: Path) -> None:
    backup = shutil.copytree(workspace / "var", tmp_path / "backup")
    raise_turn(workspace)

    shutil.rmtree(workspace / "var")
    shutil.copytree(backup, workspace / "var")

    assert "sent.json says that this issue was sent in run 3 on 2026-09-21 14:13 UTC" in said(workspace)


def test_a_newer_ledger_beside_an_old_note_is_noticed(workspace: Path, tmp_path: Path) -> None:
    note = note_of(ledger(workspace))
    old = shutil.copyfile(note, tmp_path / "old.turn")
    raise_turn(workspace)

    shutil.copyfile(old, note)

    assert "newer than" in said(workspace)
    assert "run 3, the note at run 2" in said(workspace)


def test_a_ledger_without_its_note_is_noticed(workspace: Path) -> None:
    note_of(ledger(workspace)).unlink()

    assert "newsletter.db.turn is missing" in said(workspace)


def test_the_note_of_another_ledger_is_noticed(workspace: Path, tmp_path: Path) -> None:
    with opened(tmp_path / "other") as database:
        begin_turn(database, None, now=NOON)

    shutil.copyfile(note_of(ledger(tmp_path / "other")), note_of(ledger(workspace)))

    assert "belongs to another ledger" in said(workspace)


def test_an_issue_that_another_ledger_sent_is_noticed(workspace: Path, tmp_path: Path) -> None:
    shutil.copytree(workspace / "issues", tmp_path / "other" / "issues")

    assert "sent from another ledger on 2026-09-21 14:13 UTC" in said(tmp_path / "other")


def test_a_copied_folder_is_noticed_where_it_was_copied_to_and_not_where_it_was(
    workspace: Path, tmp_path: Path
) -> None:
    copy = shutil.copytree(workspace, tmp_path / "copy")

    assert f"stood at {ledger(workspace)} on" in said(copy)
    assert "mails twice" in said(copy)
    assert said(workspace) == ""


def test_a_folder_that_was_moved_is_asked_about_once(workspace: Path, tmp_path: Path) -> None:
    moved = workspace.rename(tmp_path / "moved")
    before = said(moved)

    with opened(moved) as database:
        accept(database, issue(moved), now=NOON)

    assert "this ledger stood at" in before
    assert said(moved) == ""


@pytest.mark.parametrize(("host", "noticed"), [("elsewhere", False), (None, True)])
def test_a_computer_is_known_by_its_number_and_else_by_its_name(
    workspace: Path, host: str | None, noticed: bool
) -> None:
    if host:  # the computer was given another name
        change(note_of(ledger(workspace)), host=host)
    else:
        change(note_of(ledger(workspace)), machine="", host="elsewhere")

    assert ("stood at" in said(workspace)) is noticed


@pytest.mark.skipif(sys.platform == "win32", reason="links need a right there")
def test_another_way_to_the_same_file_is_no_other_place(workspace: Path, tmp_path: Path) -> None:
    (tmp_path / "link").symlink_to(workspace)
    change(note_of(ledger(workspace)), path=str(ledger(tmp_path / "link")))

    assert said(tmp_path / "link") == ""
    assert said(workspace) == ""


DAMAGE = ["", "not JSON", "[1, 2]", "{}", "\udcff", '"turn"', "17"]


@pytest.mark.parametrize("content", DAMAGE)
def test_notes_that_cannot_be_read_are_told_until_the_officer_says_yes(workspace: Path, content: str) -> None:
    for path in (issue(workspace) / SENT, note_of(ledger(workspace))):
        path.write_text(content, encoding="utf-8", errors="surrogateescape")
        assert f"{path} cannot be read" in said(workspace)

    with opened(workspace) as database:
        accept(database, issue(workspace), now=NOON)

    assert said(workspace) == ""


@pytest.mark.parametrize(("key", "value"), [("turn", "3"), ("ledger", 3), ("when", None), ("turn", None)])
def test_a_word_where_a_number_should_be_is_damage(workspace: Path, key: str, value: object) -> None:
    change(issue(workspace) / SENT, **{key: value})

    assert "cannot be read" in said(workspace)


def test_a_restored_ledger_that_has_caught_up_is_not_taken_for_the_lost_one(
    workspace: Path, tmp_path: Path
) -> None:
    backup = shutil.copytree(workspace / "var", tmp_path / "backup")  # with its note: all of var/
    with opened(workspace) as database:
        begin_turn(database, issue(workspace), now=NOON)
    shutil.rmtree(workspace / "var")
    shutil.copytree(backup, workspace / "var")
    other = workspace / "issues" / "decembre"
    other.mkdir()

    with opened(workspace) as database:
        begin_turn(database, other, now=NOON)  # as many runs again

    assert "a run of which the ledger knows nothing" in said(workspace)


def test_a_restored_ledger_shows_in_whatever_issue_is_dispatched_next(
    workspace: Path, tmp_path: Path
) -> None:
    backup = shutil.copytree(workspace / "var", tmp_path / "backup")
    with opened(workspace) as database:
        begin_turn(database, issue(workspace), now=NOON)
    shutil.rmtree(workspace / "var")
    shutil.copytree(backup, workspace / "var")
    new = workspace / "issues" / "decembre"
    new.mkdir()

    with opened(workspace) as database:
        found = disagreement(database, new)
        assert found is not None
        assert "a run of which the ledger knows nothing" in str(found.what)
        accept(database, new, now=NOON)
        assert disagreement(database, new) is None


def test_a_note_of_another_history_is_noticed_though_the_numbers_are_the_same(
    workspace: Path, tmp_path: Path
) -> None:
    backup = shutil.copy(ledger(workspace), tmp_path)
    with opened(workspace) as database:
        begin_turn(database, None, now=NOON)
    note = note_of(ledger(workspace)).read_bytes()
    put_back(Path(backup), workspace)
    with opened(workspace) as database:
        accept(database, None, now=NOON)
        begin_turn(database, None, now=NOON)
    turn = json.loads(note_of(ledger(workspace)).read_bytes())["turn"]
    note_of(ledger(workspace)).write_bytes(note)
    change(note_of(ledger(workspace)), turn=turn, going_to=turn)

    assert "but not the same one" in said(workspace)


def test_a_yes_stands_above_every_number_that_was_seen(workspace: Path) -> None:
    change(issue(workspace) / SENT, turn=90)
    change(note_of(ledger(workspace)), turn=40, going_to=41)

    with opened(workspace) as database:
        accept(database, issue(workspace), now=NOON)

    sent = json.loads((issue(workspace) / SENT).read_text(encoding="utf-8"))
    assert sent["turn"] == 91
    assert said(workspace) == ""


def test_after_a_yes_the_other_copy_is_noticed_by_what_was_sent(workspace: Path, tmp_path: Path) -> None:
    copy = shutil.copytree(workspace, tmp_path / "copy")
    with opened(copy) as database:
        accept(database, issue(copy), now=NOON)

    shutil.copyfile(issue(copy) / SENT, issue(workspace) / SENT)

    assert "run 3" in said(workspace)


def test_people_can_read_when_an_issue_was_sent(bench: Bench, tmp_path: Path) -> None:
    bench.on_list("ann@example.org")
    campaign = bench.plan()
    folder = tmp_path / "issues" / "novembre"
    folder.mkdir(parents=True)

    begin_turn(bench.database, folder, now=NOON, campaign=campaign.id)

    found = json.loads((folder / SENT).read_text(encoding="utf-8"))
    assert len(found.pop("mark")) == 8
    assert found == {
        "issue": "issue-2026-11",
        "campaign": campaign.id,
        "ledger": bench.database.ledger_id,
        "turn": 1,
        "when": "2026-09-21T14:13:20+00:00",
    }


def test_a_folder_finds_its_campaign_by_its_name(bench: Bench, tmp_path: Path) -> None:
    bench.on_list("ann@example.org")
    bench.plan()
    folder = tmp_path / "issues" / "novembre"
    folder.mkdir(parents=True)

    begin_turn(bench.database, folder, now=NOON)

    assert json.loads((folder / SENT).read_text(encoding="utf-8"))["campaign"] == 1


def test_what_was_said_of_another_issue_counts_nothing(bench: Bench, tmp_path: Path) -> None:
    bench.on_list("ann@example.org")
    campaign = bench.plan()
    folder = tmp_path / "issues" / "novembre"
    folder.mkdir(parents=True)
    begin_turn(bench.database, folder, now=NOON, campaign=campaign.id)

    change(folder / SENT, issue="the one it was copied from")

    assert disagreement(bench.database, folder, campaign=campaign.id) is None


@pytest.mark.skipif(sys.platform == "win32", reason="modes of POSIX")
def test_the_note_beside_the_ledger_is_private(workspace: Path) -> None:
    assert note_of(ledger(workspace)).stat().st_mode & 0o777 == 0o600


def test_an_issue_folder_that_cannot_be_written_stops_nobody(workspace: Path) -> None:
    (issue(workspace) / ".sent.json.new").mkdir()  # as good as read-only, also for root

    assert raise_turn(workspace) == 3
    assert said(workspace) == ""

    shutil.rmtree(issue(workspace))
    assert raise_turn(workspace) == 4
    assert not issue(workspace).exists()
    assert said(workspace) == ""


def test_no_note_is_left_half_written(workspace: Path) -> None:
    (issue(workspace) / SENT).unlink()
    (issue(workspace) / SENT).mkdir()

    raise_turn(workspace)

    assert [path.name for path in issue(workspace).iterdir()] == [SENT]


def test_a_note_that_cannot_be_written_stops_before_anything_is_raised(workspace: Path) -> None:
    note = note_of(ledger(workspace))
    note.unlink()
    note.mkdir()

    with pytest.raises(OSError), opened(workspace) as database:
        begin_turn(database, issue(workspace), now=NOON)

    note.rmdir()
    raw = sqlite3.connect(ledger(workspace))
    assert raw.execute("SELECT value FROM meta WHERE key = 'turn'").fetchall() == [("2",)]
    raw.close()


@pytest.fixture(scope="module")
def steps(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """One workspace for each moment at which a run was killed while it raised the turn: a number for a name."""
    if not hasattr(os, "fork"):
        pytest.skip("needs SIGKILL and fork")
    folder = tmp_path_factory.mktemp("steps")
    subprocess.run([sys.executable, str(KILLED), str(folder)], check=True, timeout=120)
    return folder


def test_a_run_killed_at_any_step_of_raising_its_turn_leaves_no_disagreement(steps: Path) -> None:
    killed = sorted(steps.iterdir())

    assert len(killed) > FEWEST
    assert {(folder / "end").read_text() for folder in killed[:-1]} == {"killed"}
    assert (killed[-1] / "end").read_text() == "done"
    assert {folder.name: said(folder) for folder in killed} == {folder.name: "" for folder in killed}

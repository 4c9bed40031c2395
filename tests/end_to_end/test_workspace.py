"""Around the main job: workspaces, issues, lists, and what the officer decides afterwards."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

from program import Newsletter, Postbox

READERS = [f"reader{number}@example.org" for number in range(4)]


def test_a_new_issue_can_be_sent_as_it_is_and_its_copy_is_another_issue(
    newsletter: Newsletter, postbox: Postbox
) -> None:
    newsletter.run("new", "2026-12")
    newsletter.run("new", "2027-01", "--from", "2026-12")
    newsletter.on_list("members", READERS)

    newsletter.run("dispatch", "2026-12", "--list", "members", "--yes", "--expect", "4")
    newsletter.run("dispatch", "2027-01", "--list", "members", "--yes", "--expect", "4")

    assert len(postbox.received) == 8
    listed = json.loads(newsletter.run("--json", "campaigns").stdout)
    assert [(one["issue"], one["state"]) for one in listed] == [
        ("2026-12", "finished"),
        ("2027-01", "finished"),
    ]


@pytest.mark.parametrize("slug", ["Été", "a/b", "..", "-x", ""])
def test_a_name_that_is_no_slug_is_refused(newsletter: Newsletter, slug: str) -> None:
    newsletter.run("new", "--", slug, code=2)


def test_an_issue_is_never_written_over(newsletter: Newsletter) -> None:
    before = (newsletter.folder / "issues" / "2026-11" / "issue.yaml").read_bytes()

    newsletter.run("new", "2026-11", code=2)

    assert (newsletter.folder / "issues" / "2026-11" / "issue.yaml").read_bytes() == before


def test_init_again_keeps_what_is_there(newsletter: Newsletter) -> None:
    settings = newsletter.folder / "newsletter.yaml"
    settings.write_text(settings.read_text(encoding="utf-8") + "# mine\n", encoding="utf-8")

    newsletter.run("--no-input", "init", str(newsletter.folder))

    assert settings.read_text(encoding="utf-8").endswith("# mine\n")


@pytest.mark.parametrize("name", ['L’Œuvre "du" pays: là #1', "a'b", "{x}", "back\\slash"])
def test_init_writes_any_name_so_that_it_can_be_read_again(
    newsletter: Newsletter, tmp_path: Path, name: str
) -> None:
    from newsletter_mailer.actions.init import Answers, init
    from newsletter_mailer.config import load_workspace

    init(tmp_path / "made", Answers(organisation=name), language="en")

    assert load_workspace(tmp_path / "made", {}).settings.identity.name == name


def test_lists_are_shown_with_their_readers(newsletter: Newsletter) -> None:
    assert "subscribers import" in newsletter.run("lists").stderr
    newsletter.on_list("members", READERS)

    shown = json.loads(newsletter.run("--json", "lists").stdout)

    assert [(one["slug"], one["confirmed"], one["basis"]) for one in shown] == [
        ("members", 4, "legitimate_interest_assoc")
    ]
    assert "members" in newsletter.run("lists").stdout


def test_the_refused_can_be_retried_and_the_rest_cancelled(newsletter: Newsletter, postbox: Postbox) -> None:
    newsletter.on_list("members", READERS)
    postbox.answers = {READERS[0]: "550 5.2.1 no", READERS[1]: "550 5.2.1 no", READERS[2]: "550 5.1.1 nobody"}
    newsletter.run("dispatch", "2026-11", "--list", "members", "--yes", "--expect", "4", code=5)

    postbox.answers = {READERS[1]: "450 4.2.1 later"}
    said = newsletter.run("retry", "2026-11")
    assert "2 queued again" in said.stdout
    assert "1 is never written to again" in said.stderr
    newsletter.run("resume", "2026-11", code=75, environment={"NEWSLETTER_RETRY__WAITS_MINUTES": "[60]"})
    newsletter.run("cancel", "2026-11")

    counts = json.loads(newsletter.run("--json", "status", "2026-11").stdout)["counts"]
    assert (counts["sent"], counts["cancelled"], counts["refused"], counts["total"]) == (2, 1, 1, 4)
    assert READERS[1] not in postbox.addresses


def test_outside_a_workspace_the_way_in_is_named(tmp_path: Path) -> None:
    done = subprocess.run(
        [sys.executable, "-m", "newsletter_mailer", "--lang", "en", "lists"],
        cwd=tmp_path,
        capture_output=True,
        text=True,
    )

    assert done.returncode == 2
    assert "newsletter init" in done.stderr


def test_a_folder_that_cannot_be_made_is_told_in_one_line(newsletter: Newsletter, tmp_path: Path) -> None:
    (tmp_path / "file").touch()

    said = newsletter.run("render", "2026-11", "-o", str(tmp_path / "file" / "out"), code=1).stderr

    assert said.strip().count("\n") == 0
    assert "a file stands where a folder should be" in said


def test_everything_that_holds_addresses_is_for_its_owner_alone(
    newsletter: Newsletter, postbox: Postbox
) -> None:
    people = newsletter.people([*READERS, "not an address"])
    newsletter.run("subscribers", "import", str(people), "--list", "members")
    newsletter.run("dispatch", "2026-11", "--list", "members", "--yes", "--expect", "4")

    private = [*(newsletter.folder / "var").rglob("*"), newsletter.folder / "people.rejects.csv"]

    assert private
    assert [path for path in private if path.stat().st_mode & 0o077] == []
    ignored = (newsletter.folder / ".gitignore").read_text(encoding="utf-8")
    assert "var/" in ignored
    assert "*.rejects.csv" in ignored

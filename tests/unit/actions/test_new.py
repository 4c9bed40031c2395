"""A new issue, in the language of its workspace."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

import pytest

from issue_files import HEAD, issue_text, workspace_at, write_issue
from newsletter_mailer.actions.new import new
from newsletter_mailer.compose.load import load_issue
from newsletter_mailer.config import Workspace, load_workspace

TODAY = dt.date(2026, 12, 24)


@pytest.fixture
def workspace(tmp_path: Path) -> Workspace:
    return workspace_at(tmp_path)


def made(workspace: Workspace, *, copy_of: str | None = None) -> Path:
    return new(workspace, "2026-12", copy_of=copy_of, today=TODAY, new_id="lettre-2026-12")


@pytest.mark.parametrize(
    ("language", "says"), [("fr", "Bonjour"), ("en", "Dear"), ("de", "Dear")], ids=["fr", "en", "neither"]
)
def test_a_new_issue_speaks_the_language_of_its_workspace(
    workspace: Workspace, language: str, says: str
) -> None:
    workspace = load_workspace(workspace.root, {"NEWSLETTER_LANGUAGE": language})

    path = made(workspace)

    issue = load_issue(workspace, path).issue
    assert says in path.read_text(encoding="utf-8")
    assert (issue.language, issue.date, issue.id) == (language, TODAY, "lettre-2026-12")


@pytest.mark.parametrize(
    ("slug", "language", "title"),
    [
        ("2026-12", "en", "December 2026"),
        ("2026-12", "fr", "Décembre 2026"),
        ("2027-03-printemps", "fr", "Printemps 2027"),
        ("2027-assemblee-generale", "fr", "Assemblee generale 2027"),
        ("2026-12-01", "fr", "1er décembre 2026"),
        ("2026-13", "en", "13 2026"),
        ("2026", "en", "2026"),
        ("0000-12", "en", "0000 12"),
        ("flash-info", "fr", "Flash info"),
    ],
)
def test_a_new_issue_is_called_after_its_folder_under_the_name_of_its_sender(
    workspace: Workspace, slug: str, language: str, title: str
) -> None:
    workspace = load_workspace(workspace.root, {"NEWSLETTER_LANGUAGE": language})

    path = new(workspace, slug, copy_of=None, today=TODAY, new_id="lettre-2026-12")

    issue = load_issue(workspace, path).issue
    assert (issue.title, issue.subject) == (title, title)
    assert "Réseau Exemple" in path.read_text(encoding="utf-8")


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "cp1252"])
def test_a_copy_has_an_id_and_a_date_of_its_own_whatever_its_encoding(
    workspace: Workspace, encoding: str
) -> None:
    text = issue_text("  - { type: heading, text: Été }\n", head=HEAD).replace("\n", "\r\n")
    write_issue(workspace, "", "before").write_bytes(text.encode(encoding))

    path = made(workspace, copy_of="before")

    lines = path.read_bytes().decode("cp1252" if encoding == "cp1252" else "utf-8").split("\r\n")
    assert lines[0] == "id: lettre-2026-12"
    assert "date: 2026-12-24" in lines
    assert any("Été" in line for line in lines)


@pytest.mark.parametrize("end", ["\n", "\r\n"])
def test_a_copy_does_not_expire_with_its_model(workspace: Workspace, end: str) -> None:
    text = issue_text().replace("date: 2026-11-22\n", "date: 2026-11-22\nexpires: 2026-11-25 18:00\n")
    path = write_issue(workspace, text)
    path.write_bytes(text.replace("\n", end).encode())
    assert load_issue(workspace, path).issue.expires is not None

    copy = load_issue(workspace, made(workspace, copy_of="lettre")).issue

    assert (copy.date, copy.expires) == (TODAY, None)


def test_an_issue_that_could_not_be_filled_leaves_nothing_behind(workspace: Workspace) -> None:
    def full(issue: Path) -> list[dict[str, str]]:
        (issue.parent / "picture.png").write_bytes(b"half")
        raise OSError(28, "No space left on device")

    with pytest.raises(OSError, match="No space"):
        new(workspace, "2026-12", copy_of=None, today=TODAY, new_id="lettre-2026-12", blocks=full)

    assert list(workspace.issues.iterdir()) == []


def test_a_copy_may_have_another_title_and_keeps_its_comments(workspace: Workspace) -> None:
    text = issue_text("  - { type: heading, title: Été }  # à revoir\n")
    write_issue(workspace, text.replace("title: Lettre de novembre", "title: >-\n  Lettre de\n  novembre"))

    path = new(
        workspace, "2026-12", copy_of="lettre", today=TODAY, new_id="lettre-2026-12", title="Noël : enfin"
    )

    issue = load_issue(workspace, path).issue
    assert (issue.title, issue.subject) == ("Noël : enfin", "Noël : enfin")
    assert "# à revoir" in path.read_text(encoding="utf-8")

"""An issue is found, loaded, or refused with everything wrong with it at once."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from issue_files import FOOT, HEAD, issue_text, said, workspace_at, write_issue
from newsletter_mailer.compose.load import find_issue, load_issue, slugs
from newsletter_mailer.config import Workspace
from newsletter_mailer.errors import IssueError, UsageError
from newsletter_mailer.yamlio.reader import LONGEST_FILE


@pytest.fixture
def workspace(tmp_path: Path) -> Workspace:
    return workspace_at(tmp_path / "lettres")


def refusal(workspace: Workspace, text: str) -> list[str]:
    path = write_issue(workspace, text)
    with pytest.raises(IssueError) as refused:
        load_issue(workspace, path)
    assert refused.value.exit_code == 3
    return said(refused.value.problems)


def test_a_right_issue_is_loaded_with_its_place(workspace: Workspace) -> None:
    path = write_issue(
        workspace, issue_text("  - type: text\n    text: Bonjour {{ subscriber.first_name }}\n")
    )

    loaded = load_issue(workspace, path)

    assert (loaded.issue.id, loaded.path) == ("lettre-2026-11", "issues/lettre/issue.yaml")
    assert loaded.folder == path.parent.resolve()
    assert loaded.document.values["blocks", 0, "text"].line == 7


@pytest.mark.parametrize("name", ["lettre", "issues/lettre", "issues/lettre/issue.yaml", "lettre/issue.yaml"])
def test_an_issue_is_found_by_slug_folder_or_file(workspace: Workspace, name: str) -> None:
    path = write_issue(workspace, issue_text())

    assert find_issue(workspace, name) == path.resolve()


def test_an_issue_is_found_from_the_folder_one_stands_in(
    workspace: Workspace, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = write_issue(workspace, issue_text())
    monkeypatch.chdir(path.parent)

    assert find_issue(workspace, ".") == path.resolve()


def test_a_mistyped_slug_is_corrected(workspace: Workspace) -> None:
    write_issue(workspace, issue_text(), "2026-11-lettre")
    write_issue(workspace, issue_text(), "autre")

    with pytest.raises(
        UsageError, match=r"there is no issue “2026-11-letre” \(did you mean “2026-11-lettre”\?\)"
    ):
        find_issue(workspace, "2026-11-letre")
    with pytest.raises(UsageError, match="there are: 2026-11-lettre, autre"):
        find_issue(workspace, "zzz")
    assert slugs(workspace) == ["2026-11-lettre", "autre"]


@pytest.mark.parametrize("name", ["rien", "x" * 5000, "a\0b", ""])
def test_what_is_no_issue_is_said(workspace: Workspace, name: str) -> None:
    with pytest.raises(UsageError, match="there is no issue"):
        find_issue(workspace, name)


def test_an_issue_of_another_workspace_is_refused(workspace: Workspace, tmp_path: Path) -> None:
    path = write_issue(workspace_at(tmp_path / "ailleurs"), issue_text())

    with pytest.raises(UsageError, match="is not in the workspace"):
        find_issue(workspace, str(path))


def test_schema_merge_tags_and_pictures_are_complained_of_together_in_the_order_of_the_file(
    workspace: Workspace,
) -> None:
    problems = refusal(
        workspace,
        issue_text(
            "  - type: text\n"
            "    when: subscriber.departement == '31'\n"
            "    text: Bonjour {{ subscriber.frist_name }}\n"
            "    titel: x\n"
            "  - { type: image, src: ../../../secret.png }\n",
            head=HEAD.replace("2026-11-22", "demain"),
        ),
    )

    assert problems == [
        "4:7: “demain” is not a date (write year, month and day, such as 2026-11-22)",
        "7:11: nobody knows “subscriber.departement” (did you mean “subscriber.department”?)",
        "8:19: nobody knows “subscriber.frist_name” (did you mean “subscriber.first_name”?)",
        "9:5: unknown field “titel” (did you mean “title”?)",
        "10:5: a picture has no “alt”: who does not see it learns nothing"
        " (add `alt:` and say what it shows, or `decorative: true` if it says nothing)",
        "10:25: the picture “../../../secret.png” is outside of the workspace"
        " (copy it into the folder of the issue, and write pictures/name.jpg)",
    ]


def test_a_syntax_error_is_an_error_of_the_issue(workspace: Workspace) -> None:
    assert refusal(workspace, "id: 'x\n")[0].startswith(
        "1:5: a quotation mark (') opens here and is never closed"
    )


@pytest.mark.parametrize("text", ["[" * 100_000, "- " * 100_000, "blocks: " + "{a: " * 100_000])
def test_depth_ends_in_a_sentence(workspace: Workspace, text: str) -> None:
    assert "levels stand inside one another" in refusal(workspace, text)[-1]


def test_a_huge_file_is_refused(workspace: Workspace) -> None:
    path = write_issue(workspace, "a" * (LONGEST_FILE + 5))

    with pytest.raises(IssueError, match="the file is larger than 1000 kB"):
        load_issue(workspace, path)


def test_a_file_that_cannot_be_read_is_said(workspace: Workspace) -> None:
    with pytest.raises(IssueError, match="the file cannot be read"):
        load_issue(workspace, workspace.issues / "absent" / "issue.yaml")


def test_a_copied_issue_must_not_keep_the_id(workspace: Workspace) -> None:
    write_issue(
        workspace,
        issue_text(head=HEAD.replace("lettre-2026-11", '"lettre-2026-11" # ne change plus')),
        "premier",
    )

    problems = refusal(workspace, issue_text())

    assert problems == [
        "1:5: the issue issues/premier/issue.yaml has the id “lettre-2026-11” too"
        " (give the newer of the two another id: by it the program knows who has an issue already)"
    ]


def test_other_issues_may_be_broken_unreadable_or_the_same_by_another_name(workspace: Workspace) -> None:
    path = write_issue(workspace, issue_text())
    write_issue(workspace, "id: [", "cassee")
    write_issue(workspace, "title: x\n", "sans-id")
    (workspace.issues / "dossier" / "issue.yaml").mkdir(parents=True)
    (workspace.issues / "lien").symlink_to(path.parent)

    assert load_issue(workspace, path).issue.id == "lettre-2026-11"


def test_an_empty_issue_and_one_without_fields_are_said(workspace: Workspace) -> None:
    assert refusal(workspace, "")[0].startswith("1:1: the file is empty")
    assert refusal(workspace, FOOT)[0].startswith("1:3: the file does not begin with a field")


@pytest.mark.skipif(os.name != "posix", reason="symbolic links")
def test_an_issue_behind_a_link_that_leaves_the_workspace_is_refused(
    workspace: Workspace, tmp_path: Path
) -> None:
    elsewhere = write_issue(workspace_at(tmp_path / "ailleurs"), issue_text())
    (workspace.issues / "lien").symlink_to(elsewhere.parent)

    with pytest.raises(UsageError, match="is not in the workspace"):
        find_issue(workspace, "lien")

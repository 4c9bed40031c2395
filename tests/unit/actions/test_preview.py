"""What the composer is told of an issue."""

from __future__ import annotations

import datetime as dt
import os
from pathlib import Path

import pytest

from composer_desk import ISSUE, workspace_in
from newsletter_mailer.actions import preview
from newsletter_mailer.config import Workspace, load_workspace
from newsletter_mailer.errors import NewsletterError
from newsletter_mailer.message.slots import sample_subscriber
from newsletter_mailer.model.audience import Basis, NewSubscriber, Subscriber
from newsletter_mailer.store import audience
from newsletter_mailer.store.database import Database
from newsletter_mailer.tokens import Secret

NOW = 1_793_600_000_000


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return workspace_in(tmp_path)


@pytest.fixture
def workspace(file: Path) -> Workspace:
    return load_workspace(file.parents[2], environment={})


def seen(workspace: Workspace, file: Path, reader: Subscriber) -> preview.Preview:
    edition = preview.proof(workspace, file).edition
    assert edition is not None
    return preview.preview(edition, workspace, reader=reader, now=NOW, new_id="a1")


def test_a_preview_holds_what_one_reader_would_get(workspace: Workspace, file: Path) -> None:
    reader = Subscriber(id=1, address="lea@example.org", recipient_key="", first_name="Léa")

    found = seen(workspace, file, reader)

    assert "Bonjour Léa" in found.html.replace("\u00a0", " ")
    assert "Bonjour Léa" in found.text.replace("\u00a0", " ")
    assert found.subject == "Des nouvelles de novembre"
    assert found.preheader.startswith("Trois rendez-vous et un atelier.")
    assert len(found.preheader) <= preview.SNIPPET
    assert (found.sender.name, found.sender.email) == ("Réseau Exemple", "lettre@example.org")
    assert 15 < found.words < 120


def test_pictures_stand_inside_the_page_and_weigh_only_in_the_whole_mail(
    workspace: Workspace, file: Path
) -> None:
    found = seen(workspace, file, sample_subscriber("fr"))

    assert "cid:" not in found.html
    assert 'src="data:image/' in found.html
    assert "cid:" in found.mail_html
    assert found.html_bytes == len(found.mail_html.encode())
    assert found.message_bytes > found.html_bytes


def test_problems_are_returned_with_their_places(workspace: Workspace, file: Path) -> None:
    file.write_text(ISSUE.replace("subject:", "sujet:").replace("alt:", "atl:"), encoding="utf-8")

    made = preview.proof(workspace, file)

    assert made.edition is None
    assert {(problem.path, problem.line) for problem in made.problems} >= {("issues/essai/issue.yaml", 3)}
    assert len(made.problems) >= 3


def test_a_file_that_vanished_is_a_problem_not_a_crash(workspace: Workspace, file: Path) -> None:
    file.unlink()

    made = preview.proof(workspace, file)

    assert [problem.path for problem in made.problems] == ["issues/essai/issue.yaml"]


def test_a_broken_theme_is_a_problem_not_a_crash(workspace: Workspace, file: Path) -> None:
    block = workspace.root / "templates" / "default" / "blocks" / "text.mjml"
    block.parent.mkdir(parents=True)
    block.write_text("{% for %}", encoding="utf-8")

    made = preview.proof(workspace, file)

    assert made.problems


def test_a_sender_that_no_header_can_hold_is_told_in_a_sentence(workspace: Workspace, file: Path) -> None:
    edition = preview.proof(workspace, file).edition
    assert edition is not None
    reader = Subscriber(id=1, address="a\nb@example.org", recipient_key="")

    with pytest.raises(NewsletterError, match="cannot be written"):
        preview.preview(edition, workspace, reader=reader, now=NOW, new_id="a1")


def test_issues_are_listed_newest_first_and_a_broken_one_before_them(workspace: Workspace) -> None:
    for slug, text in (
        ("ancien", ISSUE.replace("2026-11-02", "2025-01-01")),
        ("casse", "title: [\n"),
        ("liste", "- a\n"),
    ):
        (workspace.issues / slug).mkdir()
        (workspace.issues / slug / "issue.yaml").write_text(text, encoding="utf-8")

    found = preview.issues(workspace)

    assert [issue.slug for issue in found] == ["liste", "casse", "essai", "ancien"]
    assert found[2].title == "La lettre d'essai"
    assert found[2].date == dt.date(2026, 11, 2)
    assert found[1].title == "casse"


def test_an_issue_outside_the_workspace_is_not_listed_for_no_command_would_take_it(
    workspace: Workspace, tmp_path_factory: pytest.TempPathFactory
) -> None:
    outside = workspace_in(tmp_path_factory.mktemp("elsewhere")).parent
    (workspace.issues / "lien").symlink_to(outside, target_is_directory=True)

    found = preview.issues(workspace)

    assert [issue.slug for issue in found] == ["essai"]


def test_an_endless_issue_file_is_listed_without_being_read_to_its_end(
    workspace: Workspace, file: Path
) -> None:
    os.truncate(file, 1 << 40)  # a hole: takes no room on the disk, and no memory would hold it

    found = preview.issues(workspace)

    assert [(issue.slug, issue.title) for issue in found] == [("essai", "essai")]


def test_a_subject_in_the_list_shows_no_merge_tag(workspace: Workspace, file: Path) -> None:
    file.write_text(
        ISSUE.replace("subject: ", "subject: '{{ subscriber.first_name }}, ").replace(
            "novembre\npreheader", "novembre'\npreheader"
        ),
        encoding="utf-8",
    )

    (issue,) = preview.issues(workspace)

    assert "{{" not in issue.subject
    assert issue.subject.startswith("…, ")


def test_readers_are_found_by_a_part_of_their_address(workspace: Workspace) -> None:
    people = [NewSubscriber(f"{name}@example.org", first_name=name) for name in ("lea", "marc", "marcel")]
    with Database(workspace.database_url) as database:
        with database.transaction() as c:
            into = audience.add_list(
                c, "adherents", name="Adhérents", basis=Basis.CONSENT, now=NOW, source="test"
            )
            audience.import_rows(c, people, into=into, secret=Secret(b"s" * 32), source="test", now=NOW)

        assert [r.first_name for r in preview.readers(database, "MARC")] == ["marc", "marcel"]
        assert [r.first_name for r in preview.readers(database, "", limit=2)] == ["lea", "marc"]
        assert preview.readers(database, "nobody") == []
        lea = preview.readers(database, "lea")[0]
        assert preview.reader(database, lea.id, language="fr") == lea
        assert preview.reader(database, 999, language="fr").id == 0
        assert preview.reader(None, lea.id, language="fr").first_name == "Prénom"

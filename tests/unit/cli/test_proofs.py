"""`newsletter check --sheet` and `--diff`, and what `dispatch` tells of an issue that was changed since its approval."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

import click
import pytest
from click.testing import CliRunner, Result

from cli_kit import PLAIN
from issue_files import issue_text, workspace_at, write_issue
from newsletter_mailer.actions.difference import Change, Kind
from newsletter_mailer.actions.difference.words import compared
from newsletter_mailer.app import open_app
from newsletter_mailer.cli import newsletter
from newsletter_mailer.cli.proofs import _lines_of
from newsletter_mailer.compose.load import load_issue
from newsletter_mailer.compose.pipeline import compose
from newsletter_mailer.config import Workspace
from newsletter_mailer.model.audience import Basis, NewSubscriber
from newsletter_mailer.store import audience, campaigns, reviews
from newsletter_mailer.wording import Sentence, use_language

GARDEN = "  - { type: article, title: Le jardin, text: 'Trois hectares, deux serres.' }\n"
Call = Callable[..., Result]


@pytest.fixture
def ws(tmp_path: Path) -> Workspace:
    """An issue that was tested and approved, and then changed."""
    workspace = workspace_at(tmp_path / "lettres")
    edition = compose(load_issue(workspace, write_issue(workspace, issue_text(GARDEN))), workspace).edition
    with open_app(workspace.root) as app, app.database.transaction() as c:
        campaigns.record_test(c, edition, address="ann@example.org", now=app.now, reply="250 ok")
        reviews.approve(c, edition, reviewer="Nadia", now=app.now)
        into = audience.add_list(c, "members", name="M", basis=Basis.CONSENT, now=app.now, source="test")
        people = [NewSubscriber("lea@example.org")]
        audience.import_rows(c, people, into=into, secret=app.secret, source="test", now=app.now)
    write_issue(workspace, issue_text(GARDEN.replace("Trois", "Quatre")))
    return workspace


@pytest.fixture
def call(ws: Workspace) -> Iterator[Call]:
    """Runs the program there, in English."""

    def run(*arguments: str, before: tuple[str, ...] = ()) -> Result:
        given = ["--project", str(ws.root), "--lang", "en", "--no-input", *before]
        return CliRunner().invoke(newsletter, [*given, *arguments])

    yield run
    use_language("en")


@pytest.mark.parametrize("since", ["test", "approval"])
def test_what_changed_is_marked_as_a_proof_reader_does(call: Call, since: str) -> None:
    done = call("check", "lettre", "--diff", since)

    assert "1 part differs: as " in done.stdout
    assert "~ Le jardin (changed)\n    [-Trois-]{+Quatre+} hectares, deux serres.\n" in done.stdout


def test_nothing_changed_is_said(call: Call, ws: Workspace) -> None:
    write_issue(ws, issue_text(GARDEN))

    done = call("check", "lettre", "--diff", "test")

    assert "Nothing a reader could notice has changed: as it was last tested" in done.stdout


def test_both_versions_stand_side_by_side_on_a_page(call: Call, tmp_path: Path) -> None:
    done = call("check", "lettre", "--diff", "test", "-o", str(tmp_path / "new" / "diff.html"))

    assert "<del>Trois</del>" in (tmp_path / "new" / "diff.html").read_text("utf-8")
    assert "Both versions stand side by side in" in done.stderr


def test_the_difference_as_json(call: Call) -> None:
    done = call("check", "lettre", "--diff", "test", before=("--json",))

    (change,) = json.loads(done.stdout)["difference"]
    assert (change["kind"], change["title"]) == ("changed", "Le jardin")
    assert {"mark": "gone", "text": "Trois"} in change["words"]


def test_the_contact_sheet_is_written_and_told(call: Call, tmp_path: Path) -> None:
    done = call("check", "lettre", "--list", "members", "--sheet", str(tmp_path / "sheet.html"))

    assert "Readers of members" in (tmp_path / "sheet.html").read_text("utf-8")
    assert "The contact sheet is in" in done.stderr


def test_a_page_of_no_difference_is_a_mistake(call: Call) -> None:
    done = call("check", "lettre", "-o", "diff.html")

    assert done.exit_code == 2
    assert "name one with --diff" in done.stderr


def test_dispatch_shows_what_was_changed_since_the_approval(call: Call, ws: Workspace) -> None:
    changed = call("dispatch", "lettre", "--list", "members", "--dry-run", "--without-inbox")
    write_issue(ws, issue_text(GARDEN))
    as_approved = call("dispatch", "lettre", "--list", "members", "--dry-run", "--without-inbox")

    assert "The issue was changed since it was approved" in changed.stderr
    assert "as Nadia approved it" in changed.stderr
    assert "[-Trois-]{+Quatre+} hectares" in changed.stderr
    assert "changed since" not in as_approved.stderr


def test_on_a_terminal_colours_stand_for_the_signs_and_far_words_are_left_out() -> None:
    long = " ".join(["Un mot de plus."] * 12)
    words = compared(f"{long} Trois pas. {long}\nAutre ligne", f"{long} Quatre pas. {long}\nAutre ligne")
    change = Change(Kind.CHANGED, Sentence("Titre"), words)

    _, line = _lines_of(replace(PLAIN, colour=True), change, coloured=True)

    assert click.style("Trois", fg="red", strikethrough=True) in line
    assert click.style("Quatre", fg="green", underline=True) in line
    assert " … " in line
    assert len(click.unstyle(line)) < len(long)
    assert "Autre ligne" not in line

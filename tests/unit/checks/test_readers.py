"""Looking through readers' eyes counts what they would get, without writing it."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from composing import BY_MAIL, composed, reader
from dispatch_kit import EDITION
from issue_files import issue_text, workspace_at, write_issue
from newsletter_mailer.checks.readers import MOST_NAMES, Eyes
from newsletter_mailer.compose.load import load_issue
from newsletter_mailer.message.slots import Filler
from newsletter_mailer.model.edition import Place, Segment, Slot
from newsletter_mailer.model.finding import Level

BLOCKS = """\
  - type: text
    text: Bonjour {{ subscriber.first_name or "à vous" }}, bonjour.
  - type: text
    when: subscriber.department == "31"
    text: "[Près de chez vous](https://jardin.fr/{{ subscriber.department }}), {{ subscriber.first_name }}"
"""


@pytest.mark.parametrize(("name", "department"), [("", ""), ("Zoé & 🌱", "31"), ("Ann", "31"), ("Ann", "")])
def test_the_size_of_a_page_is_that_of_the_page_itself(name: str, department: str, tmp_path: Path) -> None:
    edition = composed(workspace_at(tmp_path), BLOCKS).edition
    someone = reader(name, BY_MAIL, department=department)
    eyes = Eyes(edition, names=False)

    eyes.look(someone)

    assert eyes.longest == len(Filler(edition).html(someone).encode())


def test_a_reader_whose_mail_cannot_be_written_is_told(tmp_path: Path) -> None:
    unworkable = Segment(Slot(0, Place.HTML_TEXT))
    edition = replace(EDITION, html=(unworkable,), expressions=("subscriber.first_name < 3",))
    workspace = workspace_at(tmp_path)
    issue = load_issue(workspace, write_issue(workspace, issue_text())).issue
    eyes = Eyes(edition, names=False)

    eyes.look(reader("Ann"))
    eyes.look(reader("Bob"))

    (finding,) = eyes.findings(issue)
    assert (finding.code, finding.level) == ("merge-tag-fails", Level.ERROR)
    assert "2 of 2 mails" in str(finding.what)
    assert "ann@example.org" in str(finding.what)


def test_only_so_many_are_named(tmp_path: Path) -> None:
    edition = composed(workspace_at(tmp_path), BLOCKS).edition
    eyes = Eyes(edition, names=True)

    for _ in range(MOST_NAMES + 1):
        eyes.look(reader("", BY_MAIL))

    (lack,) = eyes.lacking()
    assert (lack.count, len(lack.names)) == (MOST_NAMES + 1, MOST_NAMES)

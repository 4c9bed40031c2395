"""The contact sheet: the issue in every light, with what the minutes want to know in its head."""

from __future__ import annotations

import html
import re
from pathlib import Path

import pytest
from PIL import Image

from issue_files import HEAD, issue_text, workspace_at, write_issue
from newsletter_mailer.actions.check import look
from newsletter_mailer.actions.contact_sheet import contact_sheet, write_sheet
from newsletter_mailer.checks.chromium import find_chromium
from newsletter_mailer.checks.sheet import Audience, ControlSheet
from newsletter_mailer.compose.lights import clipped
from newsletter_mailer.config import Workspace
from newsletter_mailer.errors import UsageError
from newsletter_mailer.model.campaign import HeadCount
from newsletter_mailer.model.edition import GMAIL_SHOWS, short_code

NOON = 1_800_000_000_000
BLOCKS = """\
  - { type: masthead, title: Le Fil }
  - { type: text, text: 'Bonjour {{ subscriber.first_name }}' }
  - { type: text, text: Pour vous seulement, when: 'subscriber.department == "31"' }
"""


@pytest.fixture
def workspace(tmp_path: Path) -> Workspace:
    return workspace_at(tmp_path / "lettres")


def looked_at(workspace: Workspace, text: str = issue_text(BLOCKS)) -> tuple[Path, ControlSheet]:
    path = write_issue(workspace, text)
    return path, look(workspace, path, database=None, lists=(), now=NOON, new_id="a1")


def page(workspace: Workspace, text: str = issue_text(BLOCKS)) -> str:
    path, sheet = looked_at(workspace, text)
    return contact_sheet(workspace, path, sheet, now=NOON, new_id="a1")


def views(sheet: str) -> list[str]:
    """The page in each frame."""
    return [html.unescape(one) for one in re.findall(r'srcdoc="([^"]*)"', sheet)]


def test_the_issue_is_seen_in_six_lights(workspace: Workspace) -> None:
    phone, computer, dark, without, plain, gmail = views(page(workspace))

    assert phone == computer == gmail
    assert "color-scheme:dark" in dark.replace(" ", "")
    assert "data:image" not in without
    assert "<pre>" in plain
    assert "LE FIL" in plain
    assert "Bonjour Prénom" in computer


def test_its_head_says_what_the_minutes_want_to_know(workspace: Workspace) -> None:
    path, sheet = looked_at(workspace)
    counted = Audience(("adherents",), HeadCount(1240, unsubscribed=6))
    sheet = ControlSheet(sheet.path, sheet.slug, sheet.title, sheet.edition, sheet.findings, (counted,))

    said = contact_sheet(workspace, path, sheet, now=NOON, new_id="a1")

    assert short_code(sheet.edition) in said
    assert "Lettre de novembre" in said
    assert "November 22, 2026" in said
    assert "Readers of adherents" in said
    assert "1,234" in said
    assert re.search(r"\d+ errors?, \d+ warnings?", said)
    assert "1 block goes to some readers only" in said
    assert "Contact sheet of January 15, 2027" in said


def test_nothing_in_it_runs_or_reaches_out(workspace: Workspace) -> None:
    hostile = issue_text("  - { type: text, text: '<script>alert(1)</script> \"><script>x' }\n")

    said = page(workspace, hostile)

    assert said.count("<script") == said.count('<script nonce="a1">') == 1
    assert said.count('<iframe sandbox="allow-same-origin"') == 6
    assert "default-src 'none'" in said
    assert not re.search(r'(?:src|href)="https?:', said)


def test_a_letter_that_gmail_shows_whole_is_shown_to_its_end(workspace: Workspace) -> None:
    said = page(workspace)

    assert "shows it to the end" in said
    assert said.count("data-end>") == 1


def test_a_letter_that_gmail_cuts_off_is_cut_off(workspace: Workspace) -> None:
    said = page(workspace, issue_text("  - { type: text, text: 'Un mot de plus pour finir. ' }\n" * 90))

    gmail = views(said)[-1]
    assert "cuts it off" in said
    assert gmail.endswith("[Message clipped] View entire message</p>")
    assert "unsubscribe" not in gmail.lower()


def test_it_is_cut_between_letters_and_never_inside_a_tag() -> None:
    short = "<p>" + "é" * 10
    inside_tag = "x" * (GMAIL_SHOWS - 10) + '<a href="https://example.org/long">lien</a>'
    inside_letter = "x" * (GMAIL_SHOWS - 1) + "é"

    assert clipped(short, "…") is None
    assert (clipped(inside_tag, "…") or "").startswith("x" * (GMAIL_SHOWS - 10) + "<p style")
    assert (clipped(inside_letter, "…") or "").startswith("x" * (GMAIL_SHOWS - 1) + "<p style")


@pytest.mark.parametrize("name", ["sheet.gif", "sheet"])
def test_another_ending_is_refused(workspace: Workspace, tmp_path: Path, name: str) -> None:
    path, sheet = looked_at(workspace)

    with pytest.raises(UsageError, match=r"ends in \.html, \.png, \.pdf"):
        write_sheet(workspace, path, sheet, tmp_path / name, now=NOON, new_id="a1")


def test_an_issue_with_errors_of_its_file_has_none(workspace: Workspace, tmp_path: Path) -> None:
    path, sheet = looked_at(workspace, HEAD)

    with pytest.raises(UsageError, match="cannot be composed"):
        write_sheet(workspace, path, sheet, tmp_path / "sheet.html", now=NOON, new_id="a1")


@pytest.mark.parametrize("kind", ["html", "png", "pdf"])
def test_it_is_written_as_its_ending_says(workspace: Workspace, tmp_path: Path, kind: str) -> None:
    path, sheet = looked_at(workspace)
    into = tmp_path / "minutes" / f"sheet.{kind}"

    write_sheet(workspace, path, sheet, into, now=NOON, new_id="a1")

    begins = {"html": b"<!doctype html>", "png": b"\x89PNG", "pdf": b"%PDF"}
    assert into.read_bytes().startswith(begins[kind])


def test_the_picture_shows_the_whole_sheet_sharply(workspace: Workspace, tmp_path: Path) -> None:
    path, sheet = looked_at(workspace)
    write_sheet(workspace, path, sheet, tmp_path / "sheet.png", now=NOON, new_id="a1")

    with Image.open(tmp_path / "sheet.png") as picture:
        width, height = picture.size
        foot = picture.convert("RGB").crop((0, height - 20, width, height)).getcolors()

    assert width >= 2 * 1500
    assert 1200 < height < width
    assert foot is not None
    assert len(foot) == 1


def test_a_browser_is_found_by_its_name_or_told_to_be_missing(tmp_path: Path) -> None:
    named = {"CHROMIUM": "/usr/bin/true"}

    assert find_chromium(named).program == Path("/usr/bin/true")
    with pytest.raises(UsageError, match="CHROMIUM names nowhere-at-all"):
        find_chromium({"CHROMIUM": "nowhere-at-all"})


def test_a_browser_that_fails_leaves_no_half_sheet(
    workspace: Workspace, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("CHROMIUM", "/usr/bin/false")
    path, sheet = looked_at(workspace)

    with pytest.raises(Exception, match="false made no picture"):
        write_sheet(workspace, path, sheet, tmp_path / "sheet.pdf", now=NOON, new_id="a1")

    assert not (tmp_path / "sheet.pdf").exists()

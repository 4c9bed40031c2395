"""The contact sheet: an issue as its readers see it, in every light, in one picture for the minutes."""

from __future__ import annotations

import html
import tempfile
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from newsletter_mailer.checks.chromium import Chromium, find_chromium
from newsletter_mailer.checks.sheet import ControlSheet
from newsletter_mailer.compose.dates import long_date
from newsletter_mailer.compose.lights import Light, clipped, shown, with_pictures
from newsletter_mailer.compose.load import LoadedIssue, load_issue
from newsletter_mailer.compose.pipeline import compose
from newsletter_mailer.compose.theme import load_tokens
from newsletter_mailer.compose.typography import typeset_line
from newsletter_mailer.compose.vocabulary import FILTERS
from newsletter_mailer.config import Workspace
from newsletter_mailer.errors import UsageError
from newsletter_mailer.message.slots import sample_subscriber
from newsletter_mailer.message.specimen import Specimen, specimen
from newsletter_mailer.model.edition import GMAIL_SHOWS, Edition, short_code
from newsletter_mailer.model.finding import Level
from newsletter_mailer.templating import theme_templates
from newsletter_mailer.wording import language, number, say, say_many, sentence

KINDS = (".html", ".png", ".pdf")
PHONE, DESKTOP, COLUMNS = 375, 660, 620  # pixels of a screen, a window, and 72 columns of plain text

_PLAIN = """<!doctype html><meta charset="utf-8"><style>body { margin: 0; background: #fff; color: #1b1b1b }
pre { margin: 0; padding: 26px 24px; white-space: pre-wrap; font: 13px/1.5 'DejaVu Sans Mono', Menlo, Consolas, monospace }
</style><body><pre>%s</pre>"""


@dataclass(frozen=True, slots=True)
class View:
    """The issue in one light."""

    name: str
    page: str
    width: int  #: pixels of the screen
    note: str = ""
    end: bool = False  #: only its end is shown


def contact_sheet(
    workspace: Workspace, issue: Path, sheet: ControlSheet, *, now: int, new_id: str, poster: bool = False
) -> str:
    """The page, in the theme's colours and the language now spoken, as a sample reader sees the issue.

    sheet: what the control sheet says of it. new_id: letters and digits, used nowhere before. poster: laid out in one
    row, to be photographed. Raises IssueError when the issue cannot be composed.
    """
    loaded = load_issue(workspace, issue)
    edition = compose(loaded, workspace).edition
    seen = specimen(edition, workspace, reader=sample_subscriber(edition.language), now=now, new_id=new_id)
    day = datetime.fromtimestamp(now / 1000, UTC).astimezone(workspace.zone).date()
    tokens = load_tokens(workspace)
    values = {
        "language": language(),
        "nonce": new_id,
        "poster": poster,
        "tokens": tokens,
        "title": typeset_line(edition.title, edition.language),
        "sender": edition.sender.name,
        "subject": seen.subject,
        "preheader": typeset_line(loaded.issue.preheader or "", edition.language),
        "made": say("Contact sheet of {day}", day=long_date(day, language())),
        "facts": _facts(loaded, sheet),
        "views": _views(seen, edition, desk=tokens.colours.page, desk_dark=tokens.dark.page),
        "some_only": _some_only(loaded),
    }
    return theme_templates(workspace.theme_folders, FILTERS)("check/sheet.html", values) + "\n"


def write_sheet(
    workspace: Workspace, issue: Path, sheet: ControlSheet, into: Path, *, now: int, new_id: str
) -> None:
    """Write the contact sheet as the file's ending says: .html, .png or .pdf.

    Raises UsageError for another ending, for an issue that cannot be composed, and when no browser is installed.
    """
    kind = into.suffix.lower()
    if kind not in KINDS:
        raise UsageError(
            sentence("a contact sheet ends in {kinds}", kinds=", ".join(KINDS)),
            sentence("e.g. --sheet {name}", name=f"{into.stem}.png"),
        )
    if not sheet.edition:
        raise UsageError(
            sentence("there is no contact sheet of an issue that cannot be composed"),
            sentence("mend the errors first: newsletter check {issue}", issue=sheet.slug),
        )
    browser = None if kind == ".html" else find_chromium()
    page = contact_sheet(workspace, issue, sheet, now=now, new_id=new_id, poster=browser is not None)
    into.parent.mkdir(parents=True, exist_ok=True)
    if browser is None:
        into.write_text(page, encoding="utf-8")
    else:
        _photograph(browser, page, into.resolve())


def _photograph(browser: Chromium, page: str, into: Path) -> None:
    with tempfile.TemporaryDirectory(prefix="newsletter-") as folder:
        source, made = Path(folder, "sheet.html"), Path(folder, into.name)
        source.write_text(page, encoding="utf-8")
        if into.suffix.lower() == ".pdf":
            browser.document(source, made)
        else:
            browser.picture(source, made, browser.size(source))
        into.write_bytes(made.read_bytes())


def _facts(loaded: LoadedIssue, sheet: ControlSheet) -> list[dict[str, Any]]:
    """What stands large in the head: name, value, and how grave it is."""
    counts = sheet.counts
    grave = next((level.value for level in (Level.ERROR, Level.WARNING) if counts[level]), "good")
    found = ", ".join((
        say_many("{count} error", "{count} errors", counts[Level.ERROR]),
        say_many("{count} warning", "{count} warnings", counts[Level.WARNING]),
    ))  # fmt: skip
    facts = [
        {"name": say("Date of the issue"), "value": long_date(loaded.issue.date, language()), "grave": ""},
        {"name": say("Edition"), "value": short_code(sheet.edition), "grave": "code"},
    ]
    if sheet.head_counts:
        whole = sheet.head_counts[-1]
        name = say("Readers of {lists}", lists=", ".join(whole.lists))
        facts.append({"name": name, "value": number(whole.head_count.total), "grave": ""})
    return [*facts, {"name": say("Control sheet"), "value": found, "grave": grave}]


def _views(seen: Specimen, edition: Edition, *, desk: str, desk_dark: str) -> list[View]:
    page = with_pictures(seen.html, edition)
    day, night = Light(desk=desk), Light(dark=True, desk=desk_dark)
    without = Light(pictures=False, desk=desk)
    return [
        View(say("Telephone"), shown(page, day), PHONE),
        View(say("Computer"), shown(page, day), DESKTOP),
        View(say("Dark screen"), shown(page, night), DESKTOP),
        View(say("Without pictures"), shown(page, without), DESKTOP),
        View(say("Plain text"), _PLAIN % html.escape(seen.text), COLUMNS),
        _gmail(seen, edition, page, day),
    ]


def _gmail(seen: Specimen, edition: Edition, page: str, light: Light) -> View:
    """The page as far as Gmail shows it, or its end when it shows it all."""
    size, most = number(len(seen.html.encode())), number(GMAIL_SHOWS)
    cut = clipped(seen.html, say("[Message clipped] View entire message"))
    if cut is None:
        note = say("shows it to the end: {size} of {most} bytes", size=size, most=most)
        return View(say("Gmail"), shown(page, light), DESKTOP, note, end=True)
    note = say("cuts it off: {size} bytes, and it shows {most}", size=size, most=most)
    return View(say("Gmail"), shown(with_pictures(cut, edition), light), DESKTOP, note)


def _some_only(loaded: LoadedIssue) -> str:
    """What a sample reader does not show: blocks that some readers get and others do not."""
    count = sum(block.when is not None for block in loaded.issue.blocks)
    if not count:
        return ""
    return say_many(
        "{count} block goes to some readers only, and is seen here as a sample reader sees it.",
        "{count} blocks go to some readers only, and are seen here as a sample reader sees them.",
        count,
    )

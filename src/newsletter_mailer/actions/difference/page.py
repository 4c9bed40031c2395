"""A difference as a page: what was said before and now, and how both look, side by side."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from newsletter_mailer.actions.difference.asking import Difference, Version
from newsletter_mailer.actions.difference.comparing import Change, Kind
from newsletter_mailer.actions.difference.pieces import head, written
from newsletter_mailer.compose.dates import long_date
from newsletter_mailer.compose.lights import Light, shown, with_pictures
from newsletter_mailer.compose.theme import load_tokens
from newsletter_mailer.compose.typography import typeset_line
from newsletter_mailer.compose.vocabulary import FILTERS
from newsletter_mailer.config import Workspace
from newsletter_mailer.model.edition import Edition
from newsletter_mailer.templating import theme_templates
from newsletter_mailer.wording import Sentence, language, say, sentence

SAID = {
    Kind.CHANGED: sentence("changed"),
    Kind.LOOKS: sentence("looks different"),
    Kind.ADDED: sentence("new"),
    Kind.REMOVED: sentence("taken out"),
    Kind.MOVED: sentence("moved"),
}


def as_html(found: Difference, workspace: Workspace, *, nonce: str) -> str:
    """The page, in the theme's colours and the language now spoken. Raises NewsletterError of a broken theme.

    nonce: letters and digits nobody can foresee; by it the browser knows the page's own script.
    """
    tokens, edition = load_tokens(workspace), found.after.edition
    title = typeset_line(edition.title, edition.language)
    before, after = named(found.before, workspace), named(found.after, workspace)
    values = {
        "language": language(),
        "nonce": nonce,
        "tokens": tokens,
        "title": say("What changed in “{title}”", title=title),
        "versions": say("Before: {before}. Now: {now}.", before=before, now=after),
        "before": say("before"),
        "after": say("now"),
        "alike": say("Nothing a reader could notice has changed."),
        "changes": [_row(found, change, desk=tokens.colours.page) for change in found.changes],
    }
    return theme_templates(workspace.theme_folders, FILTERS)("check/difference.html", values) + "\n"


def named(version: Version, workspace: Workspace) -> Sentence:
    """The version with the day that it is of."""
    if not version.at:
        return version.name
    day = datetime.fromtimestamp(version.at / 1000, UTC).astimezone(workspace.zone).date()
    return sentence("{version}, {day}", version=version.name, day=long_date(day, language()))


def _row(found: Difference, change: Change, *, desk: str) -> dict[str, Any]:
    return {
        "kind": change.kind.value,
        "said": str(SAID[change.kind]),
        "title": str(change.title),
        "words": change.words,
        "before": _framed(change.before, found.before.edition, desk),
        "after": _framed(change.after, found.after.edition, desk),
    }


def _framed(piece: str, edition: Edition, desk: str) -> str:
    """The piece as a page of its own, under its edition's style sheets; "" for none."""
    if not piece:
        return ""
    page = head(written(edition.html, edition, markup=True)) + piece
    return shown(with_pictures(page, edition), Light(desk=desk))

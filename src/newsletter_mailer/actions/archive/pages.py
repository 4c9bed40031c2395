"""The archive's pages, written by the theme's templates."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Sequence
from functools import cached_property
from itertools import groupby
from typing import TYPE_CHECKING, Any

from newsletter_mailer.compose.dates import long_date, month_and_year
from newsletter_mailer.compose.theme import Tokens, load_tokens
from newsletter_mailer.compose.vocabulary import FILTERS
from newsletter_mailer.config import Workspace
from newsletter_mailer.templating import Render, theme_templates
from newsletter_mailer.wording import in_language, say

if TYPE_CHECKING:
    from newsletter_mailer.actions.archive.archive import Entry

_BODY = re.compile(r"<body\b[^>]*>")


class Pages:
    """Index and issues of one workspace. Raises NewsletterError for a theme that cannot be used."""

    def __init__(self, workspace: Workspace, *, subscribe: str = "") -> None:
        """subscribe: absolute, or as seen from the index; "" when there is nowhere to join."""
        self._workspace = workspace
        self._subscribe = subscribe

    @cached_property
    def _render(self) -> Render:
        return theme_templates(self._workspace.theme_folders, FILTERS)

    @cached_property
    def _tokens(self) -> Tokens:
        return load_tokens(self._workspace)

    def style(self) -> bytes:
        """The style sheet; it touches nothing of a letter."""
        return self._written("style.css", tokens=self._tokens)

    def index(self, entries: Sequence[Entry], language: str) -> bytes:
        """All issues, newest first, by year."""
        with in_language(language):
            shown = [self._shown(entry, language) for entry in entries]
            years = [(year, list(rows)) for year, rows in groupby(shown[1:], key=lambda row: row["year"])]
            return self._page("index.html", language, "", newest=shown[0] if shown else None, years=years)

    def issue(self, entry: Entry, *, newer: Entry | None, older: Entry | None) -> bytes:
        """The letter as its readers saw it, with the archive's own head and foot, in the language of the letter."""
        letter = entry.letter
        with in_language(letter.language):
            near = {
                "newer": self._shown(newer, letter.language) if newer else None,
                "older": self._shown(older, letter.language) if older else None,
                "issue": self._shown(entry, letter.language),
            }
            head, top, foot = (
                self._page(f"issue-{part}.html", letter.language, "../", **near).decode()
                for part in ("head", "top", "foot")
            )
        html = letter.html.replace("</head>", f"{head}</head>", 1)
        html = _BODY.sub(lambda found: found.group() + top, html, count=1)
        before, end, after = html.rpartition("</body>")
        return f"{before}{foot}{end}{after}".encode()

    def _page(self, name: str, language: str, root: str, **values: Any) -> bytes:
        settings = self._workspace.settings
        away = ":" in self._subscribe or self._subscribe.startswith("/")
        return self._written(
            name,
            identity=settings.identity,
            privacy=settings.privacy,
            tokens=self._tokens,
            language=language if language[:2] in ("fr", "en") else "en",
            root=root,
            subscribe=(self._subscribe if away else root + self._subscribe) if self._subscribe else "",
            words=_words(),
            **values,
        )

    def _written(self, name: str, **values: Any) -> bytes:
        return (self._render(f"archive/{name}", values) + "\n").encode()

    def _shown(self, entry: Entry, language: str) -> dict[str, str | int]:
        """What a template says of an issue."""
        zone = self._workspace.zone
        day = dt.datetime.fromtimestamp(entry.publication.sent_at / 1000, zone).date()
        return {
            "title": entry.letter.title,
            "language": entry.letter.language,
            "teaser": entry.letter.teaser,
            "picture": entry.letter.picture,
            "path": entry.path,
            "day": day.isoformat(),
            "date": long_date(day, language),
            "month": month_and_year(day, language),
            "year": day.year,
        }


def _words() -> dict[str, str]:
    """What the pages say themselves, in the language of the moment."""
    return {
        "all": say("All our letters"),
        "introduction": say("Our letters, as they were sent. The newest comes first."),
        "newest": say("The newest letter"),
        "earlier": say("Earlier letters"),
        "read": say("Read this letter"),
        "none": say("Nothing yet: the first letter will stand here once it was sent."),
        "subscribe": say("Receive the next ones"),
        "feed": say("News feed (Atom)"),
        "calendar": say("Our dates in your calendar"),
        "newer": say("Newer letter"),
        "older": say("Earlier letter"),
        "near": say("Other letters"),
        "publisher": say("Responsible for the publication:"),
        "host": say("Hosted by:"),
        "privacy": say("Your data and your rights"),
        "legal": say("Legal notice"),
        "skip": say("Go to the letters"),
    }

"""What the templates of a theme can say: the names and filters that every block finds."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from types import SimpleNamespace
from typing import Any

from markupsafe import Markup

from newsletter_mailer.compose import dates, markdown, own_mjml, plaintext
from newsletter_mailer.compose.album import Album, Shown, tallest
from newsletter_mailer.compose.attached import Told
from newsletter_mailer.compose.merge import MARK, Marks
from newsletter_mailer.compose.theme import Tokens
from newsletter_mailer.config import Settings
from newsletter_mailer.model import blocks
from newsletter_mailer.model.issue import Issue

NETWORKS = {
    "facebook": "Facebook",
    "instagram": "Instagram",
    "linkedin": "LinkedIn",
    "mastodon": "Mastodon",
    "bluesky": "Bluesky",
    "youtube": "YouTube",
    "x": "X",
}
_SMALL_WORDS = frozenset(
    ("a", "an", "and", "au", "aux", "d", "de", "des", "du", "en", "et", "l", "la", "le", "les", "of", "the")
)
_OPENS_A_PART = (blocks.Heading,)
_STANDS_ALONE = (blocks.Agenda, blocks.Partners, blocks.Profiles, blocks.Social)
_REACHES_THE_FOOT = (blocks.Social,)


@dataclass(frozen=True, slots=True)
class Vocabulary:
    """The words of one composition, for both kinds of templates."""

    issue: Issue  #: made ready: merge tags under marks, texts set
    tokens: Tokens
    labels: Mapping[str, str]
    settings: Settings
    marks: Marks
    album: Album
    links: plaintext.LinkList
    calendar: str  #: name of the calendar file, "" when none is sent along
    attached: tuple[Told, ...] = ()  #: the author's files that go along
    inks: set[str] = field(
        default_factory=set
    )  #: colours that authors chose themselves, to be kept on dark screens

    def names(self) -> dict[str, Any]:
        """What every template can name."""
        language = self.issue.language
        return {
            "issue": self.issue,
            "tokens": self.tokens,
            "labels": self.labels,
            "identity": self.settings.identity,
            "privacy": self.settings.privacy,
            "links": SimpleNamespace(**{name: self.marks.expression(f"links.{name}") for name in _LINKS}),
            "leads": self.marks.leads,
            "only_if": lambda condition: self.marks.begin(condition) if condition else "",
            "end_if": lambda condition: self.marks.end(condition) if condition else "",
            "calendar": self.calendar,
            "attached": self.attached,
            "inks": self.inks,
            "sections": self._sections,
            "networks": NETWORKS | {"website": self.labels["website"]},
            "markdown": self._markdown,
            "plain": self._plain,
            "picture": self._picture,
            "fills": self.album.fills,
            "tallest": tallest,
            "tile": lambda entry: dates.tile(entry, language),
            "when_it_is": lambda entry: dates.when_it_is(entry, language),
            "printed_date": self._printed_date,
            "colon": "\u00a0:" if language.startswith("fr") else ":",
            "initials": initials,
            "telephone": telephone,
            "reference": self.links.reference,
        }

    def _markdown(self, source: str, level: int = 3) -> Markup:
        return Markup(markdown.to_html(source, self.issue.language, level=level))  # noqa: S704  # sanitised by nh3

    def _plain(self, source: str) -> str:
        return markdown.to_plain(
            source, self.issue.language, reference=self.links.reference, wrap=plaintext.wrap
        )

    def _picture(self, picture: blocks.Picture, width: int, height: int | None = None) -> Shown:
        return self.album.show(picture, width, height)

    def _sections(self, source: str, parts: Mapping[str, Mapping[str, str]]) -> Markup:
        """An author's own MJML. parts: what the theme gives to components that have no colours of their own."""
        sizes, ink = self.tokens.sizes, self.tokens.colours.ink
        dress = own_mjml.Dress(parts, ink, sizes.width, self.inks)
        return Markup(own_mjml.written(source, dress, self._own_picture))  # noqa: S704  # written anew, escaped

    def _own_picture(self, src: str, alt: str, width: int) -> Shown:
        picture = blocks.Picture(src=src, alt=alt or None, decorative=not alt)
        return self.album.show(picture, width, tallest(width))

    def _printed_date(self, date: dt.date) -> str:
        return dates.long_date(date, self.issue.language)


FILTERS: Mapping[str, Callable[..., Any]] = {
    "capitals": plaintext.capitals,
    "columns": plaintext.columns,
    "wrap": plaintext.wrap,
    "underlined": plaintext.underlined,
    "row": plaintext.row,
}
_LINKS = ("unsubscribe", "preferences", "view_in_browser")


def initials(name: str) -> str:
    """One to three capitals for a monogram: "Action Emploi Services" gives AES, a merge tag alone gives none."""
    words = re.findall(r"[^\W\d_]+", MARK.sub(" ", name))
    telling = [word for word in words if word.lower() not in _SMALL_WORDS] or words
    return "".join(word[0] for word in telling[:3]).upper()


def telephone(number: str) -> str:
    """A number as a link writes it (RFC 3966): digits, and a plus before the country."""
    return ("+" if number.strip().startswith("+") else "") + "".join(c for c in number if c.isdigit())


def levels(body: Sequence[blocks.Block]) -> list[int]:
    """The heading level of each block's title: 2, or 3 under a heading block, until a block that stands alone."""
    found, level = [], 2
    for block in body:
        if isinstance(block, (*_OPENS_A_PART, *_STANDS_ALONE)):
            level = 2
        found.append(level)
        if isinstance(block, _OPENS_A_PART):
            level = 3
    return found


def gap_above(shown: Sequence[blocks.Block]) -> bool | str:
    """Whether paper stands between these blocks and a dark one after them, or the condition under which it does.

    A panel that reaches the foot needs none; which block comes last may differ from reader to reader.
    """
    if not shown:
        return True
    *others, last = shown
    needed = not isinstance(last, _REACHES_THE_FOOT)
    if last.when is None:
        return needed
    before = gap_above(others)
    if isinstance(before, bool):
        return needed if before == needed else f"({last.when})" if needed else f"not ({last.when})"
    return f"({last.when}) or ({before})" if needed else f"not ({last.when}) and ({before})"

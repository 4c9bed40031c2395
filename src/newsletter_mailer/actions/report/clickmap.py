"""The issue as it was sent, with the number of clicks on every link."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from newsletter_mailer.compose.lights import Light, shown, with_pictures
from newsletter_mailer.config import Workspace
from newsletter_mailer.message.following import replaced
from newsletter_mailer.message.slots import sample_subscriber
from newsletter_mailer.message.specimen import specimen
from newsletter_mailer.model.edition import Edition
from newsletter_mailer.model.report import LinkClicks
from newsletter_mailer.wording import number

_MARK = "https://click-map.invalid/"  # RFC 2606: nobody's name
_LINK = re.compile(rf'<a\b(?P<before>[^<>]*?)\shref="{re.escape(_MARK)}(?P<number>\d+)"', re.IGNORECASE)
_OWN_SHEET = re.compile(r"<style\b[^>]*>.*?</style\s*>", re.IGNORECASE | re.DOTALL)
_BODY = re.compile(r"<body\b[^>]*>(.*)</body\s*>", re.IGNORECASE | re.DOTALL)
_HEATS = 4


@dataclass(frozen=True, slots=True)
class ClickMap:
    """A letter for a root of its own within the page, so that neither's style touches the other."""

    styles: str
    body: str


def click_map(
    edition: Edition, clicks: Sequence[LinkClicks], workspace: Workspace, *, now: int
) -> ClickMap | None:
    """The letter with its counts; None when nobody followed anything. Raises NewsletterError when it cannot be shown."""
    most = max((one.people for one in clicks), default=0)
    if not most:
        return None
    marked = replaced(edition, lambda link: f"{_MARK}{link.number}")
    reader = sample_subscriber(edition.language)
    seen = specimen(marked, workspace, reader=reader, now=now, new_id="click-map")
    page = shown(with_pictures(seen.html, edition), Light(desk="#ffffff"))
    counts = {one.number: one.people for one in clicks}
    body = _BODY.search(page)
    drawn = _LINK.sub(lambda found: _counted(found, counts, most), body[1] if body else page)
    return ClickMap("".join(_OWN_SHEET.findall(page)), drawn)


def _counted(found: re.Match[str], counts: dict[int, int], most: int) -> str:
    """The link, which leads nowhere here, behind its count."""
    count = counts.get(int(found["number"]), 0)
    heat = -(-count * _HEATS // most)
    return f'<b class="nl-clicks nl-heat-{heat}">{number(count)}</b><a{found["before"]}'

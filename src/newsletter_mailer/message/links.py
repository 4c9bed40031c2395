"""A reader's own links: a beginning that all readers share, and a token."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from typing import NamedTuple
from urllib.parse import quote

from newsletter_mailer.message import headers
from newsletter_mailer.message.escapes import ESCAPES
from newsletter_mailer.message.slots import Links
from newsletter_mailer.model.edition import Edition, Place, Segment, Slot

PAGES = {"preferences": "p", "view_in_browser": "v"}  #: besides the way out, with the path that each has
NOWHERE = "https://leave.invalid/"  #: stands for the way out while a page is filled that others may see
_OUT = re.compile(rf'(<a\s[^>]*?href="(?:{re.escape(NOWHERE)})?"[^>]*>)(.*?)</a>', re.DOTALL)
_BUTTON = re.compile(r'\sclass="[^"]*\baction\b')
_TOKEN_IN = {Place.HTML_URL: Place.HTML_URL_PART, Place.PLAIN_URL: Place.PLAIN_URL_PART}


class Copy(NamedTuple):  # one for each message, like Envelope
    """What is this one copy's own."""

    to: str  #: where it goes; a test may go to another address than the reader it shows
    message_id: str  #: with angle brackets, at most 500 characters
    date: datetime  #: with a zone
    token: str  #: signed unsubscribe token, or a dead one; letters, digits, "-" and "_"
    preferences: str = ""  #: the same for the preference page; "" = no link to it
    view: str = ""  #: the same for the letter in the browser
    returns: str = ""  #: the same for its return path: it then says which copy came back
    tracker: str = ""  #: drawn by lot for a copy that is measured: see `message.following`
    withdraw: str = ""  #: the token by which its reader ends that


class _Tokens(NamedTuple):
    token: str
    preferences: str
    view: str


@dataclass(frozen=True, slots=True)
class Beginnings:
    """What stands before the tokens of one letterhead; "" where there is no such page, for no link is ever dead."""

    ways_out: tuple[str, ...]  #: where readers leave: the web page first when there is one, then by mail
    preferences: str
    view_in_browser: str

    def links(self, unsubscribe: str, preferences: str = "", view: str = "") -> Links:
        """The links of who has these tokens."""
        return self.of(_Tokens(unsubscribe, preferences, view))

    def of(self, copy: Copy | _Tokens) -> Links:
        """The links of a copy; "" for a page whose token it does not have."""
        return Links(
            self.ways_out[0] + copy.token,
            self.preferences + copy.preferences if copy.preferences else "",
            self.view_in_browser + copy.view if copy.view else "",
            copy.token,
            copy.preferences,
            copy.view,
        )

    def of_tracked(self, copy: Copy) -> Links:
        """Those of a copy that is measured."""
        return self.of(copy)._replace(tracker=copy.tracker, withdraw=copy.withdraw)


def beginnings(unsubscribe_mailbox: str, web_base: str) -> Beginnings:
    """Of a letterhead. Raises HeaderError when mailed unsubscribes could not be addressed so."""
    local, _, domain = headers.a_label(unsubscribe_mailbox).rpartition("@")
    by_mail = f"mailto:{quote(local, safe='+')}@{domain}?subject=unsubscribe%20"
    if not web_base:
        return Beginnings((by_mail,), "", "")
    web = headers.ascii_url(web_base).rstrip("/")
    return Beginnings((f"{web}/u/", by_mail), *(f"{web}/{path}/" for path in PAGES.values()))


def pages_of(edition: Edition, web_base: str) -> frozenset[str]:
    """Which pages of a reader's own, besides the way out, the edition links to: names of `Links`."""
    if not web_base:
        return frozenset()
    said = " ".join((*edition.expressions, *edition.conditions))
    return frozenset(name for name in PAGES if f"links.{name}" in said)


def taken_apart(edition: Edition, begin: Beginnings) -> Edition:
    """The edition with its links as static text and a slot for the token: encoding one costs a tenth of the link.

    For copies that have a token for each of the pages that the edition links to.
    """
    shared = {
        "links.unsubscribe": begin.ways_out[0],
        "links.preferences": begin.preferences,
        "links.view_in_browser": begin.view_in_browser,
    }
    expressions = list(edition.expressions)
    tokens = {}
    for number, source in enumerate(edition.expressions):
        if beginning := shared.get(source.strip()):
            tokens[number] = (beginning, len(expressions))
            expressions.append(f"{source.strip()}_token")
    html, text = (tuple(_segments(segments, tokens)) for segments in (edition.html, edition.text))
    return replace(edition, html=html, text=text, expressions=tuple(expressions))


def _segments(segments: tuple[Segment, ...], tokens: Mapping[int, tuple[str, int]]) -> Iterator[Segment]:
    """tokens: of the number of a link's expression, its beginning and the number of its token's expression."""
    for segment in segments:
        slot, when = segment.content, segment.when
        if isinstance(slot, Slot) and slot.expression in tokens:
            beginning, token = tokens[slot.expression]
            yield Segment(ESCAPES[slot.place](beginning), when)
            yield Segment(Slot(token, _TOKEN_IN.get(slot.place, slot.place)), when)
        else:
            yield segment


def without_ways_out(html: str) -> str:
    """The page without links that act for its reader: buttons vanish, of words in a sentence the words stay."""
    html = _OUT.sub(lambda found: "" if _BUTTON.search(found[1]) else found[2], html)
    return html.replace(NOWHERE, "")

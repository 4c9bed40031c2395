"""A letter in the browser: as its reader got it, from the ledger."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from newsletter_mailer.actions.consent.links import SignedLinks
from newsletter_mailer.message.links import NOWHERE, without_ways_out
from newsletter_mailer.message.slots import Filler, Links, Reader
from newsletter_mailer.model.edition import Edition
from newsletter_mailer.store import choices
from newsletter_mailer.store.choices import Seen
from newsletter_mailer.store.database import Database
from newsletter_mailer.store.editions import edition_numbered

_KEPT = 4  # editions in memory: readers of one evening look at one letter


@dataclass(frozen=True, slots=True)
class _Known:
    edition: Edition
    filler: Filler


class Letters:
    """Every letter that was sent, for who has its link. Safe to use from several threads."""

    def __init__(
        self,
        database: Database,
        links: SignedLinks,
        *,
        picture: Callable[[str, int, Edition], str],
    ) -> None:
        """picture: its address, given the edition's hash, the picture's place from 1, and the edition."""
        self._database = database
        self._links = links
        self._picture = picture
        self._known: dict[int, _Known] = {}

    def html(self, token: str) -> str | None:
        """The page; None for a link that is none of ours, or whose reader or letter is no more.

        It holds no link that acts for its reader: its address is what people pass on to others.
        """
        delivery = self._links.number("view", token)
        with self._database.reading() as connection:
            seen = choices.seen(connection, delivery)
        if seen is None:
            return None
        known = self._edition(seen.edition)
        reader = Reader(seen.subscriber, list_name=seen.list_name, links=Links(unsubscribe=NOWHERE))
        try:
            html = known.filler.html(reader)
        except ValueError:  # this reader's fields do not allow it: no mail was sent either
            return None
        return self._with_pictures(without_ways_out(html), known.edition, seen)

    def _with_pictures(self, html: str, edition: Edition, seen: Seen) -> str:
        for place, picture in enumerate(edition.pictures, start=1):
            html = html.replace(f"cid:{picture.cid}", self._picture(seen.edition_hash, place, edition))
        return html

    def _edition(self, number: int) -> _Known:
        known = self._known.get(number)
        if known is None:
            with self._database.reading() as connection:
                edition = edition_numbered(connection, number)
            while len(self._known) >= _KEPT:
                self._known.pop(next(iter(self._known), 0), None)
            known = self._known[number] = _Known(edition, Filler(edition))
        return known

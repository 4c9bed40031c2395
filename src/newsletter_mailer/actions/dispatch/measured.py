"""Copies whose links are counted, and those of readers who agreed that more is known."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial

from newsletter_mailer.actions.dispatch.building import Copies
from newsletter_mailer.actions.dispatch.tools import Tools
from newsletter_mailer.message.following import counted, tracked
from newsletter_mailer.model.campaign import Campaign
from newsletter_mailer.model.edition import Edition
from newsletter_mailer.model.measuring import Link, Purpose, Tracked
from newsletter_mailer.smtp.pool import Outgoing
from newsletter_mailer.store import links, trackers
from newsletter_mailer.store.database import Connection, Database
from newsletter_mailer.store.ledger import Claimed
from newsletter_mailer.tokens import Secret, seal


class MeasuredCopies:
    """Those without a token, for everybody; with one for each whose consent stood when they were claimed."""

    def __init__(self, tools: Tools, campaign: Campaign) -> None:
        self._new_token = tools.new_token
        self._wanted = campaign.measuring
        self._trackers: dict[int, Tracked] = {}
        changes = _Changes(tools.database, tools.secret, campaign)
        self._plain = Copies(tools, campaign, changes.for_all)
        self._own = {
            purpose: Copies(tools, campaign, partial(changes.own, purpose=purpose), self._trackers)
            for purpose in Purpose
        }

    def make_ready(self, edition: int, slug: str) -> None:
        """Raise NewsletterError when the head of these copies cannot be written."""
        self._plain.make_ready(edition, slug)

    def prepare(self, c: Connection, claimed: Sequence[Claimed]) -> None:
        """Within the transaction of their claim: draw a token for each of them who gets one."""
        if not self._wanted.single:
            return
        theirs = [one.delivery for one in claimed]
        for one in theirs:  # of a claim that was given back
            self._trackers.pop(one.id, None)
        self._trackers.update(trackers.draw(c, theirs, self._wanted, self._new_token))

    def built(self, claimed: Claimed, now: int) -> Outgoing:
        """The copy of one reader. Raises ValueError when it cannot be written for them."""
        own = self._trackers.get(claimed.delivery.id)
        if own is None:
            return self._plain.built(claimed, now)
        try:
            return self._own[own.purpose].built(claimed, now)
        finally:
            del self._trackers[claimed.delivery.id]


class _Changes:
    """What is done to an edition, once for all copies of a kind."""

    def __init__(self, database: Database, secret: Secret, campaign: Campaign) -> None:
        self._database = database
        self._secret = secret
        self._campaign = campaign
        self._base = campaign.web_base.rstrip("/")

    def for_all(self, edition: Edition) -> Edition:
        """The same for everybody."""
        return self._counted(edition, self._campaign.measuring.opens)

    def own(self, edition: Edition, *, purpose: Purpose) -> Edition:
        """For copies with a token. Where it is for a day alone, it counts for nothing else: they have the picture of
        all readers, too."""
        if purpose is Purpose.CONSENTED:
            return tracked(edition, self._base, links=True)
        return tracked(self.for_all(edition), self._base, links=False)

    def _counted(self, edition: Edition, picture: bool) -> Edition:
        number, wanted = self._campaign.id, self._campaign.measuring
        with self._database.reading() as connection:
            rows = links.rows_of_edition(connection, edition)

        def by_us(link: Link) -> str:
            row = rows.get(link.number)
            return (
                f"{self._base}/l/{number}/{row}-{self._seal('link', f'{number}/{row}')}" if row else link.url
            )

        at = f"{self._base}/o/{number}-{self._seal('picture', str(number))}.gif" if picture else ""
        return counted(edition, link=by_us if wanted.clicks else None, picture=at)

    def _seal(self, purpose: str, words: str) -> str:
        return seal(self._secret, purpose, words)

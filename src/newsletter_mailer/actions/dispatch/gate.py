"""What may leave now: the provider's limits, domains that pause, and what the replies of this run mean together."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from newsletter_mailer.actions.dispatch.pacer import open_pacer
from newsletter_mailer.actions.dispatch.tools import Tools
from newsletter_mailer.errors import Stopped
from newsletter_mailer.model.campaign import Campaign
from newsletter_mailer.model.outcome import Outcome
from newsletter_mailer.model.pace import Use
from newsletter_mailer.model.watch import CloseDomain, HoldDomain, SlowDown, StopRun, Watch
from newsletter_mailer.store import domains, pace
from newsletter_mailer.store.database import Connection
from newsletter_mailer.store.ledger import Claimed

Pause = CloseDomain | HoldDomain
_NONE: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class Opening:
    """How many rows may be claimed now, and whose not."""

    most: int  #: 0: nothing may leave before `at`
    at: int = 0  #: milliseconds since 1970, UTC: ask again then, if nobody can be claimed; 0 = no use
    without: frozenset[str] = frozenset()  #: domains


class Gate:
    """One run's view of what may leave. trusted: domains of which the officer said that their answers are right."""

    def __init__(self, tools: Tools, campaign: Campaign, trusted: frozenset[str] = frozenset()) -> None:
        self._tools = tools
        self._trusted = trusted
        self._campaign = campaign.id
        waits = tools.workspace.settings.retry.policy().waits
        self._watch = Watch(campaign.counts.total, waits=waits)
        self._slow_until = 0
        self.pauses: list[Pause] = []  #: not yet in the ledger
        self._pacer = open_pacer(
            tools.database, tools.profile, tools.route, now=tools.clock(), rate=campaign.rate
        )
        self.stopped: Stopped | None = None  #: what the replies together say, when it ends the run

    def opening(self, c: Connection, limit: int, now: int) -> Opening:
        """What may be claimed now, at most `limit`."""
        if now < self._slow_until:
            return Opening(0, self._slow_until)
        closed = frozenset(domains.closed_domains(c, self._campaign, now=now))
        if not self._pacer.limited:
            return Opening(limit, without=closed)
        allowed = self._pacer.allowance(now)
        if not allowed.count:
            return Opening(0, allowed.free_at)
        return Opening(min(limit, allowed.most), allowed.opens_at or 0, closed | allowed.full)

    def spend(self, c: Connection, claimed: list[Claimed], now: int) -> None:
        """These were let out: counted in the transaction of their claim, so that a restart knows of them."""
        if not self._pacer.limited or not claimed:
            return
        uses = [Use(one.delivery.domain, now) for one in claimed]
        for use in uses:
            self._pacer.spend(use.domain, use.at)
        pace.record(c, self._tools.route, uses)

    def leaves(self, domain: str, claimed_at: int, now: int) -> None:
        """A mail leaves now. So long after its claim that a window may have moved on, it counts anew."""
        if self._pacer.too_late(claimed_at, now):
            self._pacer.spend(domain, now)
            with self._tools.database.transaction() as connection:
                pace.record(connection, self._tools.route, [Use(domain, now)])

    def saw(self, domain: str, outcome: Outcome, now: int) -> frozenset[str]:
        """Take note of an outcome; the domains that are to be left alone from now on."""
        measures = self._watch.saw(domain, outcome, now=now)
        if not measures:
            return _NONE
        paused = []
        for measure in measures:
            if isinstance(measure, SlowDown):
                self._slow_until = max(self._slow_until, measure.until_ms)
            elif isinstance(measure, StopRun):
                self.stopped = self.stopped or Stopped(measure.what, measure.hint, asks=True)
            elif isinstance(measure, CloseDomain) or measure.domain not in self._trusted:
                paused.append(measure)
        self.pauses += paused
        return frozenset(measure.domain for measure in paused)

    @property
    def limited(self) -> bool:
        """Whether the pace has to be counted."""
        return self._pacer.limited

    def slow(self, now: int) -> bool:
        """Whether nothing at all may leave for a while."""
        return now < self._slow_until

    def connections(self, most: int, now: int) -> int:
        """How many connections may be open."""
        return max(1, self._watch.connections(most, now))

    def keep(self, c: Connection, pauses: Sequence[Pause], now: int) -> None:
        """Write down which domains pause."""
        for pause in pauses:
            until = pause.until_ms if isinstance(pause, CloseDomain) else None
            domains.close_domain(c, self._campaign, pause.domain, until=until, why=str(pause.why), now=now)

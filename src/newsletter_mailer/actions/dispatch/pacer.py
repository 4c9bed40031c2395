"""What the provider's limits let out now, counted over everything that the ledger says was used on this route."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from newsletter_mailer.model.pace import LATE_MS, LONGEST_MS, Meter, Profile, Use
from newsletter_mailer.store import pace
from newsletter_mailer.store.database import Database


@dataclass(frozen=True, slots=True)
class Allowance:
    """How many may be claimed now, and of whom none."""

    count: int  #: 0: none before `free_at`
    free_at: int  #: milliseconds since 1970: ask again then
    most: int  #: per claim, so that no domain's limit is passed, whoever is claimed
    full: frozenset[str] = frozenset()  #: domains whose own limit is used up
    opens_at: int | None = None  #: when to ask again for the first of these


class Pacer:
    """The limits of one route at work. What is claimed is a use, dated then."""

    def __init__(
        self,
        profile: Profile,
        *,
        uses: Iterable[Use],
        rate: int | None = None,
        first_use: int | None = None,
    ) -> None:
        self._all = Meter(profile.paced(rate), profile.warm_up, profile.begins(first_use))
        self._domains = {domain: Meter(limits) for domain, limits in profile.domain_limits.items()}
        for use in sorted(uses, key=lambda use: use.at):
            self.spend(use.domain, use.at, use.count)

    @property
    def limited(self) -> bool:
        """Whether anything has to be counted."""
        return self._all.limited or bool(self._domains)

    def allowance(self, now: int) -> Allowance:
        """What may be claimed now. Uses in the future count as now: the clock was set back."""
        for meter in (self._all, *self._domains.values()):
            meter.set_back(now)
        count = self._all.room(now)
        rooms = {domain: meter.room(now) for domain, meter in self._domains.items()}
        full = frozenset(domain for domain, room in rooms.items() if not room)
        return Allowance(
            count=count,
            free_at=now if count else self._all.free_at(now),
            most=min([count, *(room for room in rooms.values() if room)]),
            full=full,
            opens_at=min((self._domains[domain].free_at(now) for domain in full), default=None),
        )

    def spend(self, domain: str, at: int, count: int = 1) -> None:
        """So many recipients of that domain were claimed."""
        self._all.add(at, count)
        if domain in self._domains:
            self._domains[domain].add(at, count)

    def too_late(self, claimed_at: int, now: int) -> bool:
        """Whether what was claimed then leaves so late that it counts anew."""
        return self.limited and not 0 <= now - claimed_at <= LATE_MS


def open_pacer(
    database: Database, profile: Profile, route: str, *, now: int, rate: int | None = None
) -> Pacer:
    """The route's pacer as the ledger knows it. What no limit remembers is forgotten; future stamps count as now."""
    since = now - LONGEST_MS
    with database.transaction() as connection:
        pace.forget(connection, route, before=since)
        pace.mend(connection, route, now=now)
        uses = pace.uses(connection, route, since=since, domains=frozenset(profile.domain_limits))
        first_use = pace.first_use(connection, route)
    return Pacer(profile, uses=uses, rate=rate, first_use=first_use)

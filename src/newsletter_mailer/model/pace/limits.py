"""What a provider allows: so many recipients in a minute, an hour, a day; and what was used of it."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, timedelta

LATE_MS = 5_000  #: how long after its use a mail may still leave: every window is longer by that
DAY_MS = 24 * 60 * 60 * 1000
LONGEST_MS = DAY_MS + LATE_MS  #: after which no limit remembers a use
_RATE = re.compile(
    r"([1-9]\d{0,8})\s*(?:/|per\s|par\s)\s*(?:(?P<min>m|mn|min|minute)|(?P<h>h|hour|heure)|(?P<day>d|j|day|jour))"
)
_UNITS = {"min": timedelta(minutes=1), "h": timedelta(hours=1), "day": timedelta(days=1)}


@dataclass(frozen=True, slots=True)
class Limit:
    """At most so many recipients in any stretch of that length."""

    count: int
    per: timedelta

    def __str__(self) -> str:
        unit = next((unit for unit, per in _UNITS.items() if per == self.per), str(self.per))
        return f"{self.count}/{unit}"

    @property
    def hourly(self) -> int:
        """The same an hour, rounded down."""
        return self.count * timedelta(hours=1) // self.per

    @property
    def window(self) -> int:
        """Milliseconds in which no more may be used: a mail leaves a little after its use."""
        return self.per // timedelta(milliseconds=1) + LATE_MS

    @property
    def spread(self) -> tuple[int, int] | None:
        """How many in how many milliseconds, evenly: about a second's worth, at least one; None for a day's limit."""
        if self.per >= timedelta(days=1):
            return None
        count = max(1, self.count * 1000 // self.window)
        return count, -(-count * self.window // self.count)


@dataclass(frozen=True, slots=True)
class Use:
    """What a claim used of a route's limits."""

    domain: str  #: of the recipients; "" for several
    at: int  #: milliseconds since 1970, UTC
    count: int = 1


@dataclass(frozen=True, slots=True)
class Profile:
    """What a mail server's provider allows, and how that is known."""

    name: str
    limits: tuple[Limit, ...] = ()
    domain_limits: Mapping[str, tuple[Limit, ...]] = field(default_factory=dict)
    connections: int = 1
    per_connection: int = 0  #: messages, then another connection; 0 = no limit
    window: int = 1  #: messages in flight on a connection
    warm_up: tuple[int, ...] = ()  #: of a new account: at most so many in 24 hours, day by day
    source: str = ""
    read_on: date | None = None
    confidence: str = ""  #: published, reported or guess
    note: str = ""
    since: int | None = None  #: when the account began, in milliseconds, where it is known

    def begins(self, first_use: int | None) -> int | None:
        """When the warm-up begins, or began: with the account, or with the first use that is known of it."""
        return min((at for at in (self.since, first_use) if at is not None), default=None)

    def paced(self, rate: int | None) -> tuple[Limit, ...]:
        """The limits, or in place of them all the rate (per hour) that was asked for."""
        return (Limit(rate, timedelta(hours=1)),) if rate else self.limits


@dataclass(frozen=True, slots=True)
class WarmUp:
    """A plan for a new account: on its nth day at most so many in 24 hours; after its end no limit of it."""

    plan: tuple[int, ...]
    begins: int  #: milliseconds since 1970: the account's first use

    def most(self, now: int) -> int | None:
        """How many in the 24 hours until now; None when the plan is over."""
        day = max(now - self.begins, 0) // DAY_MS
        return self.plan[day] if day < len(self.plan) else None

    def next_day(self, now: int) -> int:
        """When the plan's next day begins."""
        return self.begins + (max(now - self.begins, 0) // DAY_MS + 1) * DAY_MS


def limit_of(text: str) -> Limit:
    """The limit that "200/h", "30/min" or "5000/day" says. Raises ValueError."""
    found = _RATE.fullmatch(text.strip().lower())
    if not found:
        raise ValueError(f"not a rate: {text!r}")
    unit = next(unit for unit in _UNITS if found[unit])
    return Limit(int(found[1]), _UNITS[unit])

"""Sliding windows over what was used, so that in no stretch of time more leaves than the limits say."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Iterable

from newsletter_mailer.model.pace.limits import LONGEST_MS, Limit, WarmUp

NO_LIMIT = 1 << 30  #: the room where nothing is limited
_FINENESS = 10_000  # of a window's length: of greater counts, uses that near to one another become one
_LITTER = 1_000  # stamps out of the window before they are dropped


class Window:
    """What was used in the last `length` milliseconds, of at most `count`."""

    __slots__ = ("_before", "_grain", "_group", "_stamps", "_totals", "count", "length")

    def __init__(self, count: int, length: int) -> None:
        self.count = count
        self.length = length
        self._stamps: list[int] = []  # rising
        self._totals: list[int] = []  # of all uses until that stamp, ever
        self._before = 0  # the total before the first stamp
        self._grain = length // _FINENESS if count > _FINENESS else 0
        self._group = 0  # when the last stamp's first use was

    def add(self, at: int, count: int) -> None:
        """Something was used; never dated before what was used earlier."""
        if self._stamps and at - self._group <= self._grain:
            self._stamps[-1] = max(at, self._stamps[-1])
            self._totals[-1] += count
            return
        self._tidy(at)
        self._stamps.append(at)
        self._totals.append((self._totals[-1] if self._totals else self._before) + count)
        self._group = at

    def room(self, now: int) -> int:
        """How many more may be used now; below 0 after a stricter limit came into force."""
        if not self._stamps:
            return self.count
        gone = bisect_right(self._stamps, now - self.length)
        return self.count - (self._totals[-1] - (self._totals[gone - 1] if gone else self._before))

    def free_at(self, now: int) -> int:
        """When at least one more may be used."""
        if self.room(now) > 0:
            return now
        last = bisect_left(self._totals, self._totals[-1] - self.count + 1)
        return self._stamps[last] + self.length

    def set_back(self, now: int) -> None:
        """Stamps in the future count as now: the clock was set back."""
        first = bisect_right(self._stamps, now)
        if first < len(self._stamps):
            self._stamps[first:] = [now]
            self._totals[first:] = [self._totals[-1]]
            self._group = now

    def _tidy(self, now: int) -> None:
        gone = bisect_right(self._stamps, now - self.length)
        if gone > _LITTER and gone * 2 > len(self._stamps):
            self._before = self._totals[gone - 1]
            del self._stamps[:gone], self._totals[:gone]


class Meter:
    """Several limits that hold together, spread evenly where they are of a minute or an hour, and a warm-up.

    plan, begins: the warm-up and when it began; it begins with the first use where that is not known.
    """

    def __init__(
        self, limits: Iterable[Limit], plan: tuple[int, ...] = (), begins: int | None = None
    ) -> None:
        limits = tuple(limits)
        self._windows = [Window(limit.count, limit.window) for limit in limits]
        self._windows += (Window(*spread) for limit in limits if (spread := limit.spread))
        self._day = Window(max(plan, default=NO_LIMIT), LONGEST_MS)
        self._plan = plan
        self._begins = begins

    @property
    def limited(self) -> bool:
        """Whether there is any limit."""
        return bool(self._windows or self._plan)

    def add(self, at: int, count: int) -> None:
        """Something was used."""
        if self._begins is None:
            self._begins = at
        for window in self._all:
            window.add(at, count)

    def room(self, now: int) -> int:
        """How many may leave now, 0 or more."""
        self._warm(now)
        return max(0, min((window.room(now) for window in self._all), default=NO_LIMIT))

    def free_at(self, now: int) -> int:
        """Before when none may leave; ask again then."""
        warm_up = self._warm(now)
        free = max((window.free_at(now) for window in self._windows), default=now)
        return max(free, min(self._day.free_at(now), warm_up.next_day(now))) if warm_up else free

    def set_back(self, now: int) -> None:
        """Stamps in the future count as now."""
        if self._begins is not None:
            self._begins = min(self._begins, now)
        for window in self._all:
            window.set_back(now)

    @property
    def _all(self) -> list[Window]:
        return [*self._windows, self._day] if self._plan else self._windows

    def _warm(self, now: int) -> WarmUp | None:
        """The warm-up with its limit of today; None when there is none any more."""
        warm_up = WarmUp(self._plan, now if self._begins is None else self._begins)
        most = warm_up.most(now)
        self._day.count = NO_LIMIT if most is None else most
        return warm_up if most is not None else None

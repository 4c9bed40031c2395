"""When the last mail leaves, without going through them one by one.

What leaves is kept as strides: so many mails, one every so many milliseconds. A window lets the next mail out when
the one `count` before it has grown older than the window; a stride that was spread evenly comes free as evenly as it
left. So one step of the simulation is a window of mails, whatever their number.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from math import ceil

from newsletter_mailer.model.pace.limits import LONGEST_MS, Limit, Profile, Use, WarmUp
from newsletter_mailer.model.pace.windows import NO_LIMIT, Window

NO_WARM_UP = WarmUp((), 0)
_STEPS = 3_000  # of the simulation, about: some hundredths of a second


@dataclass(frozen=True, slots=True)
class _Stride:
    first: float  #: milliseconds since 1970
    step: float  #: 0: all at once
    count: int


@dataclass(slots=True)
class _Limit:
    """How many may leave, and what left and comes free again."""

    room: int
    length: int
    even: bool = False  #: the spread alone keeps it, once what left before is forgotten
    left: deque[_Stride] = field(default_factory=deque)
    earlier: int = 0  #: how many of these strides left before the simulation

    def reach(self, at: float, step: float) -> int:
        """How many can leave one by one from then on without waiting for a place."""
        while self.left and self.next_free() <= at + max(self.room, 0) * step:
            self.room += self.left.popleft().count
            self.earlier -= self.earlier > 0
        return NO_LIMIT if self.even and not self.earlier else self.room

    def next_free(self) -> float:
        """When the first stride begins to come free, as far as that makes room."""
        head = self.left[0]
        return head.first + min(max(-self.room, 0), head.count - 1) * head.step + self.length

    def add(self, stride: _Stride) -> None:
        """It leaves."""
        self.room -= stride.count
        self.left.append(stride)


def finish_at(
    profile: Profile,
    total: int,
    *,
    uses: Iterable[Use],
    now: int,
    rate: int | None = None,
    first_use: int | None = None,
    domains: Mapping[str, int] | None = None,
) -> int:
    """When the last of `total` mails leaves, in milliseconds, as far as the pace alone decides; now when nothing does.

    Exact where at most one a second leaves, else to a second; where what was used before comes back in hundreds of
    windows, to a few thousandths of the time. domains: how many of them go to each domain that has
    limits of its own.
    """
    seen = [Use(use.domain, min(use.at, now), use.count) for use in sorted(uses, key=lambda use: use.at)]
    first_use = seen[0].at if first_use is None and seen else first_use
    begins = profile.begins(first_use)
    warm_up = WarmUp(profile.warm_up, now if begins is None else min(begins, now))
    ends = [_end(profile.paced(rate), total, seen, now, warm_up)]
    for domain, limits in profile.domain_limits.items():
        own = [use for use in seen if use.domain == domain]
        ends.append(_end(limits, (domains or {}).get(domain, 0), own, now, NO_WARM_UP))
    return max(ends)


def _end(limits: tuple[Limit, ...], total: int, uses: list[Use], now: int, warm_up: WarmUp) -> int:
    spreads = [Window(*spread) for limit in limits if (spread := limit.spread)]
    step = max((evenly.length / evenly.count for evenly in spreads), default=0)
    bounds = [_Limit(limit.count, limit.window, even=limit.count * step >= limit.window) for limit in limits]
    day = _Limit(0, LONGEST_MS)
    windows = max([total // bound.room for bound in bounds if not bound.even], default=0) + len(warm_up.plan)
    for use in _coarse(uses, windows):
        for bound in (*bounds, day):
            bound.add(_Stride(use.at, 0, use.count))
            bound.earlier += 1
        for evenly in spreads:
            evenly.add(use.at, use.count)
    start = max((evenly.free_at(now) for evenly in spreads), default=now)
    return ceil(_simulated(bounds, (day, warm_up), total, start, step)) if total else now


def _coarse(uses: list[Use], windows: int) -> list[Use]:
    """The uses; few enough, where they would come back in many windows, by counting near ones with the later."""
    if len(uses) * windows <= _STEPS:
        return uses
    grain = LONGEST_MS * windows // _STEPS
    found: list[Use] = []
    first = 0
    for use in uses:
        if found and use.at - first <= grain:
            found[-1] = Use("", use.at, found[-1].count + use.count)
        else:
            found.append(use)
            first = use.at
    return found


def _simulated(
    bounds: list[_Limit], warming: tuple[_Limit, WarmUp], total: int, start: int, step: float
) -> float:
    """When the last one leaves."""
    day, warm_up = warming
    at = last = float(start)
    most = 0
    while total > 0:
        binding, until = bounds, float("inf")
        plan = warm_up.most(int(at))
        if plan is not None:
            binding, until = [*bounds, day], warm_up.next_day(int(at))
            day.room, most = day.room + plan - most, plan
        reached = [bound.reach(at, step) for bound in binding]
        count = min([total, *reached])
        if count <= 0:
            waits = (b.next_free() for b, reach in zip(binding, reached, strict=True) if reach <= 0)
            at = min(until, max(waits))
            continue
        if step and until < at + count * step:
            count = ceil((until - at) / step)
        stride = _Stride(at, step, count)
        for bound in (*bounds, day) if plan is not None else bounds:
            bound.add(stride)
        last, at, total = at + (count - 1) * step, at + count * step, total - count
    return last

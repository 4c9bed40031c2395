"""How fast deliveries settle, from looks at their count, and how long the rest takes."""

from __future__ import annotations

import math
from collections import deque
from datetime import timedelta
from typing import Final

from newsletter_mailer.wording import say

MOST_MS: Final = 300_000  #: what lies longer back says nothing of now; at a slow pace mails are minutes apart
LEAST_MS: Final = 10_000  #: replies come in bursts: a shorter time is no measure
ENOUGH: Final = 20  #: settled deliveries, after which a longer time tells no more


class Speed:
    """Remembers what was counted when."""

    def __init__(self) -> None:
        self._seen: deque[tuple[int, int]] = deque()

    def saw(self, done: int, *, now: int) -> None:
        """So many are settled now (milliseconds since 1970, UTC)."""
        if self._seen and (now < self._seen[-1][0] or done < self._seen[-1][1]):
            self._seen.clear()  # the clock was set back, or some are to be tried again
        while self._seen and self._seen[0][0] < now - MOST_MS:
            self._seen.popleft()
        self._seen.append((now, done))

    @property
    def per_second(self) -> float | None:
        """Over the shortest time that tells it; None while nothing is known, and when nothing moves."""
        now, done = self._seen[-1] if self._seen else (0, 0)
        passed = settled = 0
        for at, count in reversed(self._seen):
            passed, settled = now - at, done - count
            if passed >= LEAST_MS and settled >= ENOUGH:
                break
        return settled * 1000 / passed if settled and passed else None

    def left_s(self, still_open: int) -> float | None:
        """Seconds until these are settled as well, if it goes on so."""
        speed = self.per_second
        return still_open / speed if speed and still_open else None


def rate_told(speed: float | None) -> str:
    """A speed (per second) by the unit in which it is a whole number worth reading; "" when there is none."""
    if not speed:
        return ""
    if speed >= 1:
        return say("{rate}/s", rate=f"{speed:.0f}")
    if speed * 60 >= 1:
        return say("{count}/min", count=f"{speed * 60:.0f}")
    return say("{count}/h", count=f"{speed * 3600:.0f}")


def left_told(seconds: float | None) -> str:
    """As a clock counts down: "0:01:30"; "" when nobody knows."""
    return "" if seconds is None else str(timedelta(seconds=math.ceil(seconds)))

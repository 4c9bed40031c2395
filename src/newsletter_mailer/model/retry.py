"""When a deferred delivery is tried again, and when it is given up."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta


@dataclass(frozen=True, slots=True)
class RetryPolicy:
    """Waits between attempts. The last wait repeats until `give_up_after` has passed since the plan (RFC 5321 4.5.4.1)."""

    waits: tuple[timedelta, ...] = (
        timedelta(minutes=5),
        timedelta(minutes=30),
        timedelta(hours=2),
        timedelta(hours=6),
        timedelta(hours=24),
    )
    give_up_after: timedelta = timedelta(hours=48)
    jitter: float = 0.2  #: share of the wait by which it may be shorter or longer

    def wait(self, attempt: int, chance: float, age: timedelta = timedelta()) -> timedelta:
        """How long to wait after the attempt of that number (from 1); `chance` is uniform in 0..1.

        age: since the plan. The last try is made when it is time to give up, not a day after.
        """
        base = self.waits[min(attempt, len(self.waits)) - 1]
        wait = base * (1 + self.jitter * (2 * chance - 1))
        return wait if attempt == 1 else min(wait, max(self.give_up_after - age, timedelta()))

    def gives_up(self, age: timedelta) -> bool:
        """Whether a delivery planned that long ago is not worth another attempt."""
        return age >= self.give_up_after

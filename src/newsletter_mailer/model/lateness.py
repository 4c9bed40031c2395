"""How long a run may have been silent before somebody must say that it is still the right one."""

from __future__ import annotations

from typing import Final

LATE_MS: Final = 12 * 60 * 60 * 1000  #: a laptop that slept, a machine restored from a snapshot


def slept(last_claim: int, now: int, *, limit_ms: int = LATE_MS) -> bool:
    """Whether a run stood still for longer than the limit, or its clock was set forward by as much.

    last_claim: milliseconds, of its last claim, or of the end of a wait that it meant; 0 before the first.
    """
    return bool(last_claim) and now - last_claim > limit_ms

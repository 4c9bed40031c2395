"""A spell of bad weather: what it did is counted, and it ends."""

from __future__ import annotations

from collections import Counter
from enum import Enum

from newsletter_mailer.smtp.sandbox.faults import At, Fault, Faults, Moment, Then


class Did(Enum):
    """What the client is left with."""

    REFUSED = "refused"  #: 5xx
    DEFERRED = "deferred"  #: 4xx, and the line stays
    HUNG_UP = "hung_up"  #: the line was closed or broken, with or without a word
    LATE = "late"  #: the usual reply, later


class Spell:
    """Faults until it is told to clear, or until so many messages were begun: whoever is patient gets through."""

    def __init__(self, faults: Faults, *, most: int) -> None:
        self._faults = faults
        self._left = most
        self._clear = False
        self._did: Counter[Did] = Counter()

    def clear(self) -> None:
        """All goes well from now on. May be called from another thread."""
        self._clear = True

    @property
    def counts(self) -> dict[Did, int]:
        """What it did so far."""
        return {did: self._did[did] for did in Did}

    def fault(self, moment: Moment) -> Fault | None:
        """As `Faults` has it."""
        if moment.at is At.MAIL:
            self._left -= 1
        if self._clear or self._left < 0:
            return None
        fault = self._faults.fault(moment)
        if fault is not None:
            self._did[_what(fault)] += 1
        return fault


def _what(fault: Fault) -> Did:
    if fault.then is not Then.GO_ON:
        return Did.HUNG_UP
    said = fault.reply("")[:1]
    return {b"4": Did.DEFERRED, b"5": Did.REFUSED}.get(said, Did.LATE)

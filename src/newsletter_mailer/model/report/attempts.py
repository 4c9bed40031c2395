"""Attempts in time: what servers answered when, and at which try."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from newsletter_mailer.model.delivery import Event

MINUTE = 60_000  #: milliseconds
MOST_BEATS = 24  #: spans of a timeline, so that its table can be read
_SPANS = (1, 2, 5, 10, 15, 30, 60, 120, 180, 360, 720, 1440)  # minutes
_COLUMN = {Event.ACCEPTED: 0, Event.DEFERRED: 1, Event.REFUSED: 2}


@dataclass(frozen=True, slots=True)
class Beat:
    """What servers answered in a span of time, and how many attempts that was."""

    at: int  #: when it begins: milliseconds since 1970, UTC
    accepted: int = 0
    deferred: int = 0
    refused: int = 0
    open: int = 0  #: the line was lost, or the server ended the session: no word on the reader


@dataclass(frozen=True, slots=True)
class Timeline:
    """The attempts of a campaign in spans of one length."""

    span: int = 0  #: milliseconds
    beats: tuple[Beat, ...] = ()  #: without gaps
    first: int | None = None  #: minute of the first attempt and of the last, in milliseconds since 1970, UTC
    last: int | None = None


@dataclass(frozen=True, slots=True)
class Try:
    """What the first, second … attempts came to."""

    number: int
    accepted: int = 0
    deferred: int = 0
    refused: int = 0
    open: int = 0

    @property
    def total(self) -> int:
        """How many attempts these were."""
        return self.accepted + self.deferred + self.refused + self.open


def timeline(minutes: Iterable[tuple[int, Event, int]]) -> Timeline:
    """Attempts counted by minute, in as many spans as can be read at once.

    minutes: minutes since 1970, what happened, and how often.
    """
    rows = sorted(minutes, key=lambda row: row[0])
    if not rows:
        return Timeline()
    first, last = rows[0][0], rows[-1][0]
    span = _span(last - first + 1)
    start = first - first % span
    found = [[0, 0, 0, 0] for _ in range(start, last + 1, span)]
    for minute, event, count in rows:
        found[(minute - start) // span][_COLUMN.get(event, 3)] += count
    beats = (Beat((start + n * span) * MINUTE, *counts) for n, counts in enumerate(found))
    return Timeline(span * MINUTE, tuple(beats), first * MINUTE, last * MINUTE)


def _span(minutes: int) -> int:
    """The shortest round span of which there are not too many."""
    fitting = (span for span in _SPANS if minutes <= span * (MOST_BEATS - 1))
    day = _SPANS[-1]
    return next(fitting, -(-minutes // (day * (MOST_BEATS - 1))) * day)


def tries(attempts: Iterable[tuple[int, Event, int]]) -> tuple[Try, ...]:
    """The same by the attempt's number. attempts: number, what happened, and how often."""
    found: dict[int, list[int]] = {}
    for number, event, count in attempts:
        found.setdefault(number, [0, 0, 0, 0])[_COLUMN.get(event, 3)] += count
    return tuple(Try(number, *counts) for number, counts in sorted(found.items()))

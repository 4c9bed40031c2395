"""A sender with many messages in the air, on paper: what it did, what of that its journal keeps, what must follow."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass, field
from enum import Enum
from pathlib import Path

from newsletter_mailer.model.delivery import Event, Status
from newsletter_mailer.model.outcome import Outcome
from newsletter_mailer.store.journal import RECORD, Journal
from newsletter_mailer.store.ledger import Claimed, Settlement


class Damage(Enum):
    """What a crash leaves of a journal."""

    NONE = "none"  #: a killed process loses no written page
    CUT = "cut"  #: the file ends at some record
    BLANK_END = "blank end"  #: the last pages were never written: a power cut
    HOLE = "hole"  #: one page was never written: a power cut
    TORN = "torn"  #: one record that was whole is half there: a power cut
    DELETED = "deleted"
    UNFINISHED = "unfinished"  #: killed while it wrote the next record: that one was never written


POWER_CUTS = frozenset({Damage.BLANK_END, Damage.HOLE, Damage.TORN})  #: never without another boot

_BECOMES = {  # more than one where the policy of retries has a word in it
    Event.ACCEPTED: {Status.SENT},
    Event.REFUSED: {Status.REFUSED},
    Event.LOST: {Status.IN_DOUBT},
    Event.DEFERRED: {Status.DEFERRED, Status.REFUSED},
    Event.RELEASED: {Status.QUEUED, Status.DEFERRED, Status.REFUSED},
}


def becomes(outcome: Outcome | None) -> set[Status]:
    """Where an outcome may lead; None: the dot may have been written, and nothing was heard."""
    return {Status.IN_DOUBT} if outcome is None else _BECOMES[outcome.event]


@dataclass
class Sender:
    """A run with its journal; `claimed`, `in_air` and `unsettled` are what the ledger has as `sending`."""

    run: int
    path: Path
    journal: Journal
    claimed: list[Claimed] = field(default_factory=list)
    in_air: list[tuple[Claimed, Outcome]] = field(default_factory=list)  # with what the server will say
    unsettled: list[Settlement] = field(default_factory=list)
    written: list[tuple[int, int, Outcome | None]] = field(default_factory=list)  # since it began anew

    def dot(self, one: Claimed, to_come: Outcome) -> None:
        """Journal the dot and write it."""
        self.claimed.remove(one)
        self.journal.dot(one.delivery.id, one.delivery.attempt)
        self.written.append((one.delivery.id, one.delivery.attempt, None))
        self.in_air.append((one, to_come))

    def hear(self, one: Claimed, outcome: Outcome, *, now: int) -> None:
        """Journal what the server said."""
        self.journal.reply(one.delivery.id, one.delivery.attempt, outcome)
        self.written.append((one.delivery.id, one.delivery.attempt, outcome))
        self.unsettled.append(Settlement(one.delivery.id, one.delivery.attempt, self.run, outcome, now))

    def holds(self) -> Iterator[tuple[int, int]]:
        """Delivery and attempt of all that it has not settled."""
        for one in (*self.claimed, *(one for one, _ in self.in_air)):
            yield one.delivery.id, one.delivery.attempt
        for settlement in self.unsettled:
            yield settlement.delivery_id, settlement.attempt

    def die(self, damage: Damage, place: int) -> tuple[list[tuple[int, int, Outcome | None]], bool]:
        """Close the journal, spoil it at that record, and tell which records survive, and whether it is whole still."""
        self.journal.close()
        if damage is Damage.NONE:
            return self.written, True
        if damage is Damage.DELETED or not self.written:
            with suppress(FileNotFoundError):
                self.path.unlink()
            return [], False
        place %= len(self.written)
        raw = bytearray(self.path.read_bytes())
        if damage is Damage.UNFINISHED:
            next_one = (len(self.written) + 1) * RECORD
            raw[next_one : next_one + RECORD // 2] = raw[next_one - RECORD : next_one - RECORD // 2]
            self.path.write_bytes(raw)
            return self.written, True
        start = (place + 1) * RECORD  # after the header
        if damage is Damage.CUT:
            self.path.write_bytes(raw[:start])
        elif damage is Damage.BLANK_END:
            self.path.write_bytes(raw[:start] + bytes(len(raw) - start))
        else:
            torn = raw[start : start + RECORD // 2] + bytes(RECORD // 2)
            raw[start : start + RECORD] = torn if damage is Damage.TORN else bytes(RECORD)
            self.path.write_bytes(raw)
        after = self.written[place + 1 :] if damage in (Damage.HOLE, Damage.TORN) else []
        return self.written[:place] + after, False

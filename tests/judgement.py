"""What a client claims, held against the log of the server that it talked to."""

from __future__ import annotations

import hashlib
from collections import Counter, defaultdict
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from newsletter_mailer.model.delivery import Event
from newsletter_mailer.model.outcome import Outcome
from newsletter_mailer.smtp.pool import Outgoing
from newsletter_mailer.smtp.sandbox.log import BEGAN, BREACH, MESSAGE, Entry, entries

_NOT_GONE = frozenset({Event.RELEASED, Event.DEFERRED, Event.REFUSED})


@dataclass
class Claims:
    """What a client was given, and what it said became of it."""

    messages: Mapping[str, bytes]
    taken: Counter[str] = field(default_factory=Counter)
    settled: list[tuple[str, Event]] = field(default_factory=list)
    dots: Counter[str] | None = None  #: announced before they were written, by a client that does so

    def of(self, reader: str) -> list[Event]:
        return [event for who, event in self.settled if who == reader]


def guilty(claims: Claims, log: Path, *, unasked: bool = False) -> list[str]:
    """Every crime, in words; [] for a client that told the truth and did no harm.

    unasked: messages need not be asked for by 354, as with CHUNKING.
    """
    seen = list(entries(log))
    received: dict[str, list[Entry]] = defaultdict(list)
    for entry in seen:
        if entry.kind == MESSAGE and entry.taken:
            received[entry.to].append(entry)
    asked_for = {entry.to for entry in seen if entry.kind == BEGAN}
    crimes = [entry.what for entry in seen if entry.kind == BREACH]
    crimes += [f"{reader}: nobody sent that" for reader in received.keys() - claims.messages.keys()]
    for reader, data in claims.messages.items():
        crimes += [f"{reader}: {crime}" for crime in _about(claims, reader, received[reader])]
        crimes += [f"{reader}: altered" for one in received[reader] if one.sha256 != _hash(data)]
        if not unasked and Event.LOST in claims.of(reader) and reader not in asked_for:
            crimes.append(f"{reader}: in doubt, and nothing had been asked for")
    return crimes


def _about(claims: Claims, reader: str, received: list[Entry]) -> list[str]:
    said = claims.of(reader)
    crimes = []
    if len(said) != claims.taken[reader]:
        crimes.append(f"taken {claims.taken[reader]} times and settled {len(said)} times")
    if len(received) > 1:
        crimes.append("doubled")
    if said.count(Event.ACCEPTED) > bool(received):
        crimes.append("said to be sent, and never taken")
    if received and said and not {Event.ACCEPTED, Event.LOST} & set(said):
        crimes.append(f"has it, and is said to be {said[-1].value}")
    if Event.LOST in said[:-1] or Event.ACCEPTED in said[:-1]:
        crimes.append("sent again after it may have arrived")
    if claims.dots is not None and said.count(Event.LOST) > claims.dots[reader]:
        crimes.append("in doubt without a dot")
    return crimes


def _hash(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()


@dataclass
class Witness:
    """A desk that remembers; what is released is given again, at most so many times."""

    waiting: list[Outgoing]
    again: int = 4
    many: int = 1  #: connections that may be open
    claims: Claims = field(init=False)
    outcomes: list[tuple[str, Outcome]] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.claims = Claims({one.rcpt_to: one.data for one in self.waiting}, dots=Counter())

    def take(self) -> Outgoing | None:
        if not self.waiting:
            return None
        outgoing = self.waiting.pop(0)
        self.claims.taken[outgoing.rcpt_to] += 1
        return outgoing

    def before_dot(self, outgoing: Outgoing) -> None:
        assert self.claims.dots is not None
        self.claims.dots[outgoing.rcpt_to] += 1

    def settle(self, outgoing: Outgoing, outcome: Outcome) -> None:
        self.claims.settled.append((outgoing.rcpt_to, outcome.event))
        self.outcomes.append((outgoing.rcpt_to, outcome))
        if outcome.event is Event.RELEASED and self.claims.taken[outgoing.rcpt_to] <= self.again:
            self.waiting.append(outgoing)

    def stopping(self) -> bool:
        return False

    def connections(self) -> int:
        return self.many

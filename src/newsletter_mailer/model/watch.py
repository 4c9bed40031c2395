"""What the replies of a run mean together: a domain that defers rests, a wrong list stops, a server in a hurry is heard."""

from __future__ import annotations

from collections import deque
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from enum import StrEnum
from typing import Final

from newsletter_mailer.model.outcome import Outcome, ReplyClass
from newsletter_mailer.model.retry import RetryPolicy
from newsletter_mailer.wording import Sentence, sentence

DEFERRALS: Final = 3  #: in a row, before a domain rests
UNKNOWN_IN_DOMAIN: Final = 10  #: and a fifth of its answers: the domain is held
UNKNOWN_IN_RUN: Final = 3  #: and a twentieth of the run: domains with such a share are held, however small
POLICIES: Final = 3  #: among the last twenty answers of a domain: it is held
POLICIES_OF: Final = 20
RUN_SEEN: Final = 10  #: answers before a fifth of them, about us, stops the run
PUZZLES: Final = 5  #: refused for good for some other reason, and a fifth of the answers: the run stops
SLOW_MS: Final = 10 * 60 * 1000  #: Gmail's own figure for 4.7.28
STEP_MS: Final = 60 * 1000  #: one more connection each time, afterwards


class Why(StrEnum):
    """What brought a domain to rest, as the ledger keeps it."""

    DEFERS = "defers"
    SLOW = "slow"
    UNKNOWN = "unknown"  #: too many of its addresses are nobody's
    POLICY = "policy"  #: it refuses us, by word of policy


@dataclass(frozen=True, slots=True)
class CloseDomain:
    """Nothing goes to this domain until then."""

    domain: str
    until_ms: int
    why: str


@dataclass(frozen=True, slots=True)
class HoldDomain:
    """Nothing goes to this domain, and nobody of it is suppressed, until the officer says so."""

    domain: str
    why: str


@dataclass(frozen=True, slots=True)
class SlowDown:
    """Nothing goes to anybody until then; afterwards over one connection, then one more at a time."""

    until_ms: int


@dataclass(frozen=True, slots=True)
class StopRun:
    """Nobody is to be written to as things are."""

    what: Sentence
    hint: Sentence


Measure = CloseDomain | HoldDomain | SlowDown | StopRun

_ANSWERS = frozenset({ReplyClass.OK, ReplyClass.FULL, ReplyClass.HARD, ReplyClass.SOFT, ReplyClass.POLICY})


@dataclass(slots=True)
class _Domain:
    """What a domain has answered in this run."""

    answers: int = 0
    unknown: int = 0
    policies: int = 0
    lately: deque[bool] = field(default_factory=lambda: deque(maxlen=POLICIES_OF))  # was it about policy?
    deferrals: int = 0  # in a row
    rests: int = 0  # in a row
    closed_until: int = 0
    held: bool = False


def doubtful(unknown: Mapping[str, int], answers: Mapping[str, int], total: int) -> set[str]:
    """The domains whose unknown addresses show a list that is old, mistyped or bought (design: the wrong-list guard)."""
    in_run = sum(unknown.values())
    if in_run >= UNKNOWN_IN_RUN and in_run * 20 >= total:
        return {name for name, count in unknown.items() if count * 20 >= answers.get(name, 0)}
    return {
        name
        for name, count in unknown.items()
        if count >= UNKNOWN_IN_DOMAIN and count * 5 >= answers.get(name, 0)
    }


class Watch:
    """Sees every outcome of one run, in any order of domains; `now` in milliseconds.

    total: readers of the campaign. waits: how long a domain rests for the first time, the second time in a row, …
    """

    def __init__(self, total: int, *, waits: Sequence[timedelta] = RetryPolicy().waits) -> None:
        self._total = total
        self._waits = [round(wait.total_seconds() * 1000) for wait in waits]
        self._domains: dict[str, _Domain] = {}
        self._seen = 0
        self._unknown = 0
        self._policies = 0
        self._puzzles = 0  # refused for good, and not for an unknown address
        self._stopped = False
        self._slow_until = 0

    def saw(self, domain: str, outcome: Outcome, *, now: int) -> list[Measure]:
        """What is to be done after this outcome, which is the newest."""
        kind = outcome.kind
        if kind is None:
            return []
        of = self._domains.get(domain)
        if of is None:
            of = self._domains[domain] = _Domain()
        if kind is ReplyClass.OK:
            of.deferrals = of.rests = 0
        if kind is ReplyClass.SLOW:
            return self._slowed(domain, of, now)
        if kind is ReplyClass.RETRY:
            self._seen += 1
            return [*self._deferred(domain, of, now), *self._refused_by_all()]
        if kind in _ANSWERS:
            return self._answered(domain, of, kind)
        return []

    def connections(self, most: int, now: int) -> int:
        """How many of `most` connections may be open: one after a pause, and one more each minute."""
        if not self._slow_until:
            return most
        return max(1, min(most, 1 + (now - self._slow_until) // STEP_MS))

    def _slowed(self, domain: str, of: _Domain, now: int) -> list[Measure]:
        # The domain rests too, and longer each time: else it would stop everyone again, first of all.
        measures: list[Measure] = self._rested(domain, of, now, Why.SLOW, at_least=SLOW_MS)
        if now + SLOW_MS > self._slow_until:
            self._slow_until = now + SLOW_MS
            measures.append(SlowDown(self._slow_until))
        return measures

    def _deferred(self, domain: str, of: _Domain, now: int) -> list[Measure]:
        of.deferrals += 1
        return self._rested(domain, of, now, Why.DEFERS) if of.deferrals >= DEFERRALS else []

    def _rested(self, domain: str, of: _Domain, now: int, why: Why, *, at_least: int = 0) -> list[Measure]:
        if now < of.closed_until or of.held:  # what was in hand when it closed says nothing new
            return []
        wait = self._waits[min(of.rests, len(self._waits) - 1)]
        of.rests += 1
        of.closed_until = now + max(wait, at_least)
        return [CloseDomain(domain, of.closed_until, why.value)]

    def _answered(self, domain: str, of: _Domain, kind: ReplyClass) -> list[Measure]:
        of.answers += 1
        of.lately.append(kind is ReplyClass.POLICY)
        if of.held:  # it says nothing about the others
            return []
        self._seen += 1
        measures: list[Measure] = []
        if kind is ReplyClass.HARD:
            of.unknown += 1
            self._unknown += 1
            measures += self._unknown_to(domain, of)
        self._puzzles += kind is ReplyClass.SOFT
        if kind is ReplyClass.POLICY:
            of.policies += 1
            self._policies += 1
            if of.lately.count(True) >= POLICIES:
                self._seen -= min(self._seen, of.answers)
                self._policies -= of.policies
                measures += _held(domain, of, Why.POLICY)
        return [*measures, *self._refused_by_all()]

    def _unknown_to(self, domain: str, of: _Domain) -> list[Measure]:
        """A list that is old, mistyped or bought shows in its unknown addresses (design: the wrong-list guard)."""
        if self._unknown >= UNKNOWN_IN_RUN and self._unknown * 20 >= self._total:
            doubtful = [(name, one) for name, one in self._domains.items() if one.unknown * 20 >= one.answers]
            return [m for name, one in doubtful if one.unknown for m in _held(name, one, Why.UNKNOWN)]
        if of.unknown >= UNKNOWN_IN_DOMAIN and of.unknown * 5 >= of.answers:
            return _held(domain, of, Why.UNKNOWN)
        return []

    def _refused_by_all(self) -> list[Measure]:
        """A fifth of the run refused as unwanted, besides the domains that are held; or for reasons nobody can name."""
        unwanted = self._policies * 5 >= self._seen
        puzzling = self._puzzles >= PUZZLES and self._puzzles * 5 >= self._seen
        if self._stopped or self._seen < RUN_SEEN or not (unwanted or puzzling):
            return []
        self._stopped = True
        if not unwanted:
            return [_puzzled(self._puzzles, self._seen)]
        return [
            StopRun(
                sentence(
                    "{count} of {seen} mails were refused as unwanted",
                    count=self._policies,
                    seen=self._seen,
                ),
                sentence(
                    "read the answers with `newsletter log`, and ask your mail provider before you go on"
                ),
            )
        ]


def _puzzled(count: int, seen: int) -> StopRun:
    return StopRun(
        sentence(
            "{count} of {seen} mails were refused for good, and not because the reader is unknown",
            count=count,
            seen=seen,
        ),
        sentence("read the answers with `newsletter log`; `newsletter retry` queues them again"),
    )


_REASONS = {
    Why.DEFERS.value: sentence("{domain} asks for patience"),
    Why.SLOW.value: sentence("{domain} wants fewer mails at a time"),
    Why.UNKNOWN.value: sentence("too many addresses at {domain} are unknown there"),
    Why.POLICY.value: sentence("{domain} refuses our mails"),
}


def reason(why: str, domain: str) -> Sentence:
    """Why nothing goes to the domain, for people; a word that is not known stands for itself."""
    known = _REASONS.get(why)
    return Sentence(known.template if known else "{domain}: {why}", {"domain": domain, "why": why})


def _held(domain: str, of: _Domain, why: Why) -> list[Measure]:
    if of.held:
        return []
    of.held = True
    return [HoldDomain(domain, why.value)]

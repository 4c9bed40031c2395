"""Everything that is known of one person, for whoever asks: GDPR art. 15."""

from __future__ import annotations

from dataclasses import dataclass

from newsletter_mailer.model.audience import ConsentKind, Subscriber, SubscriptionStatus, SuppressionReason
from newsletter_mailer.model.delivery import Status

# All times are milliseconds since 1970, UTC.


@dataclass(frozen=True, slots=True)
class Tie:
    """A subscription of theirs."""

    list: str  #: its slug
    name: str
    status: SubscriptionStatus
    basis: str  #: a word of Basis
    since: int
    source: str


@dataclass(frozen=True, slots=True)
class Departure:
    """A list that they left, of which only the fingerprint tells."""

    list: str
    since: int
    reason: str
    source: str


@dataclass(frozen=True, slots=True)
class Suppression:
    """Why they are never mailed."""

    reason: SuppressionReason
    source: str
    since: int


@dataclass(frozen=True, slots=True)
class Consent:
    """What they said, or what was done with them, and the words they were shown."""

    kind: ConsentKind
    list: str  #: its slug, "" for every list
    wording: str
    basis: str
    source: str
    detail: str
    at: int


@dataclass(frozen=True, slots=True)
class Request:
    """What they asked for on the public pages."""

    lists: tuple[str, ...]
    asked_at: int
    confirmed_at: int | None


@dataclass(frozen=True, slots=True)
class Happened:
    """A moment in the life of a mail to them."""

    at: int
    what: str
    code: int | None = None
    words: str = ""  #: the server's, or what else is known


@dataclass(frozen=True, slots=True)
class Mail:
    """A mail to them."""

    campaign: int
    issue: str  #: its slug
    address: str  #: "" once the log was emptied
    status: Status
    planned_at: int
    attempts: tuple[Happened, ...] = ()
    events: tuple[Happened, ...] = ()


@dataclass(frozen=True, slots=True)
class Person:
    """Everything that the ledger knows of a person."""

    subscriber: Subscriber | None  #: None when the row is gone, or never was
    created_at: int | None
    updated_at: int | None
    last_act_at: int | None  #: of their own; from then on silence counts
    suppression: Suppression | None
    ties: tuple[Tie, ...]
    departures: tuple[Departure, ...]
    consents: tuple[Consent, ...]
    requests: tuple[Request, ...]
    mails: tuple[Mail, ...]
    last_open: str | None  #: the day on which they last opened a letter, where such days are kept
    tests: tuple[int, ...]  #: when a test of an issue was sent to this address

    @property
    def known(self) -> bool:
        """Whether there is anything to tell."""
        parts = (self.ties, self.departures, self.consents, self.requests, self.mails, self.tests)
        return any((self.subscriber, self.suppression, self.last_open, *parts))

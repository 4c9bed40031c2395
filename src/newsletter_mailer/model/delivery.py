"""A delivery is one campaign × one reader; its status changes by one table and nowhere else."""

from __future__ import annotations

from enum import Enum
from typing import NamedTuple


class Status(Enum):
    """Where a delivery stands."""

    QUEUED = "queued"  #: planned, nothing has left
    SENDING = "sending"  #: claimed by a run; it may be on the wire
    SENT = "sent"  #: the next server took responsibility (2xx after the final dot)
    DEFERRED = "deferred"  #: refused for now; tried again when due
    REFUSED = "refused"  #: refused for good, or given up
    IN_DOUBT = "in_doubt"  #: the line died between the final dot and the reply: nobody can know
    SKIPPED = "skipped"  #: the reader left, was suppressed or has the issue already
    CANCELLED = "cancelled"  #: the officer cancelled the campaign before it was sent

    __hash__ = object.__hash__  # by identity, in C: the tables are looked up ten times a message


class Event(Enum):
    """What can happen to a delivery."""

    CLAIMED = "claimed"  #: a run takes it
    ACCEPTED = "accepted"  #: 2xx after the final dot
    DEFERRED = "deferred"  #: a temporary refusal
    REFUSED = "refused"  #: a final refusal
    LOST = "lost"  #: the line or the process died after the dot may have been written
    RELEASED = "released"  #: surely no dot was written, or a definite reply that is no verdict on the reader
    READER_LEFT = "reader_left"  #: unsubscribed, suppressed, gone, or reached by another delivery
    CANCELLED = "cancelled"  #: by the officer
    GAVE_UP = "gave_up"  #: the last retry is behind it
    RESOLVED_SENT = "resolved_sent"  #: the officer, or the holder's journal, says it arrived
    RESOLVED_RESEND = "resolved_resend"  #: the officer accepts a possible double
    RETRIED = "retried"  #: the officer wants a refused one tried again

    __hash__ = object.__hash__


NEXT: dict[tuple[Status, Event], Status] = {
    (Status.QUEUED, Event.CLAIMED): Status.SENDING,
    (Status.QUEUED, Event.READER_LEFT): Status.SKIPPED,
    (Status.QUEUED, Event.CANCELLED): Status.CANCELLED,
    (Status.SENDING, Event.ACCEPTED): Status.SENT,
    (Status.SENDING, Event.DEFERRED): Status.DEFERRED,
    (Status.SENDING, Event.REFUSED): Status.REFUSED,
    (Status.SENDING, Event.GAVE_UP): Status.REFUSED,
    (Status.SENDING, Event.LOST): Status.IN_DOUBT,
    (Status.SENDING, Event.RELEASED): Status.QUEUED,
    (Status.DEFERRED, Event.CLAIMED): Status.SENDING,
    (Status.DEFERRED, Event.GAVE_UP): Status.REFUSED,
    (Status.DEFERRED, Event.READER_LEFT): Status.SKIPPED,
    (Status.DEFERRED, Event.CANCELLED): Status.CANCELLED,
    (Status.IN_DOUBT, Event.RESOLVED_SENT): Status.SENT,
    (Status.IN_DOUBT, Event.RESOLVED_RESEND): Status.QUEUED,
    (Status.REFUSED, Event.RETRIED): Status.QUEUED,
}

OPEN = frozenset({Status.QUEUED, Status.SENDING, Status.DEFERRED})  #: something is still to be done by us


def after(status: Status, event: Event) -> Status:
    """The status that `event` leads to. Raises ValueError for a step that must never happen."""
    try:
        return NEXT[status, event]
    except KeyError:
        raise ValueError(f"a delivery that is {status.value} cannot be {event.value}") from None


class Delivery(NamedTuple):  # made for each row that leaves: a frozen dataclass takes five times as long
    """A ledger row, as claimed for sending."""

    id: int
    campaign: int
    batch: int
    attempt: int  #: 1 for the first SMTP transaction
    recipient_key: str
    subscriber: int | None  #: None after `forget`
    address: str
    message_id: str  #: with angle brackets; the same for every attempt
    planned_at: int  #: milliseconds since 1970, UTC
    edition: int = 0  #: the row of the edition that it gets
    domain: str = ""  #: of the address, lower case, A-labels

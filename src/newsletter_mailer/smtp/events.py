"""What goes into the SMTP machine, a message, and what comes out of it, events."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import NamedTuple

from newsletter_mailer.model.outcome import Outcome, Reply, Verb
from newsletter_mailer.smtp.states import IN_DOUBT, Step


@dataclass(slots=True, eq=False)
class Message:
    """One message on its way to one reader."""

    mail_from: str
    rcpt_to: str
    data: bytes = field(repr=False)
    envid: str = ""  #: what a report of delivery names, at most 100 characters
    clean: bool = False  #: see `Outgoing.clean`
    step: Step = Step.ENVELOPE
    verdict: Outcome | None = None
    answered: bool = False  #: the server has replied to any of its commands

    @property
    def dot_written(self) -> bool:
        """The final dot, or the last octet, has left, or may have."""
        return self.step in IN_DOUBT


# Named tuples: two of these are made for every message, and a frozen dataclass costs three times as much.


class Answered(NamedTuple):
    """A reply to CONNECT, EHLO, STARTTLS, AUTH or QUIT. After 2xx to STARTTLS: run TLS now."""

    verb: Verb
    reply: Reply


class GoAhead(NamedTuple):
    """354: hand out the message with `next_piece`."""

    message: Message


class Settled(NamedTuple):
    """What came of the message: exactly one for each that was begun."""

    message: Message
    outcome: Outcome


class Ended(NamedTuple):
    """The session is over; nothing more will come. `reply` is the server's last word, if it said why."""

    detail: str
    reply: Reply | None = None


Event = Answered | GoAhead | Settled | Ended

"""What goes into the SMTP machine, a message, and what comes out of it, events."""

from __future__ import annotations

from dataclasses import dataclass, field

from newsletter_mailer.model.outcome import Outcome, Reply, Verb
from newsletter_mailer.smtp.states import Step


@dataclass(slots=True, eq=False)
class Message:
    """One message on its way to one reader."""

    mail_from: str
    rcpt_to: str
    data: bytes = field(repr=False)
    envid: str = ""  #: what a report of delivery names, at most 100 characters
    step: Step = Step.ENVELOPE
    verdict: Outcome | None = None
    answered: bool = False  #: the server has replied to any of its commands

    @property
    def dot_written(self) -> bool:
        """The final dot has left, or may have."""
        return self.step is Step.DOT


@dataclass(frozen=True, slots=True)
class Answered:
    """A reply to CONNECT, EHLO, STARTTLS, AUTH or QUIT. After 2xx to STARTTLS: run TLS now."""

    verb: Verb
    reply: Reply


@dataclass(frozen=True, slots=True)
class GoAhead:
    """354: hand out the message with `next_piece`."""

    message: Message


@dataclass(frozen=True, slots=True)
class Settled:
    """What came of the message: exactly one for each that was begun."""

    message: Message
    outcome: Outcome


@dataclass(frozen=True, slots=True)
class Ended:
    """The session is over; nothing more will come. `reply` is the server's last word, if it said why."""

    detail: str
    reply: Reply | None = None


Event = Answered | GoAhead | Settled | Ended

"""Where the sender gets its work and reports: what it asks of the ledger, or of a test."""

from __future__ import annotations

from dataclasses import dataclass
from typing import NamedTuple, Protocol

from newsletter_mailer.model.outcome import Outcome


class Outgoing(NamedTuple):  # one for each message: a frozen dataclass takes 0.8 µs longer
    """A message ready to leave: its delivery and attempt numbers, envelope and wire bytes (CRLF)."""

    delivery: int
    attempt: int
    mail_from: str
    rcpt_to: str
    data: bytes
    clean: bool = False  #: built as ASCII without bare CR or LF, NUL or a line that begins with a dot: not searched again

    def __repr__(self) -> str:
        return (
            f"Outgoing({self.delivery}.{self.attempt} to {self.rcpt_to})"  # not the message, which is private
        )


@dataclass(frozen=True, slots=True)
class Later:
    """The pace lets nothing out before."""

    seconds: float


class Desk(Protocol):
    """Everything the sender asks and tells; it is called from one thread, and never while it is being called."""

    def take(self) -> Outgoing | Later | None:
        """The next message to send now; None when there is nothing more for now.

        Asked again whenever a message is settled. The run ends when the answer is None and nothing is under way.
        """
        ...

    def before_dot(self, outgoing: Outgoing) -> None:
        """Called right before the bytes with the final dot are written; when it raises, they are not."""
        ...

    def settle(self, outgoing: Outgoing, outcome: Outcome) -> None:
        """Called exactly once for each message taken: ACCEPTED, DEFERRED, REFUSED, LOST or RELEASED."""
        ...

    def stopping(self) -> bool:
        """True after Ctrl-C: what is under way is finished, nothing else is taken."""
        ...

    def connections(self) -> int:
        """How many connections may be open now, at least 1; it may fall and rise."""
        ...

"""Messages go out over connections that come and go; every message taken is settled exactly once."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence

from newsletter_mailer.model.delivery import Event
from newsletter_mailer.model.outcome import Outcome, Verb
from newsletter_mailer.smtp.account import Account, Security, Timeouts
from newsletter_mailer.smtp.courier import Courier
from newsletter_mailer.smtp.desk import Desk, Later, Outgoing

__all__ = ["Account", "Desk", "Later", "Outgoing", "Security", "Timeouts", "send_all", "send_one"]

WAITS_S = (1.0, 5.0)  #: before the second and third connection when the one before got nothing done


def send_all(desk: Desk, account: Account, *, waits: Sequence[float] = WAITS_S) -> None:
    """Send what the desk gives until it has nothing more.

    Raises LoginRefused, ServerUnreachable or Stopped; whatever was taken is settled first.
    waits: seconds before a new connection when the last got nothing done; after that many, the run stops.
    """
    asyncio.run(Courier(desk, account, waits).run())


def send_one(account: Account, outgoing: Outgoing) -> Outcome:
    """Send one message over a connection of its own, once. Raises like `send_all`."""
    desk = _OneMessage(outgoing)
    asyncio.run(Courier(desk, account, ()).run())
    return desk.outcome


class _OneMessage:
    """A desk with one message; a line that dies is reported, not raised."""

    def __init__(self, outgoing: Outgoing) -> None:
        self._outgoing: Outgoing | None = outgoing
        self.outcome = Outcome(Event.RELEASED, Verb.CONNECT)

    def take(self) -> Outgoing | None:
        outgoing, self._outgoing = self._outgoing, None
        return outgoing

    def before_dot(self, outgoing: Outgoing) -> None:
        """No journal for a single test."""

    def settle(self, outgoing: Outgoing, outcome: Outcome) -> None:  # noqa: ARG002
        self.outcome = outcome

    def stopping(self) -> bool:
        return False

    def connections(self) -> int:
        return 1

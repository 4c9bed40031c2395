"""One open connection at work: every reply is read, settled and followed by the next bytes in one call.

With PIPELINING the next message is taken before a dot is written, and its envelope leaves in the same write: one
round trip a message. With CHUNKING messages follow each other without waiting, as many as the window lets.
"""

from __future__ import annotations

import asyncio
from collections import deque
from typing import Protocol

from newsletter_mailer.errors import Stopped
from newsletter_mailer.model.delivery import Event as Happened
from newsletter_mailer.model.outcome import Outcome, Verb
from newsletter_mailer.smtp.account import Account
from newsletter_mailer.smtp.commands import UnfitMessage, UnfitServer
from newsletter_mailer.smtp.connection import Connection
from newsletter_mailer.smtp.desk import Outgoing
from newsletter_mailer.smtp.events import Event, Message, Settled
from newsletter_mailer.smtp.line import silence

_DEFINITE = frozenset({Happened.ACCEPTED, Happened.DEFERRED, Happened.REFUSED})


class Office(Protocol):
    """Where carriers get their messages and report."""

    @property
    def halted(self) -> bool:
        """Nothing more may be written."""
        ...

    @property
    def stopping(self) -> bool:
        """Nothing else is begun."""
        ...

    def next(self) -> Outgoing | None:
        """The next message for whoever can carry it."""
        ...

    def before_dot(self, outgoing: Outgoing) -> bool:
        """Whether the end of the message may be written."""
        ...

    def settled(self, outgoing: Outgoing, outcome: Outcome) -> None:
        """What became of a message."""
        ...

    def untouched(self, outgoing: Outgoing) -> None:
        """Nobody has answered anything to it: it may go as if it had never been taken."""
        ...

    def stop(self, error: BaseException) -> None:
        """The run must end."""
        ...

    def look_round(self) -> None:
        """Something changed: a connection ended or has nothing to do."""
        ...


class Carrier:
    """Carries messages over one connection."""

    def __init__(self, connection: Connection, account: Account, office: Office, *, opened_at: int) -> None:
        self.connection = connection
        self.opened_at = opened_at  #: see `Patience.failed`
        self.useful = False  #: it has settled something
        self.leaving = False  #: it takes no other message
        self._time = asyncio.get_running_loop().time
        self.since = self._time()  #: when the awaited step, or idleness, began
        self._line = connection.line
        self._session = connection.line.session
        self._account = account
        self._office = office
        self._left = account.per_connection or -1  # messages that may still begin
        self._under_way: deque[Outgoing] = deque()  # as in the session: oldest first
        self._heard = self._session.replies
        self._line.on_writable = self.go_on
        self._line.listen(self._listen)

    @property
    def ended(self) -> bool:
        """The session is over."""
        return self._session.closed

    @property
    def idle(self) -> bool:
        """Nothing is under way."""
        return not self._under_way

    @property
    def free(self) -> bool:
        """It has nothing to carry, and could."""
        return not (self._under_way or self.used_up or self._line.full) and self._session.ready

    @property
    def in_doubt(self) -> bool:
        """A message may have arrived whose reply has not."""
        return self._session.in_doubt

    @property
    def body_begun(self) -> bool:
        """The server has something of a message."""
        return self._session.body_begun

    @property
    def used_up(self) -> bool:
        """It has carried all that it may."""
        return self.leaving or not self._left

    def drop(self, detail: str) -> None:
        """End the session at once: not a byte more leaves."""
        self._tell(self._session.lost(detail))
        self._line.cut()

    def look_at(self, now: float) -> None:
        """Give up a server that has been silent for too long."""
        if self._under_way and not self.ended:
            limit = self._account.timeouts.of(self._session.awaiting)
            if now - self.since > limit:
                self.drop(silence(limit))

    def release(self) -> None:
        """Somebody else listens from now on."""
        self._line.listen(None)
        self._line.on_writable = None

    def go_on(self) -> None:
        """Hand out and begin whatever can be now."""
        office, session = self._office, self._session
        try:
            while not office.halted and not session.closed:
                if session.handing_out:
                    if not self._hand_out():
                        return
                elif (
                    not session.ready
                    or self._line.full
                    or not self._left
                    or self.leaving
                    or (outgoing := office.next()) is None
                ):
                    break
                elif self._begin(outgoing) and not session.handing_out:
                    self._write(session.to_send())
        except BaseException as error:  # noqa: BLE001  our own mistake, or Ctrl-C: the run ends, and all is settled
            office.stop(error)
        if not self._under_way:
            office.look_round()

    def _listen(self, events: list[Event]) -> None:
        session = self._session
        if session.replies != self._heard:
            self._heard = session.replies
            self.since = self._time()
        self._tell(events)
        if session.closed:
            self._office.look_round()
            return
        out = session.to_send()  # what waited for a reply; a lone dot
        if out and not self._office.halted:
            self._write(out)
        self.go_on()

    def _tell(self, events: list[Event]) -> None:
        for event in events:
            if type(event) is not Settled:
                continue
            outgoing = self._under_way.popleft()
            message, outcome = event
            if outcome.event in _DEFINITE:
                self.useful = True
            elif outcome.event is Happened.RELEASED and outcome.reply is None and not message.answered:
                self._office.untouched(outgoing)
                continue
            self._office.settled(outgoing, outcome)

    def _begin(self, outgoing: Outgoing) -> bool:
        """Put the envelope into the session; False when the message cannot go at all."""
        message = Message(
            outgoing.mail_from,
            outgoing.rcpt_to,
            outgoing.data,
            f"{outgoing.delivery}.{outgoing.attempt}",
            outgoing.clean,
        )
        try:
            self._session.begin(message)
        except UnfitMessage as unfit:
            self._office.settled(outgoing, Outcome(Happened.REFUSED, Verb.MAIL, detail=str(unfit)))
            return False
        except UnfitServer as unfit:
            self._office.settled(outgoing, Outcome(Happened.RELEASED, Verb.MAIL, detail=str(unfit)))
            self._office.stop(Stopped(unfit.what, unfit.hint))
            return False
        self._under_way.append(outgoing)
        self._left -= 1
        return True

    def _hand_out(self) -> bool:
        """Write the message, or a piece of a long one; False when the rest has to wait."""
        session, office = self._session, self._office
        if not session.dot_is_next:
            self._write(session.to_send(), *session.next_parts())
            if not self._line.full:  # hear a server that says no before the end of a long message
                asyncio.get_running_loop().call_soon(self.go_on)
            return False
        after = None
        if session.follows_a_dot and self._left and not self.leaving:
            after = office.next()
        if not office.before_dot(self._under_way[-1]):
            if after is not None:
                office.untouched(after)
            return False
        parts = (session.to_send(), *session.next_parts())
        if after is not None:
            if office.stopping:
                office.untouched(after)
            else:
                self._begin(after)
        self._write(*parts, session.to_send())
        return True

    def _write(self, *parts: bytes) -> None:
        out = b"".join(parts)
        if out:
            self._line.transport.write(out)
            self.since = self._time()

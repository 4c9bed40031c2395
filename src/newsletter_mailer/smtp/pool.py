"""Messages go out over connections that come and go; every message taken is settled exactly once."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from typing import Protocol

from newsletter_mailer.errors import NewsletterError, ServerUnreachable, Stopped
from newsletter_mailer.model.delivery import Event
from newsletter_mailer.model.outcome import Outcome, ReplyClass, Verb
from newsletter_mailer.smtp.account import Account, Security, Timeouts
from newsletter_mailer.smtp.commands import UnfitMessage, UnfitServer
from newsletter_mailer.smtp.connection import Connection, NoAnswer, login_refused, open_connection
from newsletter_mailer.smtp.events import Message
from newsletter_mailer.wording import say, sentence

__all__ = ["Account", "Desk", "Outgoing", "Security", "Timeouts", "send_all", "send_one"]

WAITS_S = (1.0, 5.0)  #: before the second and third connection when the one before got nothing done
MAX_LOST = 3  #: lines that die right after a dot, before the run stops: each leaves a reader in doubt
GRACE_S = 1.0  #: for a mail in flight after Ctrl-C, as long as its body is not on its way
CALM = 100  #: messages accepted in a row after which earlier losses no longer count

_LOOK_S = 0.1
_LOGIN_CODES = frozenset({530, 534, 535, 538})  # RFC 4954 section 6, at whatever step
_ABOUT_US = frozenset({ReplyClass.STOP_SENDER, ReplyClass.STOP_MESSAGE})
_DEFINITE = frozenset({Event.ACCEPTED, Event.DEFERRED, Event.REFUSED})


@dataclass(frozen=True, slots=True)
class Outgoing:
    """A message ready to leave: its delivery and attempt numbers, envelope and wire bytes (CRLF)."""

    delivery: int
    attempt: int
    mail_from: str
    rcpt_to: str
    data: bytes = field(repr=False)


class Desk(Protocol):
    """Where the sender gets its work and reports."""

    def take(self) -> Outgoing | None:
        """The next message to send now; None when there is nothing more for now, which ends the run."""
        ...

    def before_dot(self, outgoing: Outgoing) -> None:
        """Called right before the bytes with the final dot are written; when it raises, they are not."""
        ...

    def settle(self, outgoing: Outgoing, outcome: Outcome) -> None:
        """Called exactly once for each message taken: ACCEPTED, DEFERRED, REFUSED, LOST or RELEASED."""
        ...

    def stopping(self) -> bool:
        """True after Ctrl-C: the message in flight is finished, no other is taken."""
        ...


def send_all(desk: Desk, account: Account, *, waits: Sequence[float] = WAITS_S) -> None:
    """Send what the desk gives until it has nothing more.

    Raises LoginRefused, ServerUnreachable or Stopped; whatever was taken is settled first.
    waits: seconds before a new connection when the last got nothing done; after that many, the run stops.
    """
    asyncio.run(_Courier(desk, account, waits).run())


def send_one(account: Account, outgoing: Outgoing) -> Outcome:
    """Send one message over a connection of its own, once. Raises like `send_all`."""
    desk = _OneMessage(outgoing)
    asyncio.run(_Courier(desk, account, ()).run())
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


class _Courier:
    """Carries messages one after the other, over one connection at a time."""

    def __init__(self, desk: Desk, account: Account, waits: Sequence[float]) -> None:
        self._desk = desk
        self._account = account
        self._waits = waits
        self._connection: Connection | None = None
        self._worked = False  # a connection has stood in this run: a failing one is worth another try
        self._useful = False  # the present connection has settled something
        self._fruitless = 0  # connections in a row that settled nothing
        self._lost = 0
        self._calm = 0
        self._cut = False  # the wait was ended by `_cut_short`

    async def run(self) -> None:
        me = asyncio.current_task()
        assert me is not None  # a coroutine runs in one
        watch = asyncio.create_task(self._cut_short(me))
        try:
            await self._work()
        except asyncio.CancelledError:
            if not self._cut or me.uncancel():
                raise
        finally:
            watch.cancel()

    async def _cut_short(self, work: asyncio.Task[None]) -> None:
        """After Ctrl-C, end the wait for a server that may take minutes, unless the mail may have reached it."""
        while not self._desk.stopping():
            await asyncio.sleep(_LOOK_S)
        await asyncio.sleep(GRACE_S)
        while self._connection is not None and self._connection.body_begun:
            await asyncio.sleep(_LOOK_S)
        self._cut = True
        work.cancel()

    async def _work(self) -> None:
        try:
            while not self._desk.stopping() and (outgoing := self._desk.take()) is not None:
                await self._deliver(outgoing)
        except BaseException:
            await self._drop()
            raise
        if self._connection is not None:
            await self._connection.close()

    async def _deliver(self, outgoing: Outgoing) -> None:
        try:
            outcome = await self._outcome(outgoing)
        except UnfitMessage as unfit:
            outcome = Outcome(Event.REFUSED, Verb.MAIL, detail=str(unfit))
        except UnfitServer as unfit:
            self._desk.settle(outgoing, Outcome(Event.RELEASED, Verb.MAIL, detail=str(unfit)))
            raise Stopped(unfit.what, unfit.hint) from unfit
        except BaseException as error:
            self._desk.settle(outgoing, self._interrupted(error))
            raise
        problem = about_us(outcome, self._account)
        self._desk.settle(outgoing, replace(outcome, event=Event.RELEASED) if problem else outcome)
        if problem is not None:
            raise problem
        self._learn(outcome)

    async def _outcome(self, outgoing: Outgoing) -> Outcome:
        # As long as nobody has answered anything to it, the same message again: Yahoo closes without a word.
        while (connection := await self._open()) is not None:
            message = Message(
                outgoing.mail_from,
                outgoing.rcpt_to,
                outgoing.data,
                envid=f"{outgoing.delivery}.{outgoing.attempt}",
            )
            outcome = await connection.send(message, lambda: self._desk.before_dot(outgoing))
            if message.answered or outcome.event is not Event.RELEASED or outcome.reply is not None:
                return outcome
        return Outcome(Event.RELEASED, Verb.CONNECT, detail=say("stopped before it was sent"))

    async def _open(self) -> Connection | None:
        """A connection that stands; None when we are asked to stop while waiting for one."""
        while self._connection is None or not self._connection.alive:
            if self._connection is not None:
                await self._drop()
                self._count_failure()
            if self._fruitless and not await self._rested(self._waits[self._fruitless - 1]):
                return None
            try:
                self._connection = await open_connection(self._account)
            except NoAnswer:
                if not self._worked:
                    raise
                self._count_failure()
            self._worked = True
        return self._connection

    async def _rested(self, seconds: float) -> bool:
        """Wait; False as soon as we are asked to stop."""
        loop = asyncio.get_running_loop()
        until = loop.time() + seconds
        while not self._desk.stopping():
            if (left := until - loop.time()) <= 0:
                return True
            await asyncio.sleep(min(left, 0.1))
        return False

    def _count_failure(self) -> None:
        self._fruitless = 0 if self._useful else self._fruitless + 1
        self._useful = False
        if self._fruitless > len(self._waits):
            raise ServerUnreachable(
                sentence(
                    "{host} closed {count} connections in a row without taking a mail",
                    host=self._account.host,
                    count=self._fruitless,
                ),
                sentence("try again later; if it stays so, ask your mail provider"),
            )

    def _learn(self, outcome: Outcome) -> None:
        self._useful = self._useful or outcome.event in _DEFINITE
        if outcome.event is Event.ACCEPTED:
            self._calm += 1
            self._lost = 0 if self._calm >= CALM else self._lost
        if outcome.event is not Event.LOST:
            return
        self._calm = 0
        self._lost += 1
        if self._lost >= MAX_LOST:
            raise Stopped(
                sentence(
                    "the line to {host} broke {count} times right after a mail was handed over",
                    host=self._account.host,
                    count=self._lost,
                ),
                sentence("those readers are in doubt: `newsletter resolve` lists them"),
            )

    def _interrupted(self, error: BaseException) -> Outcome:
        written = self._connection is not None and self._connection.dot_written
        detail = str(error) if isinstance(error, NewsletterError) else say("interrupted")
        verb = Verb.DOT if written else Verb.CONNECT
        return Outcome(Event.LOST if written else Event.RELEASED, verb, detail=detail)

    async def _drop(self) -> None:
        if self._connection is not None:
            await self._connection.abort()
            self._connection = None


def about_us(outcome: Outcome, account: Account) -> NewsletterError | None:
    """The error behind a refusal that is no verdict on this reader: no login, or an unwanted sender."""
    reply = outcome.reply
    if reply is None:
        return None
    if reply.code in _LOGIN_CODES:
        return login_refused(account, str(reply))
    if outcome.kind in _ABOUT_US:
        return Stopped(
            sentence(
                "{host} refuses every mail, whoever the reader: {words}", host=account.host, words=str(reply)
            ),
            sentence("check `sender.email` with your mail provider"),
        )
    return None

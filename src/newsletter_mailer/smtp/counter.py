"""All that is asked of the desk and told to it: what it raises stops the run, and no message is told of twice."""

from __future__ import annotations

import asyncio
import time
from collections import deque
from collections.abc import Callable

from newsletter_mailer.errors import NewsletterError
from newsletter_mailer.model.delivery import Event
from newsletter_mailer.model.outcome import Outcome, Verb
from newsletter_mailer.smtp.account import Account
from newsletter_mailer.smtp.desk import Desk, Later, Outgoing
from newsletter_mailer.smtp.patience import Patience, about_us
from newsletter_mailer.wording import say


class Counter:
    """The desk as carriers see it. look_round: called when something other than an accepted message happens."""

    def __init__(
        self, desk: Desk, account: Account, patience: Patience, look_round: Callable[[], None]
    ) -> None:
        self.error: BaseException | None = None  #: why the run ends
        self.halted = False  #: an error ends the run: nothing more may be written
        self.dry = False  #: the desk had nothing when it was last asked
        self.most = 1  #: connections that may be open now
        self.aside: deque[Outgoing] = deque()  #: taken, and as if not: nobody has answered anything to them
        self._desk = desk
        self._account = account
        self._patience = patience
        self.look_round = look_round
        self._not_before = 0.0  # the pace lets nothing out

    @property
    def stopping(self) -> bool:
        """Nothing else is begun."""
        return self.halted or self._desk.stopping()

    @property
    def detail(self) -> str:
        """Why what is under way is dropped, or given back."""
        if isinstance(self.error, NewsletterError):
            return str(self.error)
        calmly = self._desk.stopping() and not self.error
        return say("stopped before it was sent") if calmly else say("interrupted")

    @property
    def may_have_work(self) -> bool:
        """It is worth asking for a message."""
        return bool(self.aside) or not (self.dry or time.monotonic() < self._not_before)

    def stop(self, error: BaseException) -> None:
        """End the run for that reason, unless it ends already."""
        self.error = self.error or error
        self.halted = True
        self.look_round()

    def ask_how_many(self) -> None:
        """How many connections may be open now."""
        try:
            self.most = max(1, min(self._account.connections, self._desk.connections()))
        except BaseException as error:  # noqa: BLE001  raised again when all is settled
            self.stop(error)

    def next(self) -> Outgoing | None:
        """The next message, or None when there is none for now."""
        if self.stopping:
            return None
        if self.aside:
            return self.aside.popleft()
        if self._not_before and time.monotonic() < self._not_before:
            return None
        try:
            taken = self._desk.take()
        except BaseException as error:  # noqa: BLE001  raised again when all is settled
            self.stop(error)
            return None
        self.dry = taken is None
        if isinstance(taken, Later):
            self._not_before = time.monotonic() + taken.seconds
            asyncio.get_running_loop().call_later(taken.seconds, self._let_out)
            return None
        return taken

    def _let_out(self) -> None:
        self._not_before = 0.0
        self.look_round()

    def before_dot(self, outgoing: Outgoing) -> bool:
        """Tell the journal; whether the end of the message may be written."""
        if self.error is not None:
            return False
        try:
            self._desk.before_dot(outgoing)
        except BaseException as error:  # noqa: BLE001  raised again when all is settled
            self.stop(error)
            return False
        return True

    def settled(self, outgoing: Outgoing, outcome: Outcome) -> None:
        """What became of a message."""
        accepted = outcome.event is Event.ACCEPTED
        reason: BaseException | None = None if accepted else about_us(outcome, self._account)
        try:
            self._desk.settle(outgoing, outcome)
        except BaseException as error:  # noqa: BLE001  raised again when all is settled
            reason = error
        reason = reason or self._patience.learn(outcome)
        if reason is not None:
            self.stop(reason)
        if not accepted:
            self.dry = False  # what is released may be taken again
            self.ask_how_many()
            self.look_round()

    def untouched(self, outgoing: Outgoing) -> None:
        """Nobody has answered anything to it: the next to ask gets it."""
        self.aside.append(outgoing)
        self.look_round()

    def give_back(self) -> None:
        """Settle what was put aside: the run ends."""
        while self.aside:
            self.settled(
                self.aside.popleft(),
                Outcome(Event.RELEASED, Verb.CONNECT, detail=self.detail),
            )

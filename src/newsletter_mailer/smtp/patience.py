"""How much a run bears before it stops, counted over all its connections, and what is about us and no reader."""

from __future__ import annotations

from collections.abc import Sequence

from newsletter_mailer.errors import LoginRefused, NewsletterError, ServerUnreachable, Stopped
from newsletter_mailer.model.delivery import Event
from newsletter_mailer.model.outcome import Outcome
from newsletter_mailer.model.replies import STOPS, meaning
from newsletter_mailer.model.reply_table import Cause
from newsletter_mailer.model.stops import stop_sentence
from newsletter_mailer.smtp.account import Account
from newsletter_mailer.wording import sentence

MAX_LOST = 3  #: lines that die right after a dot, before the run stops: each leaves a reader in doubt
CALM = 100  #: messages accepted in a row after which earlier losses no longer count

_HOLD_OFF_S = 60.0  # before another connection beside those that stand, when the server lets no more stand


class Patience:
    """What went wrong so far in a run.

    waits: seconds before each new connection after one that got nothing done; after that many, the run stops.
    """

    def __init__(self, account: Account, waits: Sequence[float]) -> None:
        self._account = account
        self._waits = waits
        self._lost = 0
        self._calm = 0
        self._fruitless = 0  # connections in a row that settled nothing
        self.failures = 0  #: ever counted; a connection opened before the last one tells nothing new

    def learn(self, outcome: Outcome) -> NewsletterError | None:
        """Take note of what became of a message; the reason to stop, if it is one too many."""
        if outcome.event is Event.ACCEPTED:
            self._calm += 1
            if self._calm >= CALM:
                self._lost = 0
            return None
        if outcome.event is not Event.LOST:
            return None
        self._calm = 0
        self._lost += 1
        if self._lost < MAX_LOST:
            return None
        return Stopped(
            sentence(
                "the line to {host} broke {count} times right after a mail was handed over",
                host=self._account.host,
                count=self._lost,
            ),
            sentence("those readers are in doubt: `newsletter resolve` lists them"),
        )

    def worked(self) -> None:
        """A connection got something done."""
        self._fruitless = 0

    def failed(self, opened_at: int) -> float:
        """A connection ended that had got nothing done: seconds before the next.

        opened_at: `failures` when it was opened. Those that were opened together and fail together count once.
        """
        if opened_at == self.failures:
            self.failures += 1
            self._fruitless += 1
        if self._fruitless > len(self._waits):
            return _HOLD_OFF_S
        return self._waits[self._fruitless - 1] if self._fruitless else 0.0

    @property
    def exhausted(self) -> NewsletterError | None:
        """The reason to open no other connection when none stands; None while another may be tried."""
        if self._fruitless <= len(self._waits):
            return None
        return ServerUnreachable(
            sentence(
                "{host} closed {count} connections in a row without taking a mail",
                host=self._account.host,
                count=self._fruitless,
            ),
            sentence("try again later; if it stays so, ask your mail provider"),
        )


def about_us(outcome: Outcome, account: Account) -> NewsletterError | None:
    """The error behind an answer that is no verdict on this reader: no login, an unwanted sender or issue."""
    reply = outcome.reply
    if reply is None or outcome.event is Event.ACCEPTED:
        return None
    if outcome.kind not in STOPS:
        return None
    stop = LoginRefused if meaning(reply, outcome.verb).cause is Cause.LOGIN else Stopped
    return stop(*stop_sentence(reply, outcome.verb, account.host))

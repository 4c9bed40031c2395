"""Whom a letter did not reach, and why."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum

from newsletter_mailer.model.bounce import Category
from newsletter_mailer.model.delivery import Status
from newsletter_mailer.model.replies import Verb
from newsletter_mailer.model.reply_table import ReplyClass


class Why(Enum):
    """Why somebody did not get a letter, in the order in which it is told."""

    GONE = "gone"  #: nobody has the address
    FULL = "full"  #: the mailbox is full
    FILTERED = "filtered"  #: refused because of the sender or the letter
    AWAY = "away"  #: the mailbox or its house is out of order
    GAVE_UP = "gave_up"  #: put off until the time was over
    LATER = "later"  #: put off, and tried again
    IN_DOUBT = "in_doubt"  #: the line died before the answer
    WAITING = "waiting"  #: nothing has left yet
    LEFT = "left"  #: left or was suppressed between the plan and the dispatch
    CANCELLED = "cancelled"  #: called off by the officer


_BY_CATEGORY = {
    Category.GONE: Why.GONE,
    Category.FULL: Why.FULL,
    Category.FILTERED: Why.FILTERED,
    Category.AWAY: Why.AWAY,
}
_BY_STATUS = {
    Status.DEFERRED: Why.LATER,
    Status.QUEUED: Why.WAITING,
    Status.SENDING: Why.WAITING,
    Status.IN_DOUBT: Why.IN_DOUBT,
    Status.SKIPPED: Why.LEFT,
    Status.CANCELLED: Why.CANCELLED,
}
_BY_REPLY = {
    ReplyClass.HARD: Why.GONE,
    ReplyClass.FULL: Why.FULL,
    ReplyClass.SOFT: Why.AWAY,
    ReplyClass.POLICY: Why.FILTERED,
    ReplyClass.STOP_SENDER: Why.FILTERED,
    ReplyClass.STOP_MESSAGE: Why.FILTERED,
}


@dataclass(frozen=True, slots=True)
class Missed:
    """Somebody whom a letter did not reach, with the last that was heard."""

    delivery: int
    address: str  #: "" once it was erased
    organisation: str
    domain: str
    status: Status
    attempts: int
    at: int  #: of the last news, milliseconds since 1970, UTC
    code: int | None = None
    words: str = ""  #: the server's, from its answer or from what came back
    kind: str = ""  #: what its answer means, a word of ReplyClass
    verb: Verb | None = None  #: the step that it answers
    detail: str = ""  #: what is known when no server spoke
    category: Category | None = None  #: of what came back as mail

    @property
    def why(self) -> Why:
        """The plain reason."""
        if self.status is Status.SENT:
            return _BY_CATEGORY.get(self.category, Why.AWAY) if self.category else Why.AWAY
        if self.status is not Status.REFUSED:
            return _BY_STATUS[self.status]
        known = _BY_REPLY.get(ReplyClass(self.kind)) if self.kind else None
        return known if known and self.detail != "expired" else Why.GAVE_UP

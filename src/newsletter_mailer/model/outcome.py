"""What an SMTP transaction came to, for one reader."""

from __future__ import annotations

from dataclasses import dataclass

from newsletter_mailer.model.delivery import Event
from newsletter_mailer.model.replies import Reply, ReplyClass, Verb, classify

__all__ = ["SETTLED", "Outcome", "Reply", "ReplyClass", "Verb", "read_reply"]

SETTLED = frozenset({Event.ACCEPTED, Event.REFUSED, Event.LOST})  #: nothing more is to be done by us


@dataclass(frozen=True, slots=True)
class Outcome:
    """What happened, with the server's own words where there were any."""

    event: Event  #: ACCEPTED, DEFERRED, REFUSED, LOST or RELEASED
    verb: Verb  #: the step at which it was decided
    reply: Reply | None = None
    detail: str = ""  #: for an outcome without a reply: what the line did

    @property
    def kind(self) -> ReplyClass | None:
        """What the server's words ask of us; None where it said nothing."""
        return classify(self.reply, self.verb) if self.reply else None


_EVENTS = {
    ReplyClass.OK: Event.ACCEPTED,
    ReplyClass.RETRY: Event.DEFERRED,
    ReplyClass.FULL: Event.DEFERRED,
    ReplyClass.SESSION: Event.RELEASED,
    ReplyClass.SLOW: Event.RELEASED,
    ReplyClass.HARD: Event.REFUSED,
    ReplyClass.SOFT: Event.REFUSED,
    ReplyClass.POLICY: Event.REFUSED,
    ReplyClass.STOP_SENDER: Event.RELEASED,
    ReplyClass.STOP_MESSAGE: Event.RELEASED,
}


def read_reply(reply: Reply, to: Verb) -> Event:
    """What the server's reply to MAIL, RCPT, DATA or the dot means for this one reader.

    What is about us or about the session is RELEASED: no verdict on the reader. Refused logins never come here.
    """
    return _EVENTS[classify(reply, to)]

"""What an SMTP transaction came to, for one reader."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum

from newsletter_mailer.model.delivery import Event


class Verb(Enum):
    """The step of the transaction that a reply answers."""

    CONNECT = "connect"
    EHLO = "ehlo"
    STARTTLS = "starttls"
    AUTH = "auth"
    MAIL = "mail"
    RCPT = "rcpt"
    DATA = "data"
    DOT = "dot"  #: the reply after the final dot
    RSET = "rset"
    QUIT = "quit"


@dataclass(frozen=True, slots=True)
class Reply:
    """A server's whole reply (RFC 5321 section 4.2); `text` joins its lines with newlines, undecodable bytes replaced."""

    code: int  #: 200..599
    text: str

    def __str__(self) -> str:
        return f"{self.code} {self.text}".replace("\n", " ")


SETTLED = frozenset({Event.ACCEPTED, Event.REFUSED, Event.LOST})  #: nothing more is to be done by us


@dataclass(frozen=True, slots=True)
class Outcome:
    """What happened, with the server's own words where there were any."""

    event: Event  #: ACCEPTED, DEFERRED, REFUSED, LOST or RELEASED
    verb: Verb  #: the step at which it was decided
    reply: Reply | None = None
    detail: str = ""  #: for an outcome without a reply: what the line did


def read_reply(reply: Reply, to: Verb) -> Event:
    """What the server's reply to MAIL, RCPT, DATA or the dot means for this one reader.

    421 closes the session and says nothing of the reader (RFC 5321 section 3.8): RELEASED. 552 to RCPT is
    temporary (4.5.3.1.10), 552 to the dot is final (RFC 1870 section 6.1). Refused logins never come here.
    """
    if reply.code == 421:
        return Event.RELEASED
    if 200 <= reply.code <= 299:
        return Event.ACCEPTED
    if 500 <= reply.code <= 599 and not (reply.code == 552 and to is Verb.RCPT):
        return Event.REFUSED
    return Event.DEFERRED

"""What a server's reply means: one class for each, by the words first, then by the codes."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum

from newsletter_mailer.model import reply_table as table
from newsletter_mailer.model.reply_table import Meaning, ReplyClass

__all__ = ["Reply", "ReplyClass", "Verb", "classify", "meaning"]


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


def classify(reply: Reply, to: Verb) -> ReplyClass:
    """What the reply to that step asks of us. What nobody knows is temporary when it is 4xx, and soft when it is 5xx."""
    if 200 <= reply.code <= 299:
        return ReplyClass.OK
    return meaning(reply, to).kind


def meaning(reply: Reply, to: Verb) -> Meaning:
    """The class with its cause."""
    if 200 <= reply.code <= 299:
        return table.OK
    if reply.code == 421:
        return table.SESSION
    if (known := table.CODES.get(reply.code)) is not None:
        return known
    if not 500 <= reply.code <= 599 or (reply.code == 552 and to is Verb.RCPT):
        return table.RETRY
    if to is Verb.MAIL:
        return table.SENDER
    return table.SOFT

"""What came back: a mail in answer to ours, as values."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class Kind(StrEnum):
    """What a mail in the inbox is."""

    BOUNCE = "bounce"  #: it could not be delivered
    COMPLAINT = "complaint"  #: a reader marked our mail as spam, or asked a provider to stop it
    AUTO_REPLY = "auto_reply"  #: a program answered: away, a receipt, a challenge
    UNSUBSCRIBE = "unsubscribe"  #: it asks to be taken off
    REPLY = "reply"  #: a person wrote
    DELIVERED = "delivered"  #: a notice of success
    DELAYED = "delayed"  #: not delivered yet; somebody still tries
    UNKNOWN = "unknown"  #: a program's notice that nobody understands


class BounceClass(StrEnum):
    """What a bounce means for the address."""

    HARD = "hard"  #: nobody has this address, or no longer
    SOFT = "soft"  #: not this time: full, away, out of order
    POLICY = "policy"  #: a word about us, our server or our message; says nothing of the reader
    OTHER = "other"  #: says nothing that counts: delivered, delayed, an answer


class Category(StrEnum):
    """The five plain words of the log."""

    GONE = "gone"  #: the address does not exist, or no longer
    FULL = "full"  #: the mailbox is full
    FILTERED = "filtered"  #: refused by a filter
    AWAY = "away"  #: not to be reached for now: a holiday notice, an account or a house out of order
    COMPLAINT = "complaint"  #: marked as spam


@dataclass(frozen=True, slots=True)
class Failed:
    """What a mail says of one recipient."""

    address: str  #: as the mail names it; "" when it names none
    bounce_class: BounceClass
    status: str  #: enhanced code, e.g. "5.1.1" (RFC 3463), or ""
    code: int | None  #: the server's reply code
    reason: str  #: the server's words on one line, at most 500 letters
    rule: str  #: name of the rule that decided
    category: Category


@dataclass(frozen=True, slots=True)
class Returned:
    """What a mail is, before anybody asks whose it is. Nothing in it can be trusted."""

    kind: Kind
    recipients: tuple[Failed, ...] = ()
    tokens: tuple[str, ...] = ()  #: what may name a delivery of ours: Message-IDs, tokens, VERP local parts
    rule: str = ""  #: name of the rule that told the kind

    def suppresses(self, one: Failed) -> bool:
        """Whether that recipient would never be written to again, if the mail were about a letter of ours."""
        return self.kind is Kind.COMPLAINT or (
            self.kind is Kind.BOUNCE and one.bounce_class is BounceClass.HARD
        )

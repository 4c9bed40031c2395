"""What servers say, as data: their words, their enhanced codes, and what each means for the run and the reader.

Read from RFC 3463, 5321, 4954, 7372 and 7505, the code lists of Gmail, Microsoft, Yahoo, Orange, La Poste and SFR, and
the words that relays use for a sender whose quota is used up. Phrases are lower case and stand for a part of the text.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum


class ReplyClass(Enum):
    """What a server's answer asks of us."""

    OK = "ok"  #: taken
    RETRY = "retry"  #: the same reader later; counts nothing against the address
    FULL = "full"  #: no room in the mailbox: later, and it is counted
    SESSION = "session"  #: the session is over, the reader unchanged
    SLOW = "slow"  #: too much, too fast: everybody pauses
    HARD = "hard"  #: nobody has this address
    SOFT = "soft"  #: not to be had this time, and it is counted
    POLICY = "policy"  #: a word about us, or about this reader's house: nobody can tell from one
    STOP_SENDER = "stop_sender"  #: the server does not want our mail, whoever the reader
    STOP_MESSAGE = "stop_message"  #: the server does not want this issue, whoever the reader

    __hash__ = object.__hash__  # by identity, in C


class Cause(Enum):
    """What is wrong with us, when it is us."""

    NONE = "none"
    LOGIN = "login"  #: not logged in, or not as somebody who may send
    SENDER = "sender"  #: the address that we write from
    QUOTA = "quota"  #: what may be sent is used up
    AUTHENTICATION = "authentication"  #: SPF, DKIM or DMARC
    REPUTATION = "reputation"  #: blocked for what was sent before
    CONTENT = "content"  #: taken for spam
    MALFORMED = "malformed"  #: against the rules of messages
    SIZE = "size"  #: too big
    CONFUSED = "confused"  #: the server lost the thread


@dataclass(frozen=True, slots=True)
class Meaning:
    """A class, and why."""

    kind: ReplyClass
    cause: Cause = Cause.NONE


OK = Meaning(ReplyClass.OK)
RETRY = Meaning(ReplyClass.RETRY)
FULL = Meaning(ReplyClass.FULL)
SESSION = Meaning(ReplyClass.SESSION)
SLOW = Meaning(ReplyClass.SLOW)
HARD = Meaning(ReplyClass.HARD)
SOFT = Meaning(ReplyClass.SOFT)
POLICY = Meaning(ReplyClass.POLICY)
LOGIN = Meaning(ReplyClass.STOP_SENDER, Cause.LOGIN)
SENDER = Meaning(ReplyClass.STOP_SENDER, Cause.SENDER)
QUOTA = Meaning(ReplyClass.STOP_SENDER, Cause.QUOTA)
AUTHENTICATION = Meaning(ReplyClass.STOP_SENDER, Cause.AUTHENTICATION)
REPUTATION = Meaning(ReplyClass.STOP_SENDER, Cause.REPUTATION)
CONFUSED = Meaning(ReplyClass.STOP_SENDER, Cause.CONFUSED)
CONTENT = Meaning(ReplyClass.STOP_MESSAGE, Cause.CONTENT)
MALFORMED = Meaning(ReplyClass.STOP_MESSAGE, Cause.MALFORMED)
TOO_BIG = Meaning(ReplyClass.STOP_MESSAGE, Cause.SIZE)

BAD_SENDER = Meaning(ReplyClass.STOP_MESSAGE, Cause.SENDER)
NO_REASON = Meaning(ReplyClass.STOP_SENDER)

#: Whole code, whatever the text (RFC 4954 section 6; 503: the server lost the thread, or wants a login).
CODES: dict[int, Meaning] = {530: LOGIN, 534: LOGIN, 535: LOGIN, 538: LOGIN, 503: CONFUSED}

#: Codes OFR… of Orange, LPN… of La Poste, OUK…, by their last three digits.
FRENCH: dict[str, Meaning] = {
    "101": REPUTATION,  # listed by Spamhaus
    "102": REPUTATION,
    "103": SLOW,
    "104": SLOW,  # more than two connections, or more than a hundred messages on one
    "105": SLOW,
    "107": REPUTATION,  # our address has no name
    "108": SLOW,
    "109": SLOW,
    "201": SLOW,
    "305": AUTHENTICATION,
    "401": AUTHENTICATION,
    "402": AUTHENTICATION,
    "403": SENDER,
    "405": SENDER,
    "415": SENDER,
    "416": HARD,
    "417": FULL,
    "420": SOFT,  # archived
    "421": SENDER,
    "426": SOFT,  # the reader's account is blocked
    "505": RETRY,
    "506": CONTENT,
    "510": REPUTATION,
    "513": CONTENT,
    "514": TOO_BIG,
    "517": AUTHENTICATION,
    "630": REPUTATION,
    "999": SLOW,
}

#: Codes SFR_IN_xxx by their last two digits: each block lasts two hours, so a permanent word is none.
SFR: dict[str, Meaning] = {"01": CONTENT, "02": CONTENT, "03": POLICY, "04": SLOW, "05": SLOW}

#: Enhanced codes (RFC 3463, 7293, 7372, 7504, 7505) as they are used; 5.7.x that is not here is ambiguous.
STATUSES: dict[str, Meaning] = {
    "5.1.1": HARD,
    "5.1.2": HARD,
    "5.1.3": HARD,
    "5.1.6": HARD,
    "5.1.7": BAD_SENDER,
    "5.1.8": SENDER,
    "5.1.10": HARD,  # a domain that says it takes no mail: null MX
    "5.1.20": MALFORMED,  # Microsoft: several addresses in From
    "5.1.90": QUOTA,  # Microsoft: recipients of a day
    "5.2.2": FULL,
    "5.3.4": TOO_BIG,
    "5.4.5": QUOTA,  # Gmail: messages of a day
    "5.5.3": QUOTA,  # one reader a message: "too many" is never about this message
    "5.6.0": MALFORMED,
    "5.6.11": MALFORMED,  # Microsoft: bare line feeds
    "552 5.7.0": CONTENT,
    "5.7.8": LOGIN,
    "5.7.17": HARD,  # the mailbox has a new owner
    "5.7.18": HARD,  # the domain has a new owner
    "5.7.20": AUTHENTICATION,
    "5.7.21": AUTHENTICATION,
    "5.7.22": AUTHENTICATION,
    "5.7.23": AUTHENTICATION,
    "5.7.24": AUTHENTICATION,
    "5.7.25": REPUTATION,  # our server's address has no name
    "5.7.26": AUTHENTICATION,
    "5.7.27": AUTHENTICATION,
    "5.7.28": REPUTATION,
    "5.7.29": NO_REASON,  # Gmail: not over TLS
    "5.7.30": AUTHENTICATION,
    "5.7.31": AUTHENTICATION,
    "5.7.32": AUTHENTICATION,
    "5.7.40": AUTHENTICATION,
    "5.7.54": LOGIN,
    "5.7.57": LOGIN,
    "5.7.60": SENDER,
    "5.7.64": LOGIN,
    "5.7.139": LOGIN,
    "5.7.232": QUOTA,
    "5.7.233": QUOTA,
    "5.7.501": REPUTATION,
    "5.7.502": REPUTATION,
    "5.7.503": REPUTATION,
    "5.7.508": SLOW,
    "5.7.509": AUTHENTICATION,
    "5.7.511": REPUTATION,
    "5.7.512": MALFORMED,
    "5.7.515": AUTHENTICATION,
    "5.7.705": QUOTA,
    "5.7.708": REPUTATION,
    "5.7.750": SENDER,
    "4.2.2": FULL,
    "4.4.2": SESSION,
    "4.7.23": SLOW,  # Gmail slows down who is not authenticated, before it refuses them
    "4.7.24": SLOW,
    "4.7.26": SLOW,
    "4.7.27": SLOW,
    "4.7.28": SLOW,
    "4.7.29": SLOW,
    "4.7.30": SLOW,
    "4.7.31": SLOW,
    "4.7.32": SLOW,
    "4.7.40": SLOW,
}

#: Microsoft numbers some of its answers by the hundred: first, last and what all of them mean.
RANGES: tuple[tuple[str, range, Meaning], ...] = (
    ("4.7", range(500, 700), SLOW),
    ("4.7", range(850, 900), SLOW),
    ("5.7", range(606, 650), REPUTATION),
)

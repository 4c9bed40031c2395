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

#: Whole code, whatever the text (RFC 4954 section 6; 503: the server lost the thread, or wants a login).
CODES: dict[int, Meaning] = {530: LOGIN, 534: LOGIN, 535: LOGIN, 538: LOGIN, 503: CONFUSED, 556: HARD}

#: Codes OFR… of Orange, LPN… of La Poste, by their last three digits.
FRENCH: dict[str, Meaning] = {
    "101": REPUTATION,  # listed by Spamhaus
    "102": REPUTATION,
    "103": SLOW,
    "104": SLOW,  # more than two connections, or more than a hundred messages on one
    "105": SLOW,
    "107": REPUTATION,  # no name for our address
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
    "426": SOFT,  # blocked account
    "505": RETRY,
    "506": CONTENT,
    "510": REPUTATION,
    "513": CONTENT,
    "514": TOO_BIG,
    "517": AUTHENTICATION,
    "630": REPUTATION,
    "999": SLOW,
}

#: Codes SFR_IN_xxx by their last two digits. Each block lasts two hours.
SFR: dict[str, Meaning] = {"01": CONTENT, "02": CONTENT, "03": POLICY, "04": SLOW, "05": SLOW}

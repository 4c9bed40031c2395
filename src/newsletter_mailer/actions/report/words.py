"""The words of a report: reasons in plain language, shares, days and moments."""

from __future__ import annotations

from datetime import UTC, datetime
from zoneinfo import ZoneInfo

from newsletter_mailer.compose.dates import long_date
from newsletter_mailer.model.delivery import Status
from newsletter_mailer.model.names import reason
from newsletter_mailer.model.report import Contact, Missed, Why
from newsletter_mailer.wording import language, say

_NO_BREAK = "\u202f"
_LONGEST = 240  # letters of a server's words: some write a page


def why_name(why: Why) -> str:
    """The reason as a heading."""
    names = {
        Why.GONE: say("The address does not exist, or no longer"),
        Why.FULL: say("The mailbox is full"),
        Why.FILTERED: say("Refused by a filter, not because of the reader"),
        Why.AWAY: say("The mailbox does not answer, or is blocked"),
        Why.GAVE_UP: say("Put off again and again, and given up in the end"),
        Why.LATER: say("Put off by the server; it is tried again"),
        Why.IN_DOUBT: say("In doubt: the line broke before the answer"),
        Why.WAITING: say("Not sent yet"),
        Why.LEFT: say("Left, or was taken off, after the recipients were counted"),
        Why.CANCELLED: say("Called off before it left"),
    }
    return names[why]


def why_help(why: Why) -> str:
    """What can be done about it."""
    hints = {
        Why.GONE: say("Ask for the new address, by telephone; nobody writes to the old one any more."),
        Why.FULL: say("It may empty itself by the next issue; tell the reader if you meet them."),
        Why.FILTERED: say("`newsletter doctor` says what is missing; your mail provider can have a block lifted."),
        Why.AWAY: say("Often it passes. After several issues, ask for another address."),
        Why.GAVE_UP: say("Try once more with `newsletter retry`; else ask for another address."),
        Why.LATER: say("Nothing is to be done: the program tries again by itself."),
        Why.IN_DOUBT: say("They may have it. Decide with `newsletter resolve`: nothing is sent twice unless you say so."),
        Why.WAITING: say("Continue with `newsletter resume`."),
        Why.LEFT: say("Nothing is to be done: they are not written to."),
        Why.CANCELLED: say("They are part of the next dispatch of this issue, if there is one."),
    }  # fmt: skip
    return hints[why]


def contact_name(contact: Contact) -> str:
    """How a person stood to the letter, in a few words."""
    names = {
        Contact.MISSED: say("was written to, not reached"),
        Contact.LEFT: say("unsubscribed"),
        Contact.PENDING: say("never confirmed"),
        Contact.DEAD: say("the address is dead"),
        Contact.STOPPED: say("wants no mail of ours"),
        Contact.BARRED: say("barred by you"),
        Contact.OPEN: say("may be written to, and was not yet"),
    }
    return names[contact]


def heard(one: Missed) -> str:
    """The server's own words, or what is known when it said nothing."""
    words = f"{one.code} {one.words}" if one.code and not one.words.startswith(str(one.code)) else one.words
    if one.status is Status.SKIPPED or not words:
        words = reason(one.detail)
    return words if len(words) <= _LONGEST else words[:_LONGEST].rstrip() + "…"


def share(part: int, whole: int) -> str:
    """A part in per cent with one digit, "" of nothing; never 100 or 0 of what is not whole or not nothing."""
    if not whole:
        return ""
    tenths = round(part * 1000 / whole)
    if tenths in (0, 1000) and part not in (0, whole):
        tenths = 1 if tenths == 0 else 999
    text = f"{tenths / 10:.1f}".removesuffix(".0")
    return f"{text.replace('.', ',')}{_NO_BREAK}%" if language() == "fr" else f"{text}%"


def day(at: int, zone: ZoneInfo) -> str:
    """The day in words. at: milliseconds since 1970, UTC."""
    return long_date(_local(at, zone).date(), language())


def moment(at: int, zone: ZoneInfo) -> str:
    """Day and minute in words."""
    return say("{day}, {time}", day=day(at, zone), time=clock_time(at, zone))


def clock_time(at: int, zone: ZoneInfo) -> str:
    """The time of day: 14:05."""
    return f"{_local(at, zone):%H:%M}"


def short_day(at: int, zone: ZoneInfo) -> str:
    """Day and month in numbers: 23/11, or 11/23 in English."""
    found = _local(at, zone)
    return f"{found:%d/%m}" if language() == "fr" else f"{found:%m/%d}"


def _local(at: int, zone: ZoneInfo) -> datetime:
    return datetime.fromtimestamp(at / 1000, UTC).astimezone(zone)

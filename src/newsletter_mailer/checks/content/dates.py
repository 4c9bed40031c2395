"""Dates: the day of the week is right, nothing that is announced is over, and the calendar says what the text says."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Iterator

from newsletter_mailer.checks.amounts import Date
from newsletter_mailer.checks.content.days import WrittenDay, days_in
from newsletter_mailer.checks.subject import Check, Subject
from newsletter_mailer.checks.written import parts, texts
from newsletter_mailer.model.agenda import AgendaEntry
from newsletter_mailer.model.finding import Finding, Level, Path
from newsletter_mailer.wording import Sentence, sentence

_ASKS = (  # nobody says these of what is over
    r"avant le|au plus tard le|d['’]ici (?:le|au)|date limite\b|dernier délai|clôture\w*|limite de \w+"
    r"|deadline\b|no later than|closing date|closes on|apply by|register by|reply by|rsvp by"
)
_INVITES = re.compile(
    r"inscri(?:vez|re|ption)|candidat|répond(?:ez|re)|dépos(?:ez|er)|envoy(?:ez|er)|profitez|appel à|vot(?:ez|er)\b"
    r"|command(?:ez|er)|(?:est|sont|reste\w*|is|are) (?:ouvert|open)|\b(?:apply|register|submit|send|vote|reply|order)\b",
    re.IGNORECASE,
)
_DEADLINE = re.compile(
    rf"(?:\b(?:{_ASKS})|\b(?P<until>jusqu['’]au|until))[\s:(]*(?:le\s+|fixée au\s+)?$", re.IGNORECASE
)
_SENTENCE_END = re.compile(r"[.!?]\s|\n\s*\n")

Over = tuple[Path, int, dt.date, Sentence]  # where, what day it ends, and how it is said


def weekday(subject: Subject) -> Iterator[Finding]:
    """“jeudi 17 septembre” that is a Friday: readers come a day late, or not at all."""
    issue = subject.loaded.issue
    for text in texts(issue):
        for day in days_in(text.words):
            meant = day.candidates(issue.date)
            if day.weekday is None or not meant or any(date.weekday() == day.weekday for date in meant):
                continue
            what = sentence(
                "“{words}”: this day is a {weekday}",
                words=" ".join(text.words[day.start : day.end].split()),
                weekday=Date(meant[0], "EEEE"),
            )
            hint = sentence("correct the day of the week or the date")
            yield Finding("date-weekday", Level.ERROR, what, hint, text.at, day.start)


def impossible(subject: Subject) -> Iterator[Finding]:
    """“31 novembre”."""
    for text in texts(subject.loaded.issue):
        for day in days_in(text.words):
            if not day.exists or (day.year and not day.candidates(subject.loaded.issue.date)):
                words = " ".join(text.words[day.start : day.end].split())
                what = sentence("no calendar has the day “{words}”", words=words)
                yield Finding(
                    "date-impossible", Level.ERROR, what, sentence("correct the date"), text.at, day.start
                )


def over(subject: Subject) -> Iterator[Finding]:
    """What the issue announces is over: on its own date, which is an error, or by today."""
    issue = subject.loaded.issue
    for code, ends in (("entry-past", _entries(subject)), ("deadline-past", _deadlines(subject))):
        for at, offset, last, said in ends:
            if last < issue.date:
                what = sentence(
                    "{said} is over on the date of the issue, {date}", said=said, date=Date(issue.date)
                )
                hint = sentence("take it out, or correct the date")
                yield Finding(code, Level.ERROR, what, hint, at, offset)
            elif last < subject.today:
                what = sentence("{said} is over today", said=said)
                hint = sentence("take it out before you send, or leave it if it is meant as news")
                yield Finding("past-today", Level.WARNING, what, hint, at, offset)


def differs(subject: Subject) -> Iterator[Finding]:
    """An agenda entry whose own words say another day than its `date:`, which is what calendars get."""
    issue = subject.loaded.issue
    for at, part in parts(issue):
        if not isinstance(part, AgendaEntry):
            continue
        said = [day for name in ("text", "title") for day in days_in(getattr(part, name) or "")]
        last = part.end_date or part.date
        if said and not any(part.date <= date <= last for day in said for date in day.candidates(part.date)):
            what = sentence(
                "the words of this entry say another day than its date, {date}", date=Date(part.date)
            )
            hint = sentence("readers read the words, their calendars get the date: make them the same")
            yield Finding("entry-differs", Level.ERROR, what, hint, (*at, "text" if part.text else "title"))


def _entries(subject: Subject) -> Iterator[Over]:
    for at, part in parts(subject.loaded.issue):
        if isinstance(part, AgendaEntry):
            name = "end_date" if part.end_date else "date"
            said = sentence("“{title}”", title=part.title)
            yield (*at, name), 0, part.end_date or part.date, said


def _deadlines(subject: Subject) -> Iterator[Over]:
    issue = subject.loaded.issue
    for at, part in parts(issue):
        moment = getattr(part, "deadline", None)
        if isinstance(moment, dt.date):
            last = moment.date() if isinstance(moment, dt.datetime) else moment
            yield (*at, "deadline"), 0, last, sentence("the deadline {date}", date=Date(last))
    for text in texts(issue):
        words = text.words
        for day in days_in(words):
            meant = day.candidates(issue.date)
            if meant and _is_deadline(words, day):
                said = sentence("the deadline {date}", date=Date(meant[0]))
                yield text.at, day.start, meant[0], said


def _is_deadline(words: str, day: WrittenDay) -> bool:
    found = _DEADLINE.search(words, max(0, day.start - 60), day.start)
    if found is None:
        return False
    if not found["until"]:
        return True
    # “jusqu’au 12 juillet” also tells what was; only an invitation makes a deadline of it
    before = _SENTENCE_END.split(words[: day.start])[-1]
    after = _SENTENCE_END.split(words[day.end :], maxsplit=1)[0]
    return bool(_INVITES.search(before + after))


CHECKS = (
    Check(("date-weekday",), weekday),
    Check(("date-impossible",), impossible),
    Check(("entry-past", "deadline-past", "past-today"), over),
    Check(("entry-differs",), differs),
)
DATES = frozenset({code for check in CHECKS for code in check.codes})  #: what dispatch says once more

"""Dates: the day of the week is right, nothing that is announced is over, and the calendar says what the text says."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Callable, Iterator
from dataclasses import replace

from newsletter_mailer.checks.amounts import Date
from newsletter_mailer.checks.content.days import WrittenDay, days_in
from newsletter_mailer.checks.content.deadlines import clause, is_deadline, is_invitation
from newsletter_mailer.checks.subject import Check, Subject
from newsletter_mailer.checks.written import parts, texts
from newsletter_mailer.model.agenda import AgendaEntry
from newsletter_mailer.model.finding import Finding, Level, Path
from newsletter_mailer.wording import Sentence, sentence

_YEAR = re.compile(r"\b(?:19|20)\d\d\b")
_OTHER_YEAR = re.compile(  # “l'an dernier, le samedi 22 novembre”
    r"\b(?:ans?|années?|dernière?|prochaine?|years?|last|next)\b", re.IGNORECASE
)

Over = tuple[Path, int, dt.date, Sentence]  # where, what day it ends, and how it is said


def weekday(subject: Subject) -> Iterator[Finding]:
    """“jeudi 17 septembre” that is a Friday: readers come a day late, or not at all."""
    issue = subject.loaded.issue
    for text in texts(issue):
        for day in days_in(text.words):
            meant = day.candidates(issue.date)
            if not meant or day.is_right(issue.date) or _in_another_year(text.words, day, issue.date):
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
    found = (
        ("entry-past", _entries(subject)),
        ("entry-past", _invitations(subject)),
        ("deadline-past", _deadlines(subject)),
    )
    for code, ends in found:
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


def _invitations(subject: Subject) -> Iterator[Over]:
    for at, day, last, words in _written(subject, is_invitation):
        yield at, day.start, last, sentence("“{title}”", title=" ".join(words[day.start : day.end].split()))


def _deadlines(subject: Subject) -> Iterator[Over]:
    for at, part in parts(subject.loaded.issue):
        moment = getattr(part, "deadline", None)
        if isinstance(moment, dt.date):
            last = moment.date() if isinstance(moment, dt.datetime) else moment
            yield (*at, "deadline"), 0, last, sentence("the deadline {date}", date=Date(last))
    for at, day, last, _ in _written(subject, is_deadline):
        yield at, day.start, last, sentence("the deadline {date}", date=Date(last))


def _written(
    subject: Subject, announces: Callable[[str, int, int], bool]
) -> Iterator[tuple[Path, WrittenDay, dt.date, str]]:
    """The days of the texts that are announced there, of those that are over."""
    issue = subject.loaded.issue
    now = max(issue.date, subject.today)
    for text in texts(issue):
        for day in days_in(text.words):
            last = day.announced(issue.date)
            if last and last < now and announces(text.words, day.start, day.end):
                yield text.at, day, last, text.words


def _in_another_year(words: str, day: WrittenDay, around: dt.date) -> bool:
    """Whether its sentence speaks of another year, in which the day of the week is right."""
    said = clause(words, day.start, day.end)
    years = {int(year) for year in _YEAR.findall(said)}
    if _OTHER_YEAR.search(said):
        years |= {around.year - 1, around.year, around.year + 1}
    return any(replace(day, year=year).is_right(around) for year in years)


CHECKS = (
    Check(("date-weekday",), weekday),
    Check(("date-impossible",), impossible),
    Check(("entry-past", "deadline-past", "past-today"), over),
    Check(("entry-differs",), differs),
)
DATES = frozenset({code for check in CHECKS for code in check.codes})  #: what dispatch says once more

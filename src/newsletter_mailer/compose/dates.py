"""Dates and times as people of a language write them."""

from __future__ import annotations

import datetime as dt
import re
from dataclasses import dataclass

from babel import Locale
from babel.dates import format_date, format_interval, format_time

from newsletter_mailer.compose.typography import NO_BREAK
from newsletter_mailer.model.agenda import AgendaEntry

_THE_FIRST = re.compile(r"(?<!\d)1(?= |$)")


@dataclass(frozen=True, slots=True)
class Tile:
    """The leaf of a calendar: what stands large and what stands small."""

    day: str  #: "16" or "25–26"
    month: str  #: "sept."


def _locale(language: str) -> Locale:
    return Locale.parse(language, sep="-")


def long_date(date: dt.date, language: str) -> str:
    """The date in words: "1er juillet 2021", "July 1, 2021"."""
    return _first(format_date(date, "long", _locale(language)), language)


def month_and_year(date: dt.date, language: str) -> str:
    """The month in words, fit to begin a title: "Juillet 2021", "July 2021"."""
    words = format_date(date, "LLLL y", _locale(language))
    return words[:1].upper() + words[1:]


def _first(text: str, language: str) -> str:
    """The words with the first of a month as French says it: "mardi 1er décembre"."""
    return _THE_FIRST.sub("1er", text) if language.startswith("fr") else text


def tile(entry: AgendaEntry, language: str) -> Tile:
    """The tile of an entry; of one that ends in another month, the day on which it begins."""
    last = entry.end_date or entry.date
    same_month = (last.year, last.month) == (entry.date.year, entry.date.month)
    day = f"{entry.date.day}–{last.day}" if last != entry.date and same_month else str(entry.date.day)
    return Tile(day, format_date(entry.date, "MMM", _locale(language)))


def when_it_is(entry: AgendaEntry, language: str) -> str:
    """Date or range and times of an entry: "jeudi 16 septembre 2021, de 18 h 30 à 20 h"."""
    locale = _locale(language)
    if entry.end_date is None or entry.end_date == entry.date:
        days = _first(format_date(entry.date, "full", locale), language)
    else:
        days = _range(entry.date, entry.end_date, language)
    hours = _hours(entry.time, entry.end_time, language) if entry.time else ""
    return f"{days}, {hours}" if hours else days


def _range(first: dt.date, last: dt.date, language: str) -> str:
    """Several days in words; Babel's intervals have short months only, so French has its own."""
    if not language.startswith("fr"):
        return str(format_interval(first, last, "yMMMd", locale=_locale(language)))
    shared = {(True, True): "d", (True, False): "d MMMM"}.get(
        (first.year == last.year, first.month == last.month)
    )
    begins = format_date(first, shared or "d MMMM y", _locale(language))
    return f"du {_first(begins, language)} au {long_date(last, language)}"


def _hours(begins: dt.time, ends: dt.time | None, language: str) -> str:
    if ends is None:
        return _hour(begins, language)
    pattern = f"de {{}} à{NO_BREAK}{{}}" if language.startswith("fr") else f"{{}}{NO_BREAK}–{NO_BREAK}{{}}"
    return pattern.format(_hour(begins, language), _hour(ends, language))


def _hour(time: dt.time, language: str) -> str:
    if not language.startswith("fr"):
        return format_time(time, "short", locale=_locale(language))
    return f"{time.hour}{NO_BREAK}h" + (f"{NO_BREAK}{time.minute:02d}" if time.minute else "")

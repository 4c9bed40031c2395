"""Dates and times as people of a language write them."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

from babel import Locale
from babel.dates import format_date, format_interval, format_time

from newsletter_mailer.compose.typography import NO_BREAK
from newsletter_mailer.model.blocks import AgendaEntry


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


def _first(text: str, language: str) -> str:
    return f"1er{text[1:]}" if language.startswith("fr") and text.startswith("1 ") else text


def tile(entry: AgendaEntry, language: str) -> Tile:
    """The tile of an entry; of one that ends in another month, the day on which it begins."""
    last = entry.end_date or entry.date
    same_month = (last.year, last.month) == (entry.date.year, entry.date.month)
    day = f"{entry.date.day}–{last.day}" if last != entry.date and same_month else str(entry.date.day)
    return Tile(day, format_date(entry.date, "MMM", _locale(language)))


def when_it_is(entry: AgendaEntry, language: str) -> str:
    """Date or range and times of an entry: "jeudi 16 septembre 2021, 18 h 30 – 20 h"."""
    locale = _locale(language)
    if entry.end_date is None or entry.end_date == entry.date:
        days = format_date(entry.date, "full", locale)
    else:
        days = _first(str(format_interval(entry.date, entry.end_date, "yMMMMd", locale=locale)), language)
    hours = [_hour(time, language) for time in (entry.time, entry.end_time) if time is not None]
    return ", ".join(part for part in (days, f"{NO_BREAK}–{NO_BREAK}".join(hours)) if part)


def _hour(time: dt.time, language: str) -> str:
    if not language.startswith("fr"):
        return format_time(time, "short", locale=_locale(language))
    return f"{time.hour}{NO_BREAK}h" + (f"{NO_BREAK}{time.minute:02d}" if time.minute else "")

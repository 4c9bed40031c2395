"""Dates written in words, French and English, with the day of the week that the author says they are."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Iterator
from dataclasses import dataclass

_WEEKDAYS = {
    name: number
    for number, names in enumerate(
        (
            "lundi monday lun mon",
            "mardi tuesday mar tues tue",
            "mercredi wednesday mer wed",
            "jeudi thursday jeu thurs thu",
            "vendredi friday ven vend fri",
            "samedi saturday sam sat",
            "dimanche sunday dim sun",
        )
    )
    for name in names.split()
}
_MONTHS = {
    name: number
    for number, names in enumerate(
        (
            "janvier janv january jan",
            "février fevrier févr fevr february feb",
            "mars march",
            "avril avr april apr",
            "mai may",
            "juin june",
            "juillet juil july",
            "août aout august aug",
            "septembre september sept",
            "octobre october oct",
            "novembre november nov",
            "décembre decembre december déc dec",
        ),
        start=1,
    )
    for name in names.split()
}
_WEEKDAY = rf"(?:\b(?P<weekday>{'|'.join(_WEEKDAYS)})\b\.?,?\s+(?:le\s+|the\s+)?)?"
_DAY = r"(?P<day>\d{1,2})(?:er|st|nd|rd|th)?"
_MONTH = rf"(?P<month>{'|'.join(sorted(_MONTHS, key=len, reverse=True))})\b(?:\.(?=,?\s+\d))?"
_YEAR = r"(?:,?\s+(?P<year>(?:19|20|21)\d\d)\b)?"
_FORMS = tuple(
    re.compile(form, re.IGNORECASE)
    for form in (
        rf"{_WEEKDAY}(?<!\d)(?<![.,/]){_DAY}\s+(?:of\s+)?{_MONTH}{_YEAR}",  # jeudi 16 septembre 2021
        rf"{_WEEKDAY}\b{_MONTH}\s+{_DAY}(?!\d|\s*(?:h\b|:|%)){_YEAR}",  # Thursday, September 16, 2021
        rf"{_WEEKDAY}(?<![\d/]){_DAY}/(?P<number>\d{{1,2}})(?:/(?P<year>20\d\d))?(?![\d/])",  # jeudi 16/09/2021
    )
)
_BEFORE = re.compile(  # jeudi 16 et [vendredi 17 septembre]: the first of two has no month of its own
    rf"{_WEEKDAY}(?<!\d){_DAY}\s*(?:,|et|au|à|ou|-|–|and|to|or)\s*(?:le\s+)?$", re.IGNORECASE
)
_DATED = re.compile(  # before two numbers that would not be a date by themselves
    r"\b(?:avant le|jusqu['’]au|d['’]ici (?:le|au)|plus tard le|limite\s*:?|deadline\s*:?|before|by|until)\s*$",
    re.IGNORECASE,
)
_FAR = 240  # days: a date without its year is that one which is nearest to the issue
_RECENT = 100  # days: an issue that announces a day of longer ago, without its year, means the next one


@dataclass(frozen=True, slots=True)
class WrittenDay:
    """One date in a text."""

    start: int
    end: int
    weekday: int | None  #: 0 = Monday, as the author says it
    day: int
    month: int
    year: int | None

    def candidates(self, around: dt.date) -> list[dt.date]:
        """What it can mean in an issue of that date, the nearest first; none when no calendar has it."""
        years = [self.year] if self.year else [around.year - 1, around.year, around.year + 1]
        found = []
        for year in years:
            try:
                found.append(dt.date(year, self.month, self.day))
            except ValueError:
                continue
        near = [date for date in found if self.year or abs((date - around).days) <= _FAR]
        return sorted(near or found, key=lambda date: abs((date - around).days))

    def is_right(self, around: dt.date) -> bool:
        """Whether its day of the week is that of a date which it can mean, or is not said."""
        return self.weekday is None or any(date.weekday() == self.weekday for date in self.candidates(around))

    def announced(self, around: dt.date) -> dt.date | None:
        """What it means where something is still to come: a day long ago is that of the next year."""
        meant = self.candidates(around)
        right = [date for date in meant if self.weekday in (None, date.weekday())] or meant
        recent = (date for date in right if self.year or (around - date).days <= _RECENT)
        return next(recent, right[0] if right else None)

    @property
    def exists(self) -> bool:
        """Whether some year has that day."""
        return bool(self.candidates(dt.date(2024, 2, 29)))


def days_in(words: str) -> Iterator[WrittenDay]:
    """The dates of a text, in no particular order; a lone number and a lone weekday are none."""
    taken: list[range] = []
    for form in _FORMS:
        for found in form.finditer(words):
            if any(found.start("day") in span for span in taken):
                continue
            one = _day(found)
            if one is None:
                continue
            taken.append(range(found.start(), found.end()))
            yield one
            yield from _earlier(words[: found.start()], one)


def _day(found: re.Match[str]) -> WrittenDay | None:
    named = found.groupdict()
    month = int(named["number"]) if named.get("number") else _MONTHS[named["month"].lower()]
    day = int(named["day"])
    if named.get("number"):
        if not named["weekday"] and not named["year"] and not _DATED.search(found.string, 0, found.start()):
            return None  # 1/2 is a half, and 24/7 is always
        if month > 12 >= day:
            day, month = month, day  # as Americans write it
    return WrittenDay(
        found.start(),
        found.end(),
        _WEEKDAYS[named["weekday"].lower()] if named["weekday"] else None,
        day,
        month,
        int(named["year"]) if named["year"] else None,
    )


def _earlier(words: str, last: WrittenDay) -> Iterator[WrittenDay]:
    """The days of a row before its last one, which alone says the month."""
    found = _BEFORE.search(words, max(0, len(words) - 60))
    if found is None or int(found["day"]) >= last.day:
        return
    weekday = _WEEKDAYS[found["weekday"].lower()] if found["weekday"] else None
    one = WrittenDay(found.start(), last.end, weekday, int(found["day"]), last.month, last.year)
    yield one
    yield from _earlier(words[: found.start()], one)

"""Dates as people write them, to suggest how they are written here."""

from __future__ import annotations

import datetime as dt
import re

_MONTHS = (
    ("jan",), ("fév", "fev", "feb"), ("mar",), ("avr", "apr"), ("mai", "may"), ("juin", "jun"),
    ("juil", "jul"), ("aoû", "aou", "aug"), ("sep",), ("oct",), ("nov",), ("déc", "dec"),
)  # fmt: skip  # French and English
_DAY_FIRST = re.compile(r"(\d{1,2})(?:er)?[ /.\-]+(\d{1,2}|[^\W\d]+)\.?[ /.\-]+(\d{4})")
_YEAR_FIRST = re.compile(r"(\d{4})[ /.\-]+(\d{1,2})[ /.\-]+(\d{1,2})")


def guessed_day(written: str) -> str | None:
    """The date that was meant by "22/11/2026" or "22 novembre 2026", as 2026-11-22; None when there is no telling."""
    text = written.strip().lower()
    if found := _YEAR_FIRST.fullmatch(text):
        year, month, day = found.groups()
    elif found := _DAY_FIRST.search(text):
        day, month, year = found.groups()
    else:
        return None
    number = int(month) if month.isdigit() else _month(month)
    try:
        return dt.date(int(year), number, int(day)).isoformat()
    except ValueError:
        return None


def _month(name: str) -> int:
    return next((n for n, starts in enumerate(_MONTHS, 1) if name.startswith(starts)), 0)

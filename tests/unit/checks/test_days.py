"""Dates in words are read as people write them, in French and in English."""

from __future__ import annotations

import datetime as dt

import pytest

from newsletter_mailer.checks.content.days import days_in

AROUND = dt.date(2026, 11, 22)


TUESDAY, WEDNESDAY, THURSDAY, FRIDAY = 1, 2, 3, 4


@pytest.mark.parametrize(
    ("words", "found"),
    [
        ("jeudi 3 décembre 2026", [(THURSDAY, "2026-12-03")]),
        ("le Jeudi\n  3 Décembre", [(THURSDAY, "2026-12-03")]),
        ("mardi 1er décembre", [(TUESDAY, "2026-12-01")]),
        ("du mercredi 2 au vendredi 4 décembre", [(FRIDAY, "2026-12-04"), (WEDNESDAY, "2026-12-02")]),
        ("les 2, 3 et 4 déc. 2026", [(None, "2026-12-04"), (None, "2026-12-03"), (None, "2026-12-02")]),
        ("jeudi 03/12/2026", [(THURSDAY, "2026-12-03")]),
        ("Thursday, December 3rd, 2026", [(THURSDAY, "2026-12-03")]),
        ("Thursday 3 of December", [(THURSDAY, "2026-12-03")]),
        ("jeu. 3 déc. 2026", [(THURSDAY, "2026-12-03")]),
        ("Thu 3 Dec", [(THURSDAY, "2026-12-03")]),
        ("12/25/2026", [(None, "2026-12-25")]),
        ("avant le 3/12", [(None, "2026-12-03")]),
        ("15 janvier", [(None, "2027-01-15")]),
        ("le 31 novembre", [(None, "never")]),
        ("à 14h30, en décembre, 3 kg de mars, 24/7, 1/2, version 2.12", []),
        ("le 112 décembre, 3,5 mai", []),
    ],
)
def test_dates_are_found_with_their_weekday_and_the_nearest_year(
    words: str, found: list[tuple[int | None, str]]
) -> None:
    days = [(day.weekday, day.candidates(AROUND)) for day in days_in(words)]

    assert [(weekday, str(dates[0]) if dates else "never") for weekday, dates in days] == found

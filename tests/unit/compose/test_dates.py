"""Dates as people write them."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pytest

from newsletter_mailer.compose.dates import Tile, long_date, tile, when_it_is
from newsletter_mailer.model.agenda import AgendaEntry


def entry(**values: Any) -> AgendaEntry:
    return AgendaEntry.model_validate({"title": "Congrès", **values})


def said(text: str) -> str:
    return text.replace("\u00a0", " ").replace("\u202f", " ")


@pytest.mark.parametrize(
    ("date", "language", "words"),
    [
        (dt.date(2021, 7, 1), "fr", "1er juillet 2021"),
        (dt.date(2021, 7, 11), "fr-FR", "11 juillet 2021"),
        (dt.date(2021, 7, 1), "en", "July 1, 2021"),
        (dt.date(2021, 7, 1), "en-GB", "1 July 2021"),
    ],
)
def test_a_date_is_written_in_words(date: dt.date, language: str, words: str) -> None:
    assert long_date(date, language) == words


@pytest.mark.parametrize(
    ("first", "last", "leaf"),
    [
        ("2021-09-16", None, Tile("16", "sept.")),
        ("2021-11-25", "2021-11-25", Tile("25", "nov.")),
        ("2021-11-25", "2021-11-26", Tile("25–26", "nov.")),
        ("2021-11-30", "2021-12-02", Tile("30", "nov.")),
        ("2021-11-25", "2022-11-26", Tile("25", "nov.")),
    ],
)
def test_a_tile_shows_the_day_or_the_days(first: str, last: str | None, leaf: Tile) -> None:
    assert tile(entry(date=first, end_date=last), "fr") == leaf


@pytest.mark.parametrize(
    ("values", "french", "english"),
    [
        ({"date": "2021-09-16"}, "jeudi 16 septembre 2021", "Thursday, September 16, 2021"),
        ({"date": "2026-12-01"}, "mardi 1er décembre 2026", "Tuesday, December 1, 2026"),
        ({"date": "2026-12-11"}, "vendredi 11 décembre 2026", "Friday, December 11, 2026"),
        (
            {"date": "2027-01-16", "time": "14h", "end_time": "17h30"},
            "samedi 16 janvier 2027, de 14 h à 17 h 30",
            "Saturday, January 16, 2027, 2:00 PM – 5:30 PM",
        ),
        (
            {"date": "2027-02-04", "time": "8h30"},
            "jeudi 4 février 2027, 8 h 30",
            "Thursday, February 4, 2027, 8:30 AM",
        ),
        ({"date": "2027-02-11", "end_date": "2027-02-13"}, "du 11 au 13 février 2027", "Feb 11 – 13, 2027"),
        (
            {"date": "2027-01-30", "end_date": "2027-02-01"},
            "du 30 janvier au 1er février 2027",
            "Jan 30 – Feb 1, 2027",
        ),
        ({"date": "2027-02-01", "end_date": "2027-02-03"}, "du 1er au 3 février 2027", "Feb 1 – 3, 2027"),
        (
            {"date": "2026-12-31", "end_date": "2027-01-01"},
            "du 31 décembre 2026 au 1er janvier 2027",
            "Dec 31, 2026 – Jan 1, 2027",
        ),
    ],
)
def test_an_entry_says_when_it_is(values: dict[str, Any], french: str, english: str) -> None:
    assert said(when_it_is(entry(**values), "fr")) == french
    assert said(when_it_is(entry(**values), "en")).replace("\u2009", " ") == english

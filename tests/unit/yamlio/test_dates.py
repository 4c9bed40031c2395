"""Dates as people write them are understood well enough to suggest the right form."""

from __future__ import annotations

import pytest

from newsletter_mailer.yamlio.dates import guessed_day


@pytest.mark.parametrize(
    ("written", "meant"),
    [
        ("22/11/2026", "2026-11-22"),
        ("1er juillet 2021", "2021-07-01"),
        ("lundi 2 août 2021", "2021-08-02"),
        ("22 nov. 2026", "2026-11-22"),
        ("22 November 2026", "2026-11-22"),
        ("2026/1/5", "2026-01-05"),
        ("31.02.2026", None),
        ("22 brumaire 2026", None),
        ("bientôt", None),
    ],
)
def test_a_date_is_guessed_or_not(written: str, meant: str | None) -> None:
    assert guessed_day(written) == meant

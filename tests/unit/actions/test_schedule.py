"""Times as the officer writes them."""

from __future__ import annotations

from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import pytest

from newsletter_mailer.actions.schedule import moment
from newsletter_mailer.errors import UsageError

PARIS = ZoneInfo("Europe/Paris")


def at(*parts: int) -> int:
    return round(datetime(*parts, tzinfo=UTC).timestamp() * 1000)  # type: ignore[misc,arg-type]


NOW = at(2026, 3, 1)


@pytest.mark.parametrize(
    "written", ["2026-12-01 09:00", " 2026-12-01T09:00", "2026-12-01 9h00", "01/12/2026 09:00"]
)
def test_a_time_is_read_in_the_zone_of_the_workspace(written: str) -> None:
    assert moment(written, zone=PARIS, now=NOW) == at(2026, 12, 1, 8)


def test_summer_time_counts() -> None:
    assert moment("2026-07-01 09:00", zone=PARIS, now=NOW) == at(2026, 7, 1, 7)


def test_a_time_that_comes_twice_is_the_first_of_them() -> None:
    assert moment("2026-10-25 02:30", zone=PARIS, now=NOW) == at(2026, 10, 25, 0, 30)


def test_a_time_that_the_clock_skips_is_refused() -> None:
    with pytest.raises(UsageError, match="does not exist"):
        moment("2026-03-29 02:30", zone=PARIS, now=NOW)


@pytest.mark.parametrize("written", ["tomorrow", "2026-13-01 09:00", "", "2026-12-01"])
def test_what_is_no_time_is_refused_with_an_example(written: str) -> None:
    with pytest.raises(UsageError, match="2026-12-01 09:00"):
        moment(written, zone=PARIS, now=NOW)


def test_a_time_that_is_past_is_refused() -> None:
    with pytest.raises(UsageError, match="is past"):
        moment("2026-02-01 09:00", zone=PARIS, now=NOW)

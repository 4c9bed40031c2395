"""When an issue is no longer worth reading."""

from __future__ import annotations

import datetime as dt
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from pydantic import ValidationError

from newsletter_mailer.model.issue import Issue

PARIS = ZoneInfo("Europe/Paris")


def _issue(**changes: Any) -> Issue:
    head = {"id": "lettre-2026-11", "title": "T", "subject": "S", "date": "2026-11-22"}
    return Issue.model_validate({**head, "blocks": [{"type": "footer"}], **changes})


@pytest.mark.parametrize(
    ("written", "ends"),
    [
        ("2026-11-22", "2026-11-23T00:00+01:00"),
        ("2026-11-22 18:30", "2026-11-22T18:30+01:00"),
        ("2026-11-22T18:30", "2026-11-22T18:30+01:00"),
        (" 2026-11-22 18h ", "2026-11-22T18:00+01:00"),
        ("2026-11-22 9h05", "2026-11-22T09:05+01:00"),
        (dt.date(2027, 6, 30), "2027-07-01T00:00+02:00"),
        (dt.datetime(2027, 6, 30, 18, 30), "2027-06-30T18:30+02:00"),
        ("2027-10-31", "2027-11-01T00:00+01:00"),  # a day of 25 hours
        ("2199-12-31", "2200-01-01T00:00+01:00"),
    ],
)
def test_an_issue_expires_at_the_end_of_a_day_or_at_the_minute(written: object, ends: str) -> None:
    issue = _issue(expires=written)

    expected = dt.datetime.fromisoformat(ends).timestamp() * 1000
    assert issue.expires_at(PARIS) == expected
    assert Issue.model_validate(issue.model_dump()) == issue


def test_an_issue_without_the_word_never_expires() -> None:
    assert _issue().expires_at(PARIS) is None


def test_two_clocks_have_two_minutes() -> None:
    issue = _issue(expires="2026-11-22 18:30")

    assert issue.expires_at(ZoneInfo("Indian/Reunion")) == (issue.expires_at(PARIS) or 0) - 3 * 3600 * 1000


@pytest.mark.parametrize(
    "written", ["22/11/2026", "2026-11-31", "2026-11-22 25:00", "2026-11-22 18", "soon", 20261122, 5.5, True]
)
def test_what_is_no_date_is_refused(written: object) -> None:
    with pytest.raises(ValidationError, match="moment"):
        _issue(expires=written)


def test_an_issue_does_not_expire_before_its_date() -> None:
    assert _issue(expires="2026-11-22 00:00").expires is not None
    with pytest.raises(ValidationError, match="expires_before"):
        _issue(expires="2026-11-21 23:59")

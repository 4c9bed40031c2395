"""A run that stood still for half a day is not the run that it was."""

from __future__ import annotations

import pytest

from newsletter_mailer.model.lateness import LATE_MS, slept

NOON = 1_790_000_000_000


@pytest.mark.parametrize(
    ("last_claim", "late"),
    [
        (NOON - LATE_MS, False),
        (NOON - LATE_MS - 1, True),
        (NOON, False),
        (NOON + LATE_MS * 2, False),
        (0, False),
    ],
)
def test_a_run_slept_when_its_last_claim_is_longer_ago_than_the_limit(last_claim: int, late: bool) -> None:
    assert slept(last_claim, NOON) is late

"""How fast it goes is told from what was counted, not from what was hoped."""

from __future__ import annotations

import pytest

from newsletter_mailer.model.speed import MOST_MS, Speed, left_told

NOON = 1_800_000_000_000


def seen(*looks: tuple[float, int]) -> Speed:
    """Seconds after noon, and how many were settled then."""
    speed = Speed()
    for seconds, done in looks:
        speed.saw(done, now=NOON + int(seconds * 1000))
    return speed


def test_a_speed_needs_two_looks_and_something_that_moved() -> None:
    assert seen().per_second is None
    assert seen((0, 40)).per_second is None
    assert seen((0, 40), (60, 40)).per_second is None

    assert seen((0, 40), (2, 60)).per_second == 10


def test_a_fast_campaign_is_told_by_its_last_seconds() -> None:
    slow_then_fast = seen(*((n, n) for n in range(100)), *((100 + n, 100 + 50 * n) for n in range(20)))

    assert slow_then_fast.per_second == 50


def test_a_slow_campaign_is_told_by_minutes() -> None:
    every_eighteen_seconds = seen(*((n, n // 18) for n in range(300)))

    assert every_eighteen_seconds.per_second == pytest.approx(200 / 3600, rel=0.1)


def test_what_lies_too_long_back_is_forgotten() -> None:
    later = 2 * MOST_MS / 1000

    assert seen((0, 0), (10, 1000), (later, 1000), (later + 10, 1000)).per_second is None


@pytest.mark.parametrize("then", [(-3600.0, 60), (20.0, 30)])
def test_a_clock_set_back_or_readers_who_are_tried_again_begin_it_anew(then: tuple[float, int]) -> None:
    again = seen((0, 0), (10, 50), then)

    assert again.per_second is None


def test_the_rest_takes_as_long_as_its_number_at_that_speed() -> None:
    speed = seen((0, 0), (10, 100))

    assert speed.left_s(900) == 90
    assert speed.left_s(0) is None
    assert seen().left_s(900) is None
    assert (left_told(89.1), left_told(None)) == ("0:01:30", "")

"""Limits hold in every stretch of time, whatever is sent when; and the end is known without sending."""

from __future__ import annotations

from bisect import bisect_right
from datetime import timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from newsletter_mailer.actions.dispatch.pacer import Pacer
from newsletter_mailer.model.pace import (
    DAY_MS,
    LATE_MS,
    NO_LIMIT,
    Limit,
    Meter,
    Profile,
    Use,
    WarmUp,
    Window,
    finish_at,
    limit_of,
)

NOON = 1_790_000_000_000  # milliseconds
SECOND, MINUTE, HOUR = 1_000, 60_000, 3_600_000

counts = st.integers(1, 40)
limits = st.lists(
    st.builds(Limit, counts, st.sampled_from([timedelta(minutes=1), timedelta(hours=1), timedelta(days=1)])),
    max_size=3,
).map(tuple)
waits = st.one_of(st.integers(0, 5 * SECOND), st.integers(0, 2 * HOUR), st.integers(0, 30 * HOUR))
moments = st.one_of(st.integers(NOON - 30 * HOUR, NOON), st.integers(NOON - MINUTE, NOON))
uses_before = st.lists(st.builds(Use, st.just(""), moments, st.integers(1, 15)), max_size=8)


def most_in(sent: list[tuple[int, int]], length: int) -> int:
    """The most that was sent in any stretch of that length; `sent` in the order of time."""
    times = [at for at, _ in sent]
    return max(
        (
            sum(count for _, count in sent[bisect_right(times, at - length) : n + 1])
            for n, (at, _) in enumerate(sent)
        ),
        default=0,
    )


def length_of(limit: Limit) -> int:
    return limit.per // timedelta(milliseconds=1)


@pytest.mark.parametrize(
    ("text", "count", "per"),
    [
        ("200/h", 200, timedelta(hours=1)),
        (" 200 / H ", 200, timedelta(hours=1)),
        ("30/min", 30, timedelta(minutes=1)),
        ("30 par minute", 30, timedelta(minutes=1)),
        ("5000/day", 5000, timedelta(days=1)),
        ("5000/jour", 5000, timedelta(days=1)),
    ],
)
def test_a_limit_is_read_as_people_write_it(text: str, count: int, per: timedelta) -> None:
    assert limit_of(text) == Limit(count, per)


@pytest.mark.parametrize("text", ["", "200", "0/h", "-1/h", "1.5/h", "200/week", "h/200", "200/h/h", "1e3/h"])
def test_what_is_not_a_limit_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match="not a rate"):
        limit_of(text)


@pytest.mark.parametrize("text", ["200/h", "30/min", "5000/day"])
def test_a_limit_is_written_as_it_is_read(text: str) -> None:
    assert str(limit_of(text)) == text


@settings(deadline=None)
@given(limits, uses_before, st.lists(st.tuples(waits, st.integers(1, 60)), max_size=40))
def test_no_stretch_of_time_has_more_than_a_limit(
    limits: tuple[Limit, ...], before: list[Use], wishes: list[tuple[int, int]]
) -> None:
    meter, now = Meter(limits), NOON
    sent: list[tuple[int, int]] = []
    for use in sorted(before, key=lambda use: use.at):
        meter.add(use.at, use.count)

    for wait, wish in wishes:
        now += wait
        if count := min(wish, meter.room(now)):
            meter.add(now, count)
            sent.append((now, count))

    past = [(use.at, use.count) for use in sorted(before, key=lambda use: use.at)]
    for limit in limits:
        length = length_of(limit)
        assert most_in(sent, length) <= limit.count
        assert most_in(past + sent, length) <= max(limit.count, most_in(past, length))


@settings(deadline=None)
@given(limits, st.lists(st.tuples(waits, st.integers(0, 3 * HOUR)), max_size=40))
def test_a_clock_that_is_set_back_lets_nothing_more_out(
    limits: tuple[Limit, ...], turns: list[tuple[int, int]]
) -> None:
    meter, real, behind = Meter(limits), NOON, 0
    sent: list[tuple[int, int]] = []  # by the time that really passed

    for wait, set_back in turns:
        real, behind = real + wait, behind + set_back
        meter.set_back(real - behind)
        if count := meter.room(real - behind):
            meter.add(real - behind, min(count, 50))
            sent.append((real, min(count, 50)))

    assert [limit for limit in limits if most_in(sent, length_of(limit)) > limit.count] == []


@settings(deadline=None)
@given(limits, uses_before)
def test_it_is_known_when_the_next_one_may_leave(limits: tuple[Limit, ...], before: list[Use]) -> None:
    meter = Meter(limits)
    for use in sorted(before, key=lambda use: use.at):
        meter.add(use.at, use.count)

    free = meter.free_at(NOON)

    assert meter.room(free) > 0
    assert free == NOON or meter.room(free - 1) == 0


def test_a_mail_that_leaves_a_little_after_its_use_is_still_within_the_limit() -> None:
    meter = Meter([limit_of("10/day")])
    meter.add(NOON, 10)

    assert meter.room(NOON + DAY_MS + LATE_MS - 1) == 0
    assert meter.room(NOON + DAY_MS + LATE_MS) == 10


def test_limits_of_minutes_and_hours_are_spread_and_those_of_days_are_not() -> None:
    assert Meter([limit_of("200/h")]).room(NOON) == 1
    assert Meter([limit_of("36000/h")]).room(NOON) == 9  # about a second's worth
    assert Meter([limit_of("1440/day")]).room(NOON) == 1440
    assert Meter([]).room(NOON) == NO_LIMIT


def test_an_hour_at_200_an_hour_is_full_but_for_the_seconds_of_the_late() -> None:
    meter, now, sent = Meter([limit_of("200/h")]), NOON, 0

    while now < NOON + HOUR:
        sent += meter.room(now)
        meter.add(now, meter.room(now))
        now = meter.free_at(now)

    assert sent == 200


def test_a_window_keeps_few_stamps_however_much_is_sent() -> None:
    window = Window(1_000_000, DAY_MS)

    for second in range(200_000):
        window.add(NOON + second * SECOND, 1)

    now = NOON + 200_000 * SECOND
    used = window.count - window.room(now)
    assert 86_399 <= used <= 86_399 + 9  # uses that are near become one, the later
    assert len(window._stamps) < 22_000


def test_a_stricter_limit_than_what_was_sent_waits_until_enough_is_old() -> None:
    meter = Meter([limit_of("10/day")])
    for hour in range(20):
        meter.add(NOON + hour * HOUR, 1)

    free = meter.free_at(NOON + 20 * HOUR)

    assert free == NOON + 10 * HOUR + DAY_MS + LATE_MS


@settings(deadline=None)
@given(st.lists(st.integers(1, 30), min_size=1, max_size=5), st.lists(waits, max_size=60))
def test_a_warm_up_keeps_each_day_within_its_plan(plan: list[int], pauses: list[int]) -> None:
    meter, now = Meter([], tuple(plan)), NOON
    sent: list[tuple[int, int]] = []

    for pause in [0, *pauses]:
        now += pause
        if (count := min(meter.room(now), 7)) and (now - NOON) // DAY_MS < len(plan):
            meter.add(now, count)
            sent.append((now, count))

    for day, most in enumerate(plan):
        begins = NOON + day * DAY_MS
        assert sum(count for at, count in sent if begins <= at < begins + DAY_MS) <= most
    assert meter.room(NOON + len(plan) * DAY_MS) > 1_000_000


def test_a_warm_up_begins_with_the_first_mail_or_when_the_account_did() -> None:
    new, known = Meter([], (5, 10)), Meter([], (5, 10), NOON - DAY_MS)

    new.add(NOON + 3 * DAY_MS, 5)

    assert known.room(NOON) == 10
    assert new.room(NOON + 3 * DAY_MS) == 0
    assert new.free_at(NOON + 3 * DAY_MS) == NOON + 4 * DAY_MS  # the next day has more
    assert new.room(NOON + 4 * DAY_MS) == 5
    assert WarmUp((5, 10), NOON).next_day(NOON) == NOON + DAY_MS


def test_a_warm_up_does_not_begin_in_the_future() -> None:
    meter = Meter([], (5, 10), NOON + 365 * DAY_MS)

    meter.set_back(NOON)

    assert meter.room(NOON + DAY_MS) == 10


def walked(profile: Profile, total: int, uses: list[Use], rate: int | None = None) -> int:
    """When the last one leaves, by sending them one after the other."""
    pacer, now, last = Pacer(profile, uses=uses, rate=rate), NOON, NOON
    while total:
        allowance = pacer.allowance(now)
        if allowance.count:
            count = min(allowance.count, total)
            pacer.spend("", now, count)
            last, total = now, total - count
        else:
            assert allowance.free_at > now
            now = allowance.free_at
    return last


plans = st.one_of(st.just(()), st.lists(st.integers(1, 30), max_size=4).map(tuple))


@settings(deadline=None)
@given(limits, plans, uses_before, st.integers(0, 300), st.sampled_from([None, None, 7, 90]))
def test_the_end_is_the_one_that_sending_one_by_one_comes_to(
    limits: tuple[Limit, ...], plan: tuple[int, ...], before: list[Use], total: int, rate: int | None
) -> None:
    profile = Profile("any", limits=limits, warm_up=plan)

    ends = finish_at(profile, total, uses=before, now=NOON, rate=rate)

    assert ends == walked(profile, total, before, rate)


@pytest.mark.parametrize("plan", [(), (40, 100), (300, 310, 5)])
@pytest.mark.parametrize("ago", [0, 5 * SECOND, 10 * HOUR])
def test_the_end_is_right_where_a_new_day_or_an_earlier_mail_makes_the_difference(
    plan: tuple[int, ...], ago: int
) -> None:
    profile = Profile("any", limits=(limit_of("12/h"),), warm_up=plan)
    before = [Use("", NOON - ago)]

    ends = finish_at(profile, 900, uses=before, now=NOON)

    assert ends == walked(profile, 900, before)


@settings(deadline=None)
@given(st.integers(3_601, 50_000), st.integers(0, 500))
def test_the_end_of_a_fast_rate_is_right_to_a_second(rate: int, total: int) -> None:
    profile = Profile("fast", limits=(Limit(rate, timedelta(hours=1)),))

    ends = finish_at(profile, total, uses=[], now=NOON)

    assert abs(ends - walked(profile, total, [])) <= SECOND


@pytest.mark.parametrize(
    ("limit", "days"), [("10000/day", 99), ("200/h", 208), ("30/min", 25), ("1/h", 41_724)]
)
def test_the_end_of_a_million_takes_a_step_a_window(limit: str, days: int) -> None:
    profile = Profile("slow", limits=(limit_of(limit),))

    ends = finish_at(profile, 1_000_000, uses=[Use("", NOON - HOUR, 1)], now=NOON)

    assert (ends - NOON) // DAY_MS == days


def test_the_end_of_a_million_is_near_also_after_a_day_of_single_mails() -> None:
    profile = Profile("slow", limits=(limit_of("10000/day"), limit_of("30/min")))
    before = [Use("", NOON - 9 * SECOND * n, 1) for n in range(9_000)]

    exact = walked(profile, 60_000, before)
    near = finish_at(profile, 60_000, uses=before, now=NOON)
    far = finish_at(profile, 1_000_000, uses=before, now=NOON)

    assert 0 <= near - exact <= (exact - NOON) / 100
    assert (far - NOON) // DAY_MS in (99, 100)


def test_a_domain_with_a_limit_of_its_own_may_be_the_last() -> None:
    profile = Profile("relay", domain_limits={"free.example": (limit_of("100/h"),)})

    none = finish_at(profile, 5_000, uses=[], now=NOON)
    some = finish_at(
        profile, 5_000, uses=[Use("free.example", NOON)], now=NOON, domains={"free.example": 101}
    )

    assert none == NOON
    assert some == NOON + 101 * 36_050


def test_what_is_dated_in_the_future_counts_as_now() -> None:
    profile = Profile("day", limits=(limit_of("10/day"),))

    ends = finish_at(profile, 1, uses=[Use("", NOON + 365 * DAY_MS, 10)], now=NOON)

    assert ends == NOON + DAY_MS + LATE_MS

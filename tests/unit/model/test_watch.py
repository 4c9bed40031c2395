"""What replies mean together: the thresholds exactly, and that one domain's troubles are its own."""

from __future__ import annotations

from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from newsletter_mailer.model.delivery import Event
from newsletter_mailer.model.outcome import Outcome, Reply, ReplyClass, Verb, read_reply
from newsletter_mailer.model.watch import (
    SLOW_MS,
    STEP_MS,
    CloseDomain,
    HoldDomain,
    Measure,
    SlowDown,
    StopRun,
    Watch,
    Why,
    doubtful,
    reason,
)

NOON = 1_800_000_000_000
MINUTE = 60_000


def _outcome(code: int, text: str) -> Outcome:
    reply = Reply(code, text)
    return Outcome(read_reply(reply, Verb.DOT), Verb.DOT, reply)


SENT = _outcome(250, "2.0.0 ok")
LATER = _outcome(451, "4.3.0 later")
FULL = _outcome(452, "4.2.2 mailbox full")
UNKNOWN = _outcome(550, "5.1.1 user unknown")
AWAY = _outcome(550, "5.2.1 disabled")
POLICY = _outcome(550, "5.7.1 refused")
SLOW = _outcome(421, "4.7.28 unusual rate")
CLOSING = _outcome(421, "4.3.2 closing")
STOP = _outcome(535, "5.7.8 no")
LOST = Outcome(Event.LOST, Verb.DOT, detail="the line broke")
OUTCOMES = [SENT, LATER, FULL, UNKNOWN, AWAY, POLICY, SLOW, CLOSING, STOP, LOST]
MANY = 1_000_000  # readers: no share of them is ever reached


def _all(watch: Watch, domain: str, *outcomes: Outcome, now: int = NOON) -> list[Measure]:
    return [measure for outcome in outcomes for measure in watch.saw(domain, outcome, now=now)]


def test_the_outcomes_of_these_tests_are_what_they_are_called() -> None:
    assert [one.kind for one in (SENT, LATER, FULL, UNKNOWN, AWAY, POLICY, SLOW, CLOSING, STOP, LOST)] == [
        ReplyClass.OK,
        ReplyClass.RETRY,
        ReplyClass.FULL,
        ReplyClass.HARD,
        ReplyClass.SOFT,
        ReplyClass.POLICY,
        ReplyClass.SLOW,
        ReplyClass.SESSION,
        ReplyClass.STOP_SENDER,
        None,
    ]


def test_two_deferrals_close_nothing_and_the_third_does() -> None:
    watch = Watch(100)

    assert _all(watch, "example.org", LATER, LATER) == []
    assert _all(watch, "example.org", LATER) == [CloseDomain("example.org", NOON + 5 * MINUTE, Why.DEFERS)]


def test_full_mailboxes_are_no_deferring_domain() -> None:
    assert _all(Watch(100), "example.org", *[FULL] * 9) == []


def test_a_domain_that_goes_on_deferring_rests_longer_each_time() -> None:
    watch, now, rests = Watch(100), NOON, []
    _all(watch, "example.org", LATER, LATER, now=now)

    for _ in range(7):
        (closed,) = watch.saw("example.org", LATER, now=now)
        assert isinstance(closed, CloseDomain)
        rests.append((closed.until_ms - now) // MINUTE)
        now = closed.until_ms

    assert rests == [5, 30, 120, 360, 1440, 1440, 1440]


def test_what_was_in_hand_when_the_domain_closed_does_not_close_it_for_longer() -> None:
    watch = Watch(100)
    _all(watch, "example.org", LATER, LATER, LATER)

    assert _all(watch, "example.org", *[LATER] * 20, now=NOON + 5 * MINUTE - 1) == []
    assert _all(watch, "example.org", LATER, now=NOON + 5 * MINUTE) != []


def test_a_mail_that_is_taken_ends_the_row() -> None:
    watch = Watch(100)

    assert _all(watch, "example.org", LATER, LATER, SENT, LATER, LATER) == []
    assert _all(watch, "example.org", LATER) == [CloseDomain("example.org", NOON + 5 * MINUTE, Why.DEFERS)]


def test_rests_are_as_long_as_the_settings_say() -> None:
    watch = Watch(100, waits=(timedelta(minutes=1),))

    assert _all(watch, "example.org", LATER, LATER, LATER) == [
        CloseDomain("example.org", NOON + MINUTE, Why.DEFERS)
    ]


def test_a_run_of_twelve_with_one_unknown_goes_on() -> None:
    watch = Watch(12)

    assert _all(watch, "example.org", UNKNOWN, *[SENT] * 11) == []


@given(
    total=st.integers(1, 50),
    others=st.lists(st.sampled_from([SENT, FULL, AWAY, CLOSING, LOST])),
    at=st.integers(0),
)
def test_a_single_wrong_address_never_holds_a_domain(total: int, others: list[Outcome], at: int) -> None:
    outcomes = list(others)
    outcomes.insert(at % (len(others) + 1), UNKNOWN)

    measures = _all(Watch(total), "example.org", *outcomes)

    assert [measure for measure in measures if isinstance(measure, HoldDomain)] == []


@pytest.mark.parametrize(("puzzling", "stops"), [(4, False), (5, True)])
def test_many_refused_for_good_for_reasons_that_nobody_can_name_stop_the_run(
    puzzling: int, stops: bool
) -> None:
    measures = _all(Watch(MANY), "example.org", *[SENT] * 15, *[AWAY] * puzzling)

    assert [type(measure) for measure in measures] == [StopRun] * stops


@pytest.mark.parametrize(("good", "held"), [(40, True), (41, False)])
def test_ten_unknown_that_are_a_fifth_of_a_domain_hold_it(good: int, held: bool) -> None:
    watch = Watch(MANY)

    measures = _all(watch, "example.org", *[SENT] * good, *[UNKNOWN] * 10)

    assert measures == ([HoldDomain("example.org", Why.UNKNOWN)] if held else [])


def test_nine_unknown_of_nine_hold_no_domain() -> None:
    assert _all(Watch(MANY), "example.org", *[UNKNOWN] * 9) == []


def test_a_domain_is_held_once() -> None:
    assert _all(Watch(MANY), "example.org", *[UNKNOWN] * 30) == [HoldDomain("example.org", Why.UNKNOWN)]


@pytest.mark.parametrize(("total", "held"), [(60, True), (61, False)])
def test_a_twentieth_of_the_run_holds_the_domains_that_said_so(total: int, held: bool) -> None:
    watch = Watch(total)
    _all(watch, "large.example", UNKNOWN, *[SENT] * 20)
    _all(watch, "small.example", UNKNOWN)
    _all(watch, "good.example", SENT)

    measures = _all(watch, "other.example", UNKNOWN)

    expected = [HoldDomain("small.example", Why.UNKNOWN), HoldDomain("other.example", Why.UNKNOWN)]
    assert measures == (expected if held else [])  # one wrong address of twenty-one is not a wrong list


def test_two_unknown_are_never_a_twentieth_of_a_run() -> None:
    assert _all(Watch(2), "example.org", UNKNOWN, UNKNOWN) == []


def test_three_refusals_by_policy_among_twenty_hold_the_domain() -> None:
    watch = Watch(MANY)
    _all(watch, "else.example", *[SENT] * 100)

    assert _all(watch, "example.org", POLICY, *[SENT] * 17, POLICY) == []
    assert _all(watch, "example.org", POLICY) == [HoldDomain("example.org", Why.POLICY)]


def test_three_refusals_by_policy_among_twenty_one_do_not() -> None:
    watch = Watch(MANY)
    _all(watch, "else.example", *[SENT] * 100)

    assert _all(watch, "example.org", POLICY, *[SENT] * 18, POLICY, POLICY) == []


@pytest.mark.parametrize(("refused", "stops"), [(2, True), (1, False)])
def test_a_fifth_of_ten_refused_by_policy_stops_the_run(refused: int, stops: bool) -> None:
    watch = Watch(1000)
    for number in range(refused):
        assert _all(watch, f"{number}.example", POLICY) == []

    assert _all(watch, "example.org", *[SENT] * (9 - refused)) == []
    measures = _all(watch, "example.org", SENT)

    assert [type(measure) for measure in measures] == ([StopRun] if stops else [])


def test_a_run_is_stopped_once() -> None:
    watch = Watch(MANY)

    measures = [measure for number in range(30) for measure in _all(watch, f"{number}.example", POLICY)]

    assert [type(measure) for measure in measures] == [StopRun]
    assert isinstance(measures[0], StopRun)
    assert str(measures[0].what) == "10 of 10 mails were refused as unwanted"


def test_a_domain_that_is_held_does_not_stop_the_others() -> None:
    watch = Watch(MANY)

    measures = _all(watch, "b.example", *[POLICY] * 20)

    assert measures == [HoldDomain("b.example", Why.POLICY)]
    assert _all(watch, "a.example", *[SENT] * 20) == []


def test_a_server_in_a_hurry_gets_ten_minutes_then_one_connection_then_one_more_at_a_time() -> None:
    watch = Watch(100)
    assert watch.connections(10, NOON) == 10

    measures = watch.saw("example.org", SLOW, now=NOON)

    free = NOON + SLOW_MS
    assert measures == [CloseDomain("example.org", free, Why.SLOW), SlowDown(free)]
    assert [watch.connections(10, at) for at in (NOON, free, free + STEP_MS - 1)] == [1, 1, 1]
    assert [watch.connections(10, free + n * STEP_MS) for n in (1, 2, 9, 10, 99)] == [2, 3, 10, 10, 10]
    assert watch.connections(1, free + 99 * STEP_MS) == 1


def test_who_slows_us_again_rests_longer_than_the_others() -> None:
    watch = Watch(100)
    watch.saw("example.org", SLOW, now=NOON)
    again = NOON + SLOW_MS

    assert watch.saw("example.org", SLOW, now=NOON) == []
    assert watch.saw("example.org", SLOW, now=again) == [
        CloseDomain("example.org", again + 30 * MINUTE, Why.SLOW),
        SlowDown(again + SLOW_MS),
    ]


def test_the_session_and_the_sender_say_nothing_of_a_domain() -> None:
    assert _all(Watch(1), "example.org", *[CLOSING, STOP, LOST] * 40) == []


@given(
    seen=st.lists(
        st.tuples(st.sampled_from(["a", "b"]), st.sampled_from([SENT, LATER, FULL, UNKNOWN])), max_size=60
    )
)
def test_what_one_domain_says_closes_no_other(seen: list[tuple[str, Outcome]]) -> None:
    together, alone = Watch(MANY), Watch(MANY)

    mixed = [m for domain, outcome in seen for m in together.saw(domain, outcome, now=NOON)]
    only_a = [m for domain, outcome in seen if domain == "a" for m in alone.saw(domain, outcome, now=NOON)]

    assert [m for m in mixed if isinstance(m, CloseDomain | HoldDomain) and m.domain == "a"] == only_a


@given(seen=st.lists(st.sampled_from(OUTCOMES), max_size=200), total=st.integers(1, 300))
def test_no_row_of_answers_asks_for_the_impossible(seen: list[Outcome], total: int) -> None:
    watch, now = Watch(total), NOON

    for outcome in seen:
        now += MINUTE
        for measure in watch.saw("example.org", outcome, now=now):
            assert not isinstance(measure, CloseDomain | SlowDown) or measure.until_ms > now
        assert 1 <= watch.connections(7, now) <= 7


@pytest.mark.parametrize(
    ("unknown", "answers", "total", "doubted"),
    [
        ({"a": 9}, {"a": 20}, MANY, set()),
        ({"a": 10}, {"a": 50}, MANY, {"a"}),
        ({"a": 10}, {"a": 51}, MANY, set()),
        ({"a": 2}, {"a": 3}, 40, set()),
        ({"a": 3}, {"a": 60}, 60, {"a"}),
        ({"a": 3}, {"a": 61}, 61, set()),
        ({"a": 2, "b": 1}, {"a": 41, "b": 19}, 60, {"b"}),
        ({"a": 1}, {}, 1, set()),
        ({}, {}, 0, set()),
    ],
)
def test_what_comes_back_shows_a_wrong_list_from_the_same_shares_on(
    unknown: dict[str, int], answers: dict[str, int], total: int, doubted: set[str]
) -> None:
    assert doubtful(unknown, answers, total) == doubted


@pytest.mark.parametrize("why", [*Why, "something of later"])
def test_why_a_domain_rests_can_be_told(why: str) -> None:
    assert "example.org" in str(reason(why, "example.org"))

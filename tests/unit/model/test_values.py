"""Outcomes, retries and counts: what the numbers mean."""

from __future__ import annotations

from datetime import timedelta

import pytest

from newsletter_mailer.model.campaign import Counts, HeadCount
from newsletter_mailer.model.delivery import Event, Status, after
from newsletter_mailer.model.outcome import Reply, Verb, read_reply
from newsletter_mailer.model.retry import RetryPolicy


@pytest.mark.parametrize(
    ("code", "to", "event"),
    [
        (250, Verb.DOT, Event.ACCEPTED),
        (251, Verb.RCPT, Event.ACCEPTED),
        (421, Verb.RCPT, Event.RELEASED),
        (450, Verb.RCPT, Event.DEFERRED),
        (452, Verb.DOT, Event.DEFERRED),
        (550, Verb.RCPT, Event.REFUSED),
        (552, Verb.RCPT, Event.DEFERRED),
        (552, Verb.DOT, Event.REFUSED),
        (354, Verb.RCPT, Event.DEFERRED),
        (550, Verb.MAIL, Event.RELEASED),
        (535, Verb.RCPT, Event.RELEASED),
    ],
)
def test_a_reply_means_this_for_the_reader(code: int, to: Verb, event: Event) -> None:
    assert read_reply(Reply(code, "x"), to) is event


def test_waits_grow_and_the_last_repeats_until_it_is_given_up() -> None:
    policy = RetryPolicy(jitter=0)

    waits = [policy.wait(attempt, 0.5) for attempt in range(1, 8)]

    assert waits == sorted(waits)
    assert waits[-1] == waits[-2] == timedelta(hours=24)
    assert not policy.gives_up(timedelta(hours=47))
    assert policy.gives_up(timedelta(hours=48))


def test_the_last_try_is_made_when_it_is_given_up_and_not_a_day_after() -> None:
    policy = RetryPolicy()
    day_and_a_half = timedelta(hours=36)

    assert policy.wait(5, 1.0, day_and_a_half) == timedelta(hours=12)
    assert policy.wait(2, 0.5, timedelta(hours=49)) == timedelta()
    assert policy.wait(1, 0.5, timedelta(days=9)) == timedelta(minutes=5)  # the campaign began late


@pytest.mark.parametrize("chance", [0.0, 0.25, 1.0])
def test_jitter_keeps_within_its_share(chance: float) -> None:
    wait = RetryPolicy(jitter=0.2).wait(1, chance)

    assert timedelta(minutes=4) <= wait <= timedelta(minutes=6)


def test_a_head_count_adds_up() -> None:
    assert HeadCount(5020, unsubscribed=171, suppressed=37).total == 4812


def test_open_deliveries_are_those_with_something_left_to_do() -> None:
    counts = Counts(
        queued=1, sending=2, sent=4, deferred=8, refused=16, in_doubt=32, skipped=64, cancelled=128
    )

    assert counts.total == 255
    assert counts.open == 11


def test_a_step_that_must_never_happen_is_refused() -> None:
    with pytest.raises(ValueError, match="in_doubt cannot be claimed"):
        after(Status.IN_DOUBT, Event.CLAIMED)

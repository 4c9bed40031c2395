"""The pace holds across restarts, for it is counted in the ledger."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from random import Random

import pytest

from newsletter_mailer.actions.dispatch.pacer import Pacer, open_pacer
from newsletter_mailer.model.pace import DAY_MS, LATE_MS, NO_LIMIT, Limit, Profile, Use, limit_of
from newsletter_mailer.store import pace
from newsletter_mailer.store.database import Database

NOON = 1_790_000_000_000  # milliseconds
MINUTE, HOUR = 60_000, 3_600_000
ROUTE = "lettre@mail.example.org"
INFOMANIAK = Profile("infomaniak", limits=(limit_of("1440/day"),))
OVH = Profile("ovh", limits=(limit_of("200/h"),))


@pytest.fixture
def database(tmp_path: Path) -> Iterator[Database]:
    with Database(f"sqlite:///{tmp_path}/var/newsletter.db") as opened:
        yield opened


def sent_until(
    database: Database, profile: Profile, begins: int, ends: int, *, most: int = 200, rate: int | None = None
) -> list[tuple[int, int]]:
    """A run: what it claims until the clock says that, or until `most` are claimed."""
    pacer, now = open_pacer(database, profile, ROUTE, now=begins, rate=rate), begins
    sent: list[tuple[int, int]] = []
    while now < ends and most:
        allowance = pacer.allowance(now)
        if not allowance.count:
            now = allowance.free_at
            continue
        count = min(allowance.most, most, 200)
        with database.transaction() as connection:
            pace.record(connection, ROUTE, [Use("example.org", now, count)])
        pacer.spend("example.org", now, count)
        sent.append((now, count))
        most -= count
        now += 3
    return sent


def most_in(sent: list[tuple[int, int]], length: int) -> int:
    """The most that was sent in any stretch of that length."""
    ordered = sorted(sent)
    times = [at for at, _ in ordered]
    return max(
        sum(count for _, count in ordered[bisect_right(times, at - length) : n + 1])
        for n, (at, _) in enumerate(ordered)
    )


@pytest.mark.parametrize("seed", range(5))
def test_three_restarts_never_let_more_out_than_the_day_has(database: Database, seed: int) -> None:
    chance, now, left = Random(seed), NOON, 3_000
    sent: list[tuple[int, int]] = []

    for _ in range(3):
        run = sent_until(database, INFOMANIAK, now, now + 40 * HOUR, most=chance.randint(1, left))
        sent, left = sent + run, left - sum(count for _, count in run)
        now = run[-1][0] + chance.choice([1, MINUTE, 5 * HOUR, 23 * HOUR, 25 * HOUR])
    sent += sent_until(database, INFOMANIAK, now, now + 30 * DAY_MS, most=left)

    assert sum(count for _, count in sent) == 3_000
    assert most_in(sent, DAY_MS) <= 1_440


@pytest.mark.parametrize("seed", range(2))
def test_restarts_never_let_more_out_than_the_hour_has(database: Database, seed: int) -> None:
    chance, now = Random(seed), NOON
    sent: list[tuple[int, int]] = []

    for _ in range(4):
        sent += sent_until(database, OVH, now, now + 2 * HOUR, most=chance.randint(1, 250))
        now = sent[-1][0] + chance.choice([0, 1, 20_000, 50 * MINUTE])

    assert most_in(sent, HOUR) <= 200
    assert most_in(sent, 18_000) == 1


def test_a_restart_after_the_clock_was_set_back_still_counts_what_was_sent(database: Database) -> None:
    sent_until(database, INFOMANIAK, NOON, NOON + HOUR, most=1_440)

    pacer = open_pacer(database, INFOMANIAK, ROUTE, now=NOON - 400 * DAY_MS)
    again = open_pacer(database, INFOMANIAK, ROUTE, now=NOON - 399 * DAY_MS + LATE_MS)

    assert pacer.allowance(NOON - 400 * DAY_MS).count == 0
    assert pacer.allowance(NOON - 399 * DAY_MS + LATE_MS).count == 1_440
    assert again.allowance(NOON - 399 * DAY_MS + LATE_MS).count == 1_440  # the stamps were mended


def test_a_clock_set_back_in_mid_run_counts_what_was_sent_as_sent_now() -> None:
    pacer = Pacer(INFOMANIAK, uses=[])
    pacer.spend("example.org", NOON, 1_440)

    allowance = pacer.allowance(NOON - HOUR)

    assert (allowance.count, allowance.free_at) == (0, NOON - HOUR + DAY_MS + LATE_MS)


def test_another_account_has_its_own_pace(database: Database) -> None:
    sent_until(database, INFOMANIAK, NOON, NOON + HOUR, most=1_440)

    other = open_pacer(database, INFOMANIAK, "autre@mail.example.org", now=NOON)

    assert other.allowance(NOON).count == 1_440


def test_a_domain_that_is_full_is_named_and_the_others_go_on(database: Database) -> None:
    profile = Profile("relay", domain_limits={"free.example": (limit_of("3/day"), limit_of("60/min"))})
    with database.transaction() as connection:
        pace.record(connection, ROUTE, [Use("free.example", NOON, 2), Use("example.org", NOON, 50)])
    pacer = open_pacer(database, profile, ROUTE, now=NOON + MINUTE)

    before = pacer.allowance(NOON + 3 * MINUTE)
    pacer.spend("free.example", NOON + 3 * MINUTE)
    after = pacer.allowance(NOON + 3 * MINUTE)

    assert (before.count, before.most, before.full, before.opens_at) == (NO_LIMIT, 1, frozenset(), None)
    assert (after.count, after.most, after.full) == (NO_LIMIT, NO_LIMIT, frozenset({"free.example"}))
    assert after.opens_at == NOON + DAY_MS + LATE_MS


def test_no_claim_passes_a_domains_limit_whoever_is_claimed() -> None:
    profile = Profile("relay", (limit_of("500/day"),), {"a.example": (limit_of("7/day"),)})
    pacer, now = Pacer(profile, uses=[]), NOON
    sent: list[tuple[int, int]] = []

    for _ in range(100):
        allowance = pacer.allowance(now)
        if "a.example" not in allowance.full and allowance.most:
            pacer.spend("a.example", now, allowance.most)
            sent.append((now, allowance.most))
        now += 3 * HOUR

    assert most_in(sent, DAY_MS) == 7


def test_a_rate_takes_the_place_of_the_limits_but_not_of_domains_and_warm_up() -> None:
    profile = Profile(
        "any", (limit_of("10/day"),), {"a.example": (limit_of("5/day"),)}, warm_up=(100,), connections=2
    )
    pacer = Pacer(profile, uses=[Use("a.example", NOON - HOUR, 50)], rate=500)

    allowance = pacer.allowance(NOON)
    pacer.spend("b.example", NOON, 50)

    assert (allowance.count, allowance.full) == (1, frozenset({"a.example"}))
    assert pacer.allowance(NOON + HOUR // 2).count == 0  # of the first day's hundred


def test_a_warm_up_goes_on_after_a_restart_and_after_its_uses_are_forgotten(database: Database) -> None:
    new = Profile("new-relay", warm_up=(50, 75, 110))
    first = sent_until(database, new, NOON, NOON + HOUR, most=500)

    third = open_pacer(database, new, ROUTE, now=NOON + 2 * DAY_MS + HOUR)
    fourth = open_pacer(database, new, ROUTE, now=NOON + 3 * DAY_MS)

    assert sum(count for _, count in first) == 50
    assert third.allowance(NOON + 2 * DAY_MS + HOUR).count == 110
    assert fourth.allowance(NOON + 3 * DAY_MS).count > 1_000_000


def test_an_account_that_is_older_than_its_warm_up_has_none() -> None:
    old = Profile("new-relay", warm_up=(50, 75), since=NOON - 2 * DAY_MS)

    assert Pacer(old, uses=[]).allowance(NOON).count > 1_000_000


def test_what_leaves_late_is_counted_anew_where_anything_is_counted() -> None:
    limited, free = Pacer(OVH, uses=[]), Pacer(Profile("unlimited"), uses=[])

    assert [limited.too_late(NOON, NOON + late) for late in (0, LATE_MS, LATE_MS + 1, -1)] == [
        False,
        False,
        True,
        True,
    ]
    assert not free.too_late(NOON, NOON + HOUR)
    assert (limited.limited, free.limited) == (True, False)
    assert Pacer(Profile("d", domain_limits={"a.example": (Limit(1, timedelta(days=1)),)}), uses=[]).limited

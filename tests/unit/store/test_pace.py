"""Uses are kept by account, and forgotten when no limit remembers them."""

from __future__ import annotations

from sqlalchemy import func, select

from newsletter_mailer.model.pace import Use
from newsletter_mailer.store import pace
from newsletter_mailer.store.schema import pace_uses
from unit.store.ledger_kit import HOUR, NOON, Bench

ROUTE = "lettre@mail.example.org"


def test_uses_come_back_in_the_order_of_time_and_alike_ones_as_one(bench: Bench) -> None:
    with bench.database.transaction() as c:
        pace.record(c, ROUTE, [Use("b.example", NOON, 2), Use("a.example", NOON), Use("b.example", NOON)])
        pace.record(c, ROUTE, [Use("a.example", NOON - HOUR, 4)])
        pace.record(c, "other", [Use("a.example", NOON, 9)])
        pace.record(c, ROUTE, [])
        found = pace.uses(c, ROUTE, since=NOON - 2 * HOUR)
        rows = c.scalar(select(func.count()).select_from(pace_uses))

    assert found == [Use("a.example", NOON - HOUR, 4), Use("a.example", NOON, 1), Use("b.example", NOON, 3)]
    assert rows == 4


def test_domains_without_a_limit_are_counted_together(bench: Bench) -> None:
    with bench.database.transaction() as c:
        pace.record(
            c, ROUTE, [Use("a.example", NOON, 2), Use("b.example", NOON, 3), Use("c.example", NOON, 4)]
        )
        found = pace.uses(c, ROUTE, since=0, domains=["b.example"])
        all_together = pace.uses(c, ROUTE, since=0, domains=[])

    assert found == [Use("", NOON, 6), Use("b.example", NOON, 3)]
    assert all_together == [Use("", NOON, 9)]


def test_the_first_use_is_known_after_it_was_forgotten(bench: Bench) -> None:
    with bench.database.transaction() as c:
        none = pace.first_use(c, ROUTE)
        pace.record(c, ROUTE, [Use("a.example", NOON, 2)])
        pace.record(c, ROUTE, [Use("a.example", NOON + HOUR, 2)])
        pace.forget(c, ROUTE, before=NOON)
        left = pace.uses(c, ROUTE, since=0)
        first = pace.first_use(c, ROUTE)

    assert none is None
    assert left == [Use("a.example", NOON + HOUR, 2)]
    assert first == NOON


def test_what_is_dated_in_the_future_happens_now(bench: Bench) -> None:
    with bench.database.transaction() as c:
        pace.record(c, ROUTE, [Use("a.example", NOON + HOUR, 2)])
        pace.mend(c, ROUTE, now=NOON)
        found = pace.uses(c, ROUTE, since=0)
        first = pace.first_use(c, ROUTE)
        pace.mend(c, ROUTE, now=NOON + HOUR)
        later = pace.uses(c, ROUTE, since=0)

    assert found == later == [Use("a.example", NOON, 2)]
    assert first == NOON

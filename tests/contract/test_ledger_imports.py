"""Chunks of an import: nobody is lost between them, counted wrongly, or brought back by a later one."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator
from pathlib import Path

import pytest
from sqlalchemy import func, select

from newsletter_mailer.model.audience import Arrival, Basis, ImportCount, MailingList, NewSubscriber
from newsletter_mailer.store import audience, imports
from newsletter_mailer.store.database import Database
from newsletter_mailer.store.schema import (
    consent_events,
    departures,
    subscribers,
    subscriptions,
    suppressions,
)
from unit.store.ledger_kit import NOON, SECRET, Bench


@pytest.fixture
def bench(tmp_path: Path) -> Iterator[Bench]:
    with Database(f"sqlite:///{tmp_path}/newsletter.db") as database:
        yield Bench(database)


@pytest.fixture(autouse=True)
def _small_chunks(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(imports, "_CHUNK", 7)


def imported(bench: Bench, into: MailingList, rows: Iterable[NewSubscriber]) -> ImportCount:
    with bench.database.transaction() as c:
        return audience.import_rows(c, rows, into=into, secret=SECRET, source="people.csv", now=NOON)


def people(*numbers: int, arrival: Arrival = Arrival.MEMBER, name: str = "") -> list[NewSubscriber]:
    return [NewSubscriber(f"reader{number}@example.org", name, arrival=arrival) for number in numbers]


def statuses(bench: Bench) -> Counter[str]:
    with bench.database.reading() as c:
        return Counter(c.scalars(select(subscriptions.c.status)))


def rows_in(bench: Bench, table: object) -> int:
    with bench.database.reading() as c:
        return c.scalar(select(func.count()).select_from(table)) or 0  # type: ignore[arg-type]


def test_a_second_row_is_a_duplicate_however_far_below(bench: Bench) -> None:
    into = bench.on_list(*(f"reader{number}@example.org" for number in range(20)))

    count = imported(bench, into, people(*range(40), *range(15, 25), 3, 39))

    assert count == ImportCount(added=20, unchanged=20, duplicates=12)
    assert statuses(bench) == {"confirmed": 40}


def test_what_a_second_row_adds_is_taken_in_any_chunk(bench: Bench) -> None:
    into = bench.on_list()

    imported(bench, into, [*people(*range(10)), *people(2, 9, name="Zoé")])

    assert bench.reader("reader2@example.org").first_name == "Zoé"
    assert bench.reader("reader9@example.org").first_name == "Zoé"


@pytest.mark.parametrize("between", [0, 1, 30])
@pytest.mark.parametrize("arrival", [Arrival.LEFT, Arrival.BLOCKED, Arrival.BOUNCED])
def test_who_left_is_out_whether_the_row_stands_before_or_behind(
    bench: Bench, between: int, arrival: Arrival
) -> None:
    into = bench.on_list()
    others = people(*range(100, 100 + between))
    gone = people(1, arrival=arrival)

    imported(bench, into, [*people(1), *others, *gone, *others, *people(1)])
    imported(bench, into, [*people(1)])

    with bench.database.reading() as c:
        found = audience.find_list(c, "adherents")
    assert found is not None
    assert found.confirmed == between
    assert rows_in(bench, departures) + rows_in(bench, suppressions) + statuses(bench)["unsubscribed"] >= 1


def test_of_who_left_elsewhere_no_address_is_kept(bench: Bench) -> None:
    into = bench.on_list()
    rows = [*people(*range(9), arrival=Arrival.LEFT), *people(*range(9, 18), arrival=Arrival.COMPLAINED)]

    count = imported(bench, into, rows)

    assert count == ImportCount(departed=9, barred=9)
    assert [rows_in(bench, table) for table in (subscribers, departures, suppressions, consent_events)] == [
        0,
        9,
        9,
        18,
    ]


@pytest.mark.parametrize("arrival", [Arrival.LEFT, Arrival.BOUNCED])
def test_nor_when_another_row_of_theirs_says_that_they_are_a_member(bench: Bench, arrival: Arrival) -> None:
    into = bench.on_list()

    imported(bench, into, [*people(1), *people(1, arrival=arrival)])

    assert rows_in(bench, subscribers) == 0


def test_every_tie_that_is_new_is_written_down_once(bench: Bench) -> None:
    press = bench.on_list("reader1@example.org", slug="presse")
    into = bench.on_list("reader2@example.org")
    before = rows_in(bench, consent_events)

    with bench.database.transaction() as c:
        rows = people(1, 2, 3, 4, 3)
        audience.import_rows(
            c, rows, into=into, secret=SECRET, source="forms", now=NOON, basis=Basis.SOFT_OPT_IN
        )

    with bench.database.reading() as c:
        told = c.execute(select(consent_events).where(consent_events.c.id > before)).all()
        ties = c.execute(select(subscriptions)).all()
    assert {(row.kind, row.basis, row.source, row.list_id, row.at) for row in told} == {
        ("imported", "soft_opt_in", "forms", into.id, NOON)
    }
    assert len(told) == 3
    assert sorted((tie.subscriber_id, tie.list_id, tie.basis) for tie in ties) == [
        (1, press.id, "consent"),
        (1, into.id, "soft_opt_in"),
        (2, into.id, "consent"),
        (3, into.id, "soft_opt_in"),
        (4, into.id, "soft_opt_in"),
    ]


def test_organisations_are_shared_and_change_with_the_row(bench: Bench) -> None:
    into = bench.on_list()
    rows = [
        NewSubscriber(f"reader{number}@example.org", organisation=f"G{number % 3}") for number in range(20)
    ]

    imported(bench, into, rows)
    count = imported(bench, into, [NewSubscriber("reader0@example.org", organisation="G1")])

    assert count == ImportCount(updated=1)
    assert bench.reader("reader0@example.org").organisation == "G1"

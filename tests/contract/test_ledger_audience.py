"""Readers come by import and leave for good."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import func, select

from newsletter_mailer.errors import NewsletterError
from newsletter_mailer.model.audience import (
    Basis,
    ImportCount,
    MailingList,
    NewSubscriber,
    SubscriptionStatus,
    SuppressionReason,
)
from newsletter_mailer.store import audience
from newsletter_mailer.store.database import Database
from newsletter_mailer.store.schema import organisations, subscribers, subscriptions
from newsletter_mailer.tokens import recipient_key
from unit.store.ledger_kit import NOON, SECRET, Bench

ANN = "ann@example.org"


@pytest.fixture
def bench(tmp_path: Path) -> Iterator[Bench]:
    with Database(f"sqlite:///{tmp_path}/newsletter.db") as database:
        yield Bench(database)


def imported(bench: Bench, into: MailingList, *rows: NewSubscriber) -> ImportCount:
    """Import these rows."""
    with bench.database.transaction() as c:
        return audience.import_rows(c, rows, into=into, secret=SECRET, source="people.csv", now=NOON)


def confirmed(bench: Bench, slug: str = "adherents") -> int:
    """How many of a list may be written to."""
    with bench.database.reading() as c:
        found = audience.find_list(c, slug)
    assert found is not None
    return found.confirmed


def test_lists_are_kept_with_their_basis(bench: Bench) -> None:
    with bench.database.transaction() as c:
        made = audience.add_list(
            c, "presse", name="La presse", basis=Basis.B2B, now=NOON, commercial=True, source="annuaire"
        )

    with bench.database.reading() as c:
        assert audience.lists(c) == [made] == [MailingList(1, "presse", "La presse", Basis.B2B, True)]
        assert audience.find_list(c, "autre") is None


def test_new_readers_are_added_and_confirmed(bench: Bench) -> None:
    into = bench.on_list()

    count = imported(bench, into, NewSubscriber(ANN, "Ann"), NewSubscriber("bob@example.org"))

    assert count == ImportCount(added=2)
    assert confirmed(bench) == 2


def test_a_second_import_fills_in_and_erases_nothing(bench: Bench) -> None:
    into = bench.on_list()
    imported(bench, into, NewSubscriber(ANN, "Ann", "Roy", "fr", "Exemple", {"dept": "31", "tel": "1"}))

    same = imported(bench, into, NewSubscriber(ANN), NewSubscriber(ANN, "Ann", attributes={"dept": ""}))
    more = imported(bench, into, NewSubscriber("ANN@example.org", "Anne", attributes={"dept": "32"}))

    assert same == ImportCount(unchanged=1, duplicates=1)
    assert more == ImportCount(updated=1)
    reader = bench.reader(ANN)
    assert (reader.first_name, reader.last_name, reader.language) == ("Anne", "Roy", "fr")
    assert (reader.organisation, reader.attributes) == ("Exemple", {"dept": "32", "tel": "1"})
    assert reader.address == ANN


def test_a_known_reader_who_joins_another_list_is_counted_as_joining(bench: Bench) -> None:
    bench.on_list(ANN)

    count = imported(bench, bench.on_list(slug="presse"), NewSubscriber(ANN, "Ann"))

    assert count == ImportCount(joined=1)
    assert confirmed(bench, "presse") == 1


def test_one_person_in_two_spellings_is_one_reader(bench: Bench) -> None:
    into = bench.on_list()

    count = imported(bench, into, NewSubscriber(" Ann@Example.org "), NewSubscriber(ANN, "Ann"))

    assert count == ImportCount(added=1, duplicates=1)
    assert confirmed(bench) == 1
    assert bench.reader(ANN).first_name == "Ann"


def test_a_row_that_comes_again_far_below_is_a_duplicate(bench: Bench) -> None:
    into = bench.on_list()
    rows = [NewSubscriber(f"reader{n}@example.org") for n in range(1500)]

    count = imported(bench, into, *rows, NewSubscriber("READER7@example.org", "Ann"), rows[1400])

    assert count == ImportCount(added=1500, duplicates=2)
    assert bench.reader("reader7@example.org").first_name == "Ann"


def test_an_import_never_revives_an_unsubscribed_reader(bench: Bench) -> None:
    into = bench.on_list(ANN)
    with bench.database.transaction() as c:
        assert audience.unsubscribe(c, bench.reader(ANN).id, [into.id], now=NOON) == 1
        assert audience.unsubscribe(c, bench.reader(ANN).id, [into.id], now=NOON) == 0

    count = imported(bench, into, NewSubscriber(ANN, "Ann"))

    assert count == ImportCount(left_refused=1)
    assert confirmed(bench) == 0


def test_also_not_one_who_was_deleted_since(bench: Bench) -> None:
    into, other = bench.on_list(ANN), bench.on_list(slug="presse")
    with bench.database.transaction() as c:
        audience.unsubscribe(c, bench.reader(ANN).id, [into.id], now=NOON)
        audience.delete_subscriber(c, bench.reader(ANN).id)
        audience.delete_subscriber(c, 99)

    assert imported(bench, into, NewSubscriber("Ann@example.org")) == ImportCount(left_refused=1)
    assert imported(bench, other, NewSubscriber(ANN)) == ImportCount(added=1)


def test_the_suppressed_stay_suppressed(bench: Bench) -> None:
    into = bench.on_list()
    with bench.database.transaction() as c:
        key = recipient_key(SECRET, ANN)
        audience.suppress(c, key, reason=SuppressionReason.COMPLAINT, now=NOON, source="a report")
        audience.suppress(c, key, reason=SuppressionReason.MANUAL, now=NOON)

    assert imported(bench, into, NewSubscriber(ANN)) == ImportCount(suppressed=1)
    assert confirmed(bench) == 0


def test_one_who_was_pending_is_confirmed_by_an_import(bench: Bench) -> None:
    into = bench.on_list(ANN)
    with bench.database.transaction() as c:
        c.execute(subscriptions.update().values(status=SubscriptionStatus.PENDING.value))
    assert confirmed(bench) == 0

    assert imported(bench, into, NewSubscriber(ANN)) == ImportCount(joined=1)
    assert confirmed(bench) == 1


def test_fifty_thousand_rows_come_in_chunks(bench: Bench) -> None:
    into = bench.on_list()
    rows = (NewSubscriber(f"reader{n}@example.org", organisation=f"Groupe {n % 7}") for n in range(50_000))

    with bench.database.transaction() as c:
        count = audience.import_rows(c, rows, into=into, secret=SECRET, source="big.csv", now=NOON)

    assert count == ImportCount(added=50_000)
    assert confirmed(bench) == 50_000
    with bench.database.reading() as c:
        assert c.scalar(select(func.count()).select_from(subscribers)) == 50_000
        assert c.scalar(select(func.count()).select_from(organisations)) == 7


def test_a_reader_is_found_by_address_and_by_number(bench: Bench) -> None:
    bench.on_list(ANN)
    bench.on_list("bob@example.org", slug="presse")

    with bench.database.reading() as c:
        ann = audience.subscriber(c, " ANN@example.org")
        assert ann is not None
        assert audience.subscriber(c, ann.id) == ann
        assert audience.subscriber(c, "eve@example.org") is None


def test_readers_are_searched_by_address_and_by_name_among_those_who_read(bench: Bench) -> None:
    into = bench.on_list(ANN)
    imported(
        bench,
        into,
        NewSubscriber("e.m@example.org", first_name="Élise", last_name="Marchand"),
        NewSubscriber("march_and@example.org", first_name="Léa"),
        NewSubscriber("left@example.org", first_name="Marcheline"),
    )
    with bench.database.transaction() as c:
        audience.unsubscribe(c, bench.reader("left@example.org").id, [into.id], now=NOON)

    def found(query: str, limit: int = 10) -> list[str]:
        with bench.database.reading() as c:
            return [reader.address for reader in audience.find_readers(c, query, limit=limit)]

    assert found("MARCH") == ["e.m@example.org", "march_and@example.org"]
    assert found("élise m") == found("ÉLISE") == ["e.m@example.org"]
    assert found("LÉA") == found("h_a") == ["march_and@example.org"]
    assert found("%") == found("nobody") == []
    assert found("", limit=2) == [ANN, "e.m@example.org"]


def test_the_number_of_a_deleted_reader_is_never_given_again(bench: Bench) -> None:
    bench.on_list(ANN)
    gone = bench.reader(ANN).id
    with bench.database.transaction() as c:
        audience.delete_subscriber(c, gone)

    bench.on_list("bob@example.org")

    assert bench.reader("bob@example.org").id > gone


def test_two_readers_cannot_have_one_address(bench: Bench) -> None:
    bench.on_list(ANN, "bob@example.org")

    with pytest.raises(NewsletterError, match="another subscriber"), bench.database.transaction() as c:
        audience.change_address(c, bench.reader("bob@example.org").id, ANN, secret=SECRET, now=NOON)

"""Batches follow domains: closed ones are passed over, and those who go first are spread over all."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import event, select

from newsletter_mailer.model.audience import mail_domain
from newsletter_mailer.model.campaign import Campaign, Counts
from newsletter_mailer.model.delivery import Status
from newsletter_mailer.store import audience, campaigns, ledger
from newsletter_mailer.store.batching import batched
from newsletter_mailer.store.database import Database
from newsletter_mailer.store.reach import Reader
from newsletter_mailer.store.schema import batches, deliveries
from unit.store.ledger_kit import ACCEPTED, DEFERRED, MINUTE, NOON, SECRET, Bench, counted

BIG, SMALL, TINY = "big.example.org", "small.example.org", "tiny.example.org"


@pytest.fixture
def bench(tmp_path: Path) -> Iterator[Bench]:
    with Database(f"sqlite:///{tmp_path}/newsletter.db") as database:
        yield Bench(database)


def readers_at(domain: str, count: int) -> list[str]:
    return [f"reader{number:03}@{domain}" for number in range(count)]


def planned_batches(bench: Bench) -> list[tuple[int, str, int]]:
    """Number, domain and size of each."""
    with bench.database.reading() as c:
        b = batches.c
        return [tuple(row) for row in c.execute(select(b.number, b.domain, b.queued).order_by(b.number))]


def domains(bench: Bench, campaign: Campaign, **how: Any) -> Counter[str]:
    """Of all that can be claimed so."""
    found: Counter[str] = Counter()
    while claimed := bench.claim(campaign, **how):
        found.update(one.delivery.domain for one in claimed)
    return found


def test_large_domains_have_their_own_batches_and_small_ones_share(bench: Bench) -> None:
    mixed = [*readers_at(BIG, 650), *readers_at(SMALL, 40), *readers_at(TINY, 3)]
    bench.on_list(*sorted(mixed))

    campaign = bench.plan()

    assert planned_batches(bench) == [(1, BIG, 500), (2, BIG, 150), (3, "", 43)]
    with bench.database.reading() as c:
        assert counted(c, campaign) == campaign.counts


def test_domains_are_told_apart_as_the_dns_does(bench: Bench) -> None:
    bench.on_list("ann@EXAMPLE.org", "bob@example.org.")

    bench.plan()

    with bench.database.reading() as c:
        assert set(c.scalars(select(deliveries.c.domain))) == {"example.org"}
    assert mail_domain("eve@Médiathèque.example.org") == "xn--mdiathque-53af.example.org"
    assert mail_domain("eve@é..example.org") == "é..example.org"  # no such domain can be


def test_readers_of_many_domains_wait_in_little_memory() -> None:
    readers = (
        Reader(number, f"a@{number}.example.org", "", "", f"{number % 25_000}.example.org", "1")
        for number in range(50_000)
    )

    sizes = [len(chunk) for domain, chunk in batched(readers) if not domain]

    assert sum(sizes) == 50_000
    assert max(sizes) == 500


def test_a_closed_domain_is_passed_over_in_its_own_batches_and_in_shared_ones(bench: Bench) -> None:
    bench.on_list(*readers_at(BIG, 120), *readers_at(SMALL, 5), *readers_at(TINY, 2))
    campaign = bench.plan()

    first = domains(bench, campaign, without=[BIG, TINY])
    then = domains(bench, campaign, without=[TINY])
    last = domains(bench, campaign)

    assert (first, then, last) == (Counter({SMALL: 5}), Counter({BIG: 120}), Counter({TINY: 2}))


def test_when_every_domain_is_closed_each_shared_batch_is_read_once_and_own_batches_never(
    bench: Bench,
) -> None:
    bench.on_list(*readers_at(BIG, 600), *readers_at(SMALL, 30))
    campaign = bench.plan()
    statements: list[str] = []

    @event.listens_for(bench.database._engine, "before_cursor_execute")
    def count(_c: Any, _cursor: Any, statement: str, *_more: Any) -> None:
        statements.append(statement)

    assert bench.claim(campaign, without=[BIG, SMALL]) == []
    assert sum("deliveries.batch = " in statement for statement in statements) == 1
    assert bench.counts(campaign) == Counts(queued=630)


def test_retries_of_a_closed_domain_wait_and_are_not_what_comes_next(bench: Bench) -> None:
    bench.on_list(*readers_at(SMALL, 1))
    campaign = bench.plan()
    bench.settle(bench.claim(campaign), DEFERRED)
    bench.on_list(*readers_at(TINY, 1))
    second = bench.plan()
    bench.settle(bench.claim(second), DEFERRED)

    with bench.database.reading() as c:
        assert ledger.next_due(c, campaign.id) == NOON + 5 * MINUTE
        assert ledger.next_due(c, campaign.id, without=[SMALL]) is None
        assert ledger.next_due(c, second.id, without=[SMALL]) == NOON + 5 * MINUTE
    bench.later(timedelta(minutes=6))
    assert bench.claim(campaign, without=[SMALL]) == []
    assert len(bench.claim(campaign)) == 1


def test_who_moved_is_of_the_new_domain(bench: Bench) -> None:
    bench.on_list(*readers_at(SMALL, 1))
    campaign = bench.plan()
    with bench.database.transaction() as c:
        reader = audience.subscriber(c, f"reader000@{SMALL}")
        assert reader is not None
        audience.change_address(c, reader.id, f"reader@{TINY}", secret=SECRET, now=NOON)

    [claimed] = bench.claim(campaign)

    assert claimed.delivery.domain == TINY
    with bench.database.reading() as c:
        assert [row.domain for row in campaigns.log(c, campaign.id)] == [TINY]


def test_those_who_go_first_are_spread_over_the_domains_and_go_alone(bench: Bench) -> None:
    bench.on_list(*readers_at(BIG, 300), *readers_at(SMALL, 30), *readers_at(TINY, 1))

    campaign = bench.plan(canary=7)

    assert campaign.canary == 7
    assert planned_batches(bench)[0] == (0, "", 7)
    with bench.database.reading() as c:
        assert campaigns.canary_counts(c, campaign.id) == Counts(queued=7)
        assert counted(c, campaign) == campaign.counts == Counts(queued=331)
    first = bench.claim(campaign, canary=True)
    assert Counter(one.delivery.domain for one in first) == Counter({BIG: 3, SMALL: 3, TINY: 1})
    assert bench.claim(campaign, canary=True) == []
    bench.settle(first, ACCEPTED)
    assert domains(bench, campaign) == Counter({BIG: 297, SMALL: 27})


def test_a_retry_of_one_who_goes_first_is_made_while_the_others_wait(bench: Bench) -> None:
    bench.on_list(*readers_at(SMALL, 3))
    campaign = bench.plan(canary=1)
    bench.settle(bench.claim(campaign, canary=True), DEFERRED)
    bench.later(timedelta(minutes=6))

    [again] = bench.claim(campaign, canary=True)

    assert (again.delivery.batch, again.delivery.attempt) == (0, 2)


def test_a_canary_of_everybody_and_of_nobody(bench: Bench) -> None:
    bench.on_list(*readers_at(SMALL, 3))

    everybody = bench.plan(canary=10)
    nobody = bench.plan(issue="another")

    assert len(bench.claim(everybody, canary=True)) == 3
    with bench.database.reading() as c:
        assert campaigns.canary_counts(c, nobody.id) == Counts()
    assert bench.claim(nobody, canary=True) == []


def test_the_rest_is_let_go_once(bench: Bench) -> None:
    bench.on_list(*readers_at(SMALL, 3))
    campaign = bench.plan(canary=1)
    with bench.database.transaction() as c:
        campaigns.end_canary(c, campaign.id, now=NOON + 1)
        campaigns.end_canary(c, campaign.id, now=NOON + 2)

    assert bench.fresh(campaign).canary_done_at == NOON + 1
    assert set(bench.statuses(campaign).values()) == {Status.QUEUED}

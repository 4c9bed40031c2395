"""Nothing that happens often reads more of the ledger than it needs: no query goes through a whole table."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import event

from newsletter_mailer.model.delivery import Status
from newsletter_mailer.store import audience, campaigns, ledger
from newsletter_mailer.store.campaigns import Audience
from newsletter_mailer.store.database import Database
from unit.store.ledger_kit import ACCEPTED, DEFERRED, LOST, NOON, SECRET, Bench, an_edition

LARGE = ("deliveries", "attempts", "subscribers", "subscriptions", "suppressions")


@pytest.fixture
def bench(tmp_path: Path) -> Iterator[Bench]:
    with Database(f"sqlite:///{tmp_path}/newsletter.db") as database:
        yield Bench(database)


def test_no_large_table_is_scanned(bench: Bench, tmp_path: Path) -> None:
    bench.on_list("ann@example.org", "bob@example.org", "eve@example.org")
    scans: list[str] = []

    @event.listens_for(bench.database._engine, "before_cursor_execute")
    def explain(_c: Any, cursor: Any, statement: str, values: Any, _context: Any, many: bool) -> None:
        if statement.startswith(("SELECT", "UPDATE", "DELETE")):
            raw = cursor.connection.execute(f"EXPLAIN QUERY PLAN {statement}", values[0] if many else values)
            scans.extend(f"{step[3]}: {statement}" for step in raw if step[3].startswith("SCAN"))

    campaign = bench.plan()
    claimed = bench.claim(campaign)
    bench.settle(claimed[:1], ACCEPTED)
    bench.settle(claimed[1:2], DEFERRED)
    bench.settle(claimed[2:], LOST)
    bench.later(timedelta(hours=1))
    bench.claim(campaign, without=["closed.example.org"], canary=True)
    bench.claim(campaign, without=["closed.example.org"])
    bench.on_list("ann@example.org", "new@example.org")
    bench.plan(title="Novembre, corrigé", erratum=1)
    with bench.database.transaction() as c:
        ledger.recover(c, boot_id="boot", host="here", journals=tmp_path, now=NOON)
        ledger.resolve(c, campaign.id, as_="resend", now=NOON)
        campaigns.correct(c, campaign.id, an_edition(title="Novembre, encore"), now=NOON)
        ledger.cancel(c, campaign.id, NOON)
        ann = audience.subscriber(c, "ann@example.org")
        assert ann is not None
        audience.change_address(c, ann.id, "ann@new.example.org", secret=SECRET, now=NOON)
        audience.delete_subscriber(c, ann.id)
    with bench.database.reading() as c:
        list(campaigns.log(c, campaign.id, status=Status.CANCELLED))
        list(campaigns.log(c, campaign.id))
        campaigns.head_count(c, Audience(("adherents",)), issue_id="another", mailable=str.isascii)
        campaigns.first_readers(
            c, Audience(("adherents",)), issue_id="another", limit=3, mailable=str.isascii
        )
        campaigns.elsewhere(c, Audience(("adherents",)), issue_id="issue-2026-11", erratum=2)
        campaigns.counts_by_edition(c, campaign.id)
        campaigns.canary_counts(c, campaign.id)
        ledger.next_due(c, campaign.id)
        ledger.next_due(c, campaign.id, without=["closed.example.org"])

    assert [scan for scan in scans if scan.removeprefix("SCAN ").startswith(LARGE)] == []

"""Whatever happens in whatever order: counters are the rows, and no reader has an issue twice."""

from __future__ import annotations

import tempfile
from contextlib import nullcontext
from pathlib import Path

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule
from sqlalchemy import func, select

from newsletter_mailer.errors import UsageError
from newsletter_mailer.model.audience import SuppressionReason
from newsletter_mailer.model.campaign import Campaign, CampaignState
from newsletter_mailer.model.outcome import Outcome
from newsletter_mailer.store import audience, ledger
from newsletter_mailer.store.database import Database
from newsletter_mailer.store.ledger import Claimed
from newsletter_mailer.store.schema import attempts, deliveries
from properties import examples
from unit.store.ledger_kit import ACCEPTED, CLOSING, DEFERRED, HUNG_UP, LOST, REFUSED, SECRET, Bench, counted

READERS = [f"reader{number}@example.org" for number in range(8)]
some_reader = st.sampled_from(READERS)
some_outcome = st.sampled_from([ACCEPTED, DEFERRED, REFUSED, LOST, CLOSING, HUNG_UP])


class Ledger(RuleBasedStateMachine):
    """Readers come and go while two campaigns of one issue are planned, sent, interrupted and mended."""

    def __init__(self) -> None:
        super().__init__()
        self.folder = tempfile.TemporaryDirectory()
        self.bench = Bench(Database(f"sqlite:///{self.folder.name}/newsletter.db"))
        self.campaigns: list[Campaign] = []
        self.held: list[Claimed] = []
        self.accepted: list[str] = []  # fingerprints, as the server saw them
        self.persons: list[int] = []  # the same by their numbers, which stay when they move
        self.bench.on_list(*READERS[:5])

    def teardown(self) -> None:
        self.bench.database.close()
        self.folder.cleanup()

    @rule(reader=some_reader)
    def imports(self, reader: str) -> None:
        self.bench.on_list(reader.upper())

    @rule(reader=some_reader)
    def deletes(self, reader: str) -> None:
        with self.bench.database.transaction() as c:
            found = audience.subscriber(c, reader)
            if found:
                audience.delete_subscriber(c, found.id)

    @rule(reader=some_reader, to=some_reader)
    def moves(self, reader: str, to: str) -> None:
        with self.bench.database.transaction() as c:
            found = audience.subscriber(c, reader)
            if found and not audience.subscriber(c, to):
                audience.change_address(c, found.id, to, secret=SECRET, now=self.bench.now)

    @rule(reader=some_reader)
    def unsubscribes(self, reader: str) -> None:
        with self.bench.database.transaction() as c:
            found = audience.subscriber(c, reader)
            if found:
                audience.unsubscribe(c, found.id, [1], now=self.bench.now)

    @rule(reader=st.sampled_from(READERS[:2]))
    def suppresses(self, reader: str) -> None:
        with self.bench.database.transaction() as c:
            found = audience.subscriber(c, reader)
            if found:
                reason = SuppressionReason.MANUAL
                audience.suppress(c, found.recipient_key, reason=reason, now=self.bench.now)

    @precondition(lambda self: len(self.campaigns) < 4)
    @rule()
    def plans(self) -> None:
        self.campaigns.append(self.bench.plan())

    @precondition(lambda self: self.campaigns)
    @rule(which=st.integers(0, 3), limit=st.integers(1, 4))
    def claims(self, which: int, limit: int) -> None:
        campaign = self.campaigns[which % len(self.campaigns)]
        self.held += self.bench.claim(campaign, limit=limit)

    @precondition(lambda self: self.held)
    @rule(outcome=some_outcome)
    def settles(self, outcome: Outcome) -> None:
        one = self.held.pop(0)
        self.bench.settle([one], outcome)
        if outcome is ACCEPTED:
            self.accepted.append(one.delivery.recipient_key)
            self.persons.append(one.subscriber.id)

    @precondition(lambda self: self.held)
    @rule()
    def releases(self) -> None:
        self.bench.release(self.held[-1:])
        self.held.pop()

    @rule()
    def is_killed(self) -> None:
        with self.bench.database.transaction() as c:
            missing = Path(self.folder.name)
            ledger.recover(c, boot_id="boot", host="here", journals=missing, now=self.bench.now)
        self.held = []
        self.bench.run = 0

    @rule(hours=st.sampled_from([1, 7, 50]))
    def waits(self, hours: int) -> None:
        self.bench.now += hours * 3_600_000

    @precondition(lambda self: self.campaigns)
    @rule(as_=st.sampled_from(["sent", "resend", "retry", "cancel"]))
    def officer_decides(self, as_: str) -> None:
        campaign, now = self.campaigns[0].id, self.bench.now
        closed = self.bench.fresh(self.campaigns[0]).state is CampaignState.CANCELLED
        refused = pytest.raises(UsageError) if closed and as_ in ("retry", "resend") else nullcontext()
        with refused, self.bench.database.transaction() as c:
            if as_ == "retry":
                ledger.retry_refused(c, campaign, now)
            elif as_ == "cancel":
                ledger.cancel(c, campaign, now)
            else:
                ledger.resolve(c, campaign, as_="sent" if as_ == "sent" else "resend", now=now)

    @invariant()
    def counters_are_the_rows(self) -> None:
        with self.bench.database.reading() as c:
            assert [counted(c, one) for one in self.campaigns] == [
                self.bench.counts(one) for one in self.campaigns
            ]

    @invariant()
    def nobody_is_doubled(self) -> None:
        assert len(self.accepted) == len(set(self.accepted))
        assert len(self.persons) == len(set(self.persons))

    @invariant()
    def what_is_due_is_deferred_and_what_is_held_has_a_run(self) -> None:
        d = deliveries.c
        with self.bench.database.reading() as c:
            odd = ((d.status == "deferred") != d.due_at.is_not(None)) | (
                (d.status == "sending") != d.run.is_not(None)
            )
            assert c.scalar(select(func.count()).where(odd)) == 0
            beyond = (
                select(func.count())
                .select_from(attempts.join(deliveries))
                .where(attempts.c.number > d.attempt)
            )
            assert c.scalar(beyond) == 0


TestLedger = Ledger.TestCase
TestLedger.settings = settings(
    max_examples=examples(20), stateful_step_count=40, deadline=None, suppress_health_check=list(HealthCheck)
)

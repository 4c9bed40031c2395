"""A claim that is made while the one before it still leaves: nothing that happens meanwhile gets lost."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from dispatch_kit import NOON, Clock, planned, readers, tools
from newsletter_mailer.actions.dispatch import Outbox
from newsletter_mailer.errors import Stopped
from newsletter_mailer.model.campaign import Campaign, Counts
from newsletter_mailer.model.delivery import Event
from newsletter_mailer.model.outcome import Outcome, Reply, Verb
from newsletter_mailer.smtp.pool import Outgoing
from newsletter_mailer.store import campaigns, ledger
from newsletter_mailer.store.database import Connection, Database
from newsletter_mailer.store.journal import Journal
from newsletter_mailer.wording import sentence

FIRST, SECOND, LEFT = 10, 100, 60  # of two claims in a row; with so many left the third begins
FAR_MS = 10
SENT = Outcome(Event.ACCEPTED, Verb.DOT)
LATER = Outcome(Event.DEFERRED, Verb.RCPT, Reply(451, "4.3.0 try again later"))


class Ledger(Database):
    """A ledger on a disk that a test fills up."""

    full = False

    @contextmanager
    def transaction(self) -> Iterator[Connection]:
        with super().transaction() as connection:
            if self.full:
                raise Stopped(sentence("the disk is full"))
            yield connection


@pytest.fixture
def database(tmp_path: Path) -> Iterator[Ledger]:
    with Ledger(f"sqlite:///{tmp_path / 'ledger.db'}") as opened:
        yield opened


@pytest.fixture
def campaign(database: Ledger) -> Campaign:
    return planned(database, readers(500))


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def outbox(database: Ledger, campaign: Campaign, clock: Clock, tmp_path: Path) -> Iterator[Outbox]:
    path = tmp_path / "a.journal"
    with database.transaction() as c:
        run = ledger.register_run(c, host="h", boot_id="b", pid=1, journal=path.name, now=NOON)
    with Journal.create(path, run) as journal:
        opened = Outbox(tools(database, 1, tmp_path, clock), campaign, run=run, journal=journal)
        yield opened
        opened.close()


def counts_of(database: Database, campaign: Campaign) -> Counts:
    with database.reading() as c:
        found = campaigns.campaign(c, str(campaign.id))
    assert found is not None
    return found.counts


def send(outbox: Outbox, clock: Clock, number: int, outcome: Outcome = SENT) -> None:
    """To a server that takes its time."""
    for _ in range(number):
        outgoing = outbox.take()
        assert isinstance(outgoing, Outgoing)
        clock.now += FAR_MS
        outbox.before_dot(outgoing)
        outbox.settle(outgoing, outcome)


def test_a_claim_ahead_takes_along_what_was_settled_before_it(
    database: Ledger, campaign: Campaign, outbox: Outbox, clock: Clock
) -> None:
    send(outbox, clock, FIRST + SECOND - LEFT)

    send(outbox, clock, LEFT + 1)  # the last is of the claim that was made ahead

    counts = counts_of(database, campaign)
    assert counts.sent == FIRST + SECOND - LEFT - 1
    assert counts.sent + counts.sending + counts.queued == 500


def test_near_a_server_that_answers_at_once_nothing_is_claimed_ahead(
    database: Ledger, campaign: Campaign, outbox: Outbox
) -> None:
    for _ in range(FIRST + SECOND):
        outgoing = outbox.take()
        assert isinstance(outgoing, Outgoing)
        outbox.settle(outgoing, SENT)

    assert counts_of(database, campaign).sent == FIRST  # told with the second claim; there was no third


def test_everyone_gets_one_mail(database: Ledger, campaign: Campaign, outbox: Outbox, clock: Clock) -> None:
    seen = []
    while isinstance(outgoing := outbox.take(), Outgoing):
        clock.now += FAR_MS
        seen.append(outgoing.rcpt_to)
        outbox.settle(outgoing, SENT)
    outbox.release()

    assert sorted(seen) == sorted(readers(500))
    assert counts_of(database, campaign) == Counts(sent=500)
    assert outbox.empty


def test_a_full_disk_meanwhile_loses_nothing_that_was_settled(
    database: Ledger, campaign: Campaign, outbox: Outbox, clock: Clock
) -> None:
    send(outbox, clock, FIRST + SECOND - LEFT - 1)
    database.full = True
    send(outbox, clock, LEFT + 1)  # the ledger hears of none of these

    with pytest.raises(Stopped):
        outbox.take()
    assert not outbox.empty
    database.full = False
    outbox.release()

    assert counts_of(database, campaign) == Counts(sent=FIRST + SECOND, queued=500 - FIRST - SECOND)
    assert outbox.empty


def test_what_was_claimed_ahead_is_given_back_at_the_end(
    database: Ledger, campaign: Campaign, outbox: Outbox, clock: Clock
) -> None:
    send(outbox, clock, FIRST + SECOND - LEFT)

    outbox.release()

    sent = FIRST + SECOND - LEFT
    assert counts_of(database, campaign) == Counts(sent=sent, queued=500 - sent)
    assert outbox.empty


def test_nobody_of_a_domain_that_pauses_meanwhile_is_written_to(
    database: Ledger, campaign: Campaign, outbox: Outbox, clock: Clock
) -> None:
    send(outbox, clock, FIRST + SECOND - LEFT)
    send(outbox, clock, 3, LATER)

    assert outbox.take() is None

    counts = counts_of(database, campaign)
    assert (counts.deferred, counts.sending) == (3, 0)

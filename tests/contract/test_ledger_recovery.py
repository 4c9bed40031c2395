"""After a run that died, its journal decides: settled, queued again, or in doubt."""

from __future__ import annotations

import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from newsletter_mailer.model.campaign import Campaign, Counts
from newsletter_mailer.model.delivery import Status
from newsletter_mailer.model.outcome import Outcome
from newsletter_mailer.store import campaigns, ledger
from newsletter_mailer.store.database import Database
from newsletter_mailer.store.journal import RECORD, Journal
from newsletter_mailer.store.ledger import Claimed, Recovery
from newsletter_mailer.store.machine import boot_id, host
from unit.store.ledger_kit import ACCEPTED, DEFERRED, LOST, NOON, REFUSED, Bench, counted

ANN = "ann@example.org"


@pytest.fixture
def bench(tmp_path: Path) -> Iterator[Bench]:
    with Database(f"sqlite:///{tmp_path}/newsletter.db") as database:
        yield Bench(database)


@pytest.fixture
def campaign(bench: Bench) -> Campaign:
    bench.on_list(ANN)
    return bench.plan()


def died(bench: Bench, campaign: Campaign, folder: Path, *outcomes: Outcome | None) -> list[Claimed]:
    """A run claims, journals a dot and perhaps a reply for each of the first deliveries, and dies."""
    run = bench.begin_run("one.journal")
    claimed = bench.claim(campaign)
    with Journal.create(folder / "one.journal", run) as journal:
        for one, outcome in zip(claimed, outcomes, strict=False):
            journal.dot(one.delivery.id, one.delivery.attempt)
            if outcome:
                journal.reply(one.delivery.id, one.delivery.attempt, outcome, at=NOON + 7)
    return claimed


def recovered(bench: Bench, folder: Path, boot: str = "boot", computer: str = "here") -> Recovery:
    """The next run looks at what was left."""
    with bench.database.transaction() as c:
        return ledger.recover(c, boot_id=boot, host=computer, journals=folder, now=bench.now)


@pytest.mark.parametrize(
    ("outcome", "status"),
    [
        (ACCEPTED, Status.SENT),
        (REFUSED, Status.REFUSED),
        (DEFERRED, Status.DEFERRED),
        (LOST, Status.IN_DOUBT),
    ],
)
@pytest.mark.parametrize("elsewhere", [{}, {"boot": "another"}, {"computer": "another"}])
def test_a_reply_record_settles_wherever_it_is_read(
    bench: Bench,
    campaign: Campaign,
    tmp_path: Path,
    outcome: Outcome,
    status: Status,
    elsewhere: dict[str, str],
) -> None:
    died(bench, campaign, tmp_path, outcome)

    recovered(bench, tmp_path, **elsewhere)

    with bench.database.reading() as c:
        [row] = campaigns.log(c, campaign.id)
    assert row.status is status
    assert (row.code, row.reply) == (
        outcome.reply.code if outcome.reply else None,
        outcome.reply.text if outcome.reply else "",
    )
    assert row.sent_at == (NOON + 7 if status is Status.SENT else None)


def test_a_dot_without_a_reply_is_in_doubt(bench: Bench, campaign: Campaign, tmp_path: Path) -> None:
    died(bench, campaign, tmp_path, None)

    found = recovered(bench, tmp_path)

    assert (found.settled, found.queued, found.in_doubt) == (0, 0, 1)
    with bench.database.reading() as c:
        [row] = ledger.unresolved(c, campaign.id)
    assert row.detail == "dot"


def test_no_record_in_a_whole_journal_of_this_boot_is_queued_again(
    bench: Bench, campaign: Campaign, tmp_path: Path
) -> None:
    died(bench, campaign, tmp_path)

    found = recovered(bench, tmp_path)

    assert (found.settled, found.queued, found.in_doubt) == (0, 1, 0)
    assert found.journals == (tmp_path / "one.journal",)
    [again] = bench.claim(campaign)
    assert again.delivery.attempt == 1


@pytest.mark.parametrize(
    ("boot", "computer", "why"),
    [("another", "here", "boot"), ("boot", "another", "host"), ("", "here", "boot")],
)
def test_no_record_proves_nothing_after_another_boot_or_on_another_computer(
    bench: Bench, campaign: Campaign, tmp_path: Path, boot: str, computer: str, why: str
) -> None:
    died(bench, campaign, tmp_path)

    recovered(bench, tmp_path, boot, computer)

    with bench.database.reading() as c:
        [row] = ledger.unresolved(c, campaign.id)
    assert row.detail == why


def test_an_unknown_boot_is_never_the_same_boot(bench: Bench, campaign: Campaign, tmp_path: Path) -> None:
    run = bench.begin_run("one.journal", boot_id="")
    bench.claim(campaign)
    Journal.create(tmp_path / "one.journal", run).close()

    assert recovered(bench, tmp_path, boot="").in_doubt == 1


def test_a_missing_journal_leaves_everything_in_doubt(
    bench: Bench, campaign: Campaign, tmp_path: Path
) -> None:
    died(bench, campaign, tmp_path)
    (tmp_path / "one.journal").unlink()

    assert recovered(bench, tmp_path).in_doubt == 1


def test_a_torn_record_takes_the_proof_from_those_without_a_record(bench: Bench, tmp_path: Path) -> None:
    bench.on_list(*(f"reader{number}@example.org" for number in range(4)))
    campaign = bench.plan()
    died(bench, campaign, tmp_path, ACCEPTED, None, REFUSED)
    path = tmp_path / "one.journal"
    raw = bytearray(path.read_bytes())
    raw[5 * RECORD] ^= 1  # the last reply
    path.write_bytes(raw)

    found = recovered(bench, tmp_path)

    assert (found.settled, found.queued, found.in_doubt) == (1, 0, 3)
    assert list(bench.statuses(campaign).values()) == [
        Status.SENT,
        *[Status.IN_DOUBT] * 3,
    ]


def test_the_journal_of_another_run_says_nothing(bench: Bench, campaign: Campaign, tmp_path: Path) -> None:
    died(bench, campaign, tmp_path, ACCEPTED)
    path = tmp_path / "one.journal"
    path.unlink()
    with Journal.create(path, bench.run + 1) as journal:
        journal.reply(1, 1, ACCEPTED)

    assert recovered(bench, tmp_path).in_doubt == 1


def test_a_record_of_an_earlier_attempt_does_not_count(
    bench: Bench, campaign: Campaign, tmp_path: Path
) -> None:
    run = bench.begin_run("one.journal")
    [first] = bench.claim(campaign)
    with Journal.create(tmp_path / "one.journal", run) as journal:
        journal.dot(first.delivery.id, 1)
        journal.reply(first.delivery.id, 1, DEFERRED)
    bench.settle([first], DEFERRED)
    bench.now += 600_000
    assert [one.delivery.attempt for one in bench.claim(campaign)] == [2]

    found = recovered(bench, tmp_path)

    assert (found.settled, found.queued) == (0, 1)


def test_recovering_twice_changes_nothing_more(bench: Bench, campaign: Campaign, tmp_path: Path) -> None:
    died(bench, campaign, tmp_path, ACCEPTED)
    recovered(bench, tmp_path)

    assert recovered(bench, tmp_path) == Recovery()
    assert bench.counts(campaign) == Counts(sent=1)


def test_a_run_that_ended_with_deliveries_in_hand_is_recovered_too(
    bench: Bench, campaign: Campaign, tmp_path: Path
) -> None:
    died(bench, campaign, tmp_path, None)
    with bench.database.transaction() as c:
        ledger.end_run(c, bench.run, NOON)

    assert recovered(bench, tmp_path).in_doubt == 1


CHILD = """
import os, sys
from pathlib import Path
from newsletter_mailer.model.delivery import Event
from newsletter_mailer.model.outcome import Outcome, Reply, Verb
from newsletter_mailer.store import ledger
from newsletter_mailer.store.database import Database
from newsletter_mailer.store.journal import Journal
from newsletter_mailer.store.machine import boot_id, host

folder, campaign, now = Path(sys.argv[1]), int(sys.argv[2]), int(sys.argv[3])
database = Database(f"sqlite:///{folder}/newsletter.db")
with database.transaction() as c:
    run = ledger.register_run(c, host=host(), boot_id=boot_id(), pid=os.getpid(), journal="child", now=now)
journal = Journal.create(folder / "child", run)
with database.transaction() as c:
    claimed = ledger.claim(c, campaign, run=run, limit=200, now=now)
accepted = Outcome(Event.ACCEPTED, Verb.DOT, Reply(250, "ok"))
for one in claimed:
    journal.dot(one.delivery.id, 1)
    os.write(1, b"." + str(one.delivery.id).encode() + bytes([10]))
    journal.reply(one.delivery.id, 1, accepted)
    os.write(1, b"+" + str(one.delivery.id).encode() + bytes([10]))
"""


@pytest.mark.skipif(sys.platform == "win32", reason="needs SIGKILL")
@pytest.mark.parametrize("heard", [0, 1, 2, 57, 200, 399])
def test_after_kill_9_at_most_one_delivery_of_one_line_is_in_doubt(
    bench: Bench, tmp_path: Path, heard: int
) -> None:
    bench.on_list(*(f"reader{number}@example.org" for number in range(300)))
    campaign = bench.plan()
    command = [sys.executable, "-c", CHILD, str(tmp_path), str(campaign.id), str(NOON)]
    with subprocess.Popen(command, stdout=subprocess.PIPE) as child:
        assert child.stdout is not None
        said = [child.stdout.readline() for _ in range(heard)]
        if not heard:
            child.stdout.read(1)
        child.send_signal(signal.SIGKILL)
        said += child.stdout.readlines()

    found = recovered(bench, tmp_path, boot_id(), host())

    replied = sum(line.startswith(b"+") and line.endswith(b"\n") for line in said)
    assert found.in_doubt <= 1
    assert found.settled in (replied, replied + 1)  # killed between the record and the word to us
    assert found.settled + found.queued + found.in_doubt == 200
    with bench.database.reading() as c:
        assert counted(c, campaign) == bench.counts(campaign)
        assert bench.counts(campaign).total == 300

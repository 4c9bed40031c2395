"""After a run that died: its journal tells which of its deliveries left, which did not, and which nobody can know.

reply record for the attempt                                   -> settled, in the server's words
no dot record, journal whole, this machine, this boot          -> queued again
anything else                                                  -> in doubt
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from sqlalchemy import Connection

from newsletter_mailer.model.delivery import Event
from newsletter_mailer.model.outcome import Outcome, Verb
from newsletter_mailer.model.retry import RetryPolicy
from newsletter_mailer.store import journal
from newsletter_mailer.store.journal import Record
from newsletter_mailer.store.runs import Run, end_run, held_by, unended
from newsletter_mailer.store.settling import Settlement, release, settle
from newsletter_mailer.store.steps import Row


@dataclass(frozen=True, slots=True)
class Recovery:
    """What was found out about the deliveries of dead runs."""

    settled: int = 0
    queued: int = 0
    in_doubt: int = 0
    journals: tuple[Path, ...] = ()  #: no longer needed once this transaction is committed

    def __add__(self, other: Recovery) -> Recovery:
        return Recovery(
            self.settled + other.settled,
            self.queued + other.queued,
            self.in_doubt + other.in_doubt,
            self.journals + other.journals,
        )


def recover(
    c: Connection,
    *,
    boot_id: str,
    host: str,
    journals: Path,
    now: int,
    retry: RetryPolicy | None = None,
    chance: Callable[[], float] = lambda: 0.5,
) -> Recovery:
    """Settle what every earlier run left `sending`. The caller holds the sender's lock, so they are all dead."""
    total = Recovery()
    for run in unended(c):
        here = bool(boot_id) and (run.boot_id, run.host) == (boot_id, host)
        rows = held_by(c, run.id)
        verdicts = _Verdicts(run, journals / run.journal, rows, "" if here else _elsewhere(run, host))
        total += _recover(c, run, rows, verdicts, now, retry or RetryPolicy(), chance)
        end_run(c, run.id, now)
    return total


def _recover(
    c: Connection,
    run: Run,
    rows: list[Row],
    verdicts: _Verdicts,
    now: int,
    retry: RetryPolicy,
    chance: Callable[[], float],
) -> Recovery:
    known: list[Settlement] = []
    doubtful: list[Settlement] = []
    untouched: list[int] = []
    for row in rows:
        outcome, at = verdicts.of(row)
        if outcome is None:
            untouched.append(row.id)
            continue
        bin_ = doubtful if outcome.event is Event.LOST else known
        bin_.append(Settlement(row.id, row.attempt, run.id, outcome, at or now))
    settle(c, known + doubtful, now=now, retry=retry, chance=chance)
    release(c, untouched, run=run.id, now=now)
    return Recovery(len(known), len(untouched), len(doubtful), (verdicts.path,))


class _Verdicts:
    """What the journal of a dead run says of each delivery that it held."""

    def __init__(self, run: Run, path: Path, rows: list[Row], elsewhere: str) -> None:
        self.path = path
        found = journal.read(path, run=run.id, of={row.id for row in rows})
        self._last: dict[tuple[int, int], Record] = {(r.delivery, r.attempt): r for r in found.records}
        self._excuse = elsewhere or ("" if found.whole else "journal")  # why a missing record proves nothing

    def of(self, row: Row) -> tuple[Outcome | None, int]:
        """The outcome and when it was known; no outcome: it surely never left."""
        record = self._last.get((row.id, row.attempt))
        if record is None:
            return (_lost(self._excuse) if self._excuse else None), 0
        return record.outcome or _lost("dot"), record.at


def _elsewhere(run: Run, host: str) -> str:
    return "host" if run.host != host else "boot"


def _lost(why: str) -> Outcome:
    return Outcome(Event.LOST, Verb.DOT, None, why)

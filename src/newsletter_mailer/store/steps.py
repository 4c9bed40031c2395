"""The one place where a delivery changes its status, together with the counters of its batch."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import NamedTuple

from sqlalchemy import Connection, Update, bindparam, update

from newsletter_mailer.model.delivery import Event, Status, after
from newsletter_mailer.store.bulk import execute_many, execute_with, in_lists, some_of
from newsletter_mailer.store.schema import batches, deliveries

_D = deliveries.c
_CHANGES = ("status", "attempt", "run", "due_at", "updated_at")
_MOVE = (
    update(deliveries)
    .where(_D.status == bindparam("before"), _D.attempt == bindparam("was"))
    .values({name: bindparam(name) for name in _CHANGES})
)
_MOVE_ONE = _MOVE.where(_D.id == bindparam("delivery"))
_COUNT = (
    update(batches)
    .where(batches.c.campaign_id == bindparam("campaign"), batches.c.number == bindparam("batch"))
    .values({status.value: batches.c[status.value] + bindparam(f"more_{status.value}") for status in Status})
)
_FEW = 4  # so many are moved faster one by one


class Row(NamedTuple):
    """A delivery as it was read in this transaction."""

    id: int
    campaign: int
    batch: int
    status: Status
    attempt: int


@dataclass(frozen=True, slots=True)
class Step:
    """What happens to these deliveries, and what goes with it."""

    rows: Sequence[Row]
    event: Event
    run: int | None = None  #: who holds them from now on
    due_at: int | None = None  #: when they are tried again
    begun: int = 0  #: added to the number of their attempt: 1 when claimed, -1 when nothing was begun


def apply(c: Connection, steps: Sequence[Step], *, now: int) -> None:
    """Take these steps, or none of them: a step that the table does not know raises ValueError."""
    moves = [move for step in steps for move in _moves(step, now)]
    count = sum(len(move.rows) for move in moves)
    few = [
        {**move.change, "delivery": row.id} for move in moves if len(move.rows) < _FEW for row in move.rows
    ]
    moved = execute_many(c, _MOVE_ONE, few)
    for move in moves:
        if len(move.rows) >= _FEW:
            moved += _move_together(c, move)
    if moved != count:  # cannot be, for the rows were read under the same lock
        raise RuntimeError(f"{count - moved} deliveries changed behind the ledger's back")
    execute_many(c, _COUNT, _counts(moves))


class _Move(NamedTuple):
    """The same change for all of a batch that stand alike."""

    campaign: int
    batch: int
    before: Status
    after: Status
    change: Mapping[str, object]
    rows: Sequence[Row]


def _moves(step: Step, now: int) -> Iterator[_Move]:
    alike: dict[tuple[int, int, Status, int], list[Row]] = defaultdict(list)
    for row in step.rows:
        alike[row[1:]].append(row)
    for (campaign, batch, status, attempt), rows in alike.items():
        becomes = after(status, step.event)
        change = {
            "before": status.value,
            "was": attempt,
            "status": becomes.value,
            "attempt": attempt + step.begun,
            "run": step.run,
            "due_at": step.due_at,
            "updated_at": now,
        }
        yield _Move(campaign, batch, status, becomes, change, rows)


def _move_together(c: Connection, move: _Move) -> int:
    lists = in_lists([row.id for row in move.rows])
    return sum(execute_with(c, _move_some(size), {**move.change, **some}).rowcount for size, some in lists)


@lru_cache
def _move_some(size: int) -> Update:
    return _MOVE.where(_D.id.in_(some_of(size)))


def _counts(moves: Sequence[_Move]) -> list[dict[str, int]]:
    changes: dict[tuple[int, int], Counter[Status]] = defaultdict(Counter)
    for move in moves:
        change = changes[move.campaign, move.batch]
        change[move.before] -= len(move.rows)
        change[move.after] += len(move.rows)
    return [
        {"campaign": campaign, "batch": batch} | {f"more_{s.value}": change[s] for s in Status}
        for (campaign, batch), change in sorted(changes.items())  # one order for all: no two workers deadlock
    ]

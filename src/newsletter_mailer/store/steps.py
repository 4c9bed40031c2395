"""The one place where a delivery changes its status, together with the counters of its batch."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import Connection, bindparam, update

from newsletter_mailer.model.delivery import Event, Status, after
from newsletter_mailer.store.bulk import execute_many
from newsletter_mailer.store.schema import batches, deliveries

_MOVE = (
    update(deliveries)
    .where(
        deliveries.c.id == bindparam("delivery"),
        deliveries.c.status == bindparam("before"),
        deliveries.c.attempt == bindparam("was"),
    )
    .values({name: bindparam(name) for name in ("status", "attempt", "run", "due_at", "updated_at")})
)
_COUNT = (
    update(batches)
    .where(batches.c.campaign_id == bindparam("campaign"), batches.c.number == bindparam("batch"))
    .values({status.value: batches.c[status.value] + bindparam(f"more_{status.value}") for status in Status})
)


@dataclass(frozen=True, slots=True)
class Row:
    """A delivery as it was read in this transaction."""

    id: int
    campaign: int
    batch: int
    status: Status
    attempt: int


@dataclass(frozen=True, slots=True)
class Step:
    """What happens to a delivery, and what goes with it."""

    row: Row
    event: Event
    run: int | None = None  #: who holds it from now on
    due_at: int | None = None  #: when it is tried again
    begun: int = 0  #: added to the number of its attempt: 1 when claimed, -1 when nothing was begun


def apply(c: Connection, steps: Sequence[Step], *, now: int) -> None:
    """Take these steps, or none of them: a step that the table does not know raises ValueError."""
    moves = [_move(step, now) for step in steps]
    if not moves:
        return
    moved = execute_many(c, _MOVE, moves)
    if moved != len(moves):  # cannot be, for the rows were read under the same lock
        raise RuntimeError(f"{len(moves) - moved} deliveries changed behind the ledger's back")
    execute_many(c, _COUNT, _counts(steps))


def _move(step: Step, now: int) -> dict[str, object]:
    row = step.row
    return {
        "delivery": row.id,
        "before": row.status.value,
        "was": row.attempt,
        "status": after(row.status, step.event).value,
        "attempt": row.attempt + step.begun,
        "run": step.run,
        "due_at": step.due_at,
        "updated_at": now,
    }


def _counts(steps: Sequence[Step]) -> list[dict[str, int]]:
    changes: dict[tuple[int, int], Counter[Status]] = defaultdict(Counter)
    for step in steps:
        row = step.row
        change = changes[row.campaign, row.batch]
        change[row.status] -= 1
        change[after(row.status, step.event)] += 1
    return [
        {"campaign": campaign, "batch": batch} | {f"more_{s.value}": change[s] for s in Status}
        for (campaign, batch), change in sorted(changes.items())  # one order for all: no two workers deadlock
    ]

"""Runs: one process that sends, known to the ledger before its first claim."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from sqlalchemy import Connection, bindparam, insert, or_, select, update

from newsletter_mailer.model.delivery import Status
from newsletter_mailer.store.batch_rows import all_batches_with
from newsletter_mailer.store.bulk import execute_with
from newsletter_mailer.store.schema import deliveries, runs
from newsletter_mailer.store.steps import Row

_BEAT = update(runs).where(runs.c.id == bindparam("run")).values(heartbeat_at=bindparam("now"))


@dataclass(frozen=True, slots=True)
class Run:
    """A process that sends, or sent."""

    id: int  #: rises with every run of this ledger
    host: str
    boot_id: str
    journal: str  #: file name in the folder of journals


def register_run(c: Connection, *, host: str, boot_id: str, pid: int, journal: str, now: int) -> int:
    """Announce a run, and give its number. `journal` is a file name in the folder of journals."""
    values = {"host": host, "boot_id": boot_id, "pid": pid, "journal": journal}
    return int(
        c.scalars(
            insert(runs).values(values | {"started_at": now, "heartbeat_at": now}).returning(runs.c.id)
        ).one()
    )


def heartbeat(c: Connection, run: int, now: int) -> None:
    """The run is alive."""
    execute_with(c, _BEAT, {"run": run, "now": now})


def end_run(c: Connection, run: int, now: int) -> None:
    """The run is over, and holds nothing."""
    c.execute(update(runs).where(runs.c.id == run).values(heartbeat_at=now, ended_at=now))


def unended(c: Connection) -> list[Run]:
    """Runs that did not end as they should, or that left deliveries behind."""
    holders = {run for run, _ in _sending(c)}
    columns = (runs.c.id, runs.c.host, runs.c.boot_id, runs.c.journal)
    query = select(*columns).where(or_(runs.c.ended_at.is_(None), runs.c.id.in_(holders))).order_by(runs.c.id)
    return [Run(*row) for row in c.execute(query)]


def held_by(c: Connection, run: int) -> list[Row]:
    """What a run has `sending`."""
    return [row for holder, row in _sending(c) if holder == run]


def _sending(c: Connection) -> Iterator[tuple[int, Row]]:
    """Every delivery that is `sending`, with its run."""
    d, status = deliveries.c, Status.SENDING
    query = (
        select(d.id, d.campaign_id, d.batch, d.attempt, d.run)
        .where(
            d.campaign_id == bindparam("campaign"), d.batch == bindparam("batch"), d.status == status.value
        )
        .order_by(d.id)
        .with_for_update()
    )
    for campaign, batch in all_batches_with(c, status):
        for r in c.execute(query, {"campaign": campaign, "batch": batch}).all():
            yield r.run, Row(r.id, r.campaign_id, r.batch, status, r.attempt)

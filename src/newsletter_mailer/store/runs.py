"""Runs: one process that sends, known to the ledger before its first claim."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, Select, insert, or_, select, update

from newsletter_mailer.model.delivery import Status
from newsletter_mailer.store.schema import batches, deliveries, runs
from newsletter_mailer.store.steps import Row


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
    c.execute(update(runs).where(runs.c.id == run).values(heartbeat_at=now))


def last_heartbeat(c: Connection) -> int | None:
    """When a run was last known to be alive: milliseconds since 1970, UTC."""
    return c.scalar(select(runs.c.heartbeat_at).order_by(runs.c.id.desc()).limit(1))


def end_run(c: Connection, run: int, now: int) -> None:
    """The run is over, and holds nothing."""
    c.execute(update(runs).where(runs.c.id == run).values(heartbeat_at=now, ended_at=now))


def unended(c: Connection) -> list[Run]:
    """Runs that did not end as they should, or that left deliveries behind."""
    holders = _sending().with_only_columns(deliveries.c.run)
    columns = (runs.c.id, runs.c.host, runs.c.boot_id, runs.c.journal)
    query = select(*columns).where(or_(runs.c.ended_at.is_(None), runs.c.id.in_(holders))).order_by(runs.c.id)
    return [Run(*row) for row in c.execute(query)]


def held_by(c: Connection, run: int) -> list[Row]:
    """What a run has `sending`."""
    d = deliveries.c
    query = _sending().where(d.run == run).order_by(d.id).with_for_update(of=deliveries)
    return [Row(r.id, r.campaign_id, r.batch, Status(r.status), r.attempt) for r in c.execute(query)]


def _sending() -> Select[Any]:
    d = deliveries.c
    return (
        select(d.id, d.campaign_id, d.batch, d.status, d.attempt)
        .join(batches, (batches.c.campaign_id == d.campaign_id) & (batches.c.number == d.batch))
        .where(
            batches.c.sending > 0, d.status == Status.SENDING.value
        )  # by the counters: no scan of millions
    )

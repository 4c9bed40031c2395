"""Whether the ledger's file is sound, and when it was last written to."""

from __future__ import annotations

from sqlalchemy import Connection, exists, func, select

from newsletter_mailer.model.audience import SubscriptionStatus
from newsletter_mailer.store.schema import campaigns, runs, subscribers, subscriptions

_MOST = 10  # faults that are told


def damage(c: Connection) -> list[str]:
    """What SQLite finds wrong with its file, in its own words; empty when it is sound. Reads all of it."""
    if c.dialect.name != "sqlite":
        return []  # a server looks after its own files
    found = [str(row[0]) for row in c.exec_driver_sql(f"PRAGMA integrity_check({_MOST})")]
    loose = {f"{row[0]} → {row[2]}" for row in c.exec_driver_sql("PRAGMA foreign_key_check").fetchmany(_MOST)}
    return [*(word for word in found if word != "ok"), *sorted(loose)]


def last_written(c: Connection) -> int | None:
    """The newest moment that runs and campaigns know of: milliseconds since 1970, UTC; None without any."""
    moments = [c.scalar(select(func.max(column))) for column in (runs.c.heartbeat_at, campaigns.c.updated_at)]
    return max((moment for moment in moments if moment is not None), default=None)


def reader_domains(c: Connection) -> list[tuple[str, int]]:
    """The domains of all who are confirmed on a list, and how many readers have their mailbox there."""
    mailbox = subscribers.c.mailbox
    position = func.instr if c.dialect.name == "sqlite" else func.strpos
    domain = func.substr(mailbox, position(mailbox, "@") + 1)
    confirmed = exists().where(
        subscriptions.c.subscriber_id == subscribers.c.id,
        subscriptions.c.status == SubscriptionStatus.CONFIRMED.value,
    )
    query = select(domain, func.count()).where(confirmed).group_by(domain)
    return [(str(row[0]), int(row[1])) for row in c.execute(query)]


def people(c: Connection) -> int:
    """How many persons the ledger knows."""
    return c.scalar(select(func.count()).select_from(subscribers)) or 0

"""Clocks that were wrong: runs that come back late, and stamps that lie in the future."""

from __future__ import annotations

from sqlalchemy import Connection, exists, func, or_, select, update

from newsletter_mailer.model.delivery import OPEN
from newsletter_mailer.model.lateness import LATE_MS
from newsletter_mailer.store.schema import campaigns, deliveries, domain_pauses, runs

_D, _C, _R = deliveries.c, campaigns.c, runs.c


def late_since(c: Connection, now: int, *, limit_ms: int = LATE_MS) -> int | None:
    """When a run that never ended was last alive, if that is longer ago than the limit; else None.

    So a machine that was restored from a snapshot shows itself, and a laptop that slept in mid-campaign. To be asked
    before `recover`, which ends such runs.
    """
    last: int | None = c.scalar(select(func.max(_R.heartbeat_at)).where(_R.ended_at.is_(None)))
    return last if last is not None and now - last > limit_ms else None


def mend_stamps(c: Connection, now: int) -> None:
    """The clock was set back: what bears a stamp of the future counts as of now, and who waits keeps the same wait."""
    later = now - _D.updated_at  # below zero
    c.execute(
        update(deliveries)
        .where(_D.due_at.is_not(None), _D.updated_at > now)
        .values(due_at=_D.due_at + later, updated_at=now)
    )
    c.execute(
        update(domain_pauses)
        .where(domain_pauses.c.at > now)
        .values(until=domain_pauses.c.until + (now - domain_pauses.c.at), at=now)
    )
    c.execute(
        update(campaigns)
        .where(_C.again_at.is_not(None), _C.updated_at > now)
        .values(again_at=_C.again_at + (now - _C.updated_at))
    )
    _mend_plans(c, now)
    for column in (
        _C.created_at,
        _C.updated_at,
        _C.canary_done_at,
        _R.started_at,
        _R.heartbeat_at,
        _R.ended_at,
    ):
        c.execute(update(column.table).where(column > now).values({column: now}))


def _mend_plans(c: Connection, now: int) -> None:
    """By the age of a plan a delivery is given up."""
    # A plan is as old as its campaign, or as the officer's last word on it: else no row need be looked at
    suspects = select(_C.id).where(or_(_C.created_at > now, _C.updated_at > now))
    if not c.scalar(select(exists(suspects))):
        return
    still_open = _D.status.in_([status.value for status in OPEN])
    planned_later = (_D.campaign_id.in_(suspects), _D.planned_at > now, still_open)
    c.execute(update(deliveries).where(*planned_later).values(planned_at=now))

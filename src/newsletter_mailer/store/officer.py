"""What the officer decides about deliveries: cancelled, tried again, settled after a doubt."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from typing import Literal

from sqlalchemy import Connection, bindparam, insert, select, update

from newsletter_mailer.errors import UsageError
from newsletter_mailer.model.audience import normalise_address
from newsletter_mailer.model.campaign import CampaignState
from newsletter_mailer.model.delivery import Event, Status
from newsletter_mailer.store.batch_rows import standing
from newsletter_mailer.store.bulk import execute_many
from newsletter_mailer.store.schema import campaigns, deliveries, events, suppressions
from newsletter_mailer.store.steps import Row, Step, apply
from newsletter_mailer.wording import sentence

_D = deliveries.c
_AGAIN = update(deliveries).where(_D.id == bindparam("delivery")).values(planned_at=bindparam("now"), note="")
_NEVER = (
    select(_D.id)
    .join(suppressions, suppressions.c.recipient_key == _D.recipient_key)
    .where(_D.campaign_id == bindparam("campaign"), _D.batch == bindparam("batch"))
)
_KEEP = insert(events)
_STAND_DOWN = update(deliveries).where(_D.id == bindparam("delivery")).values(erratum=None)


def cancel(c: Connection, campaign_id: int, now: int) -> int:
    """Close the campaign; how many deliveries will not leave. What is on the wire is still settled by its run.

    The cancelled no longer stand for the issue: another campaign may reach these readers. Raises UsageError for a
    finished campaign, which has nothing to cancel and stays finished.
    """
    if _state(c, campaign_id) is CampaignState.FINISHED:
        raise UsageError(
            sentence("campaign {number} is finished: there is nothing to cancel", number=campaign_id)
        )
    c.execute(
        update(campaigns)
        .where(campaigns.c.id == campaign_id)
        .values(state=CampaignState.CANCELLED.value, updated_at=now)
    )
    return close(c, campaign_id, now)


def close(c: Connection, campaign_id: int, now: int) -> int:
    """Cancel what a cancelled campaign still has open, also what its run gave back later; how many."""
    count = 0
    for status in (Status.QUEUED, Status.DEFERRED):
        for rows in standing(c, campaign_id, status):
            apply(c, [Step(rows, Event.CANCELLED)], now=now)
            execute_many(c, _STAND_DOWN, [{"delivery": row.id} for row in rows])
            count += len(rows)
    return count


def retry_refused(c: Connection, campaign_id: int, now: int) -> int:
    """Queue every refused delivery again, with all its time before it; how many. Raises UsageError when cancelled.

    Whoever is suppressed by now stays refused: nothing would leave to them.
    """
    _may_send(c, campaign_id)
    count = 0
    for rows in standing(c, campaign_id, Status.REFUSED):
        never = set(c.scalars(_NEVER, {"campaign": campaign_id, "batch": rows[0].batch}))
        count += _queue_again(c, [row for row in rows if row.id not in never], Event.RETRIED, now)
    if count:
        _reopen(c, campaign_id, now)
    return count


def resolve(
    c: Connection,
    campaign_id: int,
    *,
    as_: Literal["sent", "resend"],
    now: int,
    addresses: Collection[str] | None = None,
) -> int:
    """Settle deliveries in doubt, all or those to these addresses; how many. "resend" accepts a possible double.

    Raises UsageError for "resend" in a cancelled campaign.
    """
    if as_ == "resend":
        _may_send(c, campaign_id)
    wanted = None if addresses is None else {normalise_address(address) for address in addresses}
    rows = [row for row, address in _doubtful(c, campaign_id) if wanted is None or address in wanted]
    if as_ == "resend":
        _queue_again(c, rows, Event.RESOLVED_RESEND, now)
    else:
        apply(c, [Step(rows, Event.RESOLVED_SENT)], now=now)
        _note(c, rows, Event.RESOLVED_SENT, now)
    if rows and as_ == "resend":
        _reopen(c, campaign_id, now)
    return len(rows)


def _state(c: Connection, campaign_id: int) -> CampaignState:
    return CampaignState(c.scalars(select(campaigns.c.state).where(campaigns.c.id == campaign_id)).one())


def _may_send(c: Connection, campaign_id: int) -> None:
    """What is queued in a cancelled campaign would never leave, and bar its reader from every other one."""
    if _state(c, campaign_id) is CampaignState.CANCELLED:
        raise UsageError(
            sentence("campaign {number} is cancelled: nothing more leaves from it", number=campaign_id)
        )


def _queue_again(c: Connection, rows: Sequence[Row], event: Event, now: int) -> int:
    apply(c, [Step(rows, event)], now=now)
    execute_many(c, _AGAIN, [{"delivery": row.id, "now": now} for row in rows])
    _note(c, rows, event, now)
    return len(rows)


def _note(c: Connection, rows: Sequence[Row], event: Event, now: int) -> None:
    kept = [{"delivery_id": row.id, "kind": event.value, "detail": "", "at": now} for row in rows]
    execute_many(c, _KEEP, kept)


def _reopen(c: Connection, campaign_id: int, now: int) -> None:
    """There is something to send again: at once, if the campaign waits for a time."""
    waits = (campaigns.c.id == campaign_id) & campaigns.c.again_at.is_not(None)
    c.execute(update(campaigns).where(waits).values(again_at=now))
    finished = (campaigns.c.id == campaign_id) & (campaigns.c.state == CampaignState.FINISHED.value)
    c.execute(update(campaigns).where(finished).values(state=CampaignState.STOPPED.value, updated_at=now))


def _doubtful(c: Connection, campaign_id: int) -> list[tuple[Row, str]]:
    """Those in doubt, with their normalised addresses."""
    by_number = select(_D.id, _D.address).where(_D.campaign_id == campaign_id, _D.batch == bindparam("batch"))
    found = []
    for rows in standing(c, campaign_id, Status.IN_DOUBT):
        addresses = {r.id: r.address for r in c.execute(by_number, {"batch": rows[0].batch})}
        found += [(row, normalise_address(addresses[row.id])) for row in rows]
    return found

"""Claims: what a run takes next, after one more look at everyone it is about to write to."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, Select, Text, and_, bindparam, cast, exists, func, insert, select, update

from newsletter_mailer.model.audience import Subscriber, SubscriptionStatus
from newsletter_mailer.model.campaign import CLOSED
from newsletter_mailer.model.delivery import Delivery, Event, Status
from newsletter_mailer.store.readers import READER, as_subscriber
from newsletter_mailer.store.schema import (
    batches,
    campaigns,
    deliveries,
    events,
    lists,
    organisations,
    subscribers,
    subscriptions,
    suppressions,
)
from newsletter_mailer.store.steps import Row, Step, apply

MOST = 200  #: rows of one claim: what may be in doubt after a power cut
_CLOSED = {state.value for state in CLOSED}
_D, _S, _T = deliveries.c, subscribers.c, subscriptions.c
_OTHER = deliveries.alias().c
_LISTS = (  # where the reader is now: "1,4", or NULL
    select(func.aggregate_strings(cast(_T.list_id, Text), ","))
    .where(_T.subscriber_id == _S.id, _T.status == SubscriptionStatus.CONFIRMED.value)
    .scalar_subquery()
)
_MOVED = _S.recipient_key != _D.recipient_key
_TAKEN = exists().where(  # another delivery of the issue reaches the reader's new address
    *(_OTHER.issue_id == _D.issue_id, _OTHER.erratum == _D.erratum, _OTHER.recipient_key == _S.recipient_key)
)
_CANDIDATES = (
    select(_D.id, _D.campaign_id, _D.batch, _D.status, _D.attempt, _D.recipient_key, _D.subscriber_id)
    .add_columns(
        _D.address,
        _D.lists,
        _D.message_id,
        _D.planned_at,
        _D.edition_id,
        _D.domain,
        *READER,
        _LISTS.label("lists_now"),
    )
    .add_columns(
        exists().where(suppressions.c.recipient_key.in_([_D.recipient_key, _S.recipient_key])).label("never")
    )
    .add_columns(_MOVED.label("moved"), and_(_MOVED, _TAKEN).label("taken"))
    .outerjoin_from(deliveries, subscribers, _S.id == _D.subscriber_id)
    .outerjoin(organisations, organisations.c.id == _S.organisation_id)
    .with_for_update(of=deliveries)
)
_FOLLOW = (
    update(deliveries)
    .where(_D.id == bindparam("delivery"))
    .values(address=bindparam("new_address"), recipient_key=bindparam("new_key"))
)
_LEAVE = update(deliveries).where(_D.id == bindparam("delivery")).values(erratum=None, note=bindparam("why"))


@dataclass(frozen=True, slots=True)
class Claimed:
    """What building a message needs."""

    delivery: Delivery
    subscriber: Subscriber
    list_name: str  #: of the first list by which the reader is reached
    list_slug: str


def claim(c: Connection, campaign_id: int, *, run: int, limit: int, now: int) -> list[Claimed]:
    """Take up to `limit` deliveries (1..200) for this run, first those whose retry is due; [] when nothing is due.

    Counts as soon as the transaction is committed, and not before. Who left or was suppressed since the plan is
    skipped and not given back; who moved is followed.
    """
    if c.scalar(select(campaigns.c.state).where(campaigns.c.id == campaign_id)) in _CLOSED:
        return []
    for rows in _due(c, campaign_id, min(limit, MOST), now):
        claimed = _take(c, rows, run=run, now=now)
        if claimed:
            return claimed
    return []


def next_due(c: Connection, campaign_id: int) -> int | None:
    """When the next deferred delivery is tried again: milliseconds since 1970, UTC."""
    query = select(_D.due_at).where(_D.campaign_id == campaign_id, _D.due_at.is_not(None))
    return c.scalar(query.order_by(_D.due_at).limit(1))


def _due(c: Connection, campaign_id: int, limit: int, now: int) -> Iterator[Sequence[Any]]:
    """Rows to look at, `limit` at a time; what was given is no longer due when the next ones are asked for."""
    mine = _CANDIDATES.where(_D.campaign_id == campaign_id)
    late = mine.where(_D.due_at <= now, _D.status == Status.DEFERRED.value).order_by(_D.due_at, _D.id)
    while rows := c.execute(late.limit(limit)).all():
        yield rows
    queued = mine.where(_D.status == Status.QUEUED.value).order_by(_D.id).limit(limit)
    while (batch := c.scalar(_open_batch(campaign_id))) is not None:
        yield c.execute(queued.where(_D.batch == batch)).all()


def _open_batch(campaign_id: int) -> Select[tuple[int]]:
    b = batches.c
    return select(b.number).where(b.campaign_id == campaign_id, b.queued > 0).order_by(b.number).limit(1)


def _take(c: Connection, rows: Sequence[Any], *, run: int, now: int) -> list[Claimed]:
    known = {str(row.id): row for row in c.execute(select(lists.c.id, lists.c.name, lists.c.slug))}
    steps: list[Step] = []
    leaves: list[dict[str, object]] = []
    claimed: list[Claimed] = []
    for row in rows:
        step = Row(row.id, row.campaign_id, row.batch, Status(row.status), row.attempt)
        reached = _still_reached(row)
        why = _reason_to_skip(row, reached)
        if why:
            steps.append(Step(step, Event.READER_LEFT))
            leaves.append({"delivery": row.id, "why": why})
        else:
            steps.append(Step(step, Event.CLAIMED, run=run, begun=1))
            claimed.append(_claimed(row, known[reached[0]]))
    apply(c, steps, now=now)
    if leaves:
        c.execute(_LEAVE, leaves)
    _follow(c, [row for row in rows if row.moved], claimed, now)
    return claimed


def _still_reached(row: Any) -> list[str]:
    """The lists by which the plan reaches the reader and where the reader still is, in the order of the plan."""
    if row.lists == row.lists_now:
        return [row.lists] if "," not in row.lists else row.lists.split(",")
    now_on = set((row.lists_now or "").split(","))
    return [number for number in row.lists.split(",") if number in now_on]


def _reason_to_skip(row: Any, reached: list[str]) -> str:
    """A word for `note`, or "" when the reader still wants the mail."""
    if row.reader_id is None:
        return "gone"
    if row.never:
        return "suppressed"
    if not reached:
        return "unsubscribed"
    return "has_it" if row.taken else ""


def _claimed(row: Any, reached_by: Any) -> Claimed:
    delivery = Delivery(
        id=row.id,
        campaign=row.campaign_id,
        batch=row.batch,
        attempt=row.attempt + 1,
        recipient_key=row.reader_key,
        subscriber=row.subscriber_id,
        address=row.reader_address if row.moved else row.address,  # as planned, unless the mailbox is another
        message_id=row.message_id,
        planned_at=row.planned_at,
        edition=row.edition_id,
        domain=row.domain,
    )
    return Claimed(delivery, as_subscriber(row), reached_by.name, reached_by.slug)


def _follow(c: Connection, moved: Sequence[Any], claimed: Sequence[Claimed], now: int) -> None:
    """Write down the new address of those who moved, and that they did."""
    before = {row.id: row.recipient_key for row in moved}
    followed = [one.delivery for one in claimed if one.delivery.id in before]
    if not followed:
        return
    c.execute(
        _FOLLOW, [{"delivery": d.id, "new_address": d.address, "new_key": d.recipient_key} for d in followed]
    )
    c.execute(
        insert(events),
        [{"delivery_id": d.id, "kind": "moved", "detail": before[d.id], "at": now} for d in followed],
    )

"""Claims: what a run takes next, after one more look at everyone it is about to write to."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from sqlalchemy import Connection, bindparam, insert, select, update

from newsletter_mailer.model.audience import Subscriber, SubscriptionStatus
from newsletter_mailer.model.campaign import CampaignState
from newsletter_mailer.model.delivery import Delivery, Event, Status
from newsletter_mailer.model.retry import RetryPolicy
from newsletter_mailer.store.readers import WITH_ORGANISATION, as_subscriber
from newsletter_mailer.store.schema import (
    batches,
    campaigns,
    deliveries,
    events,
    lists,
    subscribers,
    subscriptions,
    suppressions,
)
from newsletter_mailer.store.steps import Row, Step, apply

MOST = 200  #: rows of one claim: what may be in doubt after a power cut
_CLOSED = {state.value for state in (CampaignState.PAUSED, CampaignState.HELD, CampaignState.CANCELLED)}
_D = deliveries.c
_COLUMNS = (
    *(_D.id, _D.campaign_id, _D.batch, _D.status, _D.attempt, _D.issue_id, _D.erratum, _D.recipient_key),
    *(_D.subscriber_id, _D.address, _D.lists, _D.message_id, _D.planned_at),
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


@dataclass(frozen=True, slots=True)
class _Present:
    """How things are now for the readers of some rows."""

    subscribers: dict[int, Any]
    lists: dict[int, dict[int, str]]  #: subscriber -> number of list -> its name, where confirmed
    suppressed: frozenset[str]
    taken: frozenset[tuple[int, int, str]]  #: issue, erratum, new key: another delivery reaches that address


def claim(
    c: Connection, campaign_id: int, *, run: int, limit: int, now: int, retry: RetryPolicy | None = None
) -> list[Claimed]:
    """Take up to `limit` deliveries (1..200) for this run, first those whose retry is due; [] when nothing is due.

    Counts as soon as the transaction is committed, and not before. Who left or was suppressed since the plan is
    skipped, who moved is followed, and who was deferred for too long is given up; none of them is given back.
    """
    retry = retry or RetryPolicy()
    if c.scalar(select(campaigns.c.state).where(campaigns.c.id == campaign_id)) in _CLOSED:
        return []
    for rows in _due(c, campaign_id, min(limit, MOST), now):
        claimed = _take(c, rows, run=run, now=now, retry=retry)
        if claimed:
            return claimed
    return []


def next_due(c: Connection, campaign_id: int) -> int | None:
    """When the next deferred delivery is tried again: milliseconds since 1970, UTC."""
    query = select(_D.due_at).where(_D.campaign_id == campaign_id, _D.due_at.is_not(None))
    return c.scalar(query.order_by(_D.due_at).limit(1))


def _due(c: Connection, campaign_id: int, limit: int, now: int) -> Iterator[Sequence[Any]]:
    """Rows to look at, `limit` at a time; what was given is no longer due when the next ones are asked for."""
    late = (
        select(*_COLUMNS)
        .where(_D.campaign_id == campaign_id, _D.due_at <= now, _D.status == Status.DEFERRED.value)
        .order_by(_D.due_at, _D.id)
    )
    while rows := c.execute(late.limit(limit).with_for_update()).all():
        yield rows
    open_batch = (
        select(batches.c.number)
        .where(batches.c.campaign_id == campaign_id, batches.c.queued > 0)
        .order_by(batches.c.number)
        .limit(1)
    )
    while (batch := c.scalar(open_batch)) is not None:
        queued = select(*_COLUMNS).where(
            _D.campaign_id == campaign_id, _D.batch == batch, _D.status == Status.QUEUED.value
        )
        yield c.execute(queued.order_by(_D.id).limit(limit).with_for_update()).all()


def _take(c: Connection, rows: Sequence[Any], *, run: int, now: int, retry: RetryPolicy) -> list[Claimed]:
    present = _present(c, rows)
    steps: list[Step] = []
    leaves: list[dict[str, object]] = []
    claimed: list[Claimed] = []
    for row in rows:
        step = Row(row.id, row.campaign_id, row.batch, Status(row.status), row.attempt)
        why = _reason_to_skip(row, present)
        if why:
            steps.append(Step(step, Event.READER_LEFT))
            leaves.append({"delivery": row.id, "why": why})
        elif step.status is Status.DEFERRED and retry.gives_up(timedelta(milliseconds=now - row.planned_at)):
            steps.append(Step(step, Event.GAVE_UP))
        else:
            steps.append(Step(step, Event.CLAIMED, run=run, begun=1))
            claimed.append(_claimed(row, present))
    apply(c, steps, now=now)
    if leaves:
        c.execute(_LEAVE, leaves)
    _follow(c, rows, claimed, now)
    return claimed


def _reason_to_skip(row: Any, present: _Present) -> str:
    """A word for `note`, or "" when the reader still wants the mail."""
    reader = present.subscribers.get(row.subscriber_id)
    if reader is None:
        return "gone"
    if row.recipient_key in present.suppressed or reader.recipient_key in present.suppressed:
        return "suppressed"
    if not present.lists.get(reader.id):
        return "unsubscribed"
    place = (row.issue_id, row.erratum, reader.recipient_key)
    return "has_it" if _moved(row, reader) and place in present.taken else ""


def _present(c: Connection, rows: Sequence[Any]) -> _Present:
    readers = _readers(c, [row.subscriber_id for row in rows])
    keys = {row.recipient_key for row in rows} | {reader.recipient_key for reader in readers.values()}
    moved = [r.recipient_key for row in rows if (r := readers.get(row.subscriber_id)) and _moved(row, r)]
    return _Present(
        subscribers=readers,
        lists=_memberships(c, rows),
        suppressed=frozenset(
            c.scalars(select(suppressions.c.recipient_key).where(suppressions.c.recipient_key.in_(keys)))
        ),
        taken=_taken(c, rows[0].issue_id, moved) if moved else frozenset(),
    )


def _moved(row: Any, reader: Any) -> bool:
    return bool(reader.recipient_key != row.recipient_key)


def _readers(c: Connection, ids: Sequence[int | None]) -> dict[int, Any]:
    known = [number for number in ids if number is not None]
    return {row.id: row for row in c.execute(WITH_ORGANISATION.where(subscribers.c.id.in_(known)))}


def _memberships(c: Connection, rows: Sequence[Any]) -> dict[int, dict[int, str]]:
    """The lists by which each row reaches its reader and where that reader still is, in the order of the plan."""
    t = subscriptions.c
    query = (
        select(t.subscriber_id, t.list_id, lists.c.name)
        .join(lists, lists.c.id == t.list_id)
        .where(t.subscriber_id.in_([row.subscriber_id for row in rows if row.subscriber_id is not None]))
        .where(t.status == SubscriptionStatus.CONFIRMED.value)
    )
    now_on: dict[int, dict[int, str]] = {}
    for reader, list_id, name in c.execute(query):
        now_on.setdefault(reader, {})[list_id] = name
    planned = {row.subscriber_id: [int(number) for number in row.lists.split(",")] for row in rows}
    return {
        reader: {number: names[number] for number in planned[reader] if number in names}
        for reader, names in now_on.items()
    }


def _taken(c: Connection, issue: int, keys: Sequence[str]) -> frozenset[tuple[int, int, str]]:
    query = select(_D.issue_id, _D.erratum, _D.recipient_key).where(
        _D.issue_id == issue, _D.recipient_key.in_(keys), _D.erratum.is_not(None)
    )
    return frozenset((row.issue_id, row.erratum, row.recipient_key) for row in c.execute(query))


def _claimed(row: Any, present: _Present) -> Claimed:
    reader = present.subscribers[row.subscriber_id]
    same = reader.recipient_key == row.recipient_key
    delivery = Delivery(
        id=row.id,
        campaign=row.campaign_id,
        batch=row.batch,
        attempt=row.attempt + 1,
        recipient_key=reader.recipient_key,
        subscriber=row.subscriber_id,
        address=row.address if same else reader.address,  # as planned, unless the mailbox is another one
        message_id=row.message_id,
        planned_at=row.planned_at,
    )
    return Claimed(delivery, as_subscriber(reader), next(iter(present.lists[reader.id].values())))


def _follow(c: Connection, rows: Sequence[Any], claimed: Sequence[Claimed], now: int) -> None:
    """Write down the new address of those who moved, and that they did."""
    before = {row.id: row.recipient_key for row in rows}
    moved = [one.delivery for one in claimed if one.delivery.recipient_key != before[one.delivery.id]]
    if not moved:
        return
    c.execute(
        _FOLLOW, [{"delivery": d.id, "new_address": d.address, "new_key": d.recipient_key} for d in moved]
    )
    c.execute(
        insert(events),
        [{"delivery_id": d.id, "kind": "moved", "detail": before[d.id], "at": now} for d in moved],
    )

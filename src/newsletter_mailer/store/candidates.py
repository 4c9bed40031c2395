"""Whom a claim looks at: by the key of their batch or by their due time, never by going through a campaign."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from functools import lru_cache
from typing import Any, NamedTuple

from sqlalchemy import (
    ColumnElement,
    Connection,
    Select,
    Text,
    bindparam,
    case,
    cast,
    exists,
    func,
    literal_column,
    select,
)

from newsletter_mailer.model.audience import SubscriptionStatus
from newsletter_mailer.model.delivery import Status
from newsletter_mailer.store.bulk import execute_with, read_with
from newsletter_mailer.store.readers import READER
from newsletter_mailer.store.schema import (
    batches,
    deliveries,
    organisations,
    subscribers,
    subscriptions,
    suppressions,
)

_B, _D, _S, _T = batches.c, deliveries.c, subscribers.c, subscriptions.c
_OTHER = deliveries.alias().c
_COMMA: Any = literal_column("','")  # as a value it would be known only when it is run: see `bulk`
_LISTS = (  # where the reader is now: "1,4", or NULL
    select(func.aggregate_strings(cast(_T.list_id, Text), _COMMA))
    .where(_T.subscriber_id == _S.id, _T.status == SubscriptionStatus.CONFIRMED.value)
    .scalar_subquery()
)
_TAKEN = exists().where(  # another delivery of the issue reaches the reader's new address
    *(_OTHER.issue_id == _D.issue_id, _OTHER.erratum == _D.erratum, _OTHER.recipient_key == _S.recipient_key)
)
_MOVED = _S.recipient_key != _D.recipient_key  # few: in a `CASE`, SQLite asks the rest for these alone
_NEVER = case(
    (_MOVED, exists().where(suppressions.c.recipient_key.in_([_D.recipient_key, _S.recipient_key]))),
    else_=exists().where(suppressions.c.recipient_key == _D.recipient_key),
)
_CANDIDATES = (  # in the order of `Candidate`
    select(_D.id, _D.campaign_id, _D.batch, _D.status, _D.attempt, _D.recipient_key, _D.subscriber_id)
    .add_columns(_D.address, _D.domain, _D.lists, _D.message_id, _D.planned_at, _D.edition_id, *READER)
    .add_columns(_LISTS, _NEVER, case((_MOVED, _TAKEN)))
    .outerjoin_from(deliveries, subscribers, _S.id == _D.subscriber_id)
    .outerjoin(organisations, organisations.c.id == _S.organisation_id)
    .where(_D.campaign_id == bindparam("campaign"))
    .limit(bindparam("limit"))
    .with_for_update(of=deliveries)
)
_DEFERRED = _CANDIDATES.where(_D.due_at <= bindparam("now"), _D.status == Status.DEFERRED.value).order_by(
    _D.due_at, _D.id
)
_QUEUED = _CANDIDATES.where(_D.batch == bindparam("batch"), _D.status == Status.QUEUED.value).order_by(_D.id)
_OPEN = (
    select(_B.number)
    .where(_B.campaign_id == bindparam("campaign"), _B.queued > 0, _B.number > bindparam("after"))
    .order_by(_B.number)
    .limit(1)
)
_NEXT_DUE = (
    select(_D.due_at)
    .where(_D.campaign_id == bindparam("campaign"), _D.due_at.is_not(None))
    .order_by(_D.due_at)
    .limit(1)
)


class Candidate(NamedTuple):
    """A delivery that is due, with its reader as they are now."""

    id: int
    campaign: int
    batch: int
    status: str
    attempt: int
    recipient_key: str
    subscriber_id: int | None
    address: str
    domain: str
    lists: str  #: by which the plan reaches the reader: "1,4"
    message_id: str
    planned_at: int
    edition: int
    reader_id: int | None  #: None: the reader is gone
    reader_address: str
    reader_key: str
    first_name: str
    last_name: str
    language: str
    attributes: str
    organisation: str | None
    lists_now: str | None  #: where they are now
    never: int  #: suppressed, under their old address or the new one
    taken: int | None  #: another delivery of the issue has their new address


def due(
    c: Connection, campaign_id: int, *, limit: int, now: int, without: Collection[str], canary: bool
) -> Iterator[list[Candidate]]:
    """Rows to look at, `limit` at a time: who is taken or skipped is no longer due when the next are asked for.

    Batches of closed domains are passed over whole; of those that domains share, no row is read twice.
    """
    closed = _closed(without)
    mine = {"campaign": campaign_id, "limit": limit, **closed}
    while rows := _read(c, _deferred(len(closed), canary), {**mine, "now": now}):
        yield rows
    batch = -1
    while (found := _open_after(c, campaign_id, batch, closed)) is not None and (found == 0 or not canary):
        batch = found
        while rows := _read(c, _queued(len(closed)), {**mine, "batch": batch}):
            yield rows


def next_due(c: Connection, campaign_id: int, *, without: Collection[str] = ()) -> int | None:
    """When the next deferred delivery is tried again, those to these domains apart: milliseconds since 1970, UTC."""
    closed = _closed(without)
    found = execute_with(c, _next_due(len(closed)), {"campaign": campaign_id, **closed}).scalar()
    return None if found is None else int(found)


def _read(c: Connection, query: Select[Any], values: Mapping[str, object]) -> list[Candidate]:
    return [Candidate._make(row) for row in read_with(c, query, values)]


def _open_after(c: Connection, campaign_id: int, after: int, closed: Mapping[str, str]) -> int | None:
    values = {"campaign": campaign_id, "after": after, **closed}
    found = execute_with(c, _open(len(closed)), values).scalar()
    return None if found is None else int(found)


def _closed(without: Collection[str]) -> dict[str, str]:
    return {f"closed_{place}": domain for place, domain in enumerate(sorted(without))}


def _outside(domain: ColumnElement[str], closed: int) -> ColumnElement[bool]:
    return domain.not_in([bindparam(f"closed_{place}") for place in range(closed)])


@lru_cache
def _deferred(closed: int, canary: bool) -> Select[Any]:
    query = _DEFERRED.where(_outside(_D.domain, closed)) if closed else _DEFERRED
    return query.where(_D.batch == 0) if canary else query


@lru_cache
def _queued(closed: int) -> Select[Any]:
    return _QUEUED.where(_outside(_D.domain, closed)) if closed else _QUEUED


@lru_cache
def _open(closed: int) -> Select[Any]:
    return _OPEN.where(_outside(_B.domain, closed)) if closed else _OPEN


@lru_cache
def _next_due(closed: int) -> Select[Any]:
    return _NEXT_DUE.where(_outside(_D.domain, closed)) if closed else _NEXT_DUE

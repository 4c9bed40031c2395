"""Everyone of a list, or everyone at all, page by page: nobody is held longer than it takes to write them."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import NamedTuple

from sqlalchemy import ColumnElement, Connection, func, select

from newsletter_mailer.model.audience import Subscriber, SubscriptionStatus
from newsletter_mailer.store.readers import READER, as_subscriber
from newsletter_mailer.store.schema import lists, organisations, subscribers, subscriptions, suppressions

_PAGE = 1000
_S, _T = subscribers.c, subscriptions.c
_CONFIRMED, _LEFT = SubscriptionStatus.CONFIRMED.value, SubscriptionStatus.UNSUBSCRIBED.value
_SHOWN = {_CONFIRMED: "", _LEFT: "left:"}  # no list has a colon in its name


class Standing(NamedTuple):
    """A subscriber, and how they stand."""

    reader: Subscriber
    status: str  #: of their tie, or why they are suppressed; "none" without any tie
    lists: tuple[str, ...]  #: that may write to them; "left:…" for those that they left


def attribute_names(c: Connection, list_id: int | None) -> set[str]:
    """Every attribute that somebody has."""
    written = select(_S.attributes).where(_of(list_id), _S.attributes != "{}").distinct()
    names: set[str] = set()
    for attributes in c.scalars(written.execution_options(yield_per=_PAGE)):
        names.update(json.loads(attributes))
    return names


def count(c: Connection, list_id: int | None) -> int:
    """How many `people` gives."""
    return c.scalar(select(func.count()).select_from(subscribers).where(_of(list_id))) or 0


def people(c: Connection, list_id: int | None) -> Iterator[Standing]:
    """Those tied to a list, or every subscriber, in the order in which they came."""
    query = (
        select(*READER, func.coalesce(suppressions.c.reason, "").label("reason"))
        .outerjoin_from(subscribers, organisations, organisations.c.id == _S.organisation_id)
        .outerjoin(suppressions, suppressions.c.recipient_key == _S.recipient_key)
        .where(_of(list_id))
        .order_by(_S.id)
        .limit(_PAGE)
    )
    last = 0
    while rows := c.execute(query.where(_S.id > last)).all():
        ties = _ties(c, rows[0].reader_id, rows[-1].reader_id, list_id)
        for row in rows:
            of_one = ties.get(row.reader_id, [])
            yield Standing(
                as_subscriber(row),
                row.reason or _status([status for _, status in of_one]),
                ()
                if row.reason
                else tuple(_SHOWN[status] + slug for slug, status in of_one if status in _SHOWN),
            )
        last = rows[-1].reader_id


def _of(list_id: int | None) -> ColumnElement[bool]:
    if list_id is None:
        return _S.id > 0
    return _S.id.in_(select(_T.subscriber_id).where(_T.list_id == list_id))


def _ties(c: Connection, first: int, last: int, list_id: int | None) -> dict[int, list[tuple[str, str]]]:
    """Slug and status of each tie of some subscribers."""
    query = select(_T.subscriber_id, lists.c.slug, _T.status).join(lists, lists.c.id == _T.list_id)
    query = query.where(_T.subscriber_id.between(first, last)).order_by(lists.c.slug)
    if list_id is not None:
        query = query.where(_T.list_id == list_id)
    ties: dict[int, list[tuple[str, str]]] = {}
    for subscriber_id, slug, status in c.execute(query):
        ties.setdefault(subscriber_id, []).append((slug, status))
    return ties


def _status(statuses: list[str]) -> str:
    """Of several ties: may be written to by one; else left one; else asked for one."""
    for status in (_CONFIRMED, _LEFT):
        if status in statuses:
            return status
    return statuses[0] if statuses else "none"

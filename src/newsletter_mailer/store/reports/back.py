"""What came back of a campaign, and who left by it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, Connection, Select, case, func, select

from newsletter_mailer.model.audience import ConsentKind
from newsletter_mailer.model.bounce import Category, Kind
from newsletter_mailer.model.delivery import Status
from newsletter_mailer.model.report import BOUNCE_DAYS, DAY, ReturnedRow
from newsletter_mailer.store.schema import attempts, bounces, deliveries, events

_A, _B, _D, _E = attempts.c, bounces.c, deliveries.c, events.c
_NOTICES = (Kind.DELAYED.value, Kind.DELIVERED.value, Kind.AUTO_REPLY.value)
_LEFT = _E.kind == ConsentKind.UNSUBSCRIBED.value


@dataclass(frozen=True, slots=True)
class Back:
    """How many readers of a campaign, or of one domain of it."""

    returned: int = 0  #: sent, and come back
    complaints: int = 0
    left: int = 0


def returned(c: Connection, campaign_id: int) -> tuple[ReturnedRow, ...]:
    """Of how many readers each word came back, by the days since their mail left; a holiday notice is none of them."""
    first = (
        select(_B.delivery_id, _B.category, func.min(_B.at).label("at"))
        .where(_B.campaign_id == campaign_id, _B.category != "", _B.kind.not_in(_NOTICES))
        .group_by(_B.delivery_id, _B.category)
        .subquery()
    )
    until = (
        func.sum(case((first.c.at <= func.coalesce(_A.at, _D.planned_at) + day * DAY, 1), else_=0))
        for day in BOUNCE_DAYS
    )
    query = (
        select(first.c.category, func.count(), *until)
        .join_from(first, deliveries, _D.id == first.c.delivery_id)
        .outerjoin(attempts, (_A.delivery_id == _D.id) & (_A.number == _D.attempt))
        .group_by(first.c.category)
    )
    found = {word: (in_all, tuple(days)) for word, in_all, *days in c.execute(query)}
    return tuple(
        ReturnedRow(word, found[word.value][1], found[word.value][0])
        for word in Category
        if word.value in found
    )


def by_campaign(c: Connection, numbers: list[int]) -> Mapping[int, Back]:
    """What came back of several campaigns."""
    return _together(
        c,
        _returned(_D.campaign_id).where(_B.campaign_id.in_(numbers)),
        _complaints(_D.campaign_id).where(_B.campaign_id.in_(numbers)),
        _departed(_of(_D.campaign_id)).where(_of(_D.campaign_id).in_(numbers)),
    )


def by_domain(c: Connection, campaign_id: int) -> Mapping[str, Back]:
    """What came back of one campaign, by its readers' domains."""
    return _together(
        c,
        _returned(_D.domain).where(_B.campaign_id == campaign_id),
        _complaints(_D.domain).where(_B.campaign_id == campaign_id),
        _departed(_of(_D.domain)).where(_of(_D.campaign_id) == campaign_id),
    )


def notices(c: Connection, campaign_id: int) -> int:
    """Of how many readers something came back that ends nothing: a delay, a receipt, an automatic answer."""
    query = select(func.count(_B.delivery_id.distinct()))
    return c.scalar(query.where(_B.campaign_id == campaign_id, _B.kind.in_(_NOTICES))) or 0


def read_since(c: Connection, campaign_id: int, since: int) -> int:
    """Of how many readers of the campaign it was read since then that their mail came back."""
    query = select(func.count(_B.delivery_id.distinct())).where(_B.kind == Kind.BOUNCE.value)
    return c.scalar(query.where(_B.campaign_id == campaign_id, _B.read_at > since)) or 0


def _returned(by: ColumnElement[Any]) -> Select[Any]:
    sent = (_B.kind == Kind.BOUNCE.value) & (_D.status == Status.SENT.value)
    return _bounced(by).where(sent)


def _complaints(by: ColumnElement[Any]) -> Select[Any]:
    return _bounced(by).where(_B.kind == Kind.COMPLAINT.value)


def _bounced(by: ColumnElement[Any]) -> Select[Any]:
    query = select(by, func.count(_D.id.distinct())).join_from(bounces, deliveries, _D.id == _B.delivery_id)
    return query.group_by(by)


def _of(column: ColumnElement[Any]) -> ColumnElement[Any]:
    """That column of an event's delivery; asked so, the few events are gone through and not the many deliveries."""
    return select(column).where(_D.id == _E.delivery_id).scalar_subquery()


def _departed(by: ColumnElement[Any]) -> Select[Any]:
    return select(by, func.count(_E.delivery_id.distinct())).where(_LEFT).group_by(by)


def _together(c: Connection, *queries: Select[Any]) -> dict[Any, Back]:
    """The three counts of everything that any of them names."""
    found = [{row[0]: row[1] for row in c.execute(query)} for query in queries]
    return {by: Back(*(counts.get(by, 0) for counts in found)) for by in set().union(*found)}

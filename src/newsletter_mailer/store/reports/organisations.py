"""Organisations: which of them an issue reached, and whom of the others one can telephone."""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from unicodedata import normalize

from sqlalchemy import Connection, Select, case, func, select

from newsletter_mailer.model.audience import SubscriptionStatus, SuppressionReason
from newsletter_mailer.model.bounce import Kind
from newsletter_mailer.model.campaign import Campaign
from newsletter_mailer.model.delivery import Status
from newsletter_mailer.model.report import Contact, Person, Unreached
from newsletter_mailer.store.schema import (
    bounces,
    campaigns,
    deliveries,
    lists,
    organisations,
    subscribers,
    subscriptions,
    suppressions,
)

_D, _S, _T, _O = deliveries.c, subscribers.c, subscriptions.c, organisations.c
_TOGETHER = 1000  # organisations whose people are read at once
_CAME_BACK = (
    select(bounces.c.id).where(bounces.c.delivery_id == _D.id, bounces.c.kind == Kind.BOUNCE.value).exists()
)
_GOT_IT = (_D.status == Status.SENT.value) & ~_CAME_BACK
_TELEPHONE = ("tel", "tél", "phone", "mobile", "portable", "gsm")  # how the field's name may begin
_SUPPRESSED = {
    SuppressionReason.HARD_BOUNCE.value: Contact.DEAD,
    SuppressionReason.COMPLAINT.value: Contact.STOPPED,
    SuppressionReason.STOP_EVERYTHING.value: Contact.STOPPED,
}
_TIED = {
    SubscriptionStatus.CONFIRMED.value: Contact.OPEN,
    SubscriptionStatus.PENDING.value: Contact.PENDING,
    SubscriptionStatus.UNSUBSCRIBED.value: Contact.LEFT,
}


@dataclass(frozen=True, slots=True)
class Organisations:
    """Numbers of organisations by how the issue reached them."""

    reached: frozenset[int]
    missed: frozenset[int]
    without: frozenset[int]


def by_reach(c: Connection, campaign: Campaign) -> Organisations:
    """Every organisation of the lists; reached is one of which anybody got the issue, by whichever campaign.

    Who is on an excluded list was not meant, nor, where there is a segment, who was not written to.
    """
    query = (
        select(_S.organisation_id, func.max(case((_GOT_IT, 1), else_=0)))
        .join_from(deliveries, subscribers, _S.id == _D.subscriber_id)
        .where(_D.issue_id == _issue(c, campaign), _S.organisation_id.is_not(None))
        .group_by(_S.organisation_id)
    )
    reached: set[int] = set()
    missed: set[int] = set()
    for number, got_it in c.execute(query):
        (reached if got_it else missed).add(number)
    without = set() if campaign.segment else _of_lists(c, campaign) - reached - missed
    return Organisations(frozenset(reached), frozenset(missed), frozenset(without))


def _issue(c: Connection, campaign: Campaign) -> int:
    return int(c.scalars(select(campaigns.c.issue_id).where(campaigns.c.id == campaign.id)).one())


def _of_lists(c: Connection, campaign: Campaign) -> set[int]:
    """Organisations with somebody who is, or was, on the lists."""
    tied = select(_T.subscriber_id).where(_T.list_id.in_(_numbers(campaign.lists)))
    query = select(_S.organisation_id).where(_S.organisation_id.is_not(None), _S.id.in_(tied))
    if campaign.exclude:
        confirmed = _T.status == SubscriptionStatus.CONFIRMED.value
        out = select(_T.subscriber_id).where(_T.list_id.in_(_numbers(campaign.exclude)), confirmed)
        query = query.where(_S.id.not_in(out))
    return set(c.scalars(query.distinct()))


def _numbers(slugs: Collection[str]) -> Select[tuple[int]]:
    return select(lists.c.id).where(lists.c.slug.in_(slugs))


def to_telephone(
    c: Connection, campaign: Campaign, found: Organisations, *, most: int | None = None
) -> Iterator[Unreached]:
    """The organisations that nobody of was reached, by name, with their people; the first of them, or all."""
    wanted = found.missed | found.without
    named = [(row.id, row.name) for row in c.execute(select(_O.id, _O.name)) if row.id in wanted]
    rows = sorted(named, key=lambda row: normalize("NFD", row[1].casefold()))[:most]  # É stands among the Es
    for start in range(0, len(rows), _TOGETHER):
        some = rows[start : start + _TOGETHER]
        people = _people(c, campaign, {number for number, _ in some})
        for number, name in some:
            yield Unreached(name, number in found.missed, tuple(people.get(number, ())))


def _people(c: Connection, campaign: Campaign, wanted: Collection[int]) -> Mapping[int, Sequence[Person]]:
    """The people of these organisations who are tied to the lists, in the order in which they came."""
    tie = (
        select(_T.subscriber_id, func.min(_T.status).label("status"))  # "confirmed" is the first of the words
        .where(_T.list_id.in_(_numbers(campaign.lists)))
        .group_by(_T.subscriber_id)
        .subquery()
    )
    mine = (_D.issue_id == _issue(c, campaign)) & (_D.subscriber_id == _S.id)
    query = (
        select(_S.organisation_id, _S.first_name, _S.last_name, _S.address, _S.attributes)
        .add_columns(
            suppressions.c.reason, tie.c.status, select(_D.id).where(mine).exists().label("written_to")
        )
        .join_from(subscribers, tie, tie.c.subscriber_id == _S.id)
        .outerjoin(suppressions, suppressions.c.recipient_key == _S.recipient_key)
        .where(_S.organisation_id.in_(wanted))
        .order_by(_S.id)
    )
    found: dict[int, list[Person]] = defaultdict(list)
    for row in c.execute(query):
        found[row.organisation_id].append(_person(row))
    return found


def _person(row: Any) -> Person:
    name = f"{row.first_name} {row.last_name}".strip()
    return Person(name, row.address, _telephone(row.attributes), _contact(row))


def _contact(row: Any) -> Contact:
    if row.reason:
        return _SUPPRESSED.get(row.reason, Contact.BARRED)
    return Contact.MISSED if row.written_to else _TIED[row.status]


def _telephone(attributes: str) -> str:
    """The first field that is called after a telephone, as it was written."""
    known: dict[str, str] = json.loads(attributes)
    named = (value for name, value in known.items() if name.casefold().startswith(_TELEPHONE))
    return next((value for value in named if value.strip()), "")

"""How often links were followed, of all readers alike, and what those did who agreed to more."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from sqlalchemy import ColumnElement, Connection, Table, func, select

from newsletter_mailer.model.measuring import DECOY, Purpose
from newsletter_mailer.model.report import LinkClicks, Measured
from newsletter_mailer.store.schema import (
    campaigns,
    deliveries,
    link_counts,
    links,
    measured_clicks,
    measured_opens,
    open_counts,
    trackers,
)

_C, _D, _L, _N, _T = campaigns.c, deliveries.c, links.c, link_counts.c, trackers.c


def clicks(c: Connection, campaign_id: int) -> tuple[LinkClicks, ...] | None:
    """Every link of the campaign's edition in the order of the page; None where links are not counted.

    None of them where only those who agreed are measured: the others' clicks are not known. Of an issue that was
    corrected on its way, clicks in the copies of before count with the same link of the page; others come last.
    """
    row = c.execute(select(_C.clicks, _C.measured, _C.edition_id).where(_C.id == campaign_id)).one()
    if not row.clicks:
        return () if row.measured else None
    found = [*_followed(c, campaign_id, _L.edition_id == row.edition_id)]
    for one in _followed(c, campaign_id, (_L.edition_id != row.edition_id) & _N.day.is_not(None)):
        _add(found, one)
    return tuple(found)


def _followed(c: Connection, campaign_id: int, which: ColumnElement[bool]) -> Iterator[LinkClicks]:
    mine = (_N.link_id == _L.id) & (_N.campaign_id == campaign_id)
    counts = (func.coalesce(func.sum(column), 0) for column in (_N.people, _N.machines))
    query = (
        select(_L.number, _L.url, _L.label, *counts)
        .outerjoin_from(links, link_counts, mine)
        .where(which, _L.number != DECOY)  # which no reader sees
        .group_by(_L.edition_id, _L.number, _L.url, _L.label)
        .order_by(_L.edition_id, _L.number)
    )
    return (LinkClicks(*row) for row in c.execute(query))


def _add(found: list[LinkClicks], former: LinkClicks) -> None:
    """To the first link that is the same, or as one that the page no longer has."""
    same = (place for place, one in enumerate(found) if (one.url, one.label) == (former.url, former.label))
    place = next(same, None)
    if place is None:
        found.append(replace(former, number=0))
        return
    one = found[place]
    found[place] = replace(one, people=one.people + former.people, machines=one.machines + former.machines)


def loads(c: Connection, campaign_id: int) -> int | None:
    """How often the picture that is the same for everybody was loaded; None where that is not counted."""
    if not c.scalar(select(_C.opens).where(_C.id == campaign_id)):
        return None
    query = select(func.sum(open_counts.c.loads)).where(open_counts.c.campaign_id == campaign_id)
    return c.scalar(query) or 0


def measured(c: Connection, campaign_id: int) -> Measured | None:
    """What those did who agreed; None where nobody is measured."""
    if not c.scalar(select(_C.measured).where(_C.id == campaign_id)):
        return None
    agreed = select(func.count(_T.delivery_id.distinct())).join_from(
        trackers, deliveries, _D.id == _T.delivery_id
    )
    clicked, machine_clicks = _of(c, measured_clicks, campaign_id)
    loaded, machine_loads = _of(c, measured_opens, campaign_id)
    consented = _T.purpose == Purpose.CONSENTED.value
    asked = c.scalar(agreed.where(_D.campaign_id == campaign_id, consented)) or 0
    return Measured(asked, clicked, machine_clicks, loaded, machine_loads)


def _of(c: Connection, seen: Table, campaign_id: int) -> tuple[int, int]:
    """How many readers were seen, and how often machines."""
    e = seen.c
    mine = select(e.delivery_id).join_from(seen, deliveries, _D.id == e.delivery_id)
    mine = mine.where(_D.campaign_id == campaign_id)
    people = mine.where(~e.machine).distinct().subquery()
    machines = mine.where(e.machine).subquery()
    count = select(func.count())
    return c.scalar(count.select_from(people)) or 0, c.scalar(count.select_from(machines)) or 0

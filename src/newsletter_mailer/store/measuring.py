"""What is known of single copies: of readers who agree at that moment, and no longer than they do."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Collection, Iterator, Mapping, Sequence
from typing import Any, NamedTuple

from sqlalchemy import Connection, Table, bindparam, delete, func, insert, select, text, update

from newsletter_mailer.model.delivery import Event
from newsletter_mailer.model.machines import RULES, TOGETHER_MS, Rule, Visit, is_machine, judged
from newsletter_mailer.model.measuring import DECOY, Purpose
from newsletter_mailer.store import links as counting
from newsletter_mailer.store.links import Followed, day_of
from newsletter_mailer.store.schema import (
    attempts,
    campaigns,
    deliveries,
    issues,
    last_opens,
    links,
    measured_clicks,
    measured_opens,
    subscribers,
    suppressions,
    trackers,
)
from newsletter_mailer.store.trackers import asked_for_it, consents, cut

_D, _K, _O, _T, _S, _L = (
    table.c for table in (deliveries, measured_clicks, measured_opens, trackers, subscribers, links)
)
_LAST_OPEN = text(
    "INSERT INTO last_opens (recipient_key, day) VALUES (:key, :day)"
    " ON CONFLICT (recipient_key) DO UPDATE SET day = excluded.day WHERE excluded.day > last_opens.day"
)
_ACTED = (
    update(subscribers)
    .where(_S.id == bindparam("reader"), _S.last_act_at < bindparam("then"))
    .values(last_act_at=bindparam("then"))
)

_JUDGED = {
    table.name: update(table)
    .where(table.c.id == bindparam("row"))
    .values(machine=bindparam("is_machine"), why=bindparam("rules"))
    for table in (measured_clicks, measured_opens)
}


class Arrived(NamedTuple):
    """Somebody followed a link of a copy that has a token, or opened it."""

    token: str
    visit: Visit


class _Whose(NamedTuple):
    """The copy of a token, and its reader as they are now."""

    delivery: int
    edition: int
    campaign: int
    key: str
    purpose: Purpose
    counts_clicks: bool
    counts_opens: bool
    keeps_day: bool


class _Measured(NamedTuple):
    owner: _Whose
    visit: Visit


_Rows = Mapping[int, Mapping[int, int]]
"""Of each edition, and of each number of a link, the row."""


def note(c: Connection, arrived: Sequence[Arrived]) -> None:
    """Write down what the readers agreed to; of all others nothing, whatever their mail bears."""
    whose = _whose(c, {one.token for one in arrived})
    keys = {one.key for one in whose.values()}
    agreed, still = consents(c, keys), asked_for_it(c, keys)
    measured: list[_Measured] = []
    for one in arrived:
        owner = whose.get(one.token)
        if owner is None or agreed.get(owner.key) is False:
            continue
        if one.visit.link is None and owner.keeps_day and owner.key in still:
            c.execute(_LAST_OPEN, {"key": owner.key, "day": day_of(one.visit.at)})
        if owner.purpose is Purpose.CONSENTED and agreed.get(owner.key):
            measured.append(_Measured(owner, one.visit))
    if measured:
        rows = {edition: counting.rows_of(c, edition) for edition in {one.owner.edition for one in measured}}
        _keep(c, measured, rows)
        _judge(c, measured)
        _count(c, measured, rows)


def bring_acts(c: Connection, of: Any = None) -> None:
    """Bring readers' last act of their own up to the last link that they followed: an opened mail is none.

    Not with each click, for a machine betrays itself only by its next ones. of: a query of the numbers of deliveries;
    None: of all.
    """
    query = select(_D.subscriber_id, func.max(_K.at).label("at")).join_from(measured_clicks, deliveries)
    query = query.where(~_K.machine, _D.subscriber_id.is_not(None)).group_by(_D.subscriber_id)
    if of is not None:
        query = query.where(_K.delivery_id.in_(of))
    rows = [{"reader": row.subscriber_id, "then": row.at} for row in c.execute(query)]
    if rows:
        c.execute(_ACTED, rows)


def end(c: Connection, recipient_key: str) -> None:
    """A reader withdrew: what was measured of them is erased, and mails that they have measure nothing more."""
    number = c.scalar(select(_S.id).where(_S.recipient_key == recipient_key))
    of_any_issue = _D.issue_id.in_(select(issues.c.id))  # with which the index of readers begins
    theirs = select(_D.id).where(of_any_issue, _D.subscriber_id == number)
    bring_acts(c, theirs)
    drop(c, theirs)
    forget_days(c, [recipient_key])


def drop(c: Connection, deliveries_: Any) -> None:
    """Forget what was measured of these deliveries, a query of their numbers."""
    cut(c, _T.delivery_id.in_(deliveries_))
    for kept in (measured_clicks, measured_opens):
        c.execute(delete(kept).where(kept.c.delivery_id.in_(deliveries_)))


def forget_days(c: Connection, keys: Collection[str]) -> None:
    """Forget when these readers last opened a mail."""
    c.execute(delete(last_opens).where(last_opens.c.recipient_key.in_(keys)))


def _whose(c: Connection, tokens: Collection[str]) -> dict[str, _Whose]:
    """The owners of those tokens that are somebody's; who wants no mail of ours is not looked at either."""
    g = campaigns.c
    rows = c.execute(
        select(_T.token, _T.edition_id, _T.purpose, _D.id, _D.campaign_id, _S.recipient_key)
        .add_columns(g.clicks, g.opens, g.hygiene)
        .join_from(trackers, deliveries, _D.id == _T.delivery_id)
        .join(subscribers, _S.id == _D.subscriber_id)
        .join(campaigns, g.id == _D.campaign_id)
        .where(_T.token.in_(tokens), _S.recipient_key.not_in(select(suppressions.c.recipient_key)))
    )
    return {
        row.token: _Whose(
            row.id,
            row.edition_id,
            row.campaign_id,
            row.recipient_key,
            Purpose(row.purpose),
            row.clicks,
            row.opens,
            row.hygiene,
        )
        for row in rows
    }


def _keep(c: Connection, measured: Sequence[_Measured], rows: _Rows) -> None:
    clicks, opens = [], []
    for owner, visit in measured:
        given = {"delivery_id": owner.delivery, "at": visit.at, "machine": False, "why": _names(visit.signs)}
        if visit.link is None:
            opens.append(given)
        elif link := rows[owner.edition].get(visit.link):
            clicks.append({"link_id": link, **given})
    if clicks:
        c.execute(insert(measured_clicks), clicks)
    if opens:
        c.execute(insert(measured_opens), opens)


def _judge(c: Connection, measured: Sequence[_Measured]) -> None:
    """All late visits of these copies anew: what a machine does next betrays what it did before."""
    deliveries_ = {one.owner.delivery for one in measured}
    since = min(one.visit.at for one in measured) - 2 * TOGETHER_MS
    visits = defaultdict(list)
    for table, row in _since(c, deliveries_, since):
        link = row.number if table is measured_clicks else None
        visits[row.delivery_id].append((table, row, Visit(row.at, link, _signs(row.why))))
    accepted = _accepted(c, deliveries_)
    judged_anew: dict[Table, list[dict[str, object]]] = defaultdict(list)
    for delivery, seen in visits.items():
        others = [visit for _, _, visit in seen]
        for table, row, visit in seen:
            rules = judged(visit, others, accepted_at=accepted.get(delivery))
            machine, why = is_machine(rules), _names(rules)
            if (machine, why) != (row.machine, row.why):
                judged_anew[table].append({"row": row.id, "is_machine": machine, "rules": why})
    for table, changes in judged_anew.items():
        c.execute(_JUDGED[table.name], changes)


def _since(c: Connection, deliveries_: Collection[int], since: int) -> Iterator[tuple[Table, Any]]:
    clicks = select(_K.id, _K.delivery_id, _K.at, _K.machine, _K.why, _L.number).join_from(
        measured_clicks, links
    )
    for row in c.execute(clicks.where(_K.delivery_id.in_(deliveries_), _K.at >= since)):
        yield measured_clicks, row
    for row in c.execute(select(measured_opens).where(_O.delivery_id.in_(deliveries_), _O.at >= since)):
        yield measured_opens, row


def _accepted(c: Connection, deliveries_: Collection[int]) -> dict[int, int]:
    """When the mail server took these copies, of those that it is known to have taken."""
    a = attempts.c
    query = select(a.delivery_id, func.max(a.at).label("at")).group_by(a.delivery_id)
    rows = c.execute(query.where(a.delivery_id.in_(deliveries_), a.event == Event.ACCEPTED.value))
    return {row.delivery_id: row.at for row in rows}


def _count(c: Connection, measured: Sequence[_Measured], rows: _Rows) -> None:
    """In the numbers of all readers alike they stand like any other."""
    followed: Counter[Followed] = Counter()
    loads: Counter[tuple[int, str]] = Counter()
    for owner, visit in measured:
        day = day_of(visit.at)
        if visit.link is None:
            loads[owner.campaign, day] += owner.counts_opens
        elif owner.counts_clicks and visit.link != DECOY and visit.link in rows[owner.edition]:
            link = rows[owner.edition][visit.link]
            followed[Followed(owner.campaign, link, day, is_machine(visit.signs))] += 1
    counting.count(c, followed, +loads)


def _names(rules: Collection[Rule]) -> str:
    return ",".join(rule.value for rule in RULES if rule in rules)


def _signs(why: str) -> frozenset[Rule]:
    """What was seen of a visit when it came; the rest is judged anew."""
    return frozenset(rule for name in why.split(",") if name and (rule := Rule(name)).seen_at_once)

"""What a person may ask of the ledger: to see everything about them, and to be forgotten."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Mapping
from typing import Any

from sqlalchemy import ColumnElement, Connection, func, or_, select, union

from newsletter_mailer.model.audience import (
    ConsentKind,
    SubscriptionStatus,
    SuppressionReason,
    normalise_address,
)
from newsletter_mailer.model.delivery import Status
from newsletter_mailer.model.person import (
    Consent,
    Departure,
    Happened,
    Mail,
    Person,
    Request,
    Suppression,
    Tie,
)
from newsletter_mailer.store.readers import subscriber
from newsletter_mailer.store.schema import (
    attempts,
    bounces,
    campaigns,
    confirmations,
    consent_events,
    deliveries,
    departures,
    events,
    issues,
    last_opens,
    links,
    lists,
    measured_clicks,
    measured_opens,
    subscribers,
    subscriptions,
    suppressions,
    tests,
)

_S, _D, _E = subscribers.c, deliveries.c, consent_events.c


def everything(c: Connection, recipient_key: str, *, mailbox: str = "") -> Person:
    """All that is known of the person with this fingerprint, also under the addresses they had before.

    mailbox: their address, by which tests are found when they are no subscriber.
    """
    row = c.execute(select(subscribers).where(_S.recipient_key == recipient_key)).one_or_none()
    keys, number = keys_of(c, recipient_key), row.id if row else 0
    slugs: dict[int, str] = {one.id: one.slug for one in c.execute(select(lists.c.id, lists.c.slug))}
    return Person(
        subscriber=subscriber(c, number) if row else None,
        created_at=row.created_at if row else None,
        updated_at=row.updated_at if row else None,
        last_act_at=max(row.last_act_at, row.created_at, _last_click(c, number)) if row else None,
        suppression=_suppression(c, recipient_key),
        ties=_ties(c, number),
        departures=_departures(c, keys, slugs),
        consents=_consents(c, keys, slugs),
        requests=_requests(c, keys, slugs),
        mails=_mails(c, mails_of(number, keys)),
        last_open=c.scalar(select(func.max(last_opens.c.day)).where(last_opens.c.recipient_key.in_(keys))),
        tests=tuple(at for _, at in tests_to(c, {row.mailbox if row else mailbox})),
    )


def keys_of(c: Connection, recipient_key: str) -> tuple[str, ...]:
    """The fingerprint, and those of the addresses that the same person had before; not when they are another's now."""
    keys = [recipient_key]
    for key in keys:
        moved = select(_E.detail).where(_E.recipient_key == key, _E.kind == ConsentKind.MOVED.value)
        for former in c.scalars(moved):
            taken = c.scalar(select(_S.id).where(_S.recipient_key == former))
            if former not in keys and taken is None:
                keys.append(former)
    return tuple(keys)


def mails_of(number: int, keys: Collection[str]) -> ColumnElement[bool]:
    """Which deliveries are theirs. number: the subscriber's, 0 when there is none."""
    of_any_issue = _D.issue_id.in_(select(issues.c.id))  # with which both indexes begin
    nobody_else = or_(_D.subscriber_id.is_(None), _D.subscriber_id == number)
    by_number = select(_D.id).where(of_any_issue, _D.subscriber_id == number)
    by_key = select(_D.id).where(of_any_issue, _D.recipient_key.in_(list(keys)), nobody_else)
    return _D.id.in_(union(by_number, by_key))


def tests_to(c: Connection, mailboxes: Collection[str]) -> list[tuple[int, int]]:
    """Number and time of the tests to these addresses, in any spelling."""
    rows = c.execute(select(tests.c.id, tests.c.address, tests.c.at).order_by(tests.c.id))
    return [(row.id, row.at) for row in rows if row.address and normalise_address(row.address) in mailboxes]


def _suppression(c: Connection, key: str) -> Suppression | None:
    row = c.execute(select(suppressions).where(suppressions.c.recipient_key == key)).one_or_none()
    return Suppression(SuppressionReason(row.reason), row.source, row.created_at) if row else None


def _ties(c: Connection, number: int) -> tuple[Tie, ...]:
    t = subscriptions.c
    query = select(lists.c.slug, lists.c.name, t.status, t.basis, t.since, t.source)
    of_theirs = query.join_from(subscriptions, lists).where(t.subscriber_id == number).order_by(lists.c.slug)
    return tuple(
        Tie(slug, name, SubscriptionStatus(status), *rest)
        for slug, name, status, *rest in c.execute(of_theirs)
    )


def _departures(c: Connection, keys: Collection[str], slugs: Mapping[int, str]) -> tuple[Departure, ...]:
    p = departures.c
    rows = c.execute(select(departures).where(p.recipient_key.in_(keys)).order_by(p.since))
    return tuple(Departure(slugs[row.list_id], row.since, row.reason, row.source) for row in rows)


def _consents(c: Connection, keys: Collection[str], slugs: Mapping[int, str]) -> tuple[Consent, ...]:
    rows = c.execute(select(consent_events).where(_E.recipient_key.in_(keys)).order_by(_E.at, _E.id))
    return tuple(
        Consent(
            kind=ConsentKind(row.kind),
            list=slugs.get(row.list_id, ""),
            wording=row.wording,
            basis=row.basis,
            source=row.source,
            detail=row.detail,
            at=row.at,
        )
        for row in rows
    )


def _requests(c: Connection, keys: Collection[str], slugs: Mapping[int, str]) -> tuple[Request, ...]:
    q = confirmations.c
    rows = c.execute(select(confirmations).where(q.recipient_key.in_(keys)).order_by(q.id))
    return tuple(
        Request(
            tuple(slugs[int(number)] for number in row.lists.split(",") if number),
            row.asked_at,
            row.confirmed_at,
        )
        for row in rows
    )


def _mails(c: Connection, theirs: ColumnElement[bool]) -> tuple[Mail, ...]:
    query = select(_D.id, _D.campaign_id, campaigns.c.slug, _D.address, _D.status, _D.planned_at)
    found = c.execute(
        query.join_from(deliveries, campaigns, campaigns.c.id == _D.campaign_id).where(theirs).order_by(_D.id)
    ).all()
    tried, happened = _attempts(c, theirs), _events(c, theirs)
    return tuple(
        Mail(campaign, slug, address, Status(status), at, tuple(tried[one]), tuple(happened[one]))
        for one, campaign, slug, address, status, at in found
    )


def _attempts(c: Connection, theirs: ColumnElement[bool]) -> Mapping[int, list[Happened]]:
    a = attempts.c
    query = select(a.delivery_id, a.at, a.event, a.code, a.reply, a.detail).where(
        a.delivery_id.in_(select(_D.id).where(theirs))
    )
    found: dict[int, list[Happened]] = defaultdict(list)
    for row in c.execute(query.order_by(a.delivery_id, a.number)):
        found[row.delivery_id].append(Happened(row.at, row.event, row.code, row.reply or row.detail))
    return found


def _events(c: Connection, theirs: ColumnElement[bool]) -> Mapping[int, list[Happened]]:
    query = select(events).where(events.c.delivery_id.in_(select(_D.id).where(theirs)))
    found: dict[int, list[Happened]] = defaultdict(list)
    row: Any
    for row in c.execute(query.order_by(events.c.id)):
        found[row.delivery_id].append(Happened(row.at, row.kind, None, row.detail))
    came = select(bounces).where(bounces.c.delivery_id.in_(select(_D.id).where(theirs)))
    for row in c.execute(came.order_by(bounces.c.id)):
        found[row.delivery_id].append(Happened(row.at, row.kind, row.code, row.reason))
    _add_measured(c, theirs, found)
    return found


def _add_measured(c: Connection, theirs: ColumnElement[bool], to: dict[int, list[Happened]]) -> None:
    """What they agreed to have measured; of what was taken for a machine, by which rules."""
    k, o, these = measured_clicks.c, measured_opens.c, select(_D.id).where(theirs)
    clicks = select(k.delivery_id, k.at, k.machine, k.why, links.c.url).join_from(measured_clicks, links)
    for row in c.execute(clicks.where(k.delivery_id.in_(these)).order_by(k.id)):
        words = f"{row.url} ({row.why})" if row.machine else row.url
        to[row.delivery_id].append(Happened(row.at, "followed", None, words))
    for row in c.execute(select(measured_opens).where(o.delivery_id.in_(these)).order_by(o.id)):
        to[row.delivery_id].append(Happened(row.at, "opened", None, row.why if row.machine else ""))


def _last_click(c: Connection, number: int) -> int:
    """When they last followed a link themselves; 0 if never, or where nobody may know."""
    k = measured_clicks.c
    query = select(func.max(k.at)).join_from(measured_clicks, deliveries, _D.id == k.delivery_id)
    of_any_issue = _D.issue_id.in_(select(issues.c.id))  # with which the index of readers begins
    return c.scalar(query.where(of_any_issue, _D.subscriber_id == number, ~k.machine)) or 0

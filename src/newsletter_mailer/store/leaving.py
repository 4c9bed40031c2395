"""How readers leave, and how they alone come back: every face goes through here."""

from __future__ import annotations

from collections.abc import Collection, Mapping

from sqlalchemy import (
    BigInteger,
    Connection,
    Text,
    bindparam,
    delete,
    exists,
    insert,
    literal,
    select,
    text,
    update,
)

from newsletter_mailer.model.audience import Basis, ConsentKind, Left, SubscriptionStatus, SuppressionReason
from newsletter_mailer.store import consent
from newsletter_mailer.store.bulk import execute_with, read_with
from newsletter_mailer.store.list_rows import uncounted
from newsletter_mailer.store.schema import (
    deliveries,
    departures,
    events,
    subscribers,
    subscriptions,
    suppressions,
)

_LEFT = SubscriptionStatus.UNSUBSCRIBED.value
_T, _P, _D, _E = subscriptions.c, departures.c, deliveries.c, events.c
_READER = select(subscribers.c.id).where(subscribers.c.recipient_key == bindparam("key"))
_TIES = select(_T.list_id, _T.status, _T.basis).where(_T.subscriber_id == bindparam("reader"))
_END = (
    update(subscriptions)
    .where(_T.subscriber_id == bindparam("reader"), _T.list_id == bindparam("list"))
    .values(status=_LEFT, since=bindparam("now"))
)
_DELIVERY = (
    select(_D.recipient_key, _D.lists, subscribers.c.recipient_key)
    .outerjoin_from(deliveries, subscribers, subscribers.c.id == _D.subscriber_id)
    .where(_D.id == bindparam("delivery"))
)
_NOTED = exists().where(_E.delivery_id == bindparam("delivery"), _E.kind == ConsentKind.UNSUBSCRIBED.value)
_NOTE = insert(events).from_select(  # once: the delivery's own history says that its reader left by it
    ["delivery_id", "kind", "detail", "at"],
    select(
        bindparam("delivery", type_=BigInteger),
        literal(ConsentKind.UNSUBSCRIBED.value),
        bindparam("source", type_=Text),
        bindparam("now", type_=BigInteger),
    ).where(~_NOTED),
)
_SUPPRESS = text(
    "INSERT INTO suppressions (recipient_key, reason, source, created_at) VALUES (:key, :reason, :source, :now)"
    " ON CONFLICT DO NOTHING"  # the first reason is the one to tell
)
_DEPART = text(
    "INSERT INTO departures (recipient_key, list_id, since, reason, source)"
    " VALUES (:key, :list, :now, :reason, :source) ON CONFLICT DO NOTHING"
)
_DEPART_FORMER = text(  # an old file has them at the address from which they moved; list: 0 for every one
    "WITH RECURSIVE former(key) AS (SELECT CAST(:key AS TEXT) UNION SELECT e.detail FROM consent_events e"
    " JOIN former ON e.recipient_key = former.key WHERE e.kind = 'moved')"
    " INSERT INTO departures (recipient_key, list_id, since, reason, source)"
    " SELECT f.key, l.id, :now, :reason, :source FROM former f JOIN lists l ON :list IN (0, l.id)"
    " WHERE f.key <> :key AND NOT EXISTS (SELECT 1 FROM subscribers s WHERE s.recipient_key = f.key)"
    " ON CONFLICT DO NOTHING"
)
_JOIN = text(
    "INSERT INTO subscriptions (subscriber_id, list_id, status, since, source, basis)"
    " VALUES (:id, :list, 'confirmed', :now, :source, :basis) ON CONFLICT (subscriber_id, list_id) DO UPDATE"
    " SET status = 'confirmed', since = excluded.since, source = excluded.source, basis = excluded.basis"
)


def unsubscribe(
    c: Connection, subscriber_id: int, list_ids: Collection[int], *, now: int, source: str = ""
) -> int:
    """End the ties to these lists, and give the number of those that had not ended before. No import revives them."""
    key = _key(c, subscriber_id)
    if key is None:
        return 0
    return _end(c, key, subscriber_id, _ties(c, subscriber_id), list_ids, source=source, now=now)


def unsubscribe_key(
    c: Connection, recipient_key: str, list_ids: Collection[int], *, now: int, source: str
) -> int:
    """The same for whoever has this fingerprint, also when their row is gone or has no such tie."""
    number = _number(c, recipient_key)
    ties = _ties(c, number) if number else {}
    ended = _end(c, recipient_key, number, ties, list_ids, source=source, now=now)
    for list_id in sorted(set(list_ids) - ties.keys()):
        if depart(c, recipient_key, list_id, now=now, reason=_LEFT, source=source):
            _say_left(c, recipient_key, list_id, basis="", source=source, now=now)
            ended += 1
    return ended


def leave_delivery(c: Connection, delivery_id: int, *, now: int, source: str) -> Left | None:
    """End the ties by which this delivery reached its reader; None for a delivery that there is not."""
    found = read_with(c, _DELIVERY, {"delivery": delivery_id})
    if not found:
        return None
    [(planned_key, reached, present_key)] = found
    key = present_key or planned_key  # the first is another one, if they moved
    lists = uncounted(c, [int(number) for number in reached.split(",") if number])
    ended = unsubscribe_key(c, key, [one.id for one in lists], now=now, source=source)
    execute_with(c, _NOTE, {"delivery": delivery_id, "source": source, "now": now})
    return Left(lists, again=not ended, address_known=present_key is not None or _number(c, key) > 0)


def stop_everything(c: Connection, recipient_key: str, *, now: int, source: str) -> None:
    """Never write to this reader again, by any list: their own wish, known or not. Every tie of theirs ends."""
    new = keep_suppressed(c, recipient_key, SuppressionReason.STOP_EVERYTHING, now=now, source=source)
    number = _number(c, recipient_key)
    ties = _ties(c, number) if number else {}
    ended = _end(c, recipient_key, number, ties, ties, source=source, now=now)
    if not (new or ended):
        return  # said before
    _depart_former(c, recipient_key, 0, source=source, now=now)
    _say(c, recipient_key, ConsentKind.STOPPED_EVERYTHING, source=source, now=now)
    consent.acted(c, recipient_key, now=now)


def rejoin(c: Connection, subscriber_id: int, list_id: int, *, now: int, wording: str, source: str) -> bool:
    """The reader's own dated yes to a list, and whether they may be written to now.

    It takes back that they left this list, and that they wanted no mail at all; not a complaint or a dead address.
    """
    key = _key(c, subscriber_id)
    if key is None:
        return False
    basis = Basis.CONSENT.value
    values = {"id": subscriber_id, "list": list_id, "now": now, "source": source, "basis": basis}
    c.execute(_JOIN, values)
    c.execute(delete(departures).where(_P.recipient_key == key, _P.list_id == list_id))
    stopped = suppressions.c.reason == SuppressionReason.STOP_EVERYTHING.value
    c.execute(delete(suppressions).where(suppressions.c.recipient_key == key, stopped))
    kind = ConsentKind.CONFIRMED
    consent.record(c, key, kind, list_id=list_id, wording=wording, basis=basis, source=source, now=now)
    consent.acted(c, key, now=now)
    return not is_suppressed(c, key)


def suppress(
    c: Connection, recipient_key: str, *, reason: SuppressionReason, now: int, source: str = ""
) -> None:
    """Never write to this address again, by any list; known or not. A second reason changes nothing."""
    if keep_suppressed(c, recipient_key, reason, now=now, source=source):
        _say(c, recipient_key, ConsentKind.SUPPRESSED, source=source, detail=reason.value, now=now)


def is_suppressed(c: Connection, recipient_key: str) -> bool:
    """Whether this address is never written to."""
    found = select(suppressions.c.reason).where(suppressions.c.recipient_key == recipient_key)
    return c.scalar(found) is not None


def keep_suppressed(
    c: Connection, recipient_key: str, reason: SuppressionReason, *, now: int, source: str
) -> bool:
    """Put the fingerprint among those that are never mailed, and nothing else; whether it was not there yet."""
    values = {"key": recipient_key, "reason": reason.value, "source": source, "now": now}
    return c.execute(_SUPPRESS, values).rowcount > 0


def depart(c: Connection, recipient_key: str, list_id: int, *, now: int, reason: str, source: str) -> bool:
    """Keep by fingerprint that somebody is not on this list any more; whether that was not kept yet."""
    values = {"key": recipient_key, "list": list_id, "now": now, "reason": reason, "source": source}
    return c.execute(_DEPART, values).rowcount > 0


def _end(
    c: Connection,
    key: str,
    number: int,
    ties: Mapping[int, tuple[str, str]],
    list_ids: Collection[int],
    *,
    source: str,
    now: int,
) -> int:
    ending = [one for one in sorted(list_ids) if one in ties and ties[one][0] != _LEFT]
    for list_id in ending:
        execute_with(c, _END, {"reader": number, "list": list_id, "now": now})
        _say_left(c, key, list_id, basis=ties[list_id][1], source=source, now=now)
    if ending:
        consent.acted(c, key, now=now)
    return len(ending)


def _ties(c: Connection, number: int) -> dict[int, tuple[str, str]]:
    """Status and basis of every tie that they ever had, by the list."""
    return {one: (status, basis) for one, status, basis in read_with(c, _TIES, {"reader": number})}


def _key(c: Connection, subscriber_id: int) -> str | None:
    return c.scalar(select(subscribers.c.recipient_key).where(subscribers.c.id == subscriber_id))


def _number(c: Connection, key: str) -> int:
    """The subscriber with that fingerprint, 0 when there is none."""
    found = read_with(c, _READER, {"key": key})
    return int(found[0][0]) if found else 0


def _say(c: Connection, key: str, kind: ConsentKind, *, source: str, detail: str = "", now: int) -> None:
    """About every list."""
    consent.record(c, key, kind, list_id=None, wording="", basis="", source=source, detail=detail, now=now)


def _depart_former(c: Connection, key: str, list_id: int, *, source: str, now: int) -> None:
    values = {"key": key, "list": list_id, "reason": _LEFT, "source": source, "now": now}
    c.execute(_DEPART_FORMER, values)


def _say_left(c: Connection, key: str, list_id: int, *, basis: str, source: str, now: int) -> None:
    _depart_former(c, key, list_id, source=source, now=now)
    kind = ConsentKind.UNSUBSCRIBED
    consent.record(c, key, kind, list_id=list_id, wording="", basis=basis, source=source, now=now)

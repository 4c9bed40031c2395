"""How readers leave, and how they alone come back: every face goes through here."""

from __future__ import annotations

from collections.abc import Collection

from sqlalchemy import Connection, delete, insert, select, text, update

from newsletter_mailer.model.audience import Basis, ConsentKind, Left, SubscriptionStatus, SuppressionReason
from newsletter_mailer.store import consent
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
_T, _P = subscriptions.c, departures.c
_SUPPRESS = text(
    "INSERT INTO suppressions (recipient_key, reason, source, created_at) VALUES (:key, :reason, :source, :now)"
    " ON CONFLICT DO NOTHING"  # the first reason is the one to tell
)
_DEPART = text(
    "INSERT INTO departures (recipient_key, list_id, since, reason, source)"
    " VALUES (:key, :list, :now, :reason, :source) ON CONFLICT DO NOTHING"
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
    these = (_T.subscriber_id == subscriber_id) & _T.list_id.in_(list(list_ids)) & (_T.status != _LEFT)
    ending = update(subscriptions).where(these).values(status=_LEFT, since=now)
    ended = c.execute(ending.returning(_T.list_id, _T.basis)).all()
    key = _key(c, subscriber_id)
    if not ended or key is None:
        return 0
    for list_id, basis in sorted(ended):
        _say_left(c, key, list_id, basis=basis, source=source, now=now)
    consent.acted(c, key, now=now)
    return len(ended)


def unsubscribe_key(
    c: Connection, recipient_key: str, list_ids: Collection[int], *, now: int, source: str
) -> int:
    """The same for whoever has this fingerprint, also when their row is gone or has no such tie."""
    number = c.scalar(select(subscribers.c.id).where(subscribers.c.recipient_key == recipient_key))
    ended = 0 if number is None else unsubscribe(c, number, list_ids, now=now, source=source)
    tied = set(c.scalars(select(_T.list_id).where(_T.subscriber_id == number)))
    for list_id in sorted(set(list_ids) - tied):
        if depart(c, recipient_key, list_id, now=now, reason=_LEFT, source=source):
            _say_left(c, recipient_key, list_id, basis="", source=source, now=now)
            ended += 1
    return ended


def leave_delivery(c: Connection, delivery_id: int, *, now: int, source: str) -> Left | None:
    """End the ties by which this delivery reached its reader; None for a delivery that there is not."""
    query = select(deliveries.c.recipient_key, deliveries.c.subscriber_id, deliveries.c.lists)
    found = c.execute(query.where(deliveries.c.id == delivery_id)).one_or_none()
    if found is None:
        return None
    lists = uncounted(c, [int(number) for number in found.lists.split(",") if number])
    present = _key(c, found.subscriber_id) if found.subscriber_id else None  # another one, if they moved
    key = present or found.recipient_key
    ended = unsubscribe_key(c, key, [one.id for one in lists], now=now, source=source)
    _note(c, delivery_id, source, now)
    known = c.scalar(select(subscribers.c.id).where(subscribers.c.recipient_key == key)) is not None
    return Left(lists, again=not ended, address_known=known)


def stop_everything(c: Connection, recipient_key: str, *, now: int, source: str) -> None:
    """Never write to this reader again, by any list: their own wish, known or not. Every tie of theirs ends."""
    if not keep_suppressed(c, recipient_key, SuppressionReason.STOP_EVERYTHING, now=now, source=source):
        return
    number = c.scalar(select(subscribers.c.id).where(subscribers.c.recipient_key == recipient_key))
    if number is not None:
        ties = c.scalars(select(_T.list_id).where(_T.subscriber_id == number)).all()
        unsubscribe(c, number, ties, now=now, source=source)
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


def _key(c: Connection, subscriber_id: int) -> str | None:
    return c.scalar(select(subscribers.c.recipient_key).where(subscribers.c.id == subscriber_id))


def _say(c: Connection, key: str, kind: ConsentKind, *, source: str, detail: str = "", now: int) -> None:
    """About every list."""
    consent.record(c, key, kind, list_id=None, wording="", basis="", source=source, detail=detail, now=now)


def _say_left(c: Connection, key: str, list_id: int, *, basis: str, source: str, now: int) -> None:
    kind = ConsentKind.UNSUBSCRIBED
    consent.record(c, key, kind, list_id=list_id, wording="", basis=basis, source=source, now=now)


def _note(c: Connection, delivery_id: int, source: str, now: int) -> None:
    """The delivery's own history says once that its reader left by it."""
    kind = ConsentKind.UNSUBSCRIBED.value
    said = select(events.c.id).where(events.c.delivery_id == delivery_id, events.c.kind == kind)
    if c.scalar(said.limit(1)) is None:
        c.execute(insert(events).values(delivery_id=delivery_id, kind=kind, detail=source, at=now))

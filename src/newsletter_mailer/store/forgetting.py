"""Taking a person out of the ledger: rows and logs go, a fingerprint stays that no import gets past."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from contextlib import contextmanager

from sqlalchemy import ColumnElement, Connection, delete, insert, select, update

from newsletter_mailer.model.audience import SuppressionReason
from newsletter_mailer.store import measuring
from newsletter_mailer.store.audience import delete_subscriber
from newsletter_mailer.store.leaving import depart, keep_suppressed
from newsletter_mailer.store.rights import keys_of, mails_of, tests_to
from newsletter_mailer.store.schema import (
    attempts,
    bounces,
    confirmations,
    consent_events,
    deliveries,
    departures,
    events,
    meta,
    organisations,
    subscribers,
    subscriptions,
    suppressions,
    tests,
)

_D, _S, _T = deliveries.c, subscribers.c, subscriptions.c
_NOTHING = {"reply": "", "detail": ""}


def forget(c: Connection, recipient_key: str, *, now: int, source: str, mailbox: str = "") -> bool:
    """Erase a person, known or not, who is never mailed again unless they ask for it; whether they were known.

    Of every mail to them it stays known that there was one and what became of it, so that counts still verify.
    """
    keys, known = keys_of(c, recipient_key), _erase(c, recipient_key, mailbox)
    for key in keys:
        keep_suppressed(c, key, SuppressionReason.STOP_EVERYTHING, now=now, source=source)
    return known


def erase_silent(c: Connection, recipient_key: str, *, now: int) -> None:
    """Erase a person who was silent for years. They are on no list again unless they ask for it."""
    keys = keys_of(c, recipient_key)
    tied = select(_T.list_id).join_from(subscriptions, subscribers).where(_S.recipient_key == recipient_key)
    lists = c.scalars(tied).all()
    _erase(c, recipient_key)
    for key in keys:
        for list_id in lists:
            depart(c, key, list_id, now=now, reason="silent", source="")


def empty_logs(c: Connection, theirs: ColumnElement[bool], **also: object) -> int:
    """Blank the addresses and the servers' words of these deliveries, and count them. also: columns of `deliveries`.

    What was measured of them goes; see `measuring.bring_acts` for what has to be known before.
    """
    these = select(_D.id).where(theirs)
    measuring.drop(c, these)
    c.execute(update(attempts).where(attempts.c.delivery_id.in_(these)).values(_NOTHING))
    came = bounces.c.delivery_id.in_(these)
    c.execute(update(bounces).where(came).values(reason="", kept=False))  # the file goes: see originals.py
    said = events.c.kind != "moved"  # its detail is a fingerprint
    c.execute(update(events).where(events.c.delivery_id.in_(these), said).values(detail=""))
    return c.execute(update(deliveries).where(theirs).values({"address": "", **also})).rowcount


@contextmanager
def overwriting(c: Connection) -> Iterator[None]:
    """What is deleted is overwritten in the file; consent events, too, may go."""
    sqlite = c.dialect.name == "sqlite"
    if sqlite:
        c.exec_driver_sql("PRAGMA secure_delete = ON")  # also of pages that are given up
    c.execute(insert(meta).values(key="forgetting", value="1"))
    yield
    c.execute(delete(meta).where(meta.c.key == "forgetting"))
    if sqlite:
        c.exec_driver_sql("PRAGMA secure_delete = FAST")


def _erase(c: Connection, recipient_key: str, mailbox: str = "") -> bool:
    row = c.execute(select(subscribers).where(_S.recipient_key == recipient_key)).one_or_none()
    keys, number = keys_of(c, recipient_key), row.id if row else 0
    with overwriting(c):
        emptied = empty_logs(c, mails_of(number, keys), subscriber_id=None, domain="")
        gone = _delete(c, keys, {row.mailbox if row else mailbox})
        if row is not None:
            delete_subscriber(c, number)
            _drop_organisation(c, row.organisation_id)
    return row is not None or gone or emptied > 0


def _delete(c: Connection, keys: Collection[str], mailboxes: Collection[str]) -> bool:
    said = c.execute(delete(consent_events).where(consent_events.c.recipient_key.in_(keys))).rowcount
    asked = c.execute(delete(confirmations).where(confirmations.c.recipient_key.in_(keys))).rowcount
    for kept in (suppressions, departures):  # the fingerprint stays, not who told it on the telephone
        c.execute(update(kept).where(kept.c.recipient_key.in_(keys)).values(source=""))
    measuring.forget_days(c, keys)
    tested = [number for number, _ in tests_to(c, mailboxes)]
    c.execute(update(tests).where(tests.c.id.in_(tested)).values(address="", reply=""))
    return bool(said or asked or tested)


def _drop_organisation(c: Connection, number: int | None) -> None:
    """An organisation of which nobody is left; it may be named after the person."""
    left = select(_S.id).where(_S.organisation_id == number).exists()
    c.execute(delete(organisations).where(organisations.c.id == number, ~left))

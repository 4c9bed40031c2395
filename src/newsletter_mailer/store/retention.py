"""How long things are kept: three years of a reader's silence, a year of delivery logs, a month of requests."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum

from sqlalchemy import Connection, delete, select, text, update

from newsletter_mailer.model.audience import ConsentKind, SubscriptionStatus
from newsletter_mailer.model.delivery import OPEN
from newsletter_mailer.store import consent
from newsletter_mailer.store.forgetting import empty_logs, erase_silent, overwriting
from newsletter_mailer.store.schema import (
    campaigns,
    confirmations,
    deliveries,
    lists,
    review_comments,
    subscriptions,
    tests,
)

_D = deliveries.c
_SILENT = text(
    "SELECT s.id, s.address, s.recipient_key, s.language,"
    " EXISTS (SELECT 1 FROM subscriptions t WHERE t.subscriber_id = s.id AND t.status = 'confirmed')"
    " AND NOT EXISTS (SELECT 1 FROM suppressions p WHERE p.recipient_key = s.recipient_key) AS reads,"
    " (SELECT max(e.at) FROM consent_events e WHERE e.recipient_key = s.recipient_key"
    " AND e.kind = 'reconfirm_asked' AND e.at > s.last_act_at) AS asked"
    " FROM subscribers s WHERE s.last_act_at <= :silent AND s.created_at <= :silent"
    " AND s.id > :after ORDER BY s.id LIMIT 500"
)


class Step(Enum):
    """What a reader's silence leads to next."""

    ASK = "ask"  #: whether they want to stay
    WAIT = "wait"  #: they were asked, and may still answer
    ERASE = "erase"  #: they gave no answer, or read nothing of ours anyway


@dataclass(frozen=True, slots=True)
class Silent:
    """A reader who did nothing of their own for too long."""

    id: int
    address: str
    recipient_key: str
    language: str
    step: Step


@dataclass(frozen=True, slots=True)
class Limits:
    """Moments before which things are too old: milliseconds since 1970, UTC."""

    act: int  #: a reader's last act of their own
    asked: int  #: a question whether they want to stay, and a request that nobody confirmed
    log: int  #: what became of a mail


def silent(c: Connection, limits: Limits, *, after: int = 0) -> list[Silent]:
    """The next 500 readers who were silent for too long, by their number; none when those are all."""
    rows = c.execute(_SILENT, {"silent": limits.act, "after": after})
    return [
        Silent(row.id, row.address, row.recipient_key, row.language, _step(row.reads, row.asked, limits))
        for row in rows
    ]


def letters_of(c: Connection, one: Silent) -> list[str]:
    """The names of the lists by which they are written to."""
    t = subscriptions.c
    names = select(lists.c.name).join_from(subscriptions, lists).order_by(lists.c.name)
    confirmed = t.status == SubscriptionStatus.CONFIRMED.value
    return list(c.scalars(names.where(t.subscriber_id == one.id, confirmed)))


def _step(reads: bool, asked: int | None, limits: Limits) -> Step:
    if not reads:
        return Step.ERASE
    if asked is None:
        return Step.ASK
    return Step.ERASE if asked <= limits.asked else Step.WAIT


def note_asked(c: Connection, recipient_key: str, *, source: str, now: int) -> None:
    """They were asked whether they want to stay; from now on silence is an answer."""
    kind = ConsentKind.RECONFIRM_ASKED
    consent.record(c, recipient_key, kind, list_id=None, wording="", basis="", source=source, now=now)


def erase(c: Connection, one: Silent, *, now: int) -> None:
    """Take a silent reader out."""
    erase_silent(c, one.recipient_key, now=now)


def empty_old_logs(c: Connection, limits: Limits) -> int:
    """Blank addresses and servers' words of what was settled long ago, and give the number of mails.

    What reviewers remarked then goes too; that they approved an edition stays.
    """
    closed = _D.status.not_in([status.value for status in OPEN])
    old = (_D.updated_at <= limits.log) & (_D.address != "") & closed
    begun = c.scalars(select(campaigns.c.id).where(campaigns.c.created_at <= limits.log)).all()
    with overwriting(c):
        emptied = sum(empty_logs(c, (_D.campaign_id == number) & old) for number in begun)
        c.execute(update(tests).where(tests.c.at <= limits.log).values(address="", reply=""))
        c.execute(
            delete(review_comments).where(review_comments.c.at <= limits.log)
        )  # their edition is long past
    return emptied


def old_logs(c: Connection, limits: Limits) -> int:
    """How many mails that would be."""
    closed = _D.status.not_in([status.value for status in OPEN])
    query = select(_D.id).join_from(deliveries, campaigns, campaigns.c.id == _D.campaign_id)
    old = query.where(
        campaigns.c.created_at <= limits.log, _D.updated_at <= limits.log, _D.address != "", closed
    )
    return len(c.scalars(old).all())


def drop_requests(c: Connection, limits: Limits) -> int:
    """Forget what was asked for on the public pages long ago; of what was confirmed, the consent events tell."""
    with overwriting(c):
        return c.execute(delete(confirmations).where(confirmations.c.asked_at <= limits.asked)).rowcount

"""Claims: what a run takes next, after one more look at everyone it is about to write to."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from typing import NamedTuple

from sqlalchemy import Connection, bindparam, insert, select, update

from newsletter_mailer.model.audience import Subscriber, mail_domain
from newsletter_mailer.model.campaign import CLOSED, CampaignState
from newsletter_mailer.model.delivery import Delivery, Event, Status
from newsletter_mailer.store.bulk import execute_many, execute_with
from newsletter_mailer.store.candidates import Candidate, due
from newsletter_mailer.store.expiry import give_up
from newsletter_mailer.store.readers import as_subscriber
from newsletter_mailer.store.schema import campaigns, deliveries, events, lists
from newsletter_mailer.store.steps import Row, Step, apply

MOST = 200  #: rows of one claim: what may be in doubt after a power cut
_SHUT = {state.value for state in CLOSED | {CampaignState.SCHEDULED}}
_CAMPAIGN = select(campaigns.c.state, campaigns.c.edition_id, campaigns.c.expires_at).where(
    campaigns.c.id == bindparam("campaign")
)
_KEEP = insert(events)
_LISTS = select(lists.c.id, lists.c.name, lists.c.slug)
_STATUS = {status.value: status for status in Status}
_THIS = deliveries.c.id == bindparam("delivery")
_FOLLOW = (
    update(deliveries)
    .where(_THIS)
    .values({name: bindparam(f"new_{name}") for name in ("address", "domain", "recipient_key")})
)
_LEAVE = update(deliveries).where(_THIS).values(erratum=None, note=bindparam("why"))
_CORRECT = update(deliveries).where(_THIS).values(edition_id=bindparam("edition"))


class Claimed(NamedTuple):
    """What building a message needs."""

    delivery: Delivery
    subscriber: Subscriber
    list_name: str  #: of the first list by which the reader is reached
    list_slug: str


def claim(
    c: Connection,
    campaign_id: int,
    *,
    run: int,
    limit: int,
    now: int,
    without: Collection[str] = (),
    canary: bool = False,
) -> list[Claimed]:
    """Take up to `limit` deliveries (1..200) for this run, first those whose retry is due; [] when nothing is due.

    without: domains that are not written to now. canary: only of those who go first.
    Counts as soon as the transaction is committed, and not before. Who left or was suppressed since the plan is
    skipped and not given back; who moved is followed. When the campaign's time is over, the rest is given up.
    """
    state, edition, expires_at = execute_with(c, _CAMPAIGN, {"campaign": campaign_id}).one()
    if state in _SHUT:
        return []
    if expires_at is not None and now >= expires_at:
        give_up(c, campaign_id, run=run, now=now)
        return []
    most = min(limit, MOST)
    for rows in due(c, campaign_id, limit=most, now=now, without=without, canary=canary):
        claimed = _take(c, rows, run=run, edition=edition, now=now)
        if claimed:
            return claimed
    return []


def _take(c: Connection, rows: Sequence[Candidate], *, run: int, edition: int, now: int) -> list[Claimed]:
    known = {str(number): (name, slug) for number, name, slug in execute_with(c, _LISTS, {})}
    taken: list[Row] = []
    left: list[Row] = []
    leaves: list[dict[str, object]] = []
    claimed: list[Claimed] = []
    for one in rows:
        row = Row(one.id, one.campaign, one.batch, _STATUS[one.status], one.attempt)
        reached = _still_reached(one)
        if why := _reason_to_skip(one, reached):
            left.append(row)
            leaves.append({"delivery": one.id, "why": why})
        else:
            taken.append(row)
            claimed.append(Claimed(_delivery(one, edition), as_subscriber(one), *known[reached[0]]))
    apply(c, [Step(taken, Event.CLAIMED, run=run, begun=1), Step(left, Event.READER_LEFT)], now=now)
    execute_many(c, _LEAVE, leaves)
    outdated = [{"delivery": one.id, "edition": edition} for one in rows if one.edition != edition]
    execute_many(c, _CORRECT, outdated)
    moved = {one.id: one.recipient_key for one in rows if one.reader_key != one.recipient_key}
    _follow(c, moved, claimed, now)
    return claimed


def _still_reached(one: Candidate) -> list[str]:
    """The lists by which the plan reaches the reader and where the reader still is, in the order of the plan."""
    if one.lists == one.lists_now:
        return [one.lists] if "," not in one.lists else one.lists.split(",")
    now_on = set((one.lists_now or "").split(","))
    return [number for number in one.lists.split(",") if number in now_on]


def _reason_to_skip(one: Candidate, reached: list[str]) -> str:
    """A word for `note`, or "" when the reader still wants the mail."""
    if one.reader_id is None:
        return "gone"
    if one.never:
        return "suppressed"
    if not reached:
        return "unsubscribed"
    return "has_it" if one.taken else ""


def _delivery(one: Candidate, edition: int) -> Delivery:
    """The row as it is claimed: to the address as planned, unless the mailbox is another."""
    other = one.reader_key != one.recipient_key or not one.address  # empty: the log was emptied, by its age
    address, domain = (
        (one.reader_address, mail_domain(one.reader_address)) if other else (one.address, one.domain)
    )
    begun = (one.id, one.campaign, one.batch, one.attempt + 1, one.reader_key, one.subscriber_id)
    return Delivery(*begun, address, one.message_id, one.planned_at, edition, domain)


def _follow(c: Connection, moved: Mapping[int, str], claimed: Sequence[Claimed], now: int) -> None:
    """Write down the new address of those who moved, and that they did."""
    followed = [one.delivery for one in claimed if one.delivery.id in moved] if moved else []
    news = [
        {
            "delivery": d.id,
            "new_address": d.address,
            "new_domain": d.domain,
            "new_recipient_key": d.recipient_key,
        }
        for d in followed
    ]
    execute_many(c, _FOLLOW, news)
    kept = [{"delivery_id": d.id, "kind": "moved", "detail": moved[d.id], "at": now} for d in followed]
    execute_many(c, _KEEP, kept)

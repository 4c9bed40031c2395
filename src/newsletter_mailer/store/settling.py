"""What became of what was claimed: outcomes into the ledger, in groups."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Sequence
from datetime import timedelta
from functools import lru_cache
from typing import Any, NamedTuple

from sqlalchemy import Connection, Select, insert, select

from newsletter_mailer.model.campaign import CampaignState
from newsletter_mailer.model.delivery import OPEN, Event, Status, after
from newsletter_mailer.model.outcome import Outcome, ReplyClass, Verb
from newsletter_mailer.model.retry import RetryPolicy
from newsletter_mailer.store.bulk import in_lists, insert_rows, read_with, some_of
from newsletter_mailer.store.expiry import note_expired
from newsletter_mailer.store.officer import close
from newsletter_mailer.store.schema import attempts, campaigns, deliveries
from newsletter_mailer.store.steps import Row, Step, apply

_D = deliveries.c
_HELD = (
    select(_D.id, _D.campaign_id, _D.batch, _D.attempt, _D.run, _D.planned_at, campaigns.c.expires_at)
    .join(campaigns, campaigns.c.id == _D.campaign_id)
    .where(_D.status == Status.SENDING.value)
    .with_for_update(of=deliveries)
)
_KEEP = insert(attempts)
_COLUMNS = ("delivery_id", "number", "run", "event", "kind", "verb", "code", "reply", "detail", "at")
_HANG_UPS = 3  # attempts that end so before they are taken for a word on this reader
_GROUP = 500


class Settlement(NamedTuple):
    """The outcome of one attempt, as the run that made it knows it."""

    delivery_id: int
    attempt: int
    run: int
    outcome: Outcome
    at: int  #: when it was known: milliseconds since 1970, UTC


class _Held(NamedTuple):
    id: int
    campaign: int
    batch: int
    attempt: int
    run: int
    planned_at: int
    expires_at: int | None

    @property
    def row(self) -> Row:
        return Row(self.id, self.campaign, self.batch, Status.SENDING, self.attempt)


def settle(
    c: Connection,
    outcomes: Sequence[Settlement],
    *,
    now: int,
    retry: RetryPolicy,
    chance: Callable[[], float],
) -> None:
    """Write these outcomes down. One that is not for the attempt that this run holds now is passed over.

    chance: uniform in 0..1, asked once for each deferred delivery.
    """
    for start in range(0, len(outcomes), _GROUP):
        group = {one.delivery_id: one for one in outcomes[start : start + _GROUP]}
        held = _held(c, group)
        valid = [one for one in group.values() if _counts(one, held.get(one.delivery_id))]
        _move(c, valid, held, now, retry, chance)
        insert_rows(c, _KEEP, _COLUMNS, [_attempt(one) for one in valid])


def release(c: Connection, delivery_ids: Iterable[int], *, run: int, now: int) -> None:
    """Give back what this run holds and surely never handed over: queued again, as if it had not been claimed."""
    ids = list(delivery_ids)
    for start in range(0, len(ids), _GROUP):
        held = _held(c, ids[start : start + _GROUP]).values()
        steps = [Step([one.row for one in held if one.run == run], Event.RELEASED, begun=-1)]
        apply(c, steps, now=now)
        _close_cancelled(c, steps, now)


def _move(
    c: Connection,
    settlements: Sequence[Settlement],
    held: dict[int, _Held],
    now: int,
    retry: RetryPolicy,
    chance: Callable[[], float],
) -> None:
    """Take the steps that these outcomes mean."""
    alike: dict[Event, list[Row]] = defaultdict(list)
    steps: list[Step] = []
    expired: list[Row] = []
    for one in settlements:
        mine = held[one.delivery_id]
        if one.outcome.event is not Event.DEFERRED and not _hung_up_again(one):
            alike[one.outcome.event].append(mine.row)
            continue
        age = timedelta(milliseconds=now - mine.planned_at)
        if one.attempt > 1 and retry.gives_up(age):
            alike[Event.GAVE_UP].append(mine.row)  # never after one try: the campaign may have begun late
        else:
            due_at = now + round(retry.wait(one.attempt, chance(), age).total_seconds() * 1000)
            if mine.expires_at is not None and due_at >= mine.expires_at:
                expired.append(mine.row)
            else:
                steps.append(Step([mine.row], Event.DEFERRED, due_at=due_at))
    steps += [Step(rows, event) for event, rows in alike.items()]
    apply(c, steps, now=now)
    note_expired(c, expired, now)
    _close_cancelled(c, steps, now)


def _close_cancelled(c: Connection, steps: Sequence[Step], now: int) -> None:
    """What comes back to a campaign that was cancelled meanwhile will not leave."""
    back = {row.campaign for step in steps if after(Status.SENDING, step.event) in OPEN for row in step.rows}
    for campaign in back:
        state = c.scalar(select(campaigns.c.state).where(campaigns.c.id == campaign))
        if state == CampaignState.CANCELLED.value:
            close(c, campaign, now)


def _held(c: Connection, ids: Iterable[int]) -> dict[int, _Held]:
    return {
        row[0]: _Held._make(row)
        for size, some in in_lists(list(ids))
        for row in read_with(c, _some_held(size), some)
    }


@lru_cache
def _some_held(size: int) -> Select[Any]:
    return _HELD.where(_D.id.in_(some_of(size)))


def _counts(one: Settlement, held: _Held | None) -> bool:
    """A late waker's word no longer counts: the delivery may be in other hands."""
    return held is not None and held.attempt == one.attempt and held.run == one.run


def _hung_up_again(one: Settlement) -> bool:
    """Each time, the server ends the session at this very reader, or asks everybody to slow down.

    Queued again, they would stop everyone for ever.
    """
    outcome = one.outcome
    if outcome.event is not Event.RELEASED or one.attempt < _HANG_UPS:
        return False
    at_the_reader = outcome.verb in (Verb.RCPT, Verb.DATA, Verb.DOT)
    kind = outcome.kind
    return kind is ReplyClass.SLOW or (at_the_reader and kind in (None, ReplyClass.SESSION))


def _attempt(one: Settlement) -> tuple[object, ...]:
    outcome, reply = one.outcome, one.outcome.reply
    kind = outcome.kind
    code, words = (reply.code, reply.text) if reply else (None, "")
    heard = (outcome.event.value, kind.value if kind else "", outcome.verb.value, code, words, outcome.detail)
    return one.delivery_id, one.attempt, one.run, *heard, one.at

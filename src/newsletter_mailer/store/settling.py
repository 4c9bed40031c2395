"""What became of what was claimed: outcomes into the ledger, in groups."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import timedelta

from sqlalchemy import Connection, insert, select

from newsletter_mailer.model.campaign import CampaignState
from newsletter_mailer.model.delivery import OPEN, Event, Status, after
from newsletter_mailer.model.outcome import Outcome, Verb
from newsletter_mailer.model.retry import RetryPolicy
from newsletter_mailer.store.bulk import execute_many
from newsletter_mailer.store.officer import close
from newsletter_mailer.store.schema import attempts, campaigns, deliveries
from newsletter_mailer.store.steps import Row, Step, apply

_D = deliveries.c
_HELD = (
    select(_D.id, _D.campaign_id, _D.batch, _D.attempt, _D.run, _D.planned_at)
    .where(_D.status == Status.SENDING.value)
    .with_for_update()
)
_KEEP = insert(attempts)
_HANG_UPS = 3  # attempts that end so before they are taken for a word on this reader
_GROUP = 500  # SQLite allows 32,766 parameters a statement; PostgreSQL plans short lists better


@dataclass(frozen=True, slots=True)
class Settlement:
    """The outcome of one attempt, as the run that made it knows it."""

    delivery_id: int
    attempt: int
    run: int
    outcome: Outcome
    at: int  #: when it was known: milliseconds since 1970, UTC


@dataclass(frozen=True, slots=True)
class _Held:
    row: Row
    run: int
    planned_at: int


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
        steps = [_step(one, held[one.delivery_id], now, retry, chance) for one in valid]
        apply(c, steps, now=now)
        execute_many(c, _KEEP, [_attempt(one) for one in valid])
        _close_cancelled(c, steps, now)


def release(c: Connection, delivery_ids: Iterable[int], *, run: int, now: int) -> None:
    """Give back what this run holds and surely never handed over: queued again, as if it had not been claimed."""
    ids = list(delivery_ids)
    for start in range(0, len(ids), _GROUP):
        held = _held(c, ids[start : start + _GROUP]).values()
        steps = [Step([one.row for one in held if one.run == run], Event.RELEASED, begun=-1)]
        apply(c, steps, now=now)
        _close_cancelled(c, steps, now)


def _close_cancelled(c: Connection, steps: Sequence[Step], now: int) -> None:
    """What comes back to a campaign that was cancelled meanwhile will not leave."""
    back = {row.campaign for step in steps for row in step.rows if after(row.status, step.event) in OPEN}
    for campaign in back:
        if (
            c.scalar(select(campaigns.c.state).where(campaigns.c.id == campaign))
            == CampaignState.CANCELLED.value
        ):
            close(c, campaign, now)


def _held(c: Connection, ids: Iterable[int]) -> dict[int, _Held]:
    rows = c.execute(_HELD.where(_D.id.in_(list(ids))))
    return {
        r.id: _Held(Row(r.id, r.campaign_id, r.batch, Status.SENDING, r.attempt), r.run, r.planned_at)
        for r in rows
    }


def _counts(one: Settlement, held: _Held | None) -> bool:
    """A late waker's word no longer counts: the delivery may be in other hands."""
    return held is not None and (held.row.attempt, held.run) == (one.attempt, one.run)


def _step(one: Settlement, held: _Held, now: int, retry: RetryPolicy, chance: Callable[[], float]) -> Step:
    event = one.outcome.event
    if event is not Event.DEFERRED and not _hung_up_again(one):
        return Step([held.row], event)
    if one.attempt > 1 and retry.gives_up(timedelta(milliseconds=now - held.planned_at)):
        return Step([held.row], Event.GAVE_UP)  # never after one try: the campaign may have begun late
    wait = retry.wait(one.attempt, chance())
    return Step([held.row], Event.DEFERRED, due_at=now + round(wait.total_seconds() * 1000))


def _hung_up_again(one: Settlement) -> bool:
    """The server ends the session at this very reader, each time: queued again, they would stop everyone for ever."""
    outcome = one.outcome
    at_the_reader = outcome.verb in (Verb.RCPT, Verb.DATA, Verb.DOT)
    hung_up = outcome.reply is None or outcome.reply.code == 421
    return outcome.event is Event.RELEASED and at_the_reader and hung_up and one.attempt >= _HANG_UPS


def _attempt(one: Settlement) -> dict[str, object]:
    reply = one.outcome.reply
    return {
        "delivery_id": one.delivery_id,
        "number": one.attempt,
        "run": one.run,
        "event": one.outcome.event.value,
        "kind": "",
        "verb": one.outcome.verb.value,
        "code": reply.code if reply else None,
        "reply": reply.text if reply else "",
        "detail": one.outcome.detail,
        "at": one.at,
    }

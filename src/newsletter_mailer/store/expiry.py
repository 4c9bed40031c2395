"""A campaign whose time is over: what has not left by then is given up."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import Connection, bindparam, update

from newsletter_mailer.model.delivery import Event, Status
from newsletter_mailer.store.batch_rows import standing
from newsletter_mailer.store.bulk import execute_many
from newsletter_mailer.store.schema import deliveries
from newsletter_mailer.store.steps import Row, Step, apply

_NOTE = update(deliveries).where(deliveries.c.id == bindparam("delivery")).values(note="expired")


def give_up(c: Connection, campaign_id: int, *, run: int, now: int) -> None:
    """Refuse whatever is queued or deferred, with the word "expired". No attempt is begun."""
    for rows in standing(c, campaign_id, Status.QUEUED):
        apply(c, [Step(rows, Event.CLAIMED, run=run)], now=now)  # only who is held can be given up
        note_expired(c, [row._replace(status=Status.SENDING) for row in rows], now)
    for rows in standing(c, campaign_id, Status.DEFERRED):
        note_expired(c, rows, now)


def note_expired(c: Connection, rows: Sequence[Row], now: int) -> None:
    """Give these up, for there is no time left."""
    apply(c, [Step(rows, Event.GAVE_UP)], now=now)
    execute_many(c, _NOTE, [{"delivery": row.id} for row in rows])

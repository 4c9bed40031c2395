"""What became of every delivery, as people and programs read it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, Select, select

from newsletter_mailer.model.bounce import Kind
from newsletter_mailer.model.delivery import Status
from newsletter_mailer.model.outcome import Verb
from newsletter_mailer.store.batch_rows import batches_with
from newsletter_mailer.store.corrections import versions_of_issue
from newsletter_mailer.store.returned import Came, came_back
from newsletter_mailer.store.schema import (
    attempts,
    bounces,
    deliveries,
    lists,
    organisations,
    subscribers,
)

_D = deliveries.c
_BACK = select(bounces.c.delivery_id).where(bounces.c.kind == Kind.BOUNCE.value)


@dataclass(frozen=True, slots=True)
class LogRow:
    """A delivery, with the last that was heard of it. Times are milliseconds since 1970, UTC."""

    delivery: int
    address: str
    status: Status
    attempts: int
    code: int | None
    reply: str  #: the server's words at the last attempt
    message_id: str
    sent_at: int | None
    updated_at: int
    next_try_at: int | None
    lists: tuple[str, ...]  #: slugs of the lists by which the reader was reached
    organisation: str
    detail: str = ""  #: when no server spoke: a word, such as `boot` or `suppressed`, or what the line did
    verb: Verb | None = None  #: the step that the reply answers
    version: int = 1  #: of the issue: 1 for the first edition that was planned, 2 for the next …
    domain: str = ""
    kind: str = ""  #: what the reply means, a word of ReplyClass
    returned: tuple[Came, ...] = ()  #: what came back as mail, oldest first


def log(c: Connection, campaign_id: int, *, status: Status | None = None) -> Iterator[LogRow]:
    """Every delivery of a campaign, or those of one status, in the order of the plan; read batch by batch."""
    yield from _rows(c, campaign_id, batches_with(c, campaign_id, status), _query(status))


def not_reached(c: Connection, campaign_id: int) -> Iterator[LogRow]:
    """The deliveries that were not sent, and those that came back, in the order of the plan; read batch by batch."""
    back = _BACK.where(bounces.c.campaign_id == campaign_id)
    batches = set(c.scalars(select(_D.batch).where(_D.id.in_(back)).distinct()))
    for status in (status for status in Status if status is not Status.SENT):
        batches.update(batches_with(c, campaign_id, status))
    came = _BACK.where(bounces.c.delivery_id == _D.id).exists()
    missed = _query(None).where((_D.status != Status.SENT.value) | came)
    yield from _rows(c, campaign_id, sorted(batches), missed)


def _rows(c: Connection, campaign_id: int, batches: Iterable[int], query: Select[Any]) -> Iterator[LogRow]:
    slugs: dict[int, str] = {row.id: row.slug for row in c.execute(select(lists.c.id, lists.c.slug))}
    versions = versions_of_issue(c, campaign_id)
    query = query.where(_D.campaign_id == campaign_id)
    for batch in batches:
        came = came_back(c, campaign_id, batch)
        for row in c.execute(query.where(_D.batch == batch)).all():
            yield _row(row, slugs, versions, came.get(row.id, ()))


def unresolved(c: Connection, campaign_id: int) -> Iterator[LogRow]:
    """The deliveries in doubt; `detail` says what is known."""
    return log(c, campaign_id, status=Status.IN_DOUBT)


def _query(status: Status | None) -> Select[Any]:
    a = attempts.c
    query = (
        select(
            _D.id,
            _D.address,
            _D.status,
            _D.attempt,
            _D.message_id,
            _D.updated_at,
            _D.due_at,
            _D.lists,
            _D.note,
            _D.edition_id,
            _D.domain,
        )
        .add_columns(
            a.code, a.reply, a.kind, a.detail, a.verb, a.at, organisations.c.name.label("organisation")
        )
        .outerjoin(attempts, (a.delivery_id == _D.id) & (a.number == _D.attempt))
        .outerjoin(subscribers, subscribers.c.id == _D.subscriber_id)
        .outerjoin(organisations, organisations.c.id == subscribers.c.organisation_id)
        .order_by(_D.id)
    )
    return query if status is None else query.where(_D.status == status.value)


def _row(row: Any, slugs: dict[int, str], versions: dict[int, int], came: tuple[Came, ...]) -> LogRow:
    status = Status(row.status)
    return LogRow(
        delivery=row.id,
        address=row.address,
        status=status,
        attempts=row.attempt,
        code=row.code,
        reply=row.reply or "",
        message_id=row.message_id,
        sent_at=row.at if status is Status.SENT else None,
        updated_at=row.updated_at,
        next_try_at=row.due_at,
        lists=tuple(slugs[int(number)] for number in row.lists.split(",")),
        organisation=row.organisation or "",
        detail=row.note or row.detail or "",
        verb=Verb(row.verb) if row.verb else None,
        version=versions[row.edition_id],
        domain=row.domain,
        kind=row.kind or "",
        returned=came,
    )

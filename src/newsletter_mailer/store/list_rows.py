"""Lists as rows."""

from __future__ import annotations

from collections.abc import Collection
from typing import Any

from sqlalchemy import Connection, func, insert, select, update

from newsletter_mailer.model.audience import Basis, MailingList, SubscriptionStatus
from newsletter_mailer.store.bulk import execute_with
from newsletter_mailer.store.schema import lists as lists_table
from newsletter_mailer.store.schema import subscribers, subscriptions, suppressions

_L = lists_table.c
_ALL = select(lists_table).order_by(_L.slug)


def add_list(
    c: Connection,
    slug: str,
    *,
    name: str,
    basis: Basis,
    now: int,
    commercial: bool = False,
    source: str,
    purpose: str = "",
    wording: str = "",
    language: str = "",
    public: bool = False,
) -> MailingList:
    """A new, empty list. source: where its addresses come from, as told to a reader who asks."""
    said = {"purpose": purpose, "wording": wording, "language": language, "public": public}
    values = {"slug": slug, "name": name, "basis": basis.value, "commercial": commercial, "source": source}
    made = insert(lists_table).values(created_at=now, **values, **said).returning(lists_table)
    return _list(c.execute(made).one())


def edit_list(c: Connection, list_id: int, **changes: object) -> None:
    """Change columns of a list. What readers were shown so far stands in their consent events."""
    if changes:
        c.execute(update(lists_table).where(_L.id == list_id).values(**changes))


def lists(c: Connection) -> list[MailingList]:
    """Every list, by its slug, with the number of readers that may be written to."""
    rows = c.execute(_ALL).all()
    return [_list(row, _confirmed(c, row.id)) for row in rows]


def find_list(c: Connection, slug: str) -> MailingList | None:
    """The list with that slug, and how many of its readers may be written to."""
    row = c.execute(select(lists_table).where(_L.slug == slug)).one_or_none()
    return _list(row, _confirmed(c, row.id)) if row else None


def uncounted(c: Connection, list_ids: Collection[int]) -> tuple[MailingList, ...]:
    """The lists with these numbers, by their slugs; counting their readers would take long."""
    rows = execute_with(c, _ALL, {})  # lists are few, and this is asked at each click
    return tuple(_list(row) for row in rows if row.id in list_ids)


def list_source(c: Connection, list_id: int) -> str:
    """Where the addresses of a list come from."""
    return c.scalar(select(_L.source).where(_L.id == list_id)) or ""


def on_interest_alone(c: Connection, list_id: int) -> int:
    """How many are on a list by the association's legitimate interest, and by nothing that they said."""
    t = subscriptions.c
    theirs = t.basis == Basis.LEGITIMATE_INTEREST_ASSOC.value
    on_it = (t.list_id == list_id) & (t.status == SubscriptionStatus.CONFIRMED.value)
    return c.scalar(select(func.count()).select_from(subscriptions).where(on_it, theirs)) or 0


def _confirmed(c: Connection, list_id: int) -> int:
    may_be_written_to = (
        select(func.count())
        .select_from(subscriptions)
        .join(subscribers, subscribers.c.id == subscriptions.c.subscriber_id)
        .outerjoin(suppressions, suppressions.c.recipient_key == subscribers.c.recipient_key)
        .where(subscriptions.c.list_id == list_id, suppressions.c.recipient_key.is_(None))
        .where(subscriptions.c.status == SubscriptionStatus.CONFIRMED.value)
    )
    return c.scalar(may_be_written_to) or 0


def _list(row: Any, confirmed: int = 0) -> MailingList:
    said = (row.purpose, row.wording, row.language, bool(row.public))
    return MailingList(row.id, row.slug, row.name, Basis(row.basis), bool(row.commercial), confirmed, *said)

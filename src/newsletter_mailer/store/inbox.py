"""How far each mailbox was read, and what its mails came to."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from sqlalchemy import Connection, func, insert, select, text, update

from newsletter_mailer.store.schema import campaigns, inbox_mails, inbox_places

_P, _M = inbox_places.c, inbox_mails.c
_NOTE = text(
    "INSERT INTO inbox_mails (place_id, key, kind, delivery_id, at) VALUES (:place, :key, :kind, :delivery, :now)"
    " ON CONFLICT DO NOTHING"
)


@dataclass(frozen=True, slots=True)
class Place:
    """A mailbox that is read."""

    id: int
    uidvalidity: int | None
    last_uid: int


def place(c: Connection, mailbox: str) -> Place:
    """The mailbox of that name, known from now on. mailbox: "imap:user@host/INBOX", "maildir:/path"."""
    row = c.execute(select(inbox_places).where(_P.mailbox == mailbox)).one_or_none()
    if row is None:
        row = c.execute(
            insert(inbox_places).values(mailbox=mailbox, last_uid=0).returning(inbox_places)
        ).one()
    return Place(row.id, row.uidvalidity, row.last_uid)


def begin_numbering(c: Connection, place_id: int, uidvalidity: int | None) -> None:
    """The server numbers anew: nothing is read under these numbers yet."""
    c.execute(update(inbox_places).where(_P.id == place_id).values(uidvalidity=uidvalidity, last_uid=0))


def read_up_to(c: Connection, place_id: int, uidvalidity: int | None, uid: int) -> None:
    """Every mail up to that number is read; nothing happens when another process read further, or anew."""
    behind = (_P.id == place_id) & (_P.last_uid < uid) & _P.uidvalidity.is_not_distinct_from(uidvalidity)
    c.execute(update(inbox_places).where(behind).values(last_uid=uid))


def first_campaign_at(c: Connection) -> int | None:
    """When the first campaign was planned, in milliseconds since 1970, UTC: no link of ours is older."""
    first: int | None = c.scalar(select(func.min(campaigns.c.created_at)))
    return first


def read_keys(c: Connection, place_id: int) -> frozenset[str]:
    """What is noted of the mails of a place."""
    return frozenset(c.scalars(select(_M.key).where(_M.place_id == place_id)))


def note(
    c: Connection, place_id: int, keys: Iterable[str], *, kind: str, now: int, delivery_id: int | None = None
) -> int:
    """Mails that were read, and the number of those that had not been noted before."""
    rows = [
        {"place": place_id, "key": key, "kind": kind, "delivery": delivery_id, "now": now} for key in keys
    ]
    return sum(c.execute(_NOTE, row).rowcount for row in rows)

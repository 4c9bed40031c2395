"""What readers said and were shown: appended, never changed, gone only with the person."""

from __future__ import annotations

from sqlalchemy import Connection, bindparam, insert, update

from newsletter_mailer.model.audience import ConsentKind
from newsletter_mailer.store.bulk import execute_with
from newsletter_mailer.store.schema import consent_events, subscribers

_S = subscribers.c
_RECORD = insert(consent_events).values(
    recipient_key=bindparam("key"),
    list_id=bindparam("list"),
    **{name: bindparam(name) for name in ("kind", "wording", "basis", "source", "detail", "at")},
)
_ACTED = (
    update(subscribers)
    .where(_S.recipient_key == bindparam("key"), _S.last_act_at < bindparam("now"))
    .values(last_act_at=bindparam("now"))
)


def record(
    c: Connection,
    recipient_key: str,
    kind: ConsentKind,
    *,
    list_id: int | None,
    wording: str,
    basis: str,
    source: str,
    detail: str = "",
    now: int,
) -> None:
    """Write down what happened. wording: exactly as the reader saw it, or "" when they saw nothing."""
    values = {"key": recipient_key, "list": list_id, "kind": kind.value, "wording": wording, "basis": basis}
    execute_with(c, _RECORD, values | {"source": source, "detail": detail, "at": now})


def acted(c: Connection, recipient_key: str, *, now: int) -> None:
    """The reader did something themselves: asked, confirmed, chose, wrote; clicks, once they are counted.

    What they keep silent is kept for three years from then. Opening a mail is no act of theirs, nor is an import.
    """
    execute_with(c, _ACTED, {"key": recipient_key, "now": now})

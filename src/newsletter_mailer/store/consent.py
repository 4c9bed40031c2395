"""What readers said and were shown: appended, never changed, gone only with the person."""

from __future__ import annotations

from sqlalchemy import Connection, text

from newsletter_mailer.model.audience import ConsentKind

_RECORD = text(
    "INSERT INTO consent_events (recipient_key, list_id, kind, wording, basis, source, detail, at)"
    " VALUES (:key, :list, :kind, :wording, :basis, :source, :detail, :now)"
)
_ACTED = text("UPDATE subscribers SET last_act_at = :now WHERE recipient_key = :key AND last_act_at < :now")


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
    c.execute(_RECORD, values | {"source": source, "detail": detail, "now": now})


def acted(c: Connection, recipient_key: str, *, now: int) -> None:
    """The reader did something themselves: asked, confirmed, chose, clicked, wrote.

    What they keep silent is kept for three years from then. Opening a mail is no act of theirs, nor is an import.
    """
    c.execute(_ACTED, {"key": recipient_key, "now": now})

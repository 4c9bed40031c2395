"""What a worker has told the officer of each campaign that it looks after, so that nothing is told twice."""

from __future__ import annotations

from sqlalchemy import Connection, delete, select, text

from newsletter_mailer.store.schema import meta

_PREFIX = "told:"
_KEEP = text(
    "INSERT INTO meta (key, value) VALUES (:key, :value) ON CONFLICT (key) DO UPDATE SET value = excluded.value"
)


def told(c: Connection) -> dict[int, str]:
    """By campaign, the last word that was told of it; "" when a worker has begun with it, and told nothing since."""
    rows = c.execute(select(meta.c.key, meta.c.value).where(meta.c.key.startswith(_PREFIX)))
    return {int(row.key.removeprefix(_PREFIX)): row.value for row in rows}


def keep_told(c: Connection, campaign_id: int, word: str) -> None:
    """That was told now, or "" for nothing yet."""
    c.execute(_KEEP, {"key": f"{_PREFIX}{campaign_id}", "value": word})


def forget_told(c: Connection, campaign_id: int) -> None:
    """No worker looks after it any more."""
    c.execute(delete(meta).where(meta.c.key == f"{_PREFIX}{campaign_id}"))

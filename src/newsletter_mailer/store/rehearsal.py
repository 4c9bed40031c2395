"""A ledger to rehearse with: a private copy in which nothing was ever sent, and whose marks on a mail are another's."""

from __future__ import annotations

import os
import sqlite3
from contextlib import closing
from pathlib import Path

from sqlalchemy import Connection, bindparam, delete, select

from newsletter_mailer.errors import Stopped
from newsletter_mailer.store.database import Database
from newsletter_mailer.store.schema import deliveries, suppressions
from newsletter_mailer.wording import sentence

_BY_SMTP = "smtp"  # `hard` writes it
_PLANNED = select(deliveries.c.address, deliveries.c.message_id).where(
    deliveries.c.id == bindparam("delivery")
)
_ANOTHER_LEDGER = (
    ("UPDATE meta SET value = ? WHERE key = 'ledger_id'", True),
    ("DELETE FROM meta WHERE key IN ('secret_check', 'turn')", False),  # no note beside it, and no secret yet
    (
        "UPDATE issues SET key = 'before/' || key",
        False,
    ),  # so that whoever has an issue gets it in the rehearsal
)


def copy_ledger(database: Database, to: Path, *, ledger_id: str) -> None:
    """Copy the ledger into a new file that only its owner reads, and give the copy another id.

    The ledger itself is only read. Raises Stopped when there is no room, FileExistsError for a file that is there.
    """
    os.close(os.open(to, os.O_RDWR | os.O_CREAT | os.O_EXCL, 0o600))
    try:
        with (
            closing(sqlite3.connect(f"{database.path.resolve().as_uri()}?mode=ro", uri=True)) as ledger,
            closing(sqlite3.connect(to)) as copy,
        ):
            ledger.backup(copy)
            for change, named in _ANOTHER_LEDGER:
                copy.execute(change, (ledger_id,) if named else ())
            copy.commit()
    except sqlite3.OperationalError as error:
        raise Stopped(
            sentence("the ledger cannot be copied to {folder}: {why}", folder=to.parent, why=error),
            sentence("make room there, or name a folder on a larger disk in TMPDIR"),
        ) from error


def planned(c: Connection, delivery: int) -> tuple[str, str] | None:
    """The address and the Message-ID of a delivery; None when there is none of that number."""
    row = c.execute(_PLANNED, {"delivery": delivery}).one_or_none()
    return (row.address, row.message_id) if row else None


def forget_hard(c: Connection, *, since: int) -> int:
    """Whom servers have called unknown since then may be written to again: here the word was made up. How many."""
    made_up = (suppressions.c.source == _BY_SMTP) & (suppressions.c.created_at >= since)
    return c.execute(delete(suppressions).where(made_up)).rowcount

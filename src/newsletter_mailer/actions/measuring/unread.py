"""Who no longer reads: of letters that keep the day on which they were last opened."""

from __future__ import annotations

from newsletter_mailer.store import measuring, unread
from newsletter_mailer.store.database import Database

_MONTH = 30.44 * 86_400_000


def who(database: Database, *, months: int, now: int) -> list[tuple[str, str]]:
    """Address and day of the last opening, "" for none, of those who opened nothing for so many months."""
    with database.transaction() as connection:
        measuring.bring_acts(connection)  # who follows links reads
    with database.reading() as connection:
        return unread.unread_since(connection, now - round(months * _MONTH))

"""What lists there are."""

from __future__ import annotations

from newsletter_mailer.model.audience import MailingList
from newsletter_mailer.store import audience
from newsletter_mailer.store.database import Database


def lists(database: Database) -> list[MailingList]:
    """All lists, by name, with how many readers may be written to."""
    with database.reading() as connection:
        return audience.lists(connection)

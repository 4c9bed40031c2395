"""Through whose eyes an issue is looked at."""

from __future__ import annotations

from newsletter_mailer.errors import UsageError
from newsletter_mailer.model.audience import Subscriber
from newsletter_mailer.store import audience
from newsletter_mailer.store.database import Database
from newsletter_mailer.wording import sentence


def reader_for(database: Database | None, address: str | None) -> Subscriber | None:
    """The subscriber with that address, None when nobody is asked for. Raises UsageError when unknown."""
    if database is None or not address:
        return None
    with database.reading() as connection:
        found = audience.subscriber(connection, address)
    if found is None:
        raise UsageError(sentence("nobody has the address “{address}”", address=address))
    return found

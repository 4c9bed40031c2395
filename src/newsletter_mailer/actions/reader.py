"""Through whose eyes an issue is looked at."""

from __future__ import annotations

from newsletter_mailer.errors import UsageError
from newsletter_mailer.message.slots import sample_subscriber
from newsletter_mailer.model.audience import Subscriber
from newsletter_mailer.store import audience
from newsletter_mailer.store.database import Database
from newsletter_mailer.wording import sentence


def reader_for(database: Database | None, address: str | None) -> Subscriber:
    """The subscriber with that address, or a sample reader when none is asked for. Raises UsageError when unknown."""
    if database is None or not address:
        return sample_subscriber()
    with database.reading() as connection:
        found = audience.subscriber(connection, address)
    if found is None:
        raise UsageError(sentence("nobody has the address “{address}”", address=address))
    return found

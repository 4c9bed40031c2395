"""Asked by the officer with an address, by the public pages with a fingerprint."""

from __future__ import annotations

from newsletter_mailer.errors import UsageError
from newsletter_mailer.model.audience import normalise_address
from newsletter_mailer.model.person import Person
from newsletter_mailer.store import forgetting, originals, rights
from newsletter_mailer.store.database import Connection, Database
from newsletter_mailer.tokens import Secret, recipient_key
from newsletter_mailer.wording import sentence


def everything(database: Database, address: str, *, secret: Secret) -> Person:
    """All that is known of the person with that address. Raises UsageError when that is nothing."""
    key = recipient_key(secret, address)
    with database.reading() as connection:
        found = rights.everything(connection, key, mailbox=normalise_address(address))
    if not found.known:
        raise UsageError(sentence("nothing is known of “{address}”", address=address))
    return found


def everything_of(connection: Connection, key: str) -> Person:
    """The same of the person with that fingerprint, and without an error."""
    return rights.everything(connection, key)


def forget(database: Database, address: str, *, secret: Secret, now: int, source: str) -> bool:
    """Erase a person; whether anything was known of them. They are never mailed again unless they ask for it."""
    key = recipient_key(secret, address)
    with database.transaction() as connection:
        mailbox = normalise_address(address)
        known = forgetting.forget(connection, key, now=now, source=source, mailbox=mailbox)
    database.fold()
    originals.drop_unknown(database, now=now)
    return known


def forget_key(connection: Connection, key: str, *, now: int, source: str) -> bool:
    """The same by fingerprint."""
    return forgetting.forget(connection, key, now=now, source=source)

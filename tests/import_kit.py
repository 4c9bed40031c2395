"""Files of people on their way into a ledger and out of it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

from sqlalchemy import select

from newsletter_mailer.actions.subscribers import Imported, import_people
from newsletter_mailer.config import Identity, SenderSettings, Settings, Workspace
from newsletter_mailer.model.audience import Subscriber
from newsletter_mailer.store import audience
from newsletter_mailer.store.database import Database
from newsletter_mailer.store.schema import (
    consent_events,
    departures,
    subscribers,
    subscriptions,
    suppressions,
)
from newsletter_mailer.tokens import Secret, recipient_key

SECRET = Secret(bytes(32))
FIELDS = ("department", "role")


def workspace(folder: Path, fields: Iterable[str] = FIELDS) -> Workspace:
    """Settings that know these fields of subscribers."""
    settings = Settings(
        identity=Identity(name="R", address="1 rue", email="r@example.org"),
        sender=SenderSettings(name="R", email="r@example.org"),
        subscriber_fields=dict.fromkeys(fields, ""),
    )
    return Workspace(folder, settings)


def take_in(
    path: Path, database: Database, into: str = "members", *, fields: Iterable[str] = FIELDS, **more: Any
) -> Imported:
    """Import a file."""
    values = {"database": database, "secret": SECRET, "now": 1000, "source": path.name, **more}
    return import_people(path, into, workspace=workspace(path.parent, fields), **values)


def written(folder: Path, text: str, name: str = "people.csv") -> Path:
    """A file with that text."""
    path = folder / name
    path.write_text(text, encoding="utf-8")
    return path


def reader(database: Database, address: str) -> Subscriber:
    """One who is known."""
    with database.reading() as connection:
        found = audience.subscriber(connection, address)
    assert found is not None, address
    return found


def standing(database: Database) -> dict[str, str]:
    """The status of everyone's tie to the lists, by address; no one who has none."""
    query = select(subscribers.c.address, subscriptions.c.status).join_from(subscribers, subscriptions)
    with database.reading() as connection:
        return {row.address: row.status for row in connection.execute(query)}


def out_for_good(database: Database, addresses: Iterable[str]) -> dict[str, str]:
    """Why each of these is not written to, by fingerprint alone: "left", or a reason of suppression."""
    keys = {recipient_key(SECRET, address): address for address in addresses}
    found: dict[str, str] = {}
    with database.reading() as connection:
        for key in connection.scalars(select(departures.c.recipient_key)):
            found[keys.get(key, "?")] = "left"
        for row in connection.execute(select(suppressions)):
            found[keys.get(row.recipient_key, "?")] = row.reason
    return found


def consents(database: Database) -> list[Mapping[str, Any]]:
    """What was written down, in order."""
    with database.reading() as connection:
        return [dict(row._mapping) for row in connection.execute(select(consent_events))]

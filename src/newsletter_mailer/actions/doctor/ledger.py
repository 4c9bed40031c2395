"""The ledger: whether its file is sound, stands well, and belongs to its secret."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import suppress
from pathlib import Path

from newsletter_mailer.actions.doctor.houses import by_house
from newsletter_mailer.actions.doctor.machine import clock, place
from newsletter_mailer.actions.doctor.points import wrong
from newsletter_mailer.config import Workspace
from newsletter_mailer.errors import NewsletterError, SecretError
from newsletter_mailer.model.health import Mark, Point
from newsletter_mailer.store.database import Database, exists
from newsletter_mailer.store.health import damage, people, reader_domains
from newsletter_mailer.wording import number, sentence


def ledger(workspace: Workspace, opened: Callable[[], Database], *, now: int) -> Iterator[Point]:
    """opened: gives the ledger, checked against its secret; not asked where there is no ledger yet."""
    try:
        there = exists(workspace.database_url)
    except NewsletterError as error:
        yield wrong("ledger", error)
        return
    yield place(_path(workspace))
    if not there:
        yield clock(None, workspace, now=now)
        yield Point("ledger", Mark.UNKNOWN, sentence("there is no ledger yet: the first import makes it"))
        return
    database = None
    try:
        database = opened()
    except SecretError as error:
        yield wrong("secret", error)
    except NewsletterError as error:
        yield wrong("ledger", error)
    if database is not None:
        yield Point("secret", Mark.FINE, sentence("var/secret belongs to this ledger"))
        yield _sound(database)
    with suppress(NewsletterError):  # told already
        yield clock(database, workspace, now=now)


def readers(workspace: Workspace, opened: Callable[[], Database]) -> Counter[str]:
    """How many readers have their mailbox with each of the big houses; none where the ledger cannot be read."""
    with suppress(NewsletterError):
        if exists(workspace.database_url):
            with opened().reading() as connection:
                return by_house(reader_domains(connection))
    return Counter()


def _path(workspace: Workspace) -> Path:
    return Path(workspace.database_url.removeprefix("sqlite:///"))


def _sound(database: Database) -> Point:
    try:
        with database.reading() as connection:
            found, count = damage(connection), people(connection)
    except NewsletterError as error:
        return wrong("ledger", error)
    if found:
        return Point(
            "ledger",
            Mark.WRONG,
            sentence("the ledger's file is damaged: {why}", why="; ".join(found)),
            sentence("send nothing; bring back the last backup of var/"),
        )
    return Point(
        "ledger", Mark.FINE, sentence("the ledger is sound; people it knows: {count}", count=number(count))
    )

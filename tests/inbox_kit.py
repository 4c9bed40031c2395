"""Mails of readers, a Maildir to put them into, and a ledger whose campaign reached these readers."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from archive_kit import SECRET, SETTINGS, on_list, sent, workspace
from dispatch_kit import EDITION, NOON
from newsletter_mailer.actions.inbox import Fetched, fetch
from newsletter_mailer.config import Workspace
from newsletter_mailer.store.database import Database
from newsletter_mailer.tokens import sign

READERS = ("ann@example.org", "bob@example.org", "cleo@example.org")


@dataclass
class Office:
    """A workspace with a ledger, and a mailbox that the settings name."""

    workspace: Workspace
    database: Database

    def fetch(self, **password: str) -> Fetched:
        return fetch(self.database, self.workspace, secret=SECRET, now=NOON, environment=password)

    def leave(self, address: str, *more: str, subject: str = "unsubscribe {token}") -> bytes:
        """The mail that a reader's program writes when they follow the link of the letter."""
        return mail(subject.format(token=self.token(address)), address, *more)

    def token(self, address: str) -> str:
        with self.database.reading() as c:
            number = c.exec_driver_sql("SELECT id FROM deliveries WHERE address = ?", (address,)).scalar()
        assert number is not None
        return sign(SECRET, "unsubscribe", number)

    def members(self) -> list[str]:
        """Who is still on the list, in alphabetical order."""
        query = (
            "SELECT address FROM subscribers JOIN subscriptions ON subscriber_id = id"
            " WHERE status = 'confirmed' ORDER BY address"
        )
        with self.database.reading() as c:
            return list(c.exec_driver_sql(query).scalars())


def mail(subject: str, sender: str = "someone@example.org", *more: str, body: str = "") -> bytes:
    rows = (f"From: {sender}", "To: lettre@example.org", f"Subject: {subject}", *more)
    return ("\r\n".join(rows) + f"\r\n\r\n{body}\r\n").encode()


def office(folder: Path, inbox: str) -> Office:
    """A letter was sent to all readers. inbox: that section of newsletter.yaml, as one line of YAML."""
    ws = workspace(folder, f"{SETTINGS}inbox: {inbox}\n")
    database = Database(ws.database_url)
    database.check_secret(SECRET)
    on_list(database, "adherents", READERS)
    sent(database, EDITION)
    return Office(ws, database)


def maildir(folder: Path) -> Path:
    for part in ("new", "cur", "tmp"):
        (folder / part).mkdir(parents=True)
    return folder


def deliver(folder: Path, name: str, raw: bytes) -> Path:
    path = folder / "new" / name
    path.write_bytes(raw)
    return path

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

GONE = "550 5.1.1 <{address}>: user unknown"
FULL = "452 4.2.2 the mailbox of {address} is full"
OURS = "550 5.7.26 this mail has no valid SPF or DKIM of its domain (DMARC)"
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

    def message_id(self, address: str) -> str:
        """Of the letter to that reader, as it stands in its head."""
        with self.database.reading() as c:
            found = c.exec_driver_sql(
                "SELECT message_id FROM deliveries WHERE address = ?", (address,)
            ).scalar()
        assert found is not None
        return str(found)

    def bounce(self, address: str, said: str = GONE, **other: str) -> bytes:
        """What a server sends back of the letter to that reader. said: its words, with code and status."""
        return dsn(address, self.message_id(address), said, **other)

    def suppressed(self) -> dict[str, str]:
        """Who is never written to again, and why."""
        query = (
            "SELECT address, reason FROM suppressions JOIN subscribers USING (recipient_key) ORDER BY address"
        )
        with self.database.reading() as c:
            return {row[0]: row[1] for row in c.exec_driver_sql(query)}

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


def dsn(
    address: str, message_id: str, said: str, *, action: str = "failed", date: str = "", final: str = ""
) -> bytes:
    """A delivery status notification (RFC 3464) as Postfix writes it, with the head of the letter."""
    words = said.format(address=address)
    status = words.split()[1]
    when = [f"Date: {date}"] if date else []
    rows = [
        "Return-Path: <>",
        *when,
        "From: MAILER-DAEMON@mail.example.net (Mail Delivery System)",
        "Subject: Undelivered Mail Returned to Sender",
        "To: lettre@example.org",
        "Auto-Submitted: auto-replied",
        "MIME-Version: 1.0",
        'Content-Type: multipart/report; report-type=delivery-status; boundary="b"',
        "",
        "--b",
        "Content-Type: text/plain; charset=us-ascii",
        "",
        f"<{final or address}>: host mx.example.org[192.0.2.1] said: {words} (in reply to RCPT TO command)",
        "",
        "--b",
        "Content-Type: message/delivery-status",
        "",
        "Reporting-MTA: dns; mail.example.net",
        "",
        f"Final-Recipient: rfc822; {final or address}",
        f"Action: {action}",
        f"Status: {status}",
        f"Diagnostic-Code: smtp; {words}",
        "",
        "--b",
        "Content-Type: text/rfc822-headers",
        "",
        f"Message-ID: {message_id}",
        "From: lettre@example.org",
        f"To: {address}",
        "Subject: La lettre",
        "",
        "--b--",
        "",
    ]
    return "\r\n".join(rows).encode()


def complaint(address: str, message_id: str, kind: str = "abuse") -> bytes:
    """A feedback report (RFC 5965)."""
    rows = [
        "From: fbl@provider.example",
        "To: lettre@example.org",
        "Subject: FW: La lettre",
        "MIME-Version: 1.0",
        'Content-Type: multipart/report; report-type=feedback-report; boundary="b"',
        "",
        "--b",
        "Content-Type: text/plain",
        "",
        "This is an email abuse report for a message received on 1 Nov 2026.",
        "",
        "--b",
        "Content-Type: message/feedback-report",
        "",
        f"Feedback-Type: {kind}",
        "User-Agent: provider/1",
        "Version: 1",
        "",
        "--b",
        "Content-Type: message/rfc822",
        "",
        f"Message-ID: {message_id}",
        f"To: {address}",
        "Subject: La lettre",
        "",
        "Bonjour",
        "",
        "--b--",
        "",
    ]
    return "\r\n".join(rows).encode()


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

"""A test: the issue to a few people, as it would leave, marked and without power."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import UTC, datetime

from newsletter_mailer.compose.load import find_issue, load_issue
from newsletter_mailer.compose.pipeline import compose
from newsletter_mailer.config import Workspace
from newsletter_mailer.errors import UsageError
from newsletter_mailer.message.headers import mailable
from newsletter_mailer.message.letterhead import letterhead, message_template, sender_domain
from newsletter_mailer.message.mime import Copy
from newsletter_mailer.message.slots import sample_subscriber
from newsletter_mailer.model.audience import Subscriber
from newsletter_mailer.model.edition import Edition
from newsletter_mailer.model.outcome import Outcome
from newsletter_mailer.smtp.pool import Account, Outgoing, send_one
from newsletter_mailer.store import audience, campaigns
from newsletter_mailer.store.database import Database
from newsletter_mailer.wording import sentence

DEAD_TOKEN = "this-was-a-test"  # noqa: S105 - no secret: the page behind it says that it was a test


@dataclass(frozen=True, slots=True)
class Tested:
    """What came of one test mail."""

    address: str
    outcome: Outcome
    size: int  #: bytes on the wire


def send_test(
    workspace: Workspace,
    issue: str,
    to: tuple[str, ...],
    *,
    database: Database,
    account: Account,
    now: int,
    new_id: str,
) -> list[Tested]:
    """Send the issue to each address, as that reader would see it if known, else as a sample reader.

    Links that act are dead, the Message-ID is new each time; the edition is recorded as tested.
    Raises IssueError, UsageError for an address that cannot be mailed, and what `smtp.pool.send_one` raises.
    """
    for address in to:
        if not mailable(address):
            raise UsageError(sentence("“{address}” is not an e-mail address", address=address))
    edition = compose(load_issue(workspace, find_issue(workspace, issue)), workspace).edition
    template = message_template(edition, letterhead(workspace, "test", test=True))
    domain = sender_domain(workspace)
    results = []
    for number, address in enumerate(to, start=1):
        copy = Copy(
            to=address,
            message_id=f"<test.{new_id}.{number}@{domain}>",
            date=datetime.fromtimestamp(now / 1000, UTC).astimezone(workspace.zone),
            token=DEAD_TOKEN,
        )
        envelope, data = template.build(_seen_as(database, address), copy)
        outgoing = Outgoing(number, 1, envelope.mail_from, envelope.rcpt_to, data)
        outcome = send_one(account, outgoing)
        results.append(Tested(address, outcome, len(data)))
        _record(database, edition, results[-1], now)
    return results


def _seen_as(database: Database, address: str) -> Subscriber:
    with database.reading() as connection:
        known = audience.subscriber(connection, address)
    return known or replace(sample_subscriber(), address=address)


def _record(database: Database, edition: Edition, tested: Tested, now: int) -> None:
    with database.transaction() as connection:
        campaigns.record_test(
            connection, edition, address=tested.address, now=now, reply=str(tested.outcome.reply or "")
        )

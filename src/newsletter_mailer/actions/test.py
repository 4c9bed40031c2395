"""A test: the issue to a few people, as it would leave, marked and without power."""

from __future__ import annotations

from dataclasses import dataclass

from newsletter_mailer.checks.links import answers_with
from newsletter_mailer.compose.load import find_issue, load_issue
from newsletter_mailer.compose.pipeline import compose
from newsletter_mailer.config import Workspace
from newsletter_mailer.errors import UsageError
from newsletter_mailer.message.headers import mailable
from newsletter_mailer.message.letterhead import signer
from newsletter_mailer.message.slots import sample_subscriber
from newsletter_mailer.message.specimen import Specimen, specimen
from newsletter_mailer.model.audience import Subscriber
from newsletter_mailer.model.edition import Edition, short_code
from newsletter_mailer.model.outcome import Outcome
from newsletter_mailer.smtp.pool import Account, Outgoing, send_one
from newsletter_mailer.store import audience, campaigns, reviews
from newsletter_mailer.store.database import Database
from newsletter_mailer.store.editions import edition_hash, keep_edition
from newsletter_mailer.tokens import Secret
from newsletter_mailer.wording import sentence


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
    secret: Secret | None = None,
) -> list[Tested]:
    """Send the issue to each address, as that reader would see it if known, else as a sample reader.

    Links that act are dead, the Message-ID is new each time; the edition is recorded as tested. Each test tells the
    edition's short code, and with a secret also its page for reviewers, where these pages are served. Raises, before
    anything leaves, IssueError, UsageError for an address that cannot be mailed, SecretError for a DKIM key that
    cannot sign and NewsletterError when there is no mail for a reader; then what `smtp.pool.send_one` raises.
    """
    for address in to:
        if not mailable(address):
            raise UsageError(sentence("“{address}” is not an e-mail address", address=address))
    edition = compose(load_issue(workspace, find_issue(workspace, issue)), workspace).edition
    dkim = signer(workspace)
    review = _review_link(workspace, database, edition, secret, now=now) if secret else ""
    copies = [
        specimen(
            edition,
            workspace,
            reader=_seen_as(database, address, edition.language),
            now=now,
            new_id=f"{new_id}.{number}",
            to=address,
            code=short_code(edition_hash(edition)),
            review=review,
        )
        for number, address in enumerate(to, start=1)
    ]
    results = []
    for address, copy in zip(to, copies, strict=True):
        wire = dkim.sign(copy.wire, at=now // 1000) + copy.wire if dkim else copy.wire
        results.append(Tested(address, send_one(account, _outgoing(copy, wire)), len(wire)))
        _record(database, edition, results[-1], now)
    return results


def _review_link(
    workspace: Workspace, database: Database, edition: Edition, secret: Secret, *, now: int
) -> str:
    """Where the edition can be looked at, commented on and approved; "" where nobody answers for this ledger."""
    url = workspace.settings.public_url
    if not url or not answers_with(url, database.ledger_id):
        return ""
    with database.transaction() as connection:
        keep_edition(connection, edition, now=now)
        return reviews.link(connection, edition, url=url, secret=secret)


def _outgoing(copy: Specimen, wire: bytes) -> Outgoing:
    return Outgoing(1, 1, copy.envelope.mail_from, copy.envelope.rcpt_to, wire)


def _seen_as(database: Database, address: str, language: str) -> Subscriber:
    with database.reading() as connection:
        known = audience.subscriber(connection, address)
    return known or sample_subscriber(language)._replace(address=address)


def _record(database: Database, edition: Edition, tested: Tested, now: int) -> None:
    with database.transaction() as connection:
        campaigns.record_test(
            connection, edition, address=tested.address, now=now, reply=str(tested.outcome.reply or "")
        )

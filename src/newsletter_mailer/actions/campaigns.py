"""What became of campaigns, and what the officer decides about them."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Literal

from newsletter_mailer.errors import UsageError
from newsletter_mailer.model.campaign import Campaign, CampaignState
from newsletter_mailer.model.delivery import Status
from newsletter_mailer.store import campaigns as store
from newsletter_mailer.store import ledger
from newsletter_mailer.store.campaigns import LogRow
from newsletter_mailer.store.database import Database
from newsletter_mailer.wording import sentence

__all__ = ["LogRow", "cancel", "doubtful", "every", "log", "one", "resolve", "retry"]


def every(database: Database) -> list[Campaign]:
    """All campaigns, oldest first."""
    with database.reading() as connection:
        return store.campaigns(connection)


def one(database: Database, ref: str) -> Campaign:
    """The campaign of that number, or the newest of the issue with that slug. Raises UsageError."""
    with database.reading() as connection:
        found = store.campaign(connection, ref)
        if found is None:
            known = ", ".join(f"{c.id} ({c.slug})" for c in store.campaigns(connection)[-5:])
            hint = (
                sentence("there are: {known}", known=known)
                if known
                else sentence("nothing was dispatched yet")
            )
            raise UsageError(sentence("there is no campaign “{ref}”", ref=ref), hint)
    return found


def log(database: Database, ref: str, *, status: Status | None) -> Iterator[LogRow]:
    """Every recipient of a campaign with what became of it. Raises UsageError."""
    found = one(database, ref)
    with database.reading() as connection:
        yield from store.log(connection, found.id, status=status)


def doubtful(database: Database, ref: str) -> list[LogRow]:
    """The recipients of whom nobody knows whether the mail arrived."""
    found = one(database, ref)
    with database.reading() as connection:
        return list(ledger.unresolved(connection, found.id))


def resolve(database: Database, ref: str, *, as_: Literal["sent", "resend"], now: int) -> int:
    """Settle the doubtful: as sent, or to be sent again with the same Message-ID. Returns how many."""
    found = one(database, ref)
    with database.transaction() as connection:
        count = ledger.resolve(connection, found.id, as_=as_, now=now)
        if count and as_ == "resend":
            store.set_state(connection, found.id, CampaignState.STOPPED, now=now)
    return count


def retry(database: Database, ref: str, *, now: int) -> int:
    """Put the refused back into the queue. Returns how many; `resume` sends them."""
    found = one(database, ref)
    with database.transaction() as connection:
        count = ledger.retry_refused(connection, found.id, now)
        if count:
            store.set_state(connection, found.id, CampaignState.STOPPED, now=now)
    return count


def cancel(database: Database, ref: str, *, now: int) -> int:
    """Cancel what has not left. Returns how many recipients will not get the mail."""
    found = one(database, ref)
    with database.transaction() as connection:
        count = ledger.cancel(connection, found.id, now)
        store.set_state(connection, found.id, CampaignState.CANCELLED, now=now)
    return count

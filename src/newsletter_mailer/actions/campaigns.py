"""What became of campaigns, and what the officer decides about them."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from newsletter_mailer.config import Workspace
from newsletter_mailer.errors import UsageError
from newsletter_mailer.model.campaign import Campaign, CampaignState
from newsletter_mailer.model.delivery import Status
from newsletter_mailer.store import campaigns as store
from newsletter_mailer.store import ledger
from newsletter_mailer.store import originals as originals_store
from newsletter_mailer.store.campaigns import LogRow
from newsletter_mailer.store.copies import SENT
from newsletter_mailer.store.database import Database
from newsletter_mailer.store.returned import Came
from newsletter_mailer.wording import sentence

__all__ = [
    "Came",
    "Decision",
    "LogRow",
    "cancel",
    "doubtful",
    "every",
    "log",
    "one",
    "originals",
    "pause",
    "resolve",
    "retry",
    "to_go_on",
    "touched_since",
]


@dataclass(frozen=True, slots=True)
class Decision:
    """What the officer decided, and for how many."""

    campaign: Campaign  #: as it was before
    count: int


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


def _to_do(database: Database, ref: str, left: Callable[[Campaign], int]) -> Campaign:
    """The campaign of that number, or the one of that slug in which `left` finds something; else the newest.

    Raises UsageError, and names them, when there is something left in several.
    """
    newest = one(database, ref)
    if str(newest.id) == ref:
        return newest
    with database.reading() as connection:
        found = [c for c in store.campaigns(connection, ref) if left(c)]
    if len(found) > 1:
        them = "; ".join(f"{c.id} ({_readers(c)}: {left(c)})" for c in found)
        raise UsageError(
            sentence("there are several such campaigns of “{slug}”: {them}", slug=ref, them=them),
            sentence("give the number of the one you mean, e.g. {number}", number=found[0].id),
        )
    return found[0] if found else newest


def _readers(campaign: Campaign) -> str:
    """By what campaigns of one issue are told apart."""
    return ", ".join((*campaign.lists, *([campaign.segment.name] if campaign.segment else [])))


def to_go_on(database: Database, ref: str) -> Campaign:
    """The campaign to continue. Raises UsageError."""
    return _to_do(database, ref, _open)


def touched_since(workspace: Workspace, campaign: Campaign) -> bool:
    """Whether a file of the issue was written after the campaign was planned: then it is worth a closer look.

    A sender that only goes on need not load what composes an issue.
    """
    folder = workspace.issues / campaign.slug
    files = (path for path in folder.rglob("*") if path.name != SENT and path.is_file())
    return any(path.stat().st_mtime * 1000 > campaign.created_at for path in files)


def _open(campaign: Campaign) -> int:
    return 0 if campaign.state is CampaignState.CANCELLED else campaign.counts.open


def log(database: Database, ref: str, *, status: Status | None) -> Iterator[LogRow]:
    """Every recipient of a campaign with what became of it. Raises UsageError."""
    found = one(database, ref)
    with database.reading() as connection:
        yield from store.log(connection, found.id, status=status)


def originals(database: Database) -> Path:
    """The folder that holds the originals of what came back, each by its hash."""
    return originals_store.folder_of(database).resolve()


def doubtful(database: Database, ref: str) -> tuple[Campaign, list[LogRow]]:
    """The recipients of whom nobody knows whether the mail arrived."""
    found = _to_do(database, ref, lambda campaign: campaign.counts.in_doubt)
    with database.reading() as connection:
        return found, list(ledger.unresolved(connection, found.id))


def resolve(database: Database, ref: str, *, as_: Literal["sent", "resend"], now: int) -> Decision:
    """Settle the doubtful: as sent, or to be sent again with the same Message-ID. Raises UsageError."""
    found = _to_do(database, ref, lambda campaign: campaign.counts.in_doubt)
    with database.transaction() as connection:
        return Decision(found, ledger.resolve(connection, found.id, as_=as_, now=now))


def retry(database: Database, ref: str, *, now: int) -> Decision:
    """Put the refused back into the queue; `resume` sends them. Raises UsageError."""
    found = _to_do(database, ref, lambda campaign: campaign.counts.refused)
    with database.transaction() as connection:
        return Decision(found, ledger.retry_refused(connection, found.id, now))


def cancel(database: Database, ref: str, *, now: int) -> Decision:
    """Cancel what has not left: so many recipients will not get the mail. Raises UsageError."""
    found = _to_do(database, ref, _open)
    with database.transaction() as connection:
        return Decision(found, ledger.cancel(connection, found.id, now))


def pause(database: Database, ref: str, *, now: int) -> Campaign:
    """Let nothing more leave until somebody goes on with it; the campaign as it was. Raises UsageError."""
    found = _to_do(database, ref, _open)
    if not _open(found):
        raise UsageError(
            sentence("campaign {number} has nothing left to send", number=found.id),
            sentence("see it with: newsletter status {number}", number=found.id),
        )
    with database.transaction() as connection:
        store.set_state(connection, found.id, CampaignState.PAUSED, now=now)
    return found

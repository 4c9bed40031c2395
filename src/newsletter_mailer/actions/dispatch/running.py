"""A run: alone on its ledger, registered before its first claim, and ended when the ledger knows all it did."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path

from newsletter_mailer.actions.dispatch.outbox import Outbox, Tools
from newsletter_mailer.errors import NOT_ALLOWED, NewsletterError, Stopped, UsageError, system_reason
from newsletter_mailer.model.campaign import CLOSED, Campaign, CampaignState, Counts
from newsletter_mailer.smtp.pool import send_all
from newsletter_mailer.store import campaigns, ledger
from newsletter_mailer.store.database import Database
from newsletter_mailer.store.journal import Journal
from newsletter_mailer.store.lock import SenderLock
from newsletter_mailer.store.machine import boot_id, host
from newsletter_mailer.wording import sentence

_PATIENCE_MS = 10 * 60 * 1000  # what is due within ten minutes is waited for


def dispatch(tools: Tools, campaign: Campaign, *, wait: bool = False) -> Campaign:
    """Send what is due until nothing is, or nothing within ten minutes; `wait` stays to the end.

    Returns the campaign as it is then: finished, or stopped when `tools.stop` was set, or paused. Raises Busy when
    another sender is at work, UsageError when the campaign was cancelled, Stopped when the rest is due later,
    LoginRefused and ServerUnreachable as the server has it; whatever is raised, the ledger is right and the same call
    continues.
    """
    ledger_file = tools.database.path  # lock and journals belong to the ledger, whatever workspace uses it
    folder = ledger_file.with_name(f"{ledger_file.stem}-journals")
    with _disk(folder):  # the wire raises its own errors
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        with _lock(tools.database):
            _recover(tools, folder)
            _check_not_cancelled(tools, campaign)
            with _running(tools, campaign, folder) as outbox:
                due = _until_nothing_is_due(tools, campaign, outbox, wait=wait)
            return _closed(tools, campaign, due)


def ensure_alone(database: Database) -> None:
    """Raise Busy when another sender is at work, before anybody is asked anything."""
    with _disk(database.path.parent), _lock(database):
        return


def _lock(database: Database) -> SenderLock:
    return SenderLock(database.path.with_suffix(".lock"))


@contextmanager
def _disk(folder: Path) -> Iterator[None]:
    """What the disk refuses, as a sentence."""
    try:
        yield
    except OSError as error:
        what = sentence("{folder} cannot be written: {reason}", folder=folder, reason=system_reason(error))
        if error.errno in NOT_ALLOWED:
            raise NewsletterError(what, sentence("ask for the right to write there")) from error
        raise Stopped(what, sentence("make room on the disk, then use the same command again")) from error


def _recover(tools: Tools, folder: Path) -> None:
    """Settle what dead runs left behind; the lock proves that they are dead."""
    with tools.database.transaction() as connection:
        ledger.recover(
            connection,
            boot_id=boot_id(),
            host=host(),
            journals=folder,
            now=tools.clock(),
            retry=tools.workspace.settings.retry.policy(),
            chance=tools.chance,
        )
    for journal in folder.glob("*.journal"):
        journal.unlink()  # every earlier run is settled and ended now


def _check_not_cancelled(tools: Tools, campaign: Campaign) -> None:
    if _fresh(tools, campaign).state is CampaignState.CANCELLED:
        raise UsageError(
            sentence("campaign {number} is cancelled: nothing more leaves from it", number=campaign.id),
            sentence(
                "those whom it did not reach get a new one: newsletter dispatch {issue}", issue=campaign.slug
            ),
        )


@contextmanager
def _running(tools: Tools, campaign: Campaign, folder: Path) -> Iterator[Outbox]:
    """A run, registered before its first claim and ended when the ledger knows all that it did.

    A run that could not tell the ledger (disk full) stays open with its journal: the next one recovers it.
    """
    now = tools.clock()
    path = folder / f"{campaign.id}-{now}-{os.getpid()}.journal"
    with tools.database.transaction() as connection:
        run = ledger.register_run(
            connection, host=host(), boot_id=boot_id(), pid=os.getpid(), journal=path.name, now=now
        )
    with Journal.create(path, run) as journal:
        outbox = Outbox(tools, campaign, run=run, journal=journal)
        with tools.database.transaction() as connection:
            campaigns.begin(connection, campaign.id, now=now)
        try:
            yield outbox
        except BaseException:
            _set_state(tools, campaign, CampaignState.STOPPED)
            raise
        finally:
            if outbox.empty:
                with tools.database.transaction() as connection:
                    ledger.end_run(connection, run, tools.clock())
    path.unlink(missing_ok=True)


def _until_nothing_is_due(tools: Tools, campaign: Campaign, outbox: Outbox, *, wait: bool) -> int | None:
    """Send and wait, unless it is paused; the time of the next deferred delivery, or None when there is none."""
    while True:
        try:
            send_all(outbox, tools.account)
        finally:
            outbox.release()
        with tools.database.reading() as connection:
            due = ledger.next_due(connection, campaign.id)
        now = tools.clock()
        over = tools.stop.is_set() or _fresh(tools, campaign).state in CLOSED
        if due is None or over or (due - now > _PATIENCE_MS and not wait):
            return due
        tools.waiting(_fresh(tools, campaign).counts.deferred, due)
        tools.stop.wait(max(due - now, 0) / 1000)


def _closed(tools: Tools, campaign: Campaign, due: int | None) -> Campaign:
    found = _fresh(tools, campaign)
    counts = found.counts
    if found.state in CLOSED:
        return found
    if not counts.open:
        return _set_state(tools, campaign, CampaignState.FINISHED)
    if due is None or tools.stop.is_set():
        return _set_state(tools, campaign, CampaignState.STOPPED)
    _set_state(tools, campaign, CampaignState.WAITING)
    at = datetime.fromtimestamp(due / 1000, UTC).astimezone(tools.workspace.zone)
    raise Stopped(
        sentence(
            "refused for now: {count}; the next try is at {time}",
            count=counts.deferred,
            time=f"{at:%Y-%m-%d %H:%M}",
        ),
        sentence("continue then with: newsletter resume {campaign}", campaign=campaign.id),
    )


def _set_state(tools: Tools, campaign: Campaign, state: CampaignState) -> Campaign:
    with tools.database.transaction() as connection:
        campaigns.set_state(connection, campaign.id, state, now=tools.clock())
    return _fresh(tools, campaign)


def _fresh(tools: Tools, campaign: Campaign) -> Campaign:
    with tools.database.reading() as connection:
        found = campaigns.campaign(connection, str(campaign.id))
    assert found is not None
    return found


def exit_code(counts: Counts, *, interrupted: bool) -> int:
    """0 all sent · 5 finished with refused or in-doubt recipients · 130 interrupted or 75 stopped with something left."""
    if counts.open:
        return 130 if interrupted else 75
    return 5 if counts.refused or counts.in_doubt else 0

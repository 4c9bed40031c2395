"""A run: alone on its ledger, registered before its first claim, and ended when the ledger knows all it did."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from newsletter_mailer.actions.dispatch import canary, holds
from newsletter_mailer.actions.dispatch.outbox import OVERSLEPT, PATIENCE_MS, Outbox
from newsletter_mailer.actions.dispatch.tools import Tools, Wait, Why
from newsletter_mailer.errors import NOT_ALLOWED, NewsletterError, Stopped, UsageError, system_reason
from newsletter_mailer.model.campaign import CLOSED, Campaign, CampaignState, Counts
from newsletter_mailer.smtp.pool import send_all
from newsletter_mailer.store import campaigns, clocks, copies, domains, hard, ledger
from newsletter_mailer.store.database import Database
from newsletter_mailer.store.journal import Journal
from newsletter_mailer.store.lock import SenderLock
from newsletter_mailer.store.machine import boot_id, host
from newsletter_mailer.wording import Sentence, sentence

_LOOK_MS = 60_000  # a longer wait is made of several, for the heartbeat
_PAUSE_MS = 1_000  # between two looks that found nothing to do although something was due


def dispatch(tools: Tools, campaign: Campaign, *, wait: bool = False) -> Campaign:
    """Send what is due until nothing is, or nothing within ten minutes; `wait` stays to the end.

    Returns the campaign as it is then: finished, or stopped when `tools.stop` was set, or paused. Raises Busy when
    another sender is at work, UsageError when the campaign was cancelled, Held when the officer must say yes first,
    NotApproved when the settings want a yes to its edition that nobody gave, Stopped when the rest is due later,
    LoginRefused and ServerUnreachable as the server has it; whatever is raised, the ledger is right and the same
    call continues.
    """
    holds.check_place(tools.database.path)
    with _disk(tools.journals):  # the wire raises its own errors
        tools.journals.mkdir(mode=0o700, parents=True, exist_ok=True)
        with _lock(tools.database):
            campaign = _fresh(tools, campaign)
            _check_not_cancelled(campaign)
            holds.check_approved(tools, campaign)
            trusted = holds.may_go_on(tools, campaign, late=holds.late_since(tools))
            # Not before: it ends every earlier run, and clears journals that the right ledger needs.
            _recover(tools)
            campaign = _fresh(tools, campaign)
            _until_it_is_time(tools, campaign, wait=wait)
            with _running(tools, campaign, trusted) as outbox:
                outbox.wait = wait
                left = _until_nothing_is_due(tools, campaign, outbox)
            return _closed(tools, campaign, left)


def ensure_alone(database: Database) -> None:
    """Raise Busy when another sender is at work, or NewsletterError for a ledger in an unsafe place.

    To be told before anybody is asked anything.
    """
    holds.check_place(database.path)
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


def _recover(tools: Tools) -> None:
    """Settle what dead runs left behind; the lock proves that they are dead."""
    now = tools.clock()
    with tools.database.transaction() as connection:
        ledger.recover(
            connection,
            boot_id=boot_id(),
            host=host(),
            journals=tools.journals,
            now=now,
            retry=tools.workspace.settings.retry.policy(),
            chance=tools.chance,
        )
        clocks.mend_stamps(connection, now)
    for journal in tools.journals.glob("*.journal"):
        journal.unlink()  # every earlier run is settled and ended now


def _check_not_cancelled(campaign: Campaign) -> None:
    if campaign.state is CampaignState.CANCELLED:
        raise UsageError(
            sentence("campaign {number} is cancelled: nothing more leaves from it", number=campaign.id),
            sentence(
                "those whom it did not reach get a new one: newsletter dispatch {issue}", issue=campaign.slug
            ),
        )


def _until_it_is_time(tools: Tools, campaign: Campaign, *, wait: bool) -> None:
    """Wait for the time for which the campaign is planned, or raise Stopped."""
    at = campaign.scheduled_at or 0
    if at <= tools.clock():
        return
    found = Wait(Why.SCHEDULE, campaign.counts.open, at)
    _set_scheduled(tools, campaign)
    if not wait:
        raise _later(tools, campaign, found)
    tools.waiting(found)
    while (left := at - tools.clock()) > 0:
        if tools.stop.wait(min(left, _LOOK_MS) / 1000):
            raise _later(tools, campaign, found)


def _set_scheduled(tools: Tools, campaign: Campaign) -> None:
    """Also one that was paused or held: whoever goes on with it wants it to leave at its time."""
    with tools.database.transaction() as connection:
        campaigns.begin(connection, campaign.id, now=tools.clock())
        campaigns.set_state(connection, campaign.id, CampaignState.SCHEDULED, now=tools.clock())


@contextmanager
def _running(tools: Tools, campaign: Campaign, trusted: frozenset[str]) -> Iterator[Outbox]:
    """A run, registered before its first claim and ended when the ledger knows all that it did.

    A run that could not tell the ledger (disk full) stays open with its journal: the next one recovers it.
    """
    now = tools.clock()
    path = tools.journals / f"{campaign.id}-{now}-{os.getpid()}.journal"
    copies.begin_turn(tools.database, holds.issue_folder(tools, campaign), now=now, campaign=campaign.id)
    with tools.database.transaction() as connection:
        run = ledger.register_run(
            connection, host=host(), boot_id=boot_id(), pid=os.getpid(), journal=path.name, now=now
        )
    with Journal.create(path, run) as journal:
        outbox = Outbox(tools, campaign, run=run, journal=journal, trusted=trusted)
        with tools.database.transaction() as connection:
            campaigns.begin(connection, campaign.id, now=now)
        try:
            yield outbox
        except BaseException:
            _set_state(tools, campaign, CampaignState.STOPPED)
            raise
        finally:
            outbox.close()
            if outbox.empty:
                with tools.database.transaction() as connection:
                    ledger.end_run(connection, run, tools.clock())
    path.unlink(missing_ok=True)


def _until_nothing_is_due(tools: Tools, campaign: Campaign, outbox: Outbox) -> Wait | None:
    """Send and wait, unless it is paused; what the rest waits for, or None when there is no rest."""
    while True:
        before = outbox.given
        try:
            send_all(outbox, tools.account)
        except Stopped:
            if not outbox.overslept:
                raise
        finally:
            outbox.release()
        _stop_if_told(tools, campaign, outbox)
        left = _next(tools, campaign, outbox, idle=outbox.given == before)
        over = tools.stop.is_set() or _fresh(tools, campaign).state in CLOSED
        if left is None or over or (left.until - tools.clock() > PATIENCE_MS and not outbox.wait):
            return left
        _rest(tools, outbox, left)


def _stop_if_told(tools: Tools, campaign: Campaign, outbox: Outbox) -> None:
    if outbox.overslept:
        raise holds.hold(tools, campaign, OVERSLEPT)
    if outbox.stopped is not None:
        raise outbox.stopped


def _next(tools: Tools, campaign: Campaign, outbox: Outbox, *, idle: bool) -> Wait | None:
    """What comes next, and when."""
    now = tools.clock()
    found = _fresh(tools, campaign)
    if outbox.canary:
        until = canary.rest_may_go_at(tools, found)
        if isinstance(until, Sentence):
            if not tools.confirmed:
                raise holds.hold(tools, campaign, until)
            until = now
        if until is not None and until <= now:
            canary.let_go(tools, found)
            outbox.canary = False
        if until is not None:
            return Wait(Why.CANARY, found.counts.open, until)
    if outbox.free_at > now:
        return Wait(Why.PACE, found.counts.open, outbox.free_at)
    with tools.database.reading() as connection:
        closed = domains.closed_domains(connection, campaign.id, now=now)
        due = ledger.next_due(connection, campaign.id, without=closed)
    times = [at for at in (due, *closed.values()) if at is not None] if found.counts.open else []
    if not times:
        return None
    return Wait(Why.RETRY, found.counts.open, max(min(times), now + _PAUSE_MS if idle else now))


def _rest(tools: Tools, outbox: Outbox, wait: Wait) -> None:
    """Sleep until then, with a heartbeat; Ctrl-C ends it."""
    if wait.until > tools.clock():
        tools.waiting(wait)
    while (left := wait.until - tools.clock()) > 0 and not tools.stop.wait(min(left, _LOOK_MS) / 1000):
        outbox.heartbeat()


def _closed(tools: Tools, campaign: Campaign, left: Wait | None) -> Campaign:
    with tools.database.transaction() as connection:
        hard.suppress_hard(connection, campaign.id, now=tools.clock())
    found = _fresh(tools, campaign)
    if found.state in CLOSED:
        return found
    if not found.counts.open:
        return _set_state(tools, campaign, CampaignState.FINISHED)
    if tools.stop.is_set():
        return _set_state(tools, campaign, CampaignState.STOPPED)
    if left is None:
        if (why := holds.why_domains(tools, campaign)) is not None:
            raise holds.hold(tools, campaign, why)
        return _set_state(tools, campaign, CampaignState.STOPPED)
    _set_state(tools, campaign, CampaignState.WAITING, again_at=left.until)
    raise _later(tools, campaign, left)


_LATER = {
    Why.RETRY: sentence("refused for now: {count}; the next try is at {time}"),
    Why.PACE: sentence("the provider takes no more for now; {count} go on at {time}"),
    Why.CANARY: sentence("the first readers have it; the other {count} follow at {time}"),
    Why.SCHEDULE: sentence("planned for {time}: {count} recipients"),
}


def _later(tools: Tools, campaign: Campaign, left: Wait) -> Stopped:
    words = {"count": left.count, "time": f"{tools.local(left.until):%Y-%m-%d %H:%M}"}
    return Stopped(
        Sentence(_LATER[left.why].template, words),
        sentence("continue then with: newsletter resume {campaign}", campaign=campaign.id),
        until=left.until,
    )


def _set_state(
    tools: Tools, campaign: Campaign, state: CampaignState, *, again_at: int | None = None
) -> Campaign:
    with tools.database.transaction() as connection:
        campaigns.set_state(connection, campaign.id, state, now=tools.clock(), again_at=again_at)
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

"""A planned campaign leaves: claimed row by row, journalled, settled, and continued after any stop."""

from __future__ import annotations

import os
import random
from collections import deque
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from threading import Event as Flag

from newsletter_mailer.config import Workspace
from newsletter_mailer.errors import NOT_ALLOWED, NewsletterError, Stopped, UsageError, system_reason
from newsletter_mailer.message.letterhead import message_template, planned_letterhead
from newsletter_mailer.message.mime import Copy, MessageTemplate
from newsletter_mailer.model.campaign import CLOSED, Campaign, CampaignState, Counts
from newsletter_mailer.model.delivery import Event
from newsletter_mailer.model.outcome import Outcome, Verb
from newsletter_mailer.smtp.pool import Account, Outgoing, send_all
from newsletter_mailer.store import campaigns, ledger
from newsletter_mailer.store.database import Database
from newsletter_mailer.store.journal import Journal
from newsletter_mailer.store.ledger import Claimed, Settlement
from newsletter_mailer.store.lock import SenderLock
from newsletter_mailer.store.machine import boot_id, host
from newsletter_mailer.tokens import Secret, sign
from newsletter_mailer.wording import sentence

SETTLED_TOGETHER = 100
_PATIENCE_MS = 10 * 60 * 1000  # what is due within ten minutes is waited for


@dataclass(frozen=True, slots=True)
class Tools:
    """What a dispatch works with; time and chance are given, so that tests can give their own."""

    database: Database
    workspace: Workspace
    account: Account
    secret: Secret
    clock: Callable[[], int]  #: milliseconds since 1970, UTC
    stop: Flag = field(default_factory=Flag)  #: set by Ctrl-C: finish the mail in flight, then stop
    chance: Callable[[], float] = random.random
    progress: Callable[[Outcome], None] = lambda _outcome: None
    waiting: Callable[[int, int], None] = lambda _deferred, _due: None  #: told how many wait, and until when


class Outbox:
    """The ledger as the sender sees it: takes rows, journals around the dot, settles in groups."""

    def __init__(self, tools: Tools, campaign: Campaign, *, run: int, journal: Journal) -> None:
        self._tools = tools
        self._campaign = campaign
        self._run = run
        self._journal = journal
        self._claimed: deque[Claimed] = deque()
        self._taken: int | None = None  # the delivery that the sender has in hand
        self._settled: list[Settlement] = []
        self._claim_size = 10
        self._claimed_at = 0
        self._retry = tools.workspace.settings.retry.policy()
        with tools.database.reading() as connection:
            self._edition = campaigns.edition(connection, campaign.edition)
        self._templates: dict[str, MessageTemplate] = {}  # by list: each has its own List-Id
        self._template(campaign.lists[0])  # what cannot be written is told before anybody is claimed

    @property
    def empty(self) -> bool:
        """Whether the ledger knows of everything that was claimed."""
        return not self._claimed and not self._settled and self._taken is None

    def take(self) -> Outgoing | None:
        """The next message, or None when nothing is due now."""
        while self._claimed or self._claim():
            claimed = self._claimed.popleft()
            self._taken = claimed.delivery.id
            try:
                return self._built(claimed)
            except ValueError as error:  # this reader's name, address or fields; the others go on
                unfit = Outcome(Event.REFUSED, Verb.MAIL, detail=str(error))
                self._settle(claimed.delivery.id, claimed.delivery.attempt, unfit)
        return None

    def before_dot(self, outgoing: Outgoing) -> None:
        """Journal that the reader may have the mail from here on."""
        self._journal.dot(outgoing.delivery, outgoing.attempt)

    def settle(self, outgoing: Outgoing, outcome: Outcome) -> None:
        """Journal the outcome, and bring it to the ledger with the next group."""
        self._settle(outgoing.delivery, outgoing.attempt, outcome)

    def _settle(self, delivery: int, attempt: int, outcome: Outcome) -> None:
        self._journal.reply(delivery, attempt, outcome)
        self._settled.append(Settlement(delivery, attempt, self._run, outcome, self._tools.clock()))
        self._taken = None
        if len(self._settled) >= SETTLED_TOGETHER:
            self.flush()
        self._tools.progress(outcome)

    def stopping(self) -> bool:
        """Whether no other message is to be taken."""
        return self._tools.stop.is_set()

    def flush(self) -> None:
        """Settle what is known."""
        if not self._settled:
            return
        with self._tools.database.transaction() as connection:
            ledger.settle(
                connection,
                self._settled,
                now=self._tools.clock(),
                retry=self._retry,
                chance=self._tools.chance,
            )
        self._settled = []

    def release(self) -> None:
        """Give back what was claimed and never taken."""
        self.flush()
        if self._claimed:
            with self._tools.database.transaction() as connection:
                ids = [claimed.delivery.id for claimed in self._claimed]
                ledger.release(connection, ids, run=self._run, now=self._tools.clock())
            self._claimed.clear()

    def _claim(self) -> bool:
        """Claim about a second's worth, so that a power cut leaves few in doubt; whether anyone was due."""
        self.flush()
        if self._journal.grown() and self.empty:
            self._journal.begin_anew()
        now = self._tools.clock()
        if self._claimed_at:
            rate = self._claim_size * 1000 / max(now - self._claimed_at, 1)
            self._claim_size = max(10, min(ledger.MOST, int(rate)))
        with self._tools.database.transaction() as connection:
            ledger.heartbeat(connection, self._run, now)
            claimed = ledger.claim(
                connection,
                self._campaign.id,
                run=self._run,
                limit=self._claim_size,
                now=now,
            )
        self._claimed.extend(claimed)  # only now: the commit is what makes them ours
        self._claimed_at = now
        return bool(self._claimed)

    def _template(self, slug: str) -> MessageTemplate:
        if slug not in self._templates:
            on = planned_letterhead(self._campaign, slug)
            self._templates[slug] = message_template(self._edition, on)
        return self._templates[slug]

    def _built(self, claimed: Claimed) -> Outgoing:
        delivery = claimed.delivery
        when = datetime.fromtimestamp(self._tools.clock() / 1000, UTC).astimezone(self._tools.workspace.zone)
        token = sign(self._tools.secret, "unsubscribe", delivery.id)
        copy = Copy(to=delivery.address, message_id=delivery.message_id, date=when, token=token)
        envelope, data = self._template(claimed.list_slug).build(claimed.subscriber, copy, claimed.list_name)
        return Outgoing(delivery.id, delivery.attempt, envelope.mail_from, envelope.rcpt_to, data)


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

"""The ledger as the sender sees it, and what a dispatch works with."""

from __future__ import annotations

import random
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from threading import Event as Flag

from newsletter_mailer.config import Workspace
from newsletter_mailer.message.letterhead import message_template, planned_letterhead
from newsletter_mailer.message.mime import Copy, MessageTemplate
from newsletter_mailer.model.campaign import Campaign
from newsletter_mailer.model.delivery import Event
from newsletter_mailer.model.outcome import Outcome, Verb
from newsletter_mailer.smtp.pool import Account, Outgoing
from newsletter_mailer.store import campaigns, ledger
from newsletter_mailer.store.database import Database
from newsletter_mailer.store.journal import Journal
from newsletter_mailer.store.ledger import Claimed, Settlement
from newsletter_mailer.tokens import Secret, sign

SETTLED_TOGETHER = 100


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
        self._taken: set[int] = set()  # deliveries that the sender has in hand
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
        return not self._claimed and not self._settled and not self._taken

    def take(self) -> Outgoing | None:
        """The next message, or None when nothing is due now."""
        while self._claimed or self._claim():
            claimed = self._claimed.popleft()
            self._taken.add(claimed.delivery.id)
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
        self._taken.discard(delivery)
        if len(self._settled) >= SETTLED_TOGETHER:
            self.flush()
        self._tools.progress(outcome)

    def stopping(self) -> bool:
        """Whether no other message is to be taken."""
        return self._tools.stop.is_set()

    def connections(self) -> int:
        """How many connections may be open now."""
        return getattr(self._tools.account, "connections", 1)

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

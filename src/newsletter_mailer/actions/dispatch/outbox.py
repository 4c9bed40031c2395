"""The ledger as the sender sees it."""

from __future__ import annotations

from collections import deque
from datetime import UTC, datetime

from newsletter_mailer.actions.dispatch.gate import Gate
from newsletter_mailer.actions.dispatch.tools import Tools
from newsletter_mailer.errors import Stopped
from newsletter_mailer.message.letterhead import message_template, planned_letterhead, signer
from newsletter_mailer.message.mime import Copy, MessageTemplate
from newsletter_mailer.model.campaign import Campaign
from newsletter_mailer.model.delivery import Delivery, Event
from newsletter_mailer.model.lateness import slept
from newsletter_mailer.model.outcome import SETTLED, Outcome, Verb
from newsletter_mailer.smtp.pool import Later, Outgoing
from newsletter_mailer.store import campaigns, ledger
from newsletter_mailer.store.database import Connection
from newsletter_mailer.store.editions import number_of
from newsletter_mailer.store.journal import Journal
from newsletter_mailer.store.ledger import Claimed, Settlement
from newsletter_mailer.tokens import signing
from newsletter_mailer.wording import sentence

SETTLED_TOGETHER = 2 * ledger.MOST  # the next claim comes first, and settles them in its own transaction
PATIENCE_MS = 10 * 60 * 1000  #: what is due within ten minutes is waited for
OVERSLEPT = sentence("this computer slept, or its clock was set, for more than twelve hours")
_ASK_AGAIN_MS = 1000  # at the end each connection asks once more: not each time the ledger
_BREATH_MS = 20
_LOOK_S = 60  # a longer wait is made of several, for the heartbeat


class Outbox:
    """The ledger as the sender sees it: takes rows, journals around the dot, settles in groups."""

    def __init__(
        self,
        tools: Tools,
        campaign: Campaign,
        *,
        run: int,
        journal: Journal,
        trusted: frozenset[str] = frozenset(),
    ) -> None:
        self._tools = tools
        self._campaign = campaign
        self._run = run
        self._journal = journal
        self._gate = Gate(tools, campaign, trusted)
        self._signer = signer(tools.workspace)
        self._unsubscribe, self._preferences, self._view = (
            signing(tools.secret, purpose) for purpose in ("unsubscribe", "preferences", "view")
        )
        self._claimed: deque[Claimed] = deque()
        self._in_hand: dict[
            int, tuple[Delivery, int]
        ] = {}  # taken and not yet settled; when they were claimed
        self._settled: list[Settlement] = []
        self._claim_size = 10
        self._claimed_at = 0
        self._empty_at = 0  # when a claim found nobody, and nothing has come back since; 0 = it has
        self._retry = tools.workspace.settings.retry.policy()
        self._templates: dict[
            tuple[int, str], MessageTemplate
        ] = {}  # an edition for each list: its own List-Id
        self._seconds = (0, datetime.min.replace(tzinfo=UTC))
        self.canary = bool(campaign.canary) and campaign.canary_done_at is None
        self.wait = False  #: stay however long the pace takes
        self.free_at = 0  #: when the pace lets something out again, if that is why nothing more was given
        self.given = 0  #: messages taken in all
        self.overslept = False  #: so long since the last claim that the officer must say yes
        with tools.database.reading() as connection:
            edition = number_of(connection, campaign.edition) or 0
        self._template(edition, campaign.lists[0])  # what cannot be written is told before anybody is claimed

    @property
    def empty(self) -> bool:
        """Whether the ledger knows of everything that was claimed."""
        return not self._claimed and not self._settled and not self._in_hand

    @property
    def stopped(self) -> Stopped | None:
        """What the replies of this run, taken together, stop it for."""
        return self._gate.stopped

    def take(self) -> Outgoing | Later | None:
        """The next message, how long the pace makes it wait, or None when nothing is due now."""
        now = self._tools.clock()
        if self._must_rest(now):
            return None
        if self._gate.slow(now):
            self.release()
        while self._claimed or (not self._nothing_new(now) and self._claim(now)):
            claimed = self._claimed.popleft()
            self.given += 1
            self._in_hand[claimed.delivery.id] = claimed.delivery, self._claimed_at
            try:
                return self._built(claimed, now)
            except ValueError as error:  # this reader's name, address or fields; the others go on
                unfit = Outcome(Event.REFUSED, Verb.MAIL, detail=str(error))
                self._settle(claimed.delivery.id, claimed.delivery.attempt, unfit)
        return self._later(now)

    def before_dot(self, outgoing: Outgoing) -> None:
        """Journal that the reader may have the mail from here on. Raises Stopped after a long sleep: it must not."""
        now = self._tools.clock()
        delivery, claimed_at = self._in_hand[outgoing.delivery]
        if slept(claimed_at, now):
            self.overslept = True
            raise Stopped(OVERSLEPT)
        if self._gate.limited:
            self._gate.leaves(delivery.domain, claimed_at, now)
        self._journal.dot(outgoing.delivery, outgoing.attempt)

    def settle(self, outgoing: Outgoing, outcome: Outcome) -> None:
        """Journal the outcome, and bring it to the ledger with the next group."""
        self._settle(outgoing.delivery, outgoing.attempt, outcome)

    def stopping(self) -> bool:
        """Whether no other message is to be taken."""
        return self._tools.stop.is_set() or self.stopped is not None

    def connections(self) -> int:
        """How many connections may be open now."""
        return self._gate.connections(self._tools.account.connections, self._tools.clock())

    def flush(self) -> None:
        """Settle what is known."""
        if not self._settled:
            return
        with self._tools.database.transaction() as connection:
            self._write_down(connection, self._tools.clock())
        self._settled = []

    def release(self) -> None:
        """Give back what was claimed and never taken."""
        self.flush()
        self._give_back(list(self._claimed))
        self._claimed.clear()
        self._empty_at = 0

    def heartbeat(self) -> None:
        """The run is alive, though it waits."""
        now = self._tools.clock()
        self.overslept = self.overslept or bool(self._claimed_at and slept(self._claimed_at, now))
        self._claimed_at = now
        with self._tools.database.transaction() as connection:
            ledger.heartbeat(connection, self._run, now)

    def _write_down(self, c: Connection, now: int) -> None:
        """Bring to the ledger what is known; it stays in hand until the commit."""
        if self._settled:
            ledger.settle(c, self._settled, now=now, retry=self._retry, chance=self._tools.chance)
            self._gate.keep(c, now)

    def _settle(self, delivery: int, attempt: int, outcome: Outcome) -> None:
        self._journal.reply(delivery, attempt, outcome)
        now = self._tools.clock()
        self._settled.append(Settlement(delivery, attempt, self._run, outcome, now))
        if outcome.event not in SETTLED:
            self._empty_at = 0
        held, _ = self._in_hand.pop(delivery)
        pausing = self._gate.saw(held.domain, outcome, now)
        if len(self._settled) >= SETTLED_TOGETHER:
            self.flush()
        if pausing:
            self._leave_alone(pausing)
        self._tools.progress(outcome)

    def _leave_alone(self, domains: frozenset[str]) -> None:
        """Give back those of a domain that pauses."""
        self.flush()
        self._give_back([one for one in self._claimed if one.delivery.domain in domains])
        self._claimed = deque(one for one in self._claimed if one.delivery.domain not in domains)

    def _give_back(self, claimed: list[Claimed]) -> None:
        if claimed:
            with self._tools.database.transaction() as connection:
                ids = [one.delivery.id for one in claimed]
                ledger.release(connection, ids, run=self._run, now=self._tools.clock())

    def _must_rest(self, now: int) -> bool:
        """After a long sleep of the machine, or a clock set forward: a yes is needed before anything more leaves."""
        if self._claimed_at and slept(self._claimed_at, now):
            self.overslept = True
            self.release()
        return self.overslept

    def _claim(self, now: int) -> bool:
        """Claim about a second's worth, so that a power cut leaves few in doubt; whether anyone was due."""
        if self._journal.grown():
            self.flush()
            if self._in_hand:  # the journal still speaks of them: a moment's rest, each 16,000 mails
                self.free_at = now + _BREATH_MS
                return False
            self._journal.begin_anew()
        if self._claimed_at:
            rate = self._claim_size * 1000 / max(now - self._claimed_at, 1)
            self._claim_size = max(10, min(ledger.MOST, int(rate)))
        with self._tools.database.transaction() as connection:
            self._write_down(connection, now)  # one commit for both: each waits for the disk
            ledger.heartbeat(connection, self._run, now)
            opening = self._gate.opening(connection, self._claim_size, now)
            claimed = (
                ledger.claim(
                    connection,
                    self._campaign.id,
                    run=self._run,
                    limit=opening.most,
                    now=now,
                    without=opening.without,
                    canary=self.canary,
                )
                if opening.most
                else []
            )
            self._gate.spend(connection, claimed, now)
        self._settled = []
        self._claimed.extend(claimed)  # only now: the commit is what makes them ours
        self._claimed_at = now
        self.free_at = 0 if claimed else opening.at
        self._empty_at = 0 if claimed or self.free_at else now
        return bool(claimed)

    def _nothing_new(self, now: int) -> bool:
        """Whether the ledger had nobody a moment ago, and nothing has come back since."""
        return 0 <= now - self._empty_at < _ASK_AGAIN_MS

    def _later(self, now: int) -> Later | None:
        """When the pace lets out the next one; None when that is too long to wait, or nobody is left."""
        wait = self.free_at - now
        if wait <= 0 or (wait > PATIENCE_MS and not self.wait):
            return None
        return Later(min(wait / 1000, _LOOK_S))

    def _template(self, edition: int, slug: str) -> MessageTemplate:
        template = self._templates.get((edition, slug))
        if template is None:
            with self._tools.database.reading() as connection:
                found = campaigns.edition_numbered(connection, edition)
            on = planned_letterhead(self._campaign, slug)
            template = self._templates[edition, slug] = message_template(found, on)
        return template

    def _built(self, claimed: Claimed, now: int) -> Outgoing:
        delivery = claimed.delivery
        template = self._template(delivery.edition, claimed.list_slug)
        copy = self._copy(delivery, template.pages, now)
        envelope, data = template.build(claimed.subscriber, copy, claimed.list_name)
        if self._signer is not None:
            data = self._signer.sign(data, at=now // 1000, relaxed=template.relaxed) + data
        return Outgoing(
            delivery.id, delivery.attempt, envelope.mail_from, envelope.rcpt_to, data, template.clean
        )

    def _copy(self, delivery: Delivery, pages: frozenset[str], now: int) -> Copy:
        number = delivery.id
        return Copy(
            to=delivery.address,
            message_id=delivery.message_id,
            date=self._date(now),
            token=self._unsubscribe(number),
            preferences=self._preferences(number) if "preferences" in pages else "",
            view=self._view(number) if "view_in_browser" in pages else "",
        )

    def _date(self, now: int) -> datetime:
        second = now // 1000
        if self._seconds[0] != second:
            zone = self._tools.workspace.zone
            self._seconds = second, datetime.fromtimestamp(second, UTC).astimezone(zone)
        return self._seconds[1]

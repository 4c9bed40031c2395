"""The ledger as the sender sees it."""

from __future__ import annotations

from newsletter_mailer.actions.dispatch.building import Copies
from newsletter_mailer.actions.dispatch.claims import Claims
from newsletter_mailer.actions.dispatch.gate import Gate
from newsletter_mailer.actions.dispatch.measured import MeasuredCopies
from newsletter_mailer.actions.dispatch.tools import Tools
from newsletter_mailer.errors import Stopped
from newsletter_mailer.model.campaign import Campaign
from newsletter_mailer.model.delivery import Delivery, Event
from newsletter_mailer.model.lateness import slept
from newsletter_mailer.model.outcome import SETTLED, Outcome, Verb
from newsletter_mailer.smtp.pool import Later, Outgoing
from newsletter_mailer.store import ledger
from newsletter_mailer.store.editions import number_of
from newsletter_mailer.store.journal import Journal
from newsletter_mailer.store.ledger import Claimed, Settlement
from newsletter_mailer.wording import sentence

PATIENCE_MS = 10 * 60 * 1000  #: what is due within ten minutes is waited for
OVERSLEPT = sentence("this computer slept, or its clock was set, for more than twelve hours")
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
        measured = MeasuredCopies(tools, campaign) if campaign.measuring.anything else None
        copies = measured or Copies(tools, campaign)
        self._built = copies.built
        prepare = measured.prepare if measured else None
        self._claims = Claims(tools, campaign.id, self._gate, run=run, prepare=prepare)
        self._in_hand: dict[
            int, tuple[Delivery, int]
        ] = {}  # taken and not yet settled; when they were claimed
        self._breath_until = 0  # while the journal waits to begin anew
        self.canary = bool(campaign.canary) and campaign.canary_done_at is None
        self.wait = False  #: stay however long the pace takes
        self.given = 0  #: messages taken in all
        self.overslept = False  #: so long since the last claim that the officer must say yes
        with tools.database.reading() as connection:
            edition = number_of(connection, campaign.edition) or 0
        copies.make_ready(
            edition, campaign.lists[0]
        )  # what cannot be written is told before anybody is claimed

    @property
    def empty(self) -> bool:
        """Whether the ledger knows of everything that was claimed."""
        return not self._in_hand and self._claims.empty

    @property
    def free_at(self) -> int:
        """When the pace lets something out again, if that is why nothing more was given."""
        return max(self._claims.free_at, self._breath_until)

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
        while (claimed := self._next(now)) is not None:
            self.given += 1
            self._in_hand[claimed.delivery.id] = claimed.delivery, self._claims.at
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

    def release(self) -> None:
        """Give back what was claimed and never taken; what is known is told."""
        self._claims.release()

    def close(self) -> None:
        """Nothing is asked of it any more."""
        self._claims.close()

    def heartbeat(self) -> None:
        """The run is alive, though it waits."""
        now = self._tools.clock()
        self.overslept = self.overslept or bool(self._claims.at and slept(self._claims.at, now))
        self._claims.at = now
        with self._tools.database.transaction() as connection:
            ledger.heartbeat(connection, self._run, now)

    def _settle(self, delivery: int, attempt: int, outcome: Outcome) -> None:
        self._journal.reply(delivery, attempt, outcome)
        now = self._tools.clock()
        held, _ = self._in_hand.pop(delivery)
        pausing = self._gate.saw(held.domain, outcome, now)
        back = outcome.event not in SETTLED
        self._claims.add(Settlement(delivery, attempt, self._run, outcome, now), back=back)
        if pausing:
            self._claims.release(pausing)
        self._tools.progress(outcome)

    def _next(self, now: int) -> Claimed | None:
        """The next of those who are claimed; of a new claim, when all are taken and somebody may be due."""
        claimed = self._claims.next()
        if claimed is None and self._claims.may_find(now) and self._may_claim(now):
            claimed = self._claims.next() if self._claims.claim(now, canary=self.canary) else None
        if not self._journal.grown():
            self._claims.claim_ahead(now, in_hand=len(self._in_hand) + 1, canary=self.canary)
        return claimed

    def _may_claim(self, now: int) -> bool:
        """Whether the journal has room, or could begin anew."""
        if not self._journal.grown():
            self._breath_until = 0
            return True
        self._claims.flush()
        if self._in_hand:  # the journal still speaks of them: a moment's rest, each 16,000 mails
            self._breath_until = now + _BREATH_MS
            return False
        self._journal.begin_anew()
        self._breath_until = 0
        return True

    def _must_rest(self, now: int) -> bool:
        """After a long sleep of the machine, or a clock set forward: a yes is needed before anything more leaves."""
        if self._claims.at and slept(self._claims.at, now):
            self.overslept = True
            self.release()
        return self.overslept

    def _later(self, now: int) -> Later | None:
        """When the pace lets out the next one; None when that is too long to wait, or nobody is left."""
        wait = self.free_at - now
        if wait <= 0 or (wait > PATIENCE_MS and not self.wait):
            return None
        return Later(min(wait / 1000, _LOOK_S))

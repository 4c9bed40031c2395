"""What this run holds of the ledger: claims go out of it, outcomes into it, and both share a commit."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Collection, Sequence
from typing import NamedTuple

from newsletter_mailer.actions.dispatch.ahead import Ahead
from newsletter_mailer.actions.dispatch.gate import Gate, Opening, Pause
from newsletter_mailer.actions.dispatch.tools import Tools
from newsletter_mailer.store import ledger
from newsletter_mailer.store.database import Connection
from newsletter_mailer.store.ledger import Claimed, Settlement

_SETTLED_TOGETHER = 2 * ledger.MOST  # the next claim comes first, and settles them in its own transaction
_ASK_AGAIN_MS = 1000  # at the end each connection asks once more: not each time the ledger
_AHEAD = 60  # so many of a claim are left when the next one begins, where the pace has no limits
_FAR_MS = 8  # from taking to settling; below it the threads are in each other's way, and little is gained


Prepare = Callable[[Connection, Sequence[Claimed]], None]


class _Turn(NamedTuple):
    """A transaction: what was settled goes into the ledger, and a claim comes out."""

    settled: list[Settlement]
    pauses: list[Pause]
    size: int
    canary: bool
    at: int


class _Found(NamedTuple):
    """What it found, and when."""

    claimed: list[Claimed]
    opening: Opening
    at: int


class Claims:
    """See the module. Used by one thread, which may have a claim made by another meanwhile."""

    def __init__(
        self, tools: Tools, campaign: int, gate: Gate, *, run: int, prepare: Prepare | None = None
    ) -> None:
        """prepare: is called with each claim, in its own transaction."""
        self._tools = tools
        self._campaign = campaign
        self._gate = gate
        self._run = run
        self._prepare = prepare
        self._retry = tools.workspace.settings.retry.policy()
        self._claimed: deque[Claimed] = deque()
        self._settled: list[Settlement] = []
        self._size = 10
        self._taken = 0
        # When it was last looked whether to claim ahead, and how many were taken by then.
        self._looked = (0, 0)
        self._empty_at = 0  # when a claim found nobody, and nothing has come back since; 0 = it has
        self._ahead: Ahead[_Found] = Ahead()
        self._turn: _Turn | None = None  # of the claim ahead: nobody else knows what it is to tell the ledger
        self._came_back = False  # since it began
        self.at = 0  #: when the last claim was made: milliseconds since 1970, UTC; 0 = never
        self.free_at = 0  #: when the pace lets something out again, if that is why nobody was claimed

    @property
    def empty(self) -> bool:
        """Whether the ledger knows of everything that is known here, and nobody waits to be taken."""
        return not self._claimed and not self._settled and self._turn is None

    def may_find(self, now: int) -> bool:
        """Whether it is worth asking the ledger: not when it had nobody a moment ago, and nothing has come back."""
        return not 0 <= now - self._empty_at < _ASK_AGAIN_MS

    def next(self) -> Claimed | None:
        """The next of those who are claimed, None when all are taken. Raises as `claim`."""
        if not self._claimed and not self._fetched():
            return None
        self._taken += 1
        return self._claimed.popleft()

    def add(self, settlement: Settlement, *, back: bool) -> None:
        """What became of one that was taken; told to the ledger with the next group. back: it will be due again."""
        self._settled.append(settlement)
        if back:
            self._empty_at, self._came_back = 0, True
        if len(self._settled) >= _SETTLED_TOGETHER:
            self.flush()

    def claim(self, now: int, *, canary: bool) -> bool:
        """Claim about a second's worth, so that a power cut leaves few in doubt; whether anyone was due.

        Only when all are taken. What it raises, the ledger is as it was, and all that was to be told still is.
        """
        found = self._transact(self._next_turn(now, canary=canary))
        self._told()
        self._take_over(found)
        return bool(found.claimed)

    def claim_ahead(self, now: int, *, in_hand: int, canary: bool) -> None:
        """Begin the next claim once few of this one are left, where replies take their time.

        Then the wire need not wait for the disk. Not where the pace is counted, for there what was claimed has to
        leave in time; nor for a canary.
        """
        if len(self._claimed) != _AHEAD or self._gate.limited or canary or self._turn is not None:
            return
        (began, before), self._looked = self._looked, (now, self._taken)
        if in_hand * (now - began) < _FAR_MS * (self._taken - before):  # in hand ÷ messages a second (Little)
            return
        self._turn = turn = self._next_turn(now, canary=canary)
        self._told()
        self._ahead.begin(lambda: self._transact(turn))

    def flush(self) -> None:
        """Tell the ledger what is known."""
        self._fetched()
        if not self._settled:
            return
        with self._tools.database.transaction() as connection:
            self._write_down(connection, self._settled, self._gate.pauses, self._tools.clock())
        self._told()

    def release(self, domains: Collection[str] | None = None) -> None:
        """Give back those who are claimed and not taken: all, or those of these domains."""
        self.flush()
        leave = [one for one in self._claimed if domains is None or one.delivery.domain in domains]
        if leave:
            with self._tools.database.transaction() as connection:
                ids = [one.delivery.id for one in leave]
                ledger.release(connection, ids, run=self._run, now=self._tools.clock())
        gone = {one.delivery.id for one in leave}
        self._claimed = deque(one for one in self._claimed if one.delivery.id not in gone)
        if domains is None:
            self._empty_at = 0

    def close(self) -> None:
        """No claim is made any more."""
        self._ahead.close()

    def _next_turn(self, now: int, *, canary: bool) -> _Turn:
        if self.at:
            rate = self._size * 1000 / max(now - self.at, 1)
            self._size = max(10, min(ledger.MOST, int(rate)))
        return _Turn(self._settled, self._gate.pauses, self._size, canary, now)

    def _transact(self, turn: _Turn) -> _Found:
        """One commit for both, for each waits for the disk. Changes nothing here: it may run in the other thread."""
        with self._tools.database.transaction() as connection:
            self._write_down(connection, turn.settled, turn.pauses, turn.at)
            ledger.heartbeat(connection, self._run, turn.at)
            opening = self._gate.opening(connection, turn.size, turn.at)
            claimed = (
                ledger.claim(
                    connection,
                    self._campaign,
                    run=self._run,
                    limit=opening.most,
                    now=turn.at,
                    without=opening.without,
                    canary=turn.canary,
                )
                if opening.most
                else []
            )
            self._gate.spend(connection, claimed, turn.at)
            if self._prepare is not None:
                self._prepare(connection, claimed)
        return _Found(claimed, opening, turn.at)

    def _write_down(self, c: Connection, settled: list[Settlement], pauses: list[Pause], now: int) -> None:
        """Bring to the ledger what is known; it stays known here until the commit."""
        if settled:
            ledger.settle(c, settled, now=now, retry=self._retry, chance=self._tools.chance)
            self._gate.keep(c, pauses, now)

    def _told(self) -> None:
        """What was known here is the ledger's, or that of the claim ahead."""
        self._settled = []
        self._gate.pauses = []
        self._came_back = False

    def _take_over(self, found: _Found) -> None:
        """Only now, after the commit, they are ours."""
        self._claimed.extend(found.claimed)
        self._looked = self._looked if self._looked[0] else (found.at, self._taken)
        self.at = found.at
        self.free_at = 0 if found.claimed else found.opening.at
        self._empty_at = 0 if found.claimed or self.free_at or self._came_back else found.at

    def _fetched(self) -> bool:
        """Take over what was claimed ahead, if anything was; whether there is somebody."""
        if self._turn is None:
            return False
        try:
            found = self._ahead.result()
        except BaseException:
            if not self._ahead.under_way:  # it has failed: what it was to tell is told with the next one
                self._settled = self._turn.settled + self._settled
                self._gate.pauses = self._turn.pauses + self._gate.pauses
                self._turn = None
            raise
        self._turn = None
        self._take_over(found)
        return bool(self._claimed)

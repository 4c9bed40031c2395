"""A worker: one loop over what is due in the ledger. It never asks: what needs a yes is held, and the officer told."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Protocol

from newsletter_mailer.actions.dispatch import StopFlag, Tools, Wait, dispatch, ensure_alone
from newsletter_mailer.actions.inbox import fetch, fetch_first, has_inbox
from newsletter_mailer.config import Workspace
from newsletter_mailer.errors import Busy, Held, NewsletterError, Stopped
from newsletter_mailer.model.campaign import Campaign, CampaignState
from newsletter_mailer.model.lateness import LATE_MS
from newsletter_mailer.scenarios.teller import NO_ACCOUNT, Teller
from newsletter_mailer.store import campaigns, clocks
from newsletter_mailer.store import told as notes
from newsletter_mailer.store.database import Database
from newsletter_mailer.store.lock import WorkerLock
from newsletter_mailer.wording import Sentence, sentence

LOOK_S = 5.0  #: between two looks at the clock and the ledger, so that a sleep of the machine delays nothing
_FIRST_MS, _LONGEST_MS = 60_000, 30 * 60_000  # between tries after an error that may pass by itself
_MENDED_MS = 60 * 60_000  # after one that somebody must mend


class Shop(Protocol):
    """Where a worker gets its tools."""

    def tools(self) -> Tools:
        """By the settings and the password as they are now. Raises ConfigError, SecretError and the like."""
        ...

    def workspace(self) -> Workspace:
        """The settings as they are now. Raises ConfigError and the like."""
        ...

    def changed(self) -> bool:
        """Whether the settings were changed since this was last asked."""
        ...


class Worker:
    """Dispatches what is due, one campaign at a time."""

    def __init__(
        self,
        database: Database,
        shop: Shop,
        teller: Teller,
        *,
        clock: Callable[[], int],
        stop: StopFlag,
        reads_inbox: bool = True,
    ) -> None:
        """clock: milliseconds since 1970, UTC; stop: set to have the mail in flight finished, and then an end.

        reads_inbox: before anything leaves and every now and then, look who has unsubscribed and what came back.
        """
        self._reads_inbox = reads_inbox
        self._database = database
        self._shop = shop
        self._teller = teller
        self._clock = clock
        self._stop = stop
        self._tries: dict[int, int] = {}  # in vain, one after the other
        self._blocked_until = 0  # the account is of no use before
        self._last_look = 0
        self._inbox_at = 0  # when it is read next, while nothing leaves
        self.failed: NewsletterError | None = None  #: what first stopped or held a campaign
        self.cut_short = False  #: a campaign was told to stop before its end

    def work(self, *, once: bool = False, rest: Callable[[float], bool] | None = None) -> None:
        """Do what is due until told to stop; `once`: what is due now. Raises Busy when there is a worker already.

        rest: waits for so many seconds, and says whether to stop.
        """
        rest = rest or self._stop.wait
        with WorkerLock(self._database.path.with_suffix(".worker.lock")):
            self._look(hurry=not once)
            while not once and not rest(LOOK_S):
                self._look(hurry=self._shop.changed())

    def _look(self, *, hurry: bool) -> None:
        """One look at the ledger; what is wrong with the ledger itself is told, and looked at again."""
        try:
            self._mend_stamps()
            if hurry:
                self._blocked_until = 0
            tried: set[int] = set()
            while (campaign := self._next(tried, hurry=hurry)) is not None:
                tried.add(campaign.id)
                self._do(campaign)
            if not tried:
                self._read_inbox()
            self._teller.tell_ends()
        except NewsletterError as error:
            self.failed = self.failed or error
            self._blocked_until = self._clock() + _FIRST_MS
            self._teller.trouble(error)

    def _read_inbox(self) -> None:
        """Also while nothing leaves: what comes back comes for days."""
        now = self._clock()
        if not self._reads_inbox or now < self._inbox_at:
            return
        self._inbox_at = now + _FIRST_MS
        workspace = self._shop.workspace()
        minutes = workspace.settings.inbox.every_minutes
        if minutes and has_inbox(workspace):
            self._inbox_at = now + minutes * 60_000
            secret = self._shop.tools().secret
            self._teller.came(fetch(self._database, workspace, secret=secret, now=now))

    def _mend_stamps(self) -> None:
        """After the clock was set back: waits keep their length."""
        now = self._clock()
        if now < self._last_look:
            self._blocked_until = 0
            with self._database.transaction() as connection:
                clocks.mend_stamps(connection, now)
        self._last_look = now

    def _next(self, tried: set[int], *, hurry: bool) -> Campaign | None:
        """What to do now: first what a dead run left, then what has been due for longest."""
        now = self._clock()
        if self._stop.is_set() or now < self._blocked_until:
            return None
        with self._database.reading() as connection:
            found = campaigns.going_on(connection)
        due = [c for c in found if c.id not in tried and _due_at(c, hurry=hurry) <= now]
        return min(
            due, key=lambda c: (c.state is not CampaignState.SENDING, _due_at(c, hurry=False)), default=None
        )

    def _do(self, campaign: Campaign) -> None:
        if self._missed(campaign):
            return
        try:
            ensure_alone(self._database)
            tools = replace(self._shop.tools(), stop=self._stop, waiting=self._waiting(campaign))
            if self._reads_inbox:
                tools = replace(tools, read_inbox=lambda: self._fetch_first(tools))
                tools.read_inbox()
            self._begin(campaign)
            done = dispatch(tools, campaign)
        except Busy:  # looked at again
            return
        except Held as error:
            self.failed = self.failed or error
        except NewsletterError as error:
            self._hindered(campaign, error)
        except BaseException:  # a second Ctrl-C, or a fault of ours: whoever works next goes on
            self._again(campaign, self._clock() + _FIRST_MS)
            raise
        else:
            self._ended(done)

    def _fetch_first(self, tools: Tools) -> None:
        """What must be known before anything leaves."""
        now = self._clock()
        done = fetch_first(tools.database, tools.workspace, secret=tools.secret, now=now)
        self._inbox_at = now + tools.workspace.settings.inbox.every_minutes * 60_000
        if done is not None:
            self._teller.came(done)

    def _missed(self, campaign: Campaign) -> bool:
        """Hold what should have left so long ago that it may be out of date."""
        at, now = campaign.scheduled_at or 0, self._clock()
        if campaign.state is not CampaignState.SCHEDULED or now - at <= LATE_MS:
            return False
        why = sentence(
            "it was planned for {time}, and nothing could leave then: it does not leave by itself so late",
            time=self._teller.time(at),
        )
        self._hold(campaign, why)
        self.failed = self.failed or Held(why)
        return True

    def _hold(self, campaign: Campaign, why: Sentence) -> None:
        with self._database.transaction() as connection:
            campaigns.hold(connection, campaign.id, str(why), now=self._clock())
            notes.keep_told(connection, campaign.id, "")

    def _begin(self, campaign: Campaign) -> None:
        """What is told of it from now on is news, unless this is another try of ours."""
        if campaign.state is not CampaignState.STOPPED:
            with self._database.transaction() as connection:
                notes.keep_told(connection, campaign.id, "")
        self._teller.begins(campaign)

    def _waiting(self, campaign: Campaign) -> Callable[[Wait], None]:
        return lambda wait: self._teller.waits(campaign, wait.until)

    def _hindered(self, campaign: Campaign, error: NewsletterError) -> None:
        if isinstance(error, Stopped) and error.until is not None:
            self._tries.pop(campaign.id, None)
            self._teller.waits(campaign, error.until)
            return
        self.failed = self.failed or error
        if isinstance(error, Stopped) and error.asks:
            self._hold(campaign, error.what)
            return
        tries = self._tries[campaign.id] = self._tries.get(campaign.id, 0) + 1
        passes = isinstance(error, Stopped)
        wait = min(_FIRST_MS << min(tries - 1, 10), _LONGEST_MS) if passes else _MENDED_MS
        until = self._clock() + wait
        if isinstance(error, NO_ACCOUNT):
            self._blocked_until = until
        self._again(campaign, until)
        self._teller.stops(campaign, error, until)
        self.cut_short = self.cut_short or self._stop.is_set()

    def _ended(self, campaign: Campaign) -> None:
        """It is finished; or paused or cancelled meanwhile; or stopped, because the worker was told to."""
        if campaign.state is not CampaignState.STOPPED:
            self._tries.pop(campaign.id, None)
            return
        self.cut_short = self.cut_short or self._stop.is_set()
        # Not told to stop: what is left could not leave, and no time is known for it.
        self._again(campaign, self._clock() + (0 if self._stop.is_set() else _LONGEST_MS))

    def _again(self, campaign: Campaign, at: int) -> None:
        with self._database.transaction() as connection:
            campaigns.try_again(connection, campaign.id, at, now=self._clock())


def _due_at(campaign: Campaign, *, hurry: bool) -> int:
    """When it goes on; at once in a hurry, if it was an error that stopped it."""
    by_error = campaign.state is not CampaignState.WAITING
    again_at = 0 if hurry and by_error else campaign.again_at or 0
    return max(again_at, campaign.scheduled_at or 0)

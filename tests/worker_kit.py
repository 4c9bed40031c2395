"""A worker on a ledger of its own: its clock, its tools and its screen are the test's."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from email import message_from_bytes, policy
from email.message import EmailMessage
from itertools import count
from pathlib import Path
from typing import Any

from dispatch_kit import EDITION, NOON, Clock, planned, readers
from dispatch_kit import tools as plain_tools
from newsletter_mailer.actions.dispatch import StopFlag, Tools
from newsletter_mailer.actions.inbox import Fetched
from newsletter_mailer.config import Workspace
from newsletter_mailer.config.inbox import InboxSettings
from newsletter_mailer.config.settings import RetrySettings
from newsletter_mailer.errors import NewsletterError
from newsletter_mailer.model.campaign import Campaign
from newsletter_mailer.model.edition import Edition
from newsletter_mailer.model.outcome import Outcome
from newsletter_mailer.scenarios.teller import Teller
from newsletter_mailer.scenarios.worker import Worker
from newsletter_mailer.store.database import Database
from smtp_servers import ScriptedServer

OFFICER = "officer@example.org"


@dataclass
class Screen:
    """Keeps what a worker says."""

    said: list[str] = field(default_factory=list)
    untold: list[str] = field(default_factory=list)
    came_back: list[Fetched] = field(default_factory=list)

    def begins(self, campaign: Campaign) -> None:
        self.said.append(f"begins {campaign.id}")

    def waits(self, campaign: Campaign, until: int) -> None:
        self.said.append(f"waits {campaign.id} {until}")

    def stops(self, campaign: Campaign, error: NewsletterError, until: int) -> None:
        self.said.append(f"stops {campaign.id} {type(error).__name__} {until}")

    def ends(self, campaign: Campaign) -> None:
        self.said.append(f"{campaign.state.value} {campaign.id}")

    def unsent(self, address: str, error: NewsletterError) -> None:
        self.untold.append(f"{address}: {error}")

    def came(self, done: Fetched) -> None:
        self.came_back.append(done)

    def trouble(self, error: NewsletterError) -> None:
        self.said.append(f"trouble {type(error).__name__}")


@dataclass
class Shop:
    """Tools for a server that a test may replace, or an error in their place."""

    database: Database
    folder: Path
    clock: Clock
    port: int = 1  #: nobody answers there
    notify: tuple[str, ...] = (OFFICER,)
    approval: str = "optional"
    language: str = "fr"
    error: NewsletterError | None = None
    passes: bool = False  #: the error comes once
    touched: bool = False
    given: int = 0
    progress: Callable[[Outcome], None] = lambda _outcome: None
    inbox: InboxSettings = field(default_factory=InboxSettings)

    def tools(self) -> Tools:
        self.given += 1
        if (error := self.error) is not None:
            self.error = None if self.passes else error
            raise error
        tools = plain_tools(self.database, self.port, self.folder, self.clock)
        return replace(tools, workspace=self.workspace(), progress=self.progress)

    def workspace(self) -> Workspace:
        tools = plain_tools(self.database, self.port, self.folder, self.clock)
        settings = tools.workspace.settings.model_copy(
            update={
                "notify": self.notify,
                "approval": self.approval,
                "language": self.language,
                "inbox": self.inbox,
                "retry": RetrySettings(waits_minutes=(30,)),  # longer than a dispatch stays for
            }
        )
        return Workspace(self.folder, settings)

    def changed(self) -> bool:
        touched, self.touched = self.touched, False
        return touched


class Station:
    """A worker's place: the same ledger, whichever worker comes to it."""

    def __init__(self, database: Database, folder: Path) -> None:
        self.database = database
        self.clock = Clock()
        self.screen = Screen()
        self.stop = StopFlag()
        self.shop = Shop(database, folder, self.clock)
        self._ids = count(1)
        self.worker = self.next_worker()

    def next_worker(self) -> Worker:
        """Another worker takes over, as after a restart."""
        zone = plain_tools(self.database, 1, self.shop.folder, self.clock).workspace.zone
        teller = Teller(
            self.database, self.screen, self.shop.tools, zone=zone, new_id=lambda: f"id{next(self._ids)}"
        )
        self.worker = Worker(self.database, self.shop, teller, clock=self.clock, stop=self.stop)
        return self.worker

    def look(self) -> list[str]:
        """One look, and what it says."""
        before = len(self.screen.said)
        self.worker.work(once=True)
        return self.screen.said[before:]

    def looks(self, *before_each: Callable[[], object]) -> list[str]:
        """A loop with as many looks, each after something happened; the first is without."""
        events = iter(before_each)

        def rest(_seconds: float) -> bool:
            event = next(events, None)
            if event is not None:
                event()
            return event is None

        before = len(self.screen.said)
        self.worker.work(rest=rest)
        return self.screen.said[before:]


def scheduled(station: Station, at: int = NOON, **wishes: Any) -> Campaign:
    """A campaign of three readers for that time."""
    return planned(station.database, readers(3), scheduled_at=at, **wishes)


def another_issue(name: str = "b") -> Edition:
    """For a campaign beside the first."""
    return replace(EDITION, issue_id=f"issue-00000{name}", slug=f"issue-{name}")


def mails_to(server: ScriptedServer, address: str) -> list[EmailMessage]:
    """What a server took for that address."""
    found = [message.data for message in server.messages if message.rcpt_to == address]
    return [message_from_bytes(raw, _class=EmailMessage, policy=policy.default) for raw in found]

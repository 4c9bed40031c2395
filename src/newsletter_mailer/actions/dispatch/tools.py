"""What a dispatch works with, and what it tells while it waits."""

from __future__ import annotations

import random
import secrets
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from enum import Enum
from pathlib import Path

from newsletter_mailer.actions.dispatch.stopping import StopFlag
from newsletter_mailer.config import Workspace
from newsletter_mailer.config.profiles import route_of
from newsletter_mailer.model.outcome import Outcome
from newsletter_mailer.model.pace import Profile
from newsletter_mailer.smtp.pool import Account
from newsletter_mailer.store.database import Database
from newsletter_mailer.tokens import Secret

UNLIMITED = Profile("unlimited")


class Why(Enum):
    """Why nothing leaves for now."""

    RETRY = "retry"  #: the rest was refused for now
    PACE = "pace"  #: the provider takes no more for now
    CANARY = "canary"  #: the first few have gone ahead
    SCHEDULE = "schedule"  #: it is not time yet


@dataclass(frozen=True, slots=True)
class Wait:
    """Nothing leaves before `until`."""

    why: Why
    count: int  #: deliveries that wait
    until: int  #: milliseconds since 1970, UTC


@dataclass(frozen=True, slots=True)
class Tools:
    """What a dispatch works with; time and chance are given, so that tests can give their own."""

    database: Database
    workspace: Workspace
    account: Account
    secret: Secret
    clock: Callable[[], int]  #: milliseconds since 1970, UTC
    stop: StopFlag = field(default_factory=StopFlag)  #: set by Ctrl-C: finish the mail in flight, then stop
    chance: Callable[[], float] = random.random
    new_token: Callable[[], str] = lambda: secrets.token_hex(16)
    progress: Callable[[Outcome], None] = lambda _outcome: None
    waiting: Callable[[Wait], None] = lambda _wait: None
    read_inbox: Callable[[], object] = lambda: None  #: what came back is written down, where a mailbox is set
    profile: Profile = UNLIMITED  #: what the provider lets out
    confirmed: bool = False  #: the officer said yes to a campaign that was held

    @property
    def route(self) -> str:
        """By which name the ledger counts what leaves through this account."""
        return route_of(self.workspace.settings.smtp)

    def local(self, at: int) -> datetime:
        """A time as the officer's clock shows it."""
        return datetime.fromtimestamp(at / 1000, UTC).astimezone(self.workspace.zone)

    @property
    def journals(self) -> Path:
        """The folder of journals: it belongs to the ledger, whatever workspace uses it."""
        ledger = self.database.path
        return ledger.with_name(f"{ledger.stem}-journals")

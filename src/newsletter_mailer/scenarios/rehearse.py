"""The real audience against a server that misbehaves, on this machine: nothing leaves it, and nothing of it stays."""

from __future__ import annotations

import secrets as randomness
import tempfile
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path
from types import MappingProxyType

from newsletter_mailer.actions.dispatch import Tools
from newsletter_mailer.actions.plan import Audience, Proposal, chosen, plan, propose
from newsletter_mailer.config import Workspace
from newsletter_mailer.config.settings import RetrySettings
from newsletter_mailer.message.letterhead import key_file
from newsletter_mailer.scenarios.examination import Examination, kept_mbox
from newsletter_mailer.scenarios.performance import Performance, Report, StillClock
from newsletter_mailer.smtp.account import Account
from newsletter_mailer.smtp.sandbox import HOST, Sandbox, Weather
from newsletter_mailer.smtp.sandbox.spell import Spell
from newsletter_mailer.store.database import Database
from newsletter_mailer.store.rehearsal import copy_ledger
from newsletter_mailer.tokens import SECRET_BYTES, Secret

__all__ = ["CALM", "RATES", "Audience", "Choices", "Proposal", "Rehearsal", "Report", "chosen", "rehearsing"]

CONNECTIONS = 4
CALM: Mapping[str, float] = MappingProxyType({})
RATES: Mapping[str, float] = MappingProxyType(
    {  # of all messages, but `refuse`: of all readers
        "refuse": 0.01,
        "defer": 0.03,
        "defer_whole": 0.01,
        "late": 0.01,
        "goodbye": 0.01,
        "hang_up": 0.002,  # these may leave readers in doubt; three of them close together stop a run
        "reset": 0.0005,
        "close": 0.0005,
        "cut": 0.0005,
        "die_taking": 0.0005,
        "die_dropping": 0.0005,
    }
)
_MOST_TRIES = 3  # messages begun for each reader, before the weather clears
_RETRY = RetrySettings(waits_minutes=(0.001,), give_up_after_hours=1_000_000)


@dataclass(frozen=True, slots=True)
class Choices:
    """How the rehearsal goes."""

    seed: int  #: the same weather again, as far as connections come in the same order
    rates: Mapping[str, float] = field(
        default_factory=lambda: RATES
    )  #: of the weather, see `Weather`; none: the server does nothing wrong
    out: Path | None = None  #: a folder in which all mails are kept


@contextmanager
def rehearsing(
    database: Database,
    workspace: Workspace,
    issue: str,
    audience: Audience,
    choices: Choices,
    *,
    clock: Callable[[], int],
) -> Iterator[Rehearsal]:
    """A stage in a private folder that is gone at the end of the `with`, whatever ends it.

    The ledger and the workspace are only read. Raises what `propose` raises, and Stopped when the disk is full.
    """
    with tempfile.TemporaryDirectory(prefix="newsletter-rehearsal-") as name:
        folder = Path(name)
        workspace = _freed(workspace)
        copy_ledger(database, folder / "ledger.db", ledger_id=randomness.token_hex(8))
        with Database(f"sqlite:///{folder / 'ledger.db'}") as copy:
            # Nobody is asked whether the public pages answer: even that would leave this machine.
            proposal = propose(copy, workspace, issue, audience, answers=lambda _url, _ledger: True)
            yield Rehearsal(replace(proposal, expires_at=None), copy, workspace, choices, StillClock(clock))


@dataclass(frozen=True, slots=True)
class Rehearsal:
    """A copied ledger, and what would be sent from it."""

    proposal: Proposal
    database: Database  #: the copy
    workspace: Workspace
    choices: Choices
    clock: StillClock

    @contextmanager
    def sending(self) -> Iterator[Performance]:
        """The campaign planned and the server running, for the length of the `with`."""
        secret = Secret(
            randomness.token_bytes(SECRET_BYTES)
        )  # another's: the links of these mails open nothing
        folder, edition = self.database.path.parent, self.proposal.edition
        weather = Weather(self.choices.seed, self.choices.rates)
        spell = Spell(weather, most=_MOST_TRIES * self.proposal.head_count.total + 100)
        log = folder / "server.log"
        with kept_mbox(self.choices.out, edition.slug) as mbox:
            examination = Examination(self.database, edition, secret, mbox=mbox)
            with Sandbox(on_arrival=examination.arrived, keep=0, faults=spell, log=log) as server:
                campaign = plan(
                    self.database, self.workspace, self.proposal, secret=secret, now=self.clock.now()
                )
                yield Performance(
                    campaign,
                    self._tools(server.port, secret),
                    clock=self.clock,
                    spell=spell,
                    examination=examination,
                    log=log,
                )

    def _tools(self, port: int, secret: Secret) -> Tools:
        """What a dispatch works with: the real issue and readers, and nothing else that is real."""
        return Tools(
            database=self.database,
            workspace=_stand_in(self.workspace, self.database.path.parent),
            account=Account(host=HOST, port=port, security="none", connections=CONNECTIONS),
            secret=secret,
            clock=self.clock.now,
            confirmed=True,
        )


def _freed(workspace: Workspace) -> Workspace:
    """The workspace without the wish for an approval: whoever is to give it may want to see the rehearsal first."""
    return replace(workspace, settings=workspace.settings.model_copy(update={"approval": "optional"}))


def _stand_in(workspace: Workspace, folder: Path) -> Workspace:
    """The workspace as a dispatch reads it, in a folder where it can leave its notes; tried again at once."""
    settings, smtp = workspace.settings, workspace.settings.smtp
    if smtp.dkim is not None:
        key = str(key_file(workspace, smtp.dkim.key_file))
        smtp = smtp.model_copy(update={"dkim": smtp.dkim.model_copy(update={"key_file": key})})
    return Workspace(folder, settings.model_copy(update={"retry": _RETRY, "smtp": smtp}))

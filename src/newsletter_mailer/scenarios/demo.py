"""The whole job on a local sandbox: workspace, issue, readers, test, dispatch, log, report. Nothing leaves the machine."""

from __future__ import annotations

import csv
import secrets as randomness
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

from newsletter_mailer.actions.account import account_of
from newsletter_mailer.actions.campaigns import log
from newsletter_mailer.actions.dispatch import Tools, dispatch
from newsletter_mailer.actions.init import SAMPLE, Answers, init
from newsletter_mailer.actions.plan import Audience, Proposal, plan, propose
from newsletter_mailer.actions.render import Rendered, render
from newsletter_mailer.actions.report import report, write_page
from newsletter_mailer.actions.subscribers import Imported, import_people
from newsletter_mailer.actions.test import Tested, send_test
from newsletter_mailer.config import Workspace, load_workspace
from newsletter_mailer.model.campaign import Campaign
from newsletter_mailer.smtp.sandbox import Sandbox
from newsletter_mailer.store.campaigns import LogRow
from newsletter_mailer.store.database import Database
from newsletter_mailer.tokens import Secret

LIST = "adherents"
CHAIR = "presidence@example.org"
FULL_MAILBOX = "boite-pleine@example.org"
GONE = "adresse-fermee@example.org"
_FIRST_NAMES = (
    "Alice",
    "Bruno",
    "Chloé",
    "Driss",
    "Elsa",
    "Farid",
    "Gaëlle",
    "Hugo",
    "Inès",
    "Jules",
    "Karima",
    "Maya",
)
_LAST_NAMES = ("Exemple", "Modèle", "Specimen", "Essai", "Patron")
_ORGANISATIONS = ("Atelier Exemple", "Régie Modèle", "")
_DEPARTMENTS = ("31", "34", "82")


@dataclass(frozen=True, slots=True)
class Demo:
    """Where the demonstration takes place."""

    workspace: Workspace
    sandbox: Sandbox

    def arrived(self) -> list[tuple[str, bytes]]:
        """Recipient and bytes of every mail that the sandbox took, in order."""
        return [(mail.rcpt_to, mail.data) for mail in self.sandbox.arrived]


@contextmanager
def stage(folder: Path) -> Iterator[Demo]:
    """A fresh workspace in `folder` whose mail server is a sandbox on this machine.

    The environment is left out: whatever NEWSLETTER_SMTP__HOST says, nothing leaves the machine.
    """
    with Sandbox() as sandbox:
        sandbox.answer(FULL_MAILBOX, "452 4.2.2 Mailbox full, try again later", times=1)
        sandbox.answer(GONE, "550 5.1.1 This address does not exist any more")
        init(folder, Answers(), language="fr")
        settings = folder / "newsletter.yaml"
        text = settings.read_text(encoding="utf-8").replace("port: 1025", f"port: {sandbox.port}")
        settings.write_text(text + _EXTRA, encoding="utf-8")
        yield Demo(load_workspace(folder, {}), sandbox)


_EXTRA = """
retry:
  waits_minutes: [0.01]         # a demonstration does not wait five minutes
"""


def write_readers(folder: Path) -> Path:
    """A CSV of sixty plainly fictional readers."""
    path = folder / "adherents.csv"
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file, delimiter=";")
        writer.writerow(["email", "prénom", "nom", "organisation", "department"])
        number = 0
        for last in _LAST_NAMES:
            for first in _FIRST_NAMES:
                number += 1
                place = number % 3
                writer.writerow(
                    [
                        f"lecteur{number:02}@example.org",
                        first,
                        last,
                        _ORGANISATIONS[place],
                        _DEPARTMENTS[place],
                    ]
                )
        writer.writerow([FULL_MAILBOX, "", "", "", "31"])
        writer.writerow([GONE, "", "", "", "82"])
        writer.writerow(["pas une adresse", "", "", "", ""])
    return path


class Told(Protocol):
    """A face that tells what each step came to; called in this order."""

    def rendered(self, done: Rendered) -> None:
        """The issue is composed."""

    def imported(self, done: Imported) -> None:
        """The readers are in the ledger."""

    def tested(self, done: list[Tested]) -> None:
        """The chair has a test."""

    def proposed(self, found: Proposal) -> None:
        """The readers are counted."""

    def sent(self, done: Campaign) -> None:
        """The campaign is finished."""

    def logged(self, rows: list[LogRow]) -> None:
        """Every recipient is accounted for."""

    def reported(self, page: Path) -> None:
        """The report is written."""


def run(demo: Demo, told: Told, *, database: Database, secret: Secret, clock: Callable[[], int]) -> Campaign:
    """Do the whole job, telling each step."""
    workspace = demo.workspace
    told.rendered(
        render(
            workspace,
            SAMPLE,
            into=workspace.root / "rendered",
            reader=None,
            now=clock(),
            new_id=randomness.token_hex(8),
        )
    )
    people = write_readers(workspace.root)
    told.imported(
        import_people(
            people,
            LIST,
            workspace=workspace,
            database=database,
            secret=secret,
            now=clock(),
            source="demonstration",
        )
    )
    account = account_of(workspace, {})
    told.tested(
        send_test(
            workspace,
            SAMPLE,
            (CHAIR,),
            database=database,
            account=account,
            now=clock(),
            new_id=randomness.token_hex(8),
        )
    )
    proposal = propose(database, workspace, SAMPLE, Audience((LIST,)))
    told.proposed(proposal)
    campaign = plan(database, workspace, proposal, secret=secret, now=clock())
    tools = Tools(database=database, workspace=workspace, account=account, secret=secret, clock=clock)
    done = dispatch(tools, campaign, wait=True)
    told.sent(done)
    told.logged(list(log(database, str(done.id), status=None)))
    page = workspace.root / "report.html"
    write_page(database, report(database, done, now=clock()), workspace, page)
    told.reported(page)
    return done

"""A ledger with a planned campaign, and what a dispatch of it works with; a clock that tests set."""

from __future__ import annotations

from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from newsletter_mailer.actions.dispatch import Tools
from newsletter_mailer.config import Identity, SenderSettings, Settings, Workspace
from newsletter_mailer.message.headers import mailable
from newsletter_mailer.model.audience import Basis, NewSubscriber
from newsletter_mailer.model.campaign import Campaign
from newsletter_mailer.model.edition import Edition, Segment, Sender
from newsletter_mailer.model.pace import Profile
from newsletter_mailer.store import audience, campaigns
from newsletter_mailer.store.campaigns import Audience
from newsletter_mailer.store.database import Database
from newsletter_mailer.tokens import Secret
from smtp_servers import account

SECRET = Secret(bytes(32))
NOON = 1_800_000_000_000
MINUTE, HOUR = 60_000, 3_600_000
EDITION = Edition(
    issue_id="issue-000001",
    slug="issue",
    title="T",
    language="fr",
    sender=Sender("R", "r@example.org"),
    subject=(Segment("Bonjour"),),
    html=(Segment("<p>Bonjour</p>"),),
    text=(Segment("Bonjour"),),
)
CORRECTED = replace(EDITION, text=(Segment("Bonjour, corrigé"),))


@dataclass
class Clock:
    """Shows what it is told."""

    now: int = NOON

    def __call__(self) -> int:
        return self.now


def readers(count: int, domain: str = "example.org") -> list[str]:
    return [f"reader{number}@{domain}" for number in range(count)]


def on_list(database: Database, addresses: list[str], slug: str = "adherents") -> None:
    with database.transaction() as c:
        into = audience.add_list(c, slug, name="A", basis=Basis.CONSENT, now=NOON, source="test")
        people = [NewSubscriber(address) for address in addresses]
        audience.import_rows(c, people, into=into, secret=SECRET, source="test", now=NOON)


def planned(database: Database, addresses: list[str], edition: Edition = EDITION, **wishes: Any) -> Campaign:
    """A campaign to these readers; wishes as `store.campaigns.plan` takes them."""
    with database.reading() as c:
        known = audience.find_list(c, "adherents")
    if known is None:
        on_list(database, addresses)
    with database.transaction() as c:
        return campaigns.plan(
            c,
            edition,
            Audience(("adherents",)),
            now=NOON,
            secret=SECRET,
            ledger_id=database.ledger_id,
            message_domain="example.org",
            mailable=mailable,
            list_name="As planned",
            unsubscribe_mailbox="leave@example.org",
            **wishes,
        )


def tools(
    database: Database,
    port: int,
    folder: Path,
    clock: Clock,
    *,
    profile: Profile | None = None,
    confirmed: bool = False,
) -> Tools:
    settings = Settings(
        identity=Identity(name="R", address="1 rue", email="r@example.org"),
        sender=SenderSettings(name="R", email="r@example.org"),
    )
    found = Tools(
        database=database,
        workspace=Workspace(folder, settings),
        account=account(port),
        secret=SECRET,
        clock=clock,
        confirmed=confirmed,
    )
    return found if profile is None else replace(found, profile=profile)


def fresh(database: Database, campaign: Campaign) -> Campaign:
    """The campaign as it stands in the ledger now."""
    with database.reading() as c:
        found = campaigns.campaign(c, campaign.id)
    assert found is not None
    return found

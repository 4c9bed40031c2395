"""A workspace whose issues were sent, without a mail: what an archive shows."""

from __future__ import annotations

import shutil
from collections.abc import Sequence
from pathlib import Path

from newsletter_mailer.compose.load import find_issue, load_issue
from newsletter_mailer.compose.pipeline import compose
from newsletter_mailer.config import Workspace, load_workspace
from newsletter_mailer.message.headers import mailable
from newsletter_mailer.model.audience import Basis, NewSubscriber
from newsletter_mailer.model.campaign import Campaign, CampaignState
from newsletter_mailer.model.edition import Edition
from newsletter_mailer.model.segments import SavedSegment
from newsletter_mailer.store import audience, campaigns
from newsletter_mailer.store.campaigns import Audience
from newsletter_mailer.store.database import Database
from newsletter_mailer.tokens import Secret

SECRET = Secret(bytes(32))
NOVEMBER = 1_793_520_000_000  #: 1 November 2026, 08:00 UTC
DAY = 86_400_000
SETTINGS = """\
identity:
  name: Réseau Exemple
  address: "1 rue de l'Exemple\\n31000 Toulouse"
  phone: 05 00 00 00 00
  email: contact@example.org
  publisher: La présidente
  host: "Hébergeur Exemple, 2 rue du Serveur, 75000 Paris"
language: fr
sender:
  name: Réseau Exemple
  email: lettre@example.org
subscriber_fields:
  department: ""
  role: ""
"""


def workspace(folder: Path, settings: str = SETTINGS) -> Workspace:
    """An empty workspace with these settings."""
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "newsletter.yaml").write_text(settings, encoding="utf-8")
    return load_workspace(folder)


def sample(ws: Workspace, slug: str, *, source: str = "exemple-tous-les-blocs", id_: str = "") -> Edition:
    """One of the shipped issues, composed in the workspace under another name and id."""
    folder = ws.issues / slug
    shutil.copytree(Path(__file__).parents[1] / "issues" / source, folder)
    text = (folder / "issue.yaml").read_text(encoding="utf-8")
    lines = [f"id: {id_ or slug + '-000001'}" if row.startswith("id:") else row for row in text.splitlines()]
    (folder / "issue.yaml").write_text("\n".join(lines) + "\n", encoding="utf-8")
    return composed(ws, slug)


def written(ws: Workspace, slug: str, text: str) -> Edition:
    """An issue of one's own, composed."""
    (ws.issues / slug).mkdir(parents=True, exist_ok=True)
    (ws.issues / slug / "issue.yaml").write_text(text, encoding="utf-8")
    return composed(ws, slug)


def composed(ws: Workspace, slug: str) -> Edition:
    return compose(load_issue(ws, find_issue(ws, slug)), ws).edition


def on_list(database: Database, slug: str, addresses: Sequence[str], *, public: bool = True) -> None:
    with database.transaction() as c:
        into = audience.find_list(c, slug) or audience.add_list(
            c, slug, name=slug, basis=Basis.CONSENT, now=NOVEMBER, source="test", public=public
        )
        people = [NewSubscriber(address) for address in addresses]
        audience.import_rows(c, people, into=into, secret=SECRET, source="test", now=NOVEMBER)


def sent(
    database: Database,
    edition: Edition,
    *,
    at: int = NOVEMBER,
    to: str = "adherents",
    state: CampaignState = CampaignState.FINISHED,
    canary: int = 0,
    erratum: int = 0,
    segment: SavedSegment | None = None,
) -> Campaign:
    """The edition as a campaign to that list, as if its mails had left."""
    with database.transaction() as c:
        campaign = campaigns.plan(
            c,
            edition,
            Audience((to,), segment=segment),
            now=at,
            secret=SECRET,
            ledger_id=database.ledger_id,
            message_domain="example.org",
            mailable=mailable,
            list_name="Réseau Exemple",
            unsubscribe_mailbox="lettre@example.org",
            canary=canary,
            erratum=erratum,
        )
        c.exec_driver_sql("UPDATE deliveries SET status = 'sent' WHERE campaign_id = ?", (campaign.id,))
        c.exec_driver_sql(
            "UPDATE batches SET sent = queued, queued = 0 WHERE campaign_id = ?", (campaign.id,)
        )
        campaigns.set_state(c, campaign.id, state, now=at)
    return campaign

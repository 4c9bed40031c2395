"""The receipt for the board: made from the ledger, kept beside it, and read back from a report."""

from __future__ import annotations

import json
import re
from dataclasses import asdict
from pathlib import Path
from typing import Any

from newsletter_mailer.config import replace_private, write_private
from newsletter_mailer.errors import UsageError, system_reason
from newsletter_mailer.model.campaign import Campaign, Counts
from newsletter_mailer.model.report import Link, Receipt
from newsletter_mailer.store import campaigns
from newsletter_mailer.store.database import Connection, Database
from newsletter_mailer.store.reports.chain import chain
from newsletter_mailer.wording import sentence

FORMAT = 1  #: raised when a receipt of an older shape could no longer be compared
ELEMENT = "receipt"  #: id of the element of a page that holds it
_IN_PAGE = re.compile(rf'<script type="application/json" id="{ELEMENT}">(.*?)</script>', re.DOTALL)
_LONGEST_FILE = 64 << 20  # bytes


def receipt(c: Connection, campaign: Campaign, *, ledger: str, returned: int, now: int) -> Receipt:
    """The receipt of a campaign as the ledger stands. returned: readers whose mail was sent, and came back."""
    return Receipt(
        ledger=ledger,
        campaign=campaign.id,
        issue=campaign.issue_id,
        slug=campaign.slug,
        editions=tuple(campaigns.counts_by_edition(c, campaign.id)),
        counts=campaign.counts,
        reached=campaign.counts.sent - returned,
        made_at=now,
        chain=tuple(chain(c, campaign.id, f"{ledger}\t{campaign.id}\t{campaign.issue_id}")),
    )


def written(one: Receipt) -> str:
    """As JSON that can stand in a page."""
    shape = {"format": FORMAT, "receipt": one.hash, **asdict(one)}
    return json.dumps(shape, ensure_ascii=False).replace("<", "\\u003c")


def read(text: str, where: str) -> Receipt:
    """The receipt in a report, or in a file of its own. where: named in errors. Raises UsageError."""
    inside = _IN_PAGE.search(text)
    try:
        shape = json.loads(inside[1] if inside else text)
        found = _receipt(shape)
    except (KeyError, TypeError, ValueError) as error:
        raise UsageError(
            sentence("{path} holds no receipt", path=where),
            sentence("name a report that this program wrote as .html, and that nobody changed"),
        ) from error
    if shape.get("receipt") != found.hash:
        raise UsageError(
            sentence("the receipt in {path} was changed: it no longer fits its own number", path=where),
            sentence("take the report as it was written"),
        )
    return found


def _receipt(shape: dict[str, Any]) -> Receipt:
    if shape["format"] != FORMAT:
        raise ValueError("of another version")
    names = ("ledger", "campaign", "issue", "slug", "reached", "made_at")
    return Receipt(
        **{name: shape[name] for name in names},
        editions=tuple((str(hash_), int(count)) for hash_, count in shape["editions"]),
        counts=Counts(**shape["counts"]),
        chain=tuple(Link(**link) for link in shape["chain"]),
    )


def read_file(path: Path) -> Receipt:
    """The receipt in a file. Raises UsageError."""
    try:
        with path.open("rb") as file:
            text = file.read(_LONGEST_FILE).decode(errors="replace")
    except OSError as error:
        raise UsageError(
            sentence("{path} cannot be read: {reason}", path=path, reason=system_reason(error))
        ) from error
    return read(text, str(path))


def keep(database: Database, one: Receipt) -> Path:
    """Keep it beside the ledger as the campaign's last one, and say where."""
    path = _place(database, one.campaign)
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    put = replace_private if path.exists() else write_private
    put(path, (written(one) + "\n").encode())
    return path


def last(database: Database, campaign: Campaign) -> Receipt | None:
    """The last one that was kept. Raises UsageError when somebody changed it."""
    path = _place(database, campaign.id)
    return read_file(path) if path.exists() else None


def _place(database: Database, campaign_id: int) -> Path:
    return database.path.with_name("receipts") / f"{campaign_id}.json"

"""What was sent to readers, as an archive may show it."""

from __future__ import annotations

import json
from dataclasses import dataclass
from itertools import groupby
from typing import Any

from sqlalchemy import Connection, Row, exists, func, select

from newsletter_mailer.model.campaign import CampaignState
from newsletter_mailer.store.schema import batches, campaigns, editions, issues
from newsletter_mailer.store.schema import lists as lists_table

_OUT = (CampaignState.SENDING, CampaignState.WAITING, CampaignState.STOPPED, CampaignState.FINISHED)
_C = campaigns.c


@dataclass(frozen=True, slots=True)
class Publication:
    """An issue that left for readers, in its newest edition."""

    issue_id: str
    slug: str
    edition: str  #: its hash
    public: bool  #: whether anybody may see it
    list_name: str  #: by which these readers know who writes to them
    sent_at: int  #: milliseconds since 1970, UTC: when the first campaign could leave
    changed_at: int  #: the same of the newest edition


def publications(c: Connection, *, also: frozenset[str] = frozenset()) -> list[Publication]:
    """Every issue of which mails have left, newest first.

    Public are those that went to all readers of a public list, or to a list named in `also`. Not one whose campaign
    was paused, held or cancelled, or of which only a canary's first readers know.
    """
    rows = c.execute(_query()).all()
    public = frozenset(c.scalars(select(lists_table.c.slug).where(lists_table.c.public)))
    found = []
    for _, group in groupby(rows, key=lambda row: row.issue):
        campaigns_of_it = list(group)
        for_all = [row for row in campaigns_of_it if _is_for_all(row.audience, public, also)]
        found.append(_publication(for_all or campaigns_of_it, public=bool(for_all)))
    return sorted(found, key=lambda one: (one.sent_at, one.issue_id), reverse=True)


def _is_for_all(audience: str, public: frozenset[str], also: frozenset[str]) -> bool:
    """What goes to a segment is for these readers, however public their list is."""
    shape = json.loads(audience)
    lists = frozenset(shape["lists"])
    return bool(lists & also) or ("segment" not in shape and bool(lists & public))


def _query() -> Any:
    left = exists().where(batches.c.campaign_id == _C.id, batches.c.sent > 0)
    for_all = (_C.canary == 0) | _C.canary_done_at.is_not(None)
    return (
        select(issues.c.key.label("issue"), _C.slug, editions.c.hash, editions.c.created_at, _C.audience)
        .add_columns(_C.list_name, func.coalesce(_C.scheduled_at, _C.created_at).label("sent_at"))
        .join(issues, issues.c.id == _C.issue_id)
        .join(editions, editions.c.id == _C.edition_id)
        .where(_C.state.in_([state.value for state in _OUT]), left, for_all)
        .order_by(issues.c.key, _C.id)
    )


def _publication(rows: list[Row[Any]], *, public: bool) -> Publication:
    newest = max(rows, key=lambda row: row.created_at)  # several campaigns, and perhaps errata, of one issue
    sent_at = min(row.sent_at for row in rows)
    return Publication(
        issue_id=newest.issue,
        slug=newest.slug,
        edition=newest.hash,
        public=public,
        list_name=newest.list_name,
        sent_at=sent_at,
        changed_at=max(sent_at, newest.created_at),
    )


def edition_beginning(c: Connection, letters: str) -> str | None:
    """The hash of the edition that begins with these letters (at least 20), None when there is none."""
    last = letters + "g"  # beyond every hexadecimal digit; a range goes by the index, LIKE does not
    return c.scalar(
        select(editions.c.hash).where(editions.c.hash >= letters, editions.c.hash < last).limit(1)
    )

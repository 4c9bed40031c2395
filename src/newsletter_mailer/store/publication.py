"""What was sent to readers, as an archive may show it."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
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
    lists: frozenset[str]  #: slugs of those whom its campaigns were for
    list_name: str  #: by which these readers know who writes to them
    sent_at: int  #: milliseconds since 1970, UTC: when the first campaign could leave
    changed_at: int  #: the same of the newest edition


def publications(c: Connection) -> list[Publication]:
    """Every issue of which mails have left, newest first, for all lists.

    Not one whose campaign was paused, held or cancelled, or of which only a canary's first readers know.
    """
    rows = c.execute(_query()).all()
    found = [_publication(list(group)) for _, group in groupby(rows, key=lambda row: row.issue)]
    return sorted(found, key=lambda one: (one.sent_at, one.issue_id), reverse=True)


def public_lists(c: Connection) -> frozenset[str]:
    """The slugs of the lists that anybody may subscribe to."""
    return frozenset(c.scalars(select(lists_table.c.slug).where(lists_table.c.public)))


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


def _publication(rows: list[Row[Any]]) -> Publication:
    newest = max(rows, key=lambda row: row.created_at)  # several campaigns, and perhaps errata, of one issue
    sent_at = min(row.sent_at for row in rows)
    return Publication(
        issue_id=newest.issue,
        slug=newest.slug,
        edition=newest.hash,
        lists=frozenset(_slugs(rows)),
        list_name=newest.list_name,
        sent_at=sent_at,
        changed_at=max(sent_at, newest.created_at),
    )


def _slugs(rows: Iterable[Row[Any]]) -> Iterator[str]:
    for row in rows:
        yield from json.loads(row.audience)["lists"]


def edition_beginning(c: Connection, letters: str) -> str | None:
    """The hash of the edition that begins with these letters (at least 20), None when there is none."""
    last = letters + "g"  # beyond every hexadecimal digit; a range goes by the index, LIKE does not
    return c.scalar(
        select(editions.c.hash).where(editions.c.hash >= letters, editions.c.hash < last).limit(1)
    )

"""Campaigns as rows: how they are found, read, and change their state."""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass, fields
from typing import Any

from sqlalchemy import Connection, Select, func, select, update

from newsletter_mailer.model.campaign import CLOSED, Campaign, CampaignState, Counts, HeadCount
from newsletter_mailer.model.delivery import OPEN, Status
from newsletter_mailer.model.measuring import Measuring
from newsletter_mailer.model.segments import SavedSegment
from newsletter_mailer.store.schema import batches, editions, issues
from newsletter_mailer.store.schema import campaigns as campaigns_table

_C = campaigns_table.c
_PLANNED = (
    *("erratum", "web_base", "domain", "list_name", "unsubscribe_mailbox", "canary", "canary_wait"),
    *("canary_done_at", "scheduled_at", "expires_at", "rate", "held_why", "again_at"),
)  # columns that are fields of Campaign as they stand
_MEASURING = tuple(field.name for field in fields(Measuring))
_LONGEST_NUMBER = 18  # digits: more do not go into a column of 64 bits


@dataclass(frozen=True, slots=True)
class Audience:
    """Lists by their slugs: readers of the first, less those of the second, and of them those of a segment."""

    lists: tuple[str, ...]
    exclude: tuple[str, ...] = ()
    segment: SavedSegment | None = None

    @property
    def readers(self) -> tuple[frozenset[str], frozenset[str], str]:
        """The same for two audiences that mean the same readers.

        A segment is meant by its name: a campaign whose expression was changed since is still the one to go on with.
        """
        return frozenset(self.lists), frozenset(self.exclude), self.segment.name if self.segment else ""

    def as_json(self) -> str:
        """As the ledger keeps it."""
        shape: dict[str, object] = {"lists": self.lists, "exclude": self.exclude}
        return json.dumps(shape | ({"segment": asdict(self.segment)} if self.segment else {}))


def campaign(c: Connection, ref: str | int) -> Campaign | None:
    """The campaign with that number, or the newest with that slug."""
    if str(ref).isascii() and str(ref).isdigit() and len(str(ref)) <= _LONGEST_NUMBER:
        found = _read(c, _with_counts().where(_C.id == int(ref)))
        if found:
            return found[0]
    newest = select(func.max(_C.id)).where(_C.slug == str(ref)).scalar_subquery()
    return next(iter(_read(c, _with_counts().where(_C.id == newest))), None)


def campaigns(c: Connection, slug: str | None = None) -> list[Campaign]:
    """Every campaign, or every one of the issue with that slug, oldest first."""
    query = _with_counts()
    return _read(c, query if slug is None else query.where(_C.slug == slug))


def going_on(c: Connection) -> list[Campaign]:
    """Campaigns that go on by themselves, now or later, oldest first: what a worker looks after."""
    by_itself = (CampaignState.SCHEDULED.value, CampaignState.WAITING.value, CampaignState.SENDING.value)
    stopped_by_worker = (_C.state == CampaignState.STOPPED.value) & _C.again_at.is_not(None)
    return _read(c, _with_counts().where(_C.state.in_(by_itself) | stopped_by_worker))


def unfinished(c: Connection, *, issue_id: str, audience: Audience, erratum: bool = False) -> Campaign | None:
    """The campaign of this issue, or erratum of it, to these readers that still has something to do.

    One that was cancelled has not.
    """
    kind = _C.erratum > 0 if erratum else _C.erratum == 0
    rows = c.execute(
        _with_counts()
        .where(kind)
        .where(issues.c.key == issue_id, _C.state != CampaignState.CANCELLED.value)
        .having(sum((func.sum(batches.c[status.value]) for status in OPEN), start=func.sum(0)) > 0)
    )
    same = (row for row in rows if _audience(row).readers == audience.readers)
    return next((_campaign(row) for row in same), None)


def set_state(
    c: Connection, campaign_id: int, state: CampaignState, *, now: int, again_at: int | None = None
) -> None:
    """Write down where the campaign stands. One that was paused, held or cancelled stays so, whatever its run says.

    again_at: when it goes on, of one that waits.
    """
    stands = _C.state.not_in([closed.value for closed in CLOSED])
    change = update(campaigns_table).where(_C.id == campaign_id, stands)
    c.execute(change.values(state=state.value, again_at=again_at, updated_at=now))


def try_again(c: Connection, campaign_id: int, at: int, *, now: int) -> None:
    """A worker goes on with it then, also when an error stopped it; not with one that was paused, held or cancelled."""
    stands = _C.state.not_in([closed.value for closed in (*CLOSED, CampaignState.FINISHED)])
    change = update(campaigns_table).where(_C.id == campaign_id, stands)
    c.execute(change.values(again_at=at, updated_at=now))


def hold(c: Connection, campaign_id: int, why: str, *, now: int) -> None:
    """Nothing more leaves before the officer says yes. why: in words. A finished or cancelled campaign stays so."""
    over = (CampaignState.FINISHED.value, CampaignState.CANCELLED.value)
    change = update(campaigns_table).where(_C.id == campaign_id, _C.state.not_in(over))
    c.execute(change.values(state=CampaignState.HELD.value, held_why=why, again_at=None, updated_at=now))


def begin(c: Connection, campaign_id: int, *, now: int) -> None:
    """A run begins, for the officer wants it: a paused or held campaign goes on, a cancelled one never does."""
    change = update(campaigns_table).where(_C.id == campaign_id, _C.state != CampaignState.CANCELLED.value)
    c.execute(change.values(state=CampaignState.SENDING.value, held_why="", again_at=None, updated_at=now))


def end_canary(c: Connection, campaign_id: int, *, now: int) -> None:
    """Let the rest go: those who went first are not waited for any longer."""
    waits = (_C.id == campaign_id) & _C.canary_done_at.is_(None)
    c.execute(update(campaigns_table).where(waits).values(canary_done_at=now, updated_at=now))


def canary_counts(c: Connection, campaign_id: int) -> Counts:
    """Those who go first, by status."""
    mine = (batches.c.campaign_id == campaign_id) & (batches.c.number == 0)
    row = c.execute(select(*(batches.c[status.value] for status in Status)).where(mine)).one_or_none()
    return Counts(**row._asdict()) if row else Counts()


def set_rate(c: Connection, campaign_id: int, rate: int | None, *, now: int) -> None:
    """How many may leave in an hour; None as the profile says."""
    c.execute(update(campaigns_table).where(_C.id == campaign_id).values(rate=rate, updated_at=now))


def _with_counts() -> Select[Any]:
    sums = (func.coalesce(func.sum(batches.c[s.value]), 0).label(s.value) for s in Status)
    return (
        select(_C.id, issues.c.key.label("issue_key"), _C.slug, editions.c.hash.label("edition"), _C.state)
        .add_columns(
            _C.audience, _C.head_count, _C.created_at, *(_C[name] for name in (*_PLANNED, *_MEASURING)), *sums
        )
        .join(issues, issues.c.id == _C.issue_id)
        .join(editions, editions.c.id == _C.edition_id)
        .outerjoin(batches, batches.c.campaign_id == _C.id)
        .group_by(*campaigns_table.columns, issues.c.key, editions.c.hash)
        .order_by(_C.id)
    )


def _read(c: Connection, query: Select[Any]) -> list[Campaign]:
    return [_campaign(row) for row in c.execute(query)]


def _audience(row: Any) -> Audience:
    shape: dict[str, Any] = json.loads(row.audience)
    segment = SavedSegment(**shape["segment"]) if "segment" in shape else None
    return Audience(tuple(shape["lists"]), tuple(shape["exclude"]), segment)


def _campaign(row: Any) -> Campaign:
    audience = _audience(row)
    return Campaign(
        id=row.id,
        issue_id=row.issue_key,
        slug=row.slug,
        edition=row.edition,
        state=CampaignState(row.state),
        lists=audience.lists,
        exclude=audience.exclude,
        segment=audience.segment,
        head_count=HeadCount(**json.loads(row.head_count)),
        counts=Counts(**{status.value: int(getattr(row, status.value)) for status in Status}),
        created_at=row.created_at,
        measuring=Measuring(**{name: bool(getattr(row, name)) for name in _MEASURING}),
        **{name: getattr(row, name) for name in _PLANNED},
    )

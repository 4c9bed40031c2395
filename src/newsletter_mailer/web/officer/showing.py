"""Campaigns as the officer's pages tell them."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from zoneinfo import ZoneInfo

from newsletter_mailer.actions.report import share
from newsletter_mailer.actions.standing import Standing, telling
from newsletter_mailer.actions.standing.live import Live
from newsletter_mailer.model.campaign import Campaign, Counts
from newsletter_mailer.model.delivery import OPEN, Status
from newsletter_mailer.model.moments import clock_time, local
from newsletter_mailer.model.names import category_name, state_name, status_name
from newsletter_mailer.model.speed import left_told, rate_told
from newsletter_mailer.wording import number, say

_DOMAINS = 25
_BADLY = (Status.REFUSED, Status.IN_DOUBT, Status.SKIPPED, Status.CANCELLED)


@dataclass(frozen=True, slots=True)
class Row:
    """A campaign among the others."""

    number: int
    name: str
    lists: str
    state: str
    word: str  #: the state for the style sheet
    made: str
    total: str
    done: int
    whole: int
    share: str


@dataclass(frozen=True, slots=True)
class DomainLine:
    """How the readers of a domain fare."""

    name: str  #: "" for the others together
    done: int
    whole: int
    total: str
    sent: str
    otherwise: str
    later: str
    still: str


@dataclass(frozen=True, slots=True)
class Seen:
    """A campaign at work."""

    row: Row
    at: str
    counts: tuple[tuple[str, str, str], ...]  #: word for the style sheet, name, number
    speed: str
    left: str
    domains: tuple[DomainLine, ...]
    notes: tuple[str, ...]
    over: bool


def rows(found: Sequence[Campaign], zone: ZoneInfo) -> list[Row]:
    """The newest first."""
    return [row(one, zone) for one in reversed(found)]


def row(campaign: Campaign, zone: ZoneInfo) -> Row:
    """One of them."""
    counts = campaign.counts
    done = counts.total - counts.open
    name = campaign.slug
    if campaign.erratum:
        name = say("{slug} (erratum {number})", slug=name, number=campaign.erratum)
    return Row(
        campaign.id,
        name,
        ", ".join(campaign.lists),
        state_name(campaign.state.value),
        campaign.state.value,
        local(campaign.created_at, zone),
        number(counts.total),
        done,
        max(counts.total, 1),
        share(done, counts.total),
    )


def seen(live: Live, zone: ZoneInfo) -> Seen:
    """All that is told of one that is watched."""
    counts = live.campaign.counts
    told = ((one, getattr(counts, one.value)) for one in Status)
    return Seen(
        row(live.campaign, zone),
        clock_time(live.at, zone),
        tuple((one.value, status_name(one.value), number(count)) for one, count in told if count),
        rate_told(live.per_second),
        left_told(live.left_s),
        tuple(_domains(live.domains)),
        tuple(_notes(live.standing, zone)),
        live.ends,
    )


def _domains(found: Sequence[tuple[str, Counts]]) -> Iterator[DomainLine]:
    named = [one for one in found if one[0]]
    for name, counts in named[:_DOMAINS]:
        yield _domain(name, [counts])
    rest = [counts for _, counts in (*named[_DOMAINS:], *(one for one in found if not one[0]))]
    if rest:
        yield _domain("", rest)


def _domain(name: str, found: Sequence[Counts]) -> DomainLine:
    total = sum(one.total for one in found)
    open_ = sum(one.open for one in found)
    later = _sum(found, [Status.DEFERRED])
    sums = (total, _sum(found, [Status.SENT]), _sum(found, _BADLY), later, _sum(found, OPEN) - later)
    return DomainLine(name, total - open_, max(total, 1), *map(number, sums))


def _sum(found: Sequence[Counts], statuses: Sequence[Status] | frozenset[Status]) -> int:
    return sum(getattr(one, status.value) for one in found for status in statuses)


def _notes(standing: Standing, zone: ZoneInfo) -> Iterator[str]:
    yield from telling.waits(standing, zone)
    for category, count in standing.returned:
        yield say("came back: {count}, {what}", count=number(count), what=category_name(category))
    yield from telling.faults(standing)
    yield from telling.to_do(standing.campaign)

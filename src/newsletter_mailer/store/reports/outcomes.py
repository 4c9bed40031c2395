"""What became of the deliveries of a campaign, summed up: by domain, by minute, by attempt."""

from __future__ import annotations

from collections import Counter, defaultdict

from sqlalchemy import Connection, func, select

from newsletter_mailer.model.campaign import Campaign, Counts
from newsletter_mailer.model.delivery import Event, Status
from newsletter_mailer.model.report import MINUTE, DomainRow, Timeline, Try, timeline, tries
from newsletter_mailer.store.reports.back import Back, by_domain
from newsletter_mailer.store.schema import attempts, batches, deliveries

_D, _A = deliveries.c, attempts.c
_FEW = 20_000  # deliveries that are counted one by one in some milliseconds


def all_attempts(c: Connection, campaign_id: int) -> tuple[Timeline, tuple[Try, ...]]:
    """Every attempt of a campaign, by its time and by its number."""
    minute = (_A.at // MINUTE).label("minute")
    query = (
        select(minute, _A.number, _A.event, func.count())
        .join_from(deliveries, attempts, _A.delivery_id == _D.id)
        .where(_D.campaign_id == campaign_id)
        .group_by(minute, _A.number, _A.event)
    )
    by_minute: Counter[tuple[int, Event]] = Counter()
    by_number: Counter[tuple[int, Event]] = Counter()
    for at, number, word, count in c.execute(query):
        event = Event(word)
        by_minute[at, event] += count
        by_number[number, event] += count
    return timeline(_flat(by_minute)), tries(_flat(by_number))


def _flat(counts: Counter[tuple[int, Event]]) -> list[tuple[int, Event, int]]:
    return [(key, event, count) for (key, event), count in counts.items()]


def domains(c: Connection, campaign_id: int) -> tuple[DomainRow, ...]:
    """How the readers of each domain fared; the domains with most of them first."""
    back = by_domain(c, campaign_id)
    rows = (_row(domain, counts, back.get(domain, Back())) for domain, counts in _counted(c, campaign_id))
    return tuple(sorted(rows, key=lambda row: (-row.counts.total, row.domain)))


def counts_by_domain(c: Connection, campaign: Campaign) -> tuple[tuple[str, Counts], ...]:
    """How many readers of each domain stand where, those with most first; of a large campaign at no more cost.

    There the small domains are one, and come last, as "".
    """
    few = campaign.counts.total <= _FEW
    found = _counted(c, campaign.id) if few else _by_batches(c, campaign.id)
    return tuple(sorted(found, key=lambda row: (not row[0], -row[1].total, row[0])))


def _counted(c: Connection, campaign_id: int) -> list[tuple[str, Counts]]:
    query = select(_D.domain, _D.status, func.count()).where(_D.campaign_id == campaign_id)
    counts: dict[str, dict[str, int]] = defaultdict(dict)
    for domain, status, count in c.execute(query.group_by(_D.domain, _D.status)):
        counts[domain][status] = count
    return [(domain, Counts(**by_status)) for domain, by_status in counts.items()]


def _by_batches(c: Connection, campaign_id: int) -> list[tuple[str, Counts]]:
    """By the counters, of which there are hundreds of times fewer than readers."""
    sums = (func.sum(batches.c[status.value]) for status in Status)
    query = select(batches.c.domain, *sums).where(batches.c.campaign_id == campaign_id)
    rows = c.execute(query.group_by(batches.c.domain))
    names = [status.value for status in Status]
    return [(domain, Counts(**dict(zip(names, counts, strict=True)))) for domain, *counts in rows]


def _row(domain: str, counts: Counts, back: Back) -> DomainRow:
    return DomainRow(domain, counts, back.returned, back.complaints, back.left)

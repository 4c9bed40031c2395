"""An issue that was mended: who has which edition, and who gets the new one."""

from __future__ import annotations

from sqlalchemy import Connection, func, select, update

from newsletter_mailer.model.delivery import Status
from newsletter_mailer.model.edition import Edition
from newsletter_mailer.store.batch_rows import batches_with
from newsletter_mailer.store.editions import keep_edition, number_of
from newsletter_mailer.store.schema import batches, campaigns, deliveries, editions, issues

_C, _D = campaigns.c, deliveries.c


def correct(c: Connection, campaign_id: int, edition: Edition, *, now: int) -> int:
    """From now on whoever the campaign has still to reach gets this edition; how many wait for it.

    What is on the wire keeps its own, and gets the new one only if it comes back.
    """
    number = number_of(c, keep_edition(c, edition, now=now))
    versions = _editions(c, campaign_id)
    if str(number) not in versions:
        versions = [*versions, str(number)]
    change = update(campaigns).where(_C.id == campaign_id)
    c.execute(change.values(edition_id=number, editions=",".join(versions), updated_at=now))
    count = 0
    for status in (Status.QUEUED, Status.DEFERRED):
        rest = update(deliveries).where(_D.campaign_id == campaign_id, _D.status == status.value)
        for batch in batches_with(c, campaign_id, status):
            count += c.execute(rest.where(_D.batch == batch).values(edition_id=number)).rowcount
    return count


def next_erratum(c: Connection, issue_id: str) -> int:
    """The number of the next erratum of an issue, from 1."""
    query = select(func.max(_C.erratum)).join(issues, issues.c.id == _C.issue_id)
    return (c.scalar(query.where(issues.c.key == issue_id)) or 0) + 1


def counts_by_edition(c: Connection, campaign_id: int) -> list[tuple[str, int]]:
    """How many were sent which edition, by its hash, in the order in which the campaign got them."""
    versions = [int(number) for number in _editions(c, campaign_id)]
    if len(versions) == 1:  # the counters know it, and no delivery is looked at
        sent = select(func.sum(batches.c.sent)).where(batches.c.campaign_id == campaign_id)
        found = {versions[0]: c.scalar(sent) or 0}
    else:
        rows = select(_D.edition_id, func.count()).where(
            _D.campaign_id == campaign_id, _D.status == Status.SENT.value
        )
        found = {row[0]: row[1] for row in c.execute(rows.group_by(_D.edition_id))}
    known = select(editions.c.id, editions.c.hash).where(editions.c.id.in_(versions))
    hashes = {row.id: row.hash for row in c.execute(known)}
    return [(hashes[number], found.get(number, 0)) for number in versions]


def versions_of_issue(c: Connection, campaign_id: int) -> dict[int, int]:
    """Every edition of the campaign's issue, by its row: 1 for the first that was planned, 2 for the next …"""
    issue = select(_C.issue_id).where(_C.id == campaign_id).scalar_subquery()
    planned = c.scalars(select(_C.editions).where(_C.issue_id == issue).order_by(_C.id))
    numbers = dict.fromkeys(int(number) for row in planned for number in row.split(","))
    return {number: version for version, number in enumerate(numbers, 1)}


def _editions(c: Connection, campaign_id: int) -> list[str]:
    return str(c.scalars(select(_C.editions).where(_C.id == campaign_id)).one()).split(",")

"""Whether a receipt still holds: everything is made again from the ledger, and what differs is told."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import zip_longest

from newsletter_mailer.actions.report.facts import present
from newsletter_mailer.actions.report.receipt import receipt
from newsletter_mailer.model.campaign import Campaign
from newsletter_mailer.model.delivery import Status
from newsletter_mailer.model.names import status_name
from newsletter_mailer.model.report import Receipt
from newsletter_mailer.store.database import Connection, Database
from newsletter_mailer.store.editions import content_hash
from newsletter_mailer.store.reports import back
from newsletter_mailer.store.reports.chain import changed_since, counted
from newsletter_mailer.wording import Sentence, number, sentence


@dataclass(frozen=True, slots=True)
class Difference:
    """Something that no longer is as it was, or never fitted."""

    what: Sentence
    explained: bool  #: the ledger itself tells of it: something happened since


@dataclass(frozen=True, slots=True)
class Verdict:
    """What a second look at the ledger came to."""

    now: Receipt
    kept: Receipt | None  #: what it was compared with
    differences: tuple[Difference, ...]

    @property
    def holds(self) -> bool:
        """Whether nothing differs but what happened since."""
        return all(one.explained for one in self.differences)


def verify(database: Database, campaign: Campaign, kept: Receipt | None, *, now: int) -> Verdict:
    """Make the receipt again, and compare. kept: an earlier one; without it, the ledger is compared with itself."""
    with database.reading() as c:
        campaign = present(c, campaign)
        returned = back.by_campaign(c, [campaign.id]).get(campaign.id, back.Back()).returned
        made = receipt(c, campaign, ledger=database.ledger_id, returned=returned, now=now)
        found = [*_within(c, campaign, made)]
        if kept is not None:
            found += _strange(kept, made) or [*_since(c, kept, made)]
    return Verdict(made, kept, tuple(found))


def _within(c: Connection, campaign: Campaign, made: Receipt) -> Iterator[Difference]:
    """Where the ledger contradicts itself."""
    rows = counted(c, campaign.id)
    for status in Status:
        said, are = getattr(made.counts, status.value), rows.get(status.value, 0)
        if said != are:
            yield _grave(
                sentence(
                    "the counters say {said} {status}, and the recipients are {are}",
                    said=number(said),
                    status=status_name(status.value),
                    are=number(are),
                )
            )
    for hash_, _ in made.editions:
        if content_hash(c, hash_) != hash_:
            yield _grave(
                sentence("what is kept of edition {hash} is no longer what was sent", hash=hash_[:12])
            )


def _strange(kept: Receipt, made: Receipt) -> list[Difference]:
    """Why they cannot be compared at all."""
    if kept.ledger != made.ledger:
        return [_grave(sentence("the receipt is of another ledger"))]
    if (kept.campaign, kept.issue) != (made.campaign, made.issue):
        what = sentence("the receipt is of campaign {number} ({slug})", number=kept.campaign, slug=kept.slug)
        return [_grave(what)]
    return []


def _since(c: Connection, kept: Receipt, made: Receipt) -> Iterator[Difference]:
    """What is no longer as the receipt says."""
    changes = [*_changes(c, kept, made)]
    later = sum(changed for changed, _ in changes)
    for changed, upto in changes:
        if not changed:
            yield _grave(
                sentence(
                    "batch {batch} was altered by hand: it differs, and no recipient there changed since",
                    batch=upto,
                )
            )
    if later:
        what = sentence(
            "recipients of whom something new is known since the receipt: {count}", count=number(later)
        )
        yield Difference(what, explained=True)
    yield from _counts(kept, made, later)
    if kept.editions != made.editions and not later:
        yield _grave(sentence("other editions were sent than the receipt says"))
    came = back.read_since(c, made.campaign, kept.made_at)
    if kept.reached != made.reached:
        what = sentence(
            "reached: {before} then, {after} now", before=number(kept.reached), after=number(made.reached)
        )
        yield Difference(what, explained=abs(made.reached - kept.reached) <= later + came)


def _changes(c: Connection, kept: Receipt, made: Receipt) -> Iterator[tuple[int, int]]:
    """Of each link that differs: how many of its recipients say that they changed since, and its last batch."""
    before = -1
    for old, new in zip_longest(kept.chain, made.chain):
        upto = max(link.upto for link in (old, new) if link)
        if old is None or new is None or (old.own, old.upto) != (new.own, new.upto):
            yield changed_since(c, made.campaign, (before, upto), kept.made_at), upto
        before = upto


def _counts(kept: Receipt, made: Receipt, later: int) -> Iterator[Difference]:
    """later: of so many something new is known; of others nothing can have become anything else."""
    became = {one: getattr(made.counts, one.value) - getattr(kept.counts, one.value) for one in Status}
    explained = sum(more for more in became.values() if more > 0) <= later
    for status, more in became.items():
        if more:
            new = getattr(made.counts, status.value)
            values = {"status": status_name(status.value), "before": number(new - more), "after": number(new)}
            yield Difference(sentence("{status}: {before} then, {after} now", **values), explained=explained)


def _grave(what: Sentence) -> Difference:
    return Difference(what, explained=False)

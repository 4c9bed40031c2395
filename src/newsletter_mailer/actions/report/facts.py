"""What a report says, gathered from the ledger in one look at it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable

from newsletter_mailer.actions.report.receipt import receipt
from newsletter_mailer.errors import UsageError
from newsletter_mailer.model.campaign import Campaign
from newsletter_mailer.model.report import Missed, Reach, Report, Why
from newsletter_mailer.store import campaigns
from newsletter_mailer.store.database import Connection, Database
from newsletter_mailer.store.reports import back, clicks, organisations, outcomes
from newsletter_mailer.store.reports.earlier import earlier
from newsletter_mailer.store.reports.missed import missed
from newsletter_mailer.wording import sentence

SHOWN = 200  #: readers of each reason that a page names; tables name them all
_ORGANISATIONS = 500  # that a page names
_EARLIER = 6


def report(database: Database, campaign: Campaign, *, now: int) -> Report:
    """Everything that is known of a campaign now (milliseconds since 1970, UTC). Raises UsageError when it is gone."""
    with database.reading() as connection:
        return _gathered(connection, present(connection, campaign), database.ledger_id, now)


def present(c: Connection, campaign: Campaign) -> Campaign:
    """The campaign as this connection sees it. Raises UsageError when it is gone."""
    found = campaigns.campaign(c, campaign.id)
    if found is None:
        raise UsageError(sentence("there is no campaign “{ref}”", ref=campaign.id))
    return found


def _gathered(c: Connection, campaign: Campaign, ledger: str, now: int) -> Report:
    timeline, tries = outcomes.all_attempts(c, campaign.id)
    came = back.by_campaign(c, [campaign.id]).get(campaign.id, back.Back())
    counted, rows = _first_of_each(missed(c, campaign.id))
    return Report(
        campaign=campaign,
        edition=campaigns.edition(c, campaign.edition),
        made_at=now,
        receipt=receipt(c, campaign, ledger=ledger, returned=came.returned, now=now),
        timeline=timeline,
        tries=tries,
        domains=outcomes.domains(c, campaign.id),
        returned=back.returned(c, campaign.id),
        returned_readers=came.returned,
        complaints=came.complaints,
        left=came.left,
        notices=back.notices(c, campaign.id),
        missed=counted,
        missed_rows=rows,
        reach=_reach(c, campaign),
        earlier=earlier(c, campaign, most=_EARLIER),
        clicks=clicks.clicks(c, campaign.id),
        measured=clicks.measured(c, campaign.id),
        loads=clicks.loads(c, campaign.id),
    )


def _first_of_each(rows: Iterable[Missed]) -> tuple[dict[Why, int], tuple[Missed, ...]]:
    """How many for each reason, and the first of each."""
    counts: Counter[Why] = Counter()
    kept = []
    for row in rows:
        why = row.why
        counts[why] += 1
        if counts[why] <= SHOWN:
            kept.append(row)
    order = list(Why)
    kept.sort(key=lambda row: (order.index(row.why), row.domain, row.delivery))
    return {why: counts[why] for why in Why if counts[why]}, tuple(kept)


def _reach(c: Connection, campaign: Campaign) -> Reach:
    found = organisations.by_reach(c, campaign)
    named = organisations.to_telephone(c, campaign, found, most=_ORGANISATIONS)
    return Reach(len(found.reached), len(found.missed), len(found.without), tuple(named))

"""Where a campaign stands, in words: what is held against it, what it waits for, and what waits for the officer."""

from __future__ import annotations

from collections.abc import Iterator
from zoneinfo import ZoneInfo

from newsletter_mailer.actions.standing import Standing, next_steps
from newsletter_mailer.model.campaign import Campaign, CampaignState
from newsletter_mailer.model.faults import remedy
from newsletter_mailer.model.moments import local
from newsletter_mailer.wording import number, say

_MOST_FAULTS = 5  # lines
_NEEDS_A_HAND = frozenset({CampaignState.PAUSED, CampaignState.HELD, CampaignState.STOPPED})


def faults(standing: Standing) -> Iterator[str]:
    """What houses hold against us, each with its remedy."""
    for fault in standing.faults[:_MOST_FAULTS]:
        what, hint = remedy(fault)
        yield f"{what} ({hint})"


def to_do(campaign: Campaign) -> Iterator[str]:
    """What waits for the officer, each with its command."""
    *troubles, way_on = next_steps(campaign)
    yield from map(str, troubles)
    if campaign.state in _NEEDS_A_HAND and campaign.counts.open and not campaign.again_at:
        yield str(way_on)


def waits(standing: Standing, zone: ZoneInfo) -> Iterator[str]:
    """What holds it up, and until when."""
    campaign = standing.campaign
    if campaign.held_why and campaign.state is CampaignState.HELD:
        yield say("held: {why}", why=campaign.held_why)
    if campaign.state is CampaignState.SCHEDULED:
        yield say("leaves at {time}", time=local(campaign.scheduled_at, zone))
    if campaign.state is CampaignState.PAUSED and campaign.scheduled_at:
        yield say("planned for {time}", time=local(campaign.scheduled_at, zone))
    if campaign.again_at:
        yield say("goes on at {time}", time=local(campaign.again_at, zone))
    if campaign.rate:
        yield say("at most {count} an hour", count=number(campaign.rate))
    yield from _first_ones(standing, zone)
    for pause in standing.domains:
        if pause.until is None and not campaign.counts.open:
            how = say("{why}: nobody there is suppressed before your yes", why=pause.why)
            yield f"{how} (newsletter resume {campaign.id} --yes)"
        elif pause.until is None:
            yield say("{why}: nothing goes there before your yes", why=pause.why)
        else:
            yield say("{why}: nothing goes there before {time}", why=pause.why, time=local(pause.until, zone))


def _first_ones(standing: Standing, zone: ZoneInfo) -> Iterator[str]:
    """How those who go first fare, and what the rest waits for."""
    first = standing.canary
    rest = standing.campaign.counts.open - first.open if first else 0
    if first is None or not rest:
        return
    values = {"count": number(first.total), "done": number(first.total - first.open)}
    if standing.rest_at is None:
        yield say("first {count} readers: {done} done; the rest waits for them", **values)
        return
    yield say(
        "first {count} readers: {done} done; the other {rest} follow at {time} if nothing speaks against it",
        rest=number(rest),
        time=local(standing.rest_at, zone),
        **values,
    )

"""The issues before one, to compare it with."""

from __future__ import annotations

from sqlalchemy import Connection

from newsletter_mailer.model.campaign import Campaign
from newsletter_mailer.model.report import Earlier
from newsletter_mailer.store.campaign_rows import campaigns
from newsletter_mailer.store.reports.back import Back, by_campaign


def earlier(c: Connection, campaign: Campaign, *, most: int) -> tuple[Earlier, ...]:
    """The last campaigns planned before this one, oldest first; errata, and those that sent nothing, are left out."""
    found = [one for one in campaigns(c) if one.id < campaign.id and not one.erratum and one.counts.sent]
    last = found[-most:]
    back = by_campaign(c, [one.id for one in last])
    return tuple(_earlier(one, back.get(one.id, Back())) for one in last)


def _earlier(one: Campaign, back: Back) -> Earlier:
    return Earlier(one.id, one.slug, one.created_at, one.counts, back.returned, back.complaints, back.left)

"""A plain face, and a campaign to be shown on it."""

from __future__ import annotations

from newsletter_mailer.cli.output import Face
from newsletter_mailer.model.campaign import Campaign, CampaignState, Counts, HeadCount

PLAIN = Face(
    project=None,
    language="en",
    language_given=True,
    json=False,
    quiet=False,
    verbose=False,
    colour=False,
    ask=False,
)


def campaign(state: CampaignState, counts: Counts, *, on_lists: int = 60, created_at: int = 0) -> Campaign:
    return Campaign(
        id=3,
        issue_id="noel-000001",
        slug="noel",
        edition="e",
        state=state,
        lists=("members",),
        head_count=HeadCount(on_lists),
        counts=counts,
        created_at=created_at,
    )

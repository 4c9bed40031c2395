"""What a worker says on a terminal of that which does not leave now."""

from __future__ import annotations

from dataclasses import replace
from zoneinfo import ZoneInfo

from newsletter_mailer.cli.worker import to_come
from newsletter_mailer.model.campaign import Campaign, CampaignState, Counts, HeadCount
from newsletter_mailer.wording import in_language

PARIS = ZoneInfo("Europe/Paris")
NOON = 1_796_122_800_000  # 2026-12-01 12:00 in Paris
CAMPAIGN = Campaign(
    id=1,
    issue_id="noel-000001",
    slug="noel",
    edition="e",
    state=CampaignState.SCHEDULED,
    lists=("members",),
    head_count=HeadCount(5),
    counts=Counts(queued=5),
    created_at=0,
    scheduled_at=NOON,
)


def told(*campaigns: Campaign) -> list[str]:
    with in_language("en"):
        return list(to_come(campaigns, PARIS))


def test_what_is_planned_paused_held_or_waits_is_named_with_its_time_or_its_command() -> None:
    assert told(
        CAMPAIGN,
        replace(CAMPAIGN, id=2, state=CampaignState.PAUSED),
        replace(CAMPAIGN, id=3, state=CampaignState.HELD),
        replace(CAMPAIGN, id=4, state=CampaignState.WAITING, again_at=NOON + 60_000),
        replace(CAMPAIGN, id=5, state=CampaignState.STOPPED),
    ) == [
        "Nothing more leaves now:",
        "  campaign 1 of noel goes on at 2026-12-01 12:00",
        "  campaign 2 of noel is paused: newsletter resume 2",
        "  campaign 3 of noel is held, and waits for your yes: newsletter resume 3 --yes",
        "  campaign 4 of noel goes on at 2026-12-01 12:01",
        "  campaign 5 of noel is stopped: newsletter resume 5",
    ]


def test_what_is_over_waits_for_nothing() -> None:
    over = replace(CAMPAIGN, state=CampaignState.FINISHED, counts=Counts(sent=5))
    cancelled = replace(CAMPAIGN, state=CampaignState.CANCELLED)

    assert told(over, cancelled) == told() == ["Nothing is to be sent."]

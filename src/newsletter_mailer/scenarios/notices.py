"""What the officer reads in a mail about a campaign: how it stands, why, and what to do."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from zoneinfo import ZoneInfo

from newsletter_mailer.actions.standing import next_steps
from newsletter_mailer.errors import NewsletterError
from newsletter_mailer.model.campaign import Campaign, CampaignState
from newsletter_mailer.model.delivery import Status
from newsletter_mailer.model.faults import Fault, remedy
from newsletter_mailer.model.names import state_name, status_name
from newsletter_mailer.wording import number, say, say_many


def subject(campaign: Campaign, state: CampaignState) -> str:
    """Such as "[newsletter] 2026-12-noel: finished – 4,806 sent, 6 refused"."""
    counts = campaign.counts
    told = [say_many("{count} sent", "{count} sent", counts.sent, count=number(counts.sent))]
    if counts.refused:
        told.append(
            say_many("{count} refused", "{count} refused", counts.refused, count=number(counts.refused))
        )
    if counts.in_doubt:
        told.append(say("{count} in doubt", count=number(counts.in_doubt)))
    if counts.open:
        told.append(say("{count} to go", count=number(counts.open)))
    return say(
        "[newsletter] {slug}: {state} – {counts}",
        slug=campaign.slug,
        state=state_name(state.value),
        counts=", ".join(told),
    )


def of_end(campaign: Campaign) -> str:
    """The text about one that is finished or held."""
    return _text(campaign, campaign.state, campaign.held_why)


def of_stop(campaign: Campaign, error: NewsletterError, until: int, zone: ZoneInfo) -> str:
    """The text about one that an error stopped until then (milliseconds since 1970, UTC)."""
    time = f"{datetime.fromtimestamp(until / 1000, zone):%Y-%m-%d %H:%M}"
    again = say("The worker tries again by itself, the next time at {time}.", time=time)
    return _text(campaign, CampaignState.STOPPED, f"{error}\n\n{again}")


def subject_of_faults() -> str:
    """Of the mail about refusals that concern us and not the readers."""
    return say("[newsletter] mails are refused, and not because of the readers")


def of_faults(faults: Sequence[Fault]) -> str:
    """What houses hold against us, each with its remedy."""
    told = [f"{what}\n→ {hint}" for what, hint in map(remedy, faults)]
    nobody = say("No reader is taken off for it.")
    return "\n\n".join([*told, nobody]) + "\n"


def _text(campaign: Campaign, state: CampaignState, why: str) -> str:
    rows = {status_name(one.value): getattr(campaign.counts, one.value) for one in Status}
    counts = [f"  {name:<14} {number(count):>9}" for name, count in rows.items() if count]
    parts = [
        say(
            "Campaign {id} of {slug}: {state}",
            id=campaign.id,
            slug=campaign.slug,
            state=state_name(state.value),
        ),
        why,
        "\n".join([*counts, f"  {status_name('total'):<14} {number(campaign.counts.total):>9}"]),
        "\n".join(str(step) for step in next_steps(campaign)),
    ]
    return "\n\n".join(part for part in parts if part) + "\n"

"""Where a campaign stands, beyond its counts: what it waits for, and what is to be done."""

from __future__ import annotations

from dataclasses import dataclass

from newsletter_mailer.model.bounce import Category
from newsletter_mailer.model.campaign import CLOSED, Campaign, CampaignState, Counts
from newsletter_mailer.model.faults import Fault, different
from newsletter_mailer.model.watch import reason
from newsletter_mailer.store import campaigns, corrections, domains, returned
from newsletter_mailer.store.canary import canary_news
from newsletter_mailer.store.database import Database
from newsletter_mailer.store.editions import number_of
from newsletter_mailer.wording import Sentence, number, sentence


@dataclass(frozen=True, slots=True)
class Pause:
    """A domain to which nothing goes for now."""

    domain: str
    until: int | None  #: milliseconds since 1970, UTC; None: until the officer says yes
    why: Sentence


@dataclass(frozen=True, slots=True)
class Standing:
    """A campaign, and what its row does not tell."""

    campaign: Campaign
    canary: Counts | None  #: those who go first, while the rest waits for them
    versions: tuple[tuple[int, int], ...]  #: version of the issue, and who was sent it; more than one or none
    domains: tuple[Pause, ...]
    returned: tuple[tuple[Category, int], ...] = ()  #: of how many readers which word came back
    faults: tuple[Fault, ...] = ()  #: what houses hold against us
    rest_at: int | None = None  #: when the rest follows those who went first, if nothing speaks against it


def standing(database: Database, campaign: Campaign, *, now: int) -> Standing:
    """Where the campaign stands now (milliseconds since 1970, UTC)."""
    with database.reading() as connection:
        counts = campaigns.counts_by_edition(connection, campaign.id)
        numbers = corrections.versions_of_issue(connection, campaign.id) if len(counts) > 1 else {}
        versions = [(numbers.get(number_of(connection, hash_) or 0, 0), count) for hash_, count in counts]
        over = campaign.state in (CampaignState.CANCELLED, CampaignState.FINISHED)
        ahead = campaign.canary and campaign.canary_done_at is None and not over
        news = canary_news(connection, campaign.id) if ahead else None
        settled_at = news.settled_at if news and not news.to_go else None
        came = returned.categories(connection, campaign.id)
        return Standing(
            campaign,
            campaigns.canary_counts(connection, campaign.id) if ahead else None,
            tuple(versions) if len(versions) > 1 else (),
            tuple(
                Pause(pause.domain, pause.until, reason(pause.why, pause.domain))
                for pause in domains.paused_domains(connection, campaign.id, now=now)
            ),
            returned=tuple((word, came[word]) for word in Category if came[word]),
            faults=tuple(different(returned.faults(connection, campaign.id))),
            rest_at=None
            if settled_at is None or _waits_for_a_hand(campaign)
            else settled_at + campaign.canary_wait,
        )


def _waits_for_a_hand(campaign: Campaign) -> bool:
    return campaign.state in CLOSED or (campaign.state is CampaignState.STOPPED and not campaign.again_at)


def next_steps(campaign: Campaign) -> list[Sentence]:
    """What the officer can do now, each with its command; the last is the way on."""
    counts, found = campaign.counts, []
    if counts.refused:
        found.append(
            sentence(
                "Who was refused and why: newsletter log {id} --status refused; to try them again: "
                "newsletter retry {id}",
                id=campaign.id,
            )
        )
    if counts.in_doubt:
        found.append(
            sentence(
                "Nobody can know whether {count} got it: newsletter resolve {id}",
                count=number(counts.in_doubt),
                id=campaign.id,
            )
        )
    if not counts.open or campaign.state is CampaignState.CANCELLED:
        found.append(sentence("Every recipient's log: newsletter log {id}", id=campaign.id))
    elif campaign.state is CampaignState.HELD:
        found.append(sentence("To go on all the same: newsletter resume {id} --yes", id=campaign.id))
    else:
        found.append(sentence("Continue with: newsletter resume {id}", id=campaign.id))
    return found

"""A campaign at work, looked at again and again: how fast it goes, how long it takes, and how each domain fares."""

from __future__ import annotations

from dataclasses import dataclass

from newsletter_mailer.actions.standing import Standing, standing
from newsletter_mailer.errors import UsageError
from newsletter_mailer.model.campaign import Campaign, CampaignState, Counts
from newsletter_mailer.model.speed import Speed
from newsletter_mailer.store import campaigns
from newsletter_mailer.store.database import Connection, Database
from newsletter_mailer.store.reports.outcomes import counts_by_domain
from newsletter_mailer.wording import sentence

GOING_ON = frozenset(
    {CampaignState.PLANNED, CampaignState.SCHEDULED, CampaignState.SENDING, CampaignState.WAITING}
)


@dataclass(frozen=True, slots=True)
class Live:
    """A campaign at one moment."""

    standing: Standing
    at: int  #: milliseconds since 1970, UTC
    domains: tuple[
        tuple[str, Counts], ...
    ]  #: those with most readers first, then "": all small ones together
    per_second: float | None  #: deliveries settled; None while nothing is known, and when nothing moves
    left_s: float | None  #: seconds, if it goes on so; None also before a break whose end nobody knows

    @property
    def campaign(self) -> Campaign:
        """As it stood at that moment."""
        return self.standing.campaign

    @property
    def done(self) -> int:
        """Deliveries with nothing left to do."""
        return self.campaign.counts.total - self.campaign.counts.open

    @property
    def ends(self) -> bool:
        """Whether nothing more happens by itself."""
        return self.campaign.state not in GOING_ON and not self.campaign.again_at


class Looking:
    """Who watches one campaign. Not for two threads at once."""

    def __init__(self, database: Database, number: int) -> None:
        self._database = database
        self._number = number
        self._speed = Speed()

    def look(self, *, now: int) -> Live:
        """How it stands now (milliseconds since 1970, UTC). Raises UsageError when it is gone."""
        with self._database.reading() as connection:
            campaign = _present(connection, self._number)
            domains = counts_by_domain(connection, campaign)
        counts = campaign.counts
        self._speed.saw(counts.total - counts.open, now=now)
        found = standing(self._database, campaign, now=now)
        sends = campaign.state is CampaignState.SENDING and not _break_ahead(found)
        return Live(
            found,
            now,
            domains,
            self._speed.per_second if campaign.state is CampaignState.SENDING else None,
            self._speed.left_s(counts.open) if sends else None,
        )


def _present(c: Connection, number: int) -> Campaign:
    found = campaigns.campaign(c, number)
    if found is None:
        raise UsageError(sentence("there is no campaign “{ref}”", ref=number))
    return found


def _break_ahead(found: Standing) -> bool:
    """Whether the rest waits for those who go first."""
    return found.canary is not None and found.canary.total < found.campaign.counts.total

"""What became of a campaign, as values: a page, tables and other programs show the same numbers."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from newsletter_mailer.model.bounce import Category
from newsletter_mailer.model.campaign import Campaign, Counts
from newsletter_mailer.model.edition import Edition
from newsletter_mailer.model.report.attempts import MINUTE, MOST_BEATS, Beat, Timeline, Try, timeline, tries
from newsletter_mailer.model.report.missed import Missed, Why
from newsletter_mailer.model.report.reach import Contact, Person, Reach, Unreached
from newsletter_mailer.model.report.receipt import Link, Receipt

__all__ = [
    "BOUNCE_DAYS",
    "DAY",
    "MINUTE",
    "MOST_BEATS",
    "Beat",
    "Contact",
    "DomainRow",
    "Earlier",
    "Link",
    "LinkClicks",
    "Measured",
    "Missed",
    "Person",
    "Reach",
    "Receipt",
    "Report",
    "ReturnedRow",
    "Timeline",
    "Try",
    "Unreached",
    "Why",
    "timeline",
    "tries",
]

DAY = 86_400_000  #: milliseconds
BOUNCE_DAYS = (1, 3, 7)  #: after a mail was sent: what came back until then


@dataclass(frozen=True, slots=True)
class DomainRow:
    """How the readers of a domain fared."""

    domain: str  #: "" for readers who were erased since
    counts: Counts
    returned: int = 0  #: mails that were taken and came back later
    complaints: int = 0
    left: int = 0  #: readers who unsubscribed by this letter

    @property
    def reached(self) -> int:
        """Taken, and not come back."""
        return self.counts.sent - self.returned


@dataclass(frozen=True, slots=True)
class ReturnedRow:
    """Of how many readers a word came back, by the days since their mail left."""

    category: Category
    by_day: tuple[int, ...]  #: up to each of BOUNCE_DAYS
    in_all: int


@dataclass(frozen=True, slots=True)
class Earlier:
    """An issue to compare with."""

    campaign: int
    slug: str
    created_at: int
    counts: Counts
    returned: int
    complaints: int
    left: int

    @property
    def reached(self) -> int:
        """Taken, and not come back."""
        return self.counts.sent - self.returned


@dataclass(frozen=True, slots=True)
class LinkClicks:
    """How often a link was followed; nobody knows by whom."""

    number: int  #: its place in the page, from 1; 0 of a link that only copies of before a correction have
    url: str
    label: str
    people: int
    machines: int


@dataclass(frozen=True, slots=True)
class Measured:
    """What those did who consented to be measured."""

    asked: int  #: deliveries with a consent
    clicked: int  #: of them, readers who followed a link
    machine_clicks: int
    loaded: int  #: of them, readers whose program loaded pictures: unreliable
    machine_loads: int


@dataclass(frozen=True, slots=True)
class Report:
    """Everything that the page says."""

    campaign: Campaign
    edition: Edition  #: the present one
    made_at: int
    receipt: Receipt
    timeline: Timeline
    tries: tuple[Try, ...]
    domains: tuple[DomainRow, ...]  #: those with most readers first
    returned: tuple[ReturnedRow, ...]
    returned_readers: int  #: sent, and come back
    complaints: int
    left: int
    notices: int  #: delays and other notices that end nothing
    missed: Mapping[Why, int]
    missed_rows: tuple[Missed, ...]  #: the first of each reason
    reach: Reach
    earlier: tuple[Earlier, ...]  #: oldest first
    clicks: tuple[LinkClicks, ...] | None = None  #: None: they are not counted
    measured: Measured | None = None
    loads: int | None = None  #: of a picture that is the same for everybody; None: they are not counted

    @property
    def reached(self) -> int:
        """Taken by the next server, and not come back."""
        return self.campaign.counts.sent - self.returned_readers

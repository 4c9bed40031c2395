"""A campaign is the sending of one edition to one audience."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum

from newsletter_mailer.model.delivery import OPEN, Status
from newsletter_mailer.model.measuring import UNMEASURED, Measuring
from newsletter_mailer.model.segments import SavedSegment


class CampaignState(Enum):
    """Where a campaign stands as a whole."""

    PLANNED = "planned"  #: rows written, nothing has left
    SCHEDULED = "scheduled"  #: leaves at a given time
    SENDING = "sending"  #: a run is at work, or was when it died
    WAITING = "waiting"  #: only deferred deliveries are left, not yet due
    PAUSED = "paused"  #: by the officer
    HELD = "held"  #: by the program: a yes is needed
    STOPPED = "stopped"  #: a run ended before the end; `resume` or `dispatch` continues
    FINISHED = "finished"  #: nothing is left to do
    CANCELLED = "cancelled"  #: by the officer


CLOSED = frozenset(
    {CampaignState.PAUSED, CampaignState.HELD, CampaignState.CANCELLED}
)  #: nothing leaves, whatever is still open


@dataclass(frozen=True, slots=True)
class HeadCount:
    """From everyone on the lists to those who get the mail; every reader is counted once, for the first reason."""

    on_lists: int  #: distinct readers of the lists, whatever their status
    unsubscribed: int = 0
    pending: int = 0
    suppressed: int = 0
    already_have_it: int = 0  #: they were sent this issue; of an erratum: this edition
    waiting: int = 0  #: another campaign of this issue has still to reach them
    refused: int = 0  #: another campaign tried, and was refused
    in_doubt: int = 0  #: another campaign tried, and nobody knows
    unmailable: int = 0  #: the address cannot be written on an envelope
    never_had_it: int = 0  #: an erratum does not reach those who were not sent the issue
    outside_segment: int = 0  #: the segment's expression does not hold for them

    @property
    def total(self) -> int:
        """How many will be mailed."""
        return (
            self.on_lists
            - self.unsubscribed
            - self.pending
            - self.suppressed
            - self.already_have_it
            - self.elsewhere
            - self.unmailable
            - self.never_had_it
            - self.outside_segment
        )

    @property
    def elsewhere(self) -> int:
        """How many do not have the issue, and stand in another campaign of it."""
        return self.waiting + self.refused + self.in_doubt


@dataclass(frozen=True, slots=True)
class Elsewhere:
    """Readers who are left out because another campaign of the issue has them, and has not reached them."""

    campaign: int
    why: str  #: the field of HeadCount that counts them: waiting, refused or in_doubt
    count: int


@dataclass(frozen=True, slots=True)
class Counts:
    """Deliveries of a campaign by status; they add up to `total` at any moment."""

    queued: int = 0
    sending: int = 0
    sent: int = 0
    deferred: int = 0
    refused: int = 0
    in_doubt: int = 0
    skipped: int = 0
    cancelled: int = 0

    @property
    def total(self) -> int:
        """All deliveries as planned."""
        return sum(getattr(self, status.value) for status in Status)

    @property
    def open(self) -> int:
        """Deliveries with something left to do by us."""
        return sum(getattr(self, status.value) for status in OPEN)


@dataclass(frozen=True, slots=True)
class Campaign:
    """A ledger row."""

    id: int
    issue_id: str
    slug: str
    edition: str  #: hash of the edition row
    state: CampaignState
    lists: tuple[str, ...]
    head_count: HeadCount
    counts: Counts
    created_at: int  #: milliseconds since 1970, UTC
    exclude: tuple[str, ...] = ()
    segment: SavedSegment | None = None  #: as planned: a change of its expression changes nothing here
    erratum: int = 0  #: 0, or the number of the correction that this is
    web_base: str = ""  #: public_url, when it answered with this ledger's id at planning
    # As planned, like the edition: what newsletter.yaml says later changes nothing for those still to be reached.
    domain: str = ""  #: of the sender; List-Ids end with it
    list_name: str = ""  #: by which readers know who writes to them
    unsubscribe_mailbox: str = ""
    canary: int = 0  #: so many go first, alone
    canary_wait: int = 0  #: milliseconds between them and the rest
    canary_done_at: int | None = None  #: when the rest was let go
    scheduled_at: int | None = None  #: nothing leaves before
    expires_at: int | None = None  #: nothing leaves from then on
    rate: int | None = None  #: an hour; None as the profile says
    measuring: Measuring = UNMEASURED
    held_why: str = ""  #: in words, while it is held
    again_at: int | None = None  #: when it goes on by itself: it waits, or a worker stopped it on an error

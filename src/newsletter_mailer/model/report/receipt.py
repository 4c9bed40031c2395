"""What a board keeps of a campaign, and what speaks for it."""

from __future__ import annotations

from dataclasses import dataclass

from newsletter_mailer.model.campaign import Counts


@dataclass(frozen=True, slots=True)
class Link:
    """A link of a receipt's chain: some batches, and the hash of everything up to their end."""

    upto: int  #: number of the last batch
    count: int  #: deliveries
    hash: str


@dataclass(frozen=True, slots=True)
class Receipt:
    """What a board keeps: it can be made again from the ledger at any time, and must come out the same."""

    ledger: str
    campaign: int
    issue: str  #: the id of the issue
    slug: str
    editions: tuple[tuple[str, int], ...]  #: SHA-256 of everything readers can see, and how many were sent it
    counts: Counts
    reached: int
    made_at: int  #: milliseconds since 1970, UTC
    chain: tuple[Link, ...]

    @property
    def hash(self) -> str:
        """The last of the chain: 64 hexadecimal digits."""
        return self.chain[-1].hash if self.chain else ""

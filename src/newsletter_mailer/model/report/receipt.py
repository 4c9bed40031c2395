"""What a board keeps of a campaign, and what speaks for it."""

from __future__ import annotations

import hashlib
import json
from dataclasses import asdict, dataclass

from newsletter_mailer.model.campaign import Counts
from newsletter_mailer.model.edition import short_code


@dataclass(frozen=True, slots=True)
class Link:
    """A link of a receipt's chain: some batches, their own hash, and that of everything up to their end."""

    upto: int  #: number of the last batch
    count: int  #: deliveries
    own: str
    hash: str


@dataclass(frozen=True, slots=True)
class Receipt:
    """It can be made again from the ledger at any time, and comes out the same unless something changed."""

    ledger: str
    campaign: int
    issue: str  #: the id of the issue
    slug: str
    editions: tuple[tuple[str, int], ...]  #: SHA-256 of everything readers can see, and how many were sent it
    counts: Counts
    reached: int
    made_at: int  #: milliseconds since 1970, UTC; no part of the hash
    chain: tuple[Link, ...]

    @property
    def hash(self) -> str:
        """SHA-256 of all that it says, 64 hexadecimal digits: of this JSON with the chain's last hash."""
        said = {
            "ledger": self.ledger,
            "campaign": self.campaign,
            "issue": self.issue,
            "slug": self.slug,
            "editions": self.editions,
            "counts": asdict(self.counts),
            "reached": self.reached,
            "chain": self.chain[-1].hash if self.chain else "",
        }
        shape = json.dumps(said, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
        return hashlib.sha256(shape.encode()).hexdigest()

    @property
    def code(self) -> str:
        """By what people name it, e.g. "7K3M-9QXD"."""
        return short_code(self.hash)

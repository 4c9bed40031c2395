"""What an import did."""

from __future__ import annotations

from dataclasses import dataclass

from newsletter_mailer.model.audience import ImportCount
from newsletter_mailer.wording import Sentence


@dataclass(frozen=True, slots=True)
class Reject:
    """A row that was left out."""

    line: int  #: of the file on which it begins, counting from 1
    row: tuple[str, ...]
    why: Sentence


@dataclass(frozen=True, slots=True)
class Imported:
    """What an import did."""

    count: ImportCount
    rejects: tuple[Reject, ...]
    header: tuple[str, ...]
    ignored: tuple[str, ...]
    new_list: bool
    slug: str

    @property
    def on_list(self) -> bool:
        """Whether anyone in the file is on the list now."""
        count = self.count
        return bool(count.added + count.joined + count.updated + count.unchanged)

"""What the control sheet finds: one thing that a sender would wish to have known before."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from newsletter_mailer.wording import Sentence

Path = tuple[str | int, ...]


class Level(StrEnum):
    """How grave a finding is."""

    ERROR = "error"  #: it must not leave like this
    WARNING = "warning"  #: somebody should look at it
    NOTE = "note"  #: good to know


@dataclass(frozen=True, slots=True)
class Finding:
    """What one check found, and where in the issue file it can be mended."""

    code: str  #: of the check, stable and documented, e.g. "date-weekday"
    level: Level
    what: Sentence
    hint: Sentence | None = None
    at: Path = ()  #: of the value in issue.yaml, e.g. ("blocks", 3, "title"); () for the issue as a whole
    offset: int = 0  #: characters into that value

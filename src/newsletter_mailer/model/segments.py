"""A part of the readers, told by an expression that somebody saved under a name."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class SavedSegment:
    """Readers for whom an expression holds, such as `subscriber.department == "31" and not received("2026-09")`."""

    name: str  #: as typed after --segment
    expression: str

"""The control sheet: everything that was found, and whom the issue would reach."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass

from newsletter_mailer.checks.places import Placed
from newsletter_mailer.model.campaign import HeadCount
from newsletter_mailer.model.finding import Level


@dataclass(frozen=True, slots=True)
class LeftOut:
    """Readers of the lists who do not get the mail, for one reason."""

    reason: str  #: a field of HeadCount
    count: int
    names: tuple[str, ...] = ()  #: the addresses of the first of them; empty unless asked for


@dataclass(frozen=True, slots=True)
class Audience:
    """Whom the issue would reach on these lists, and why not the others."""

    lists: tuple[str, ...]
    head_count: HeadCount
    left_out: tuple[LeftOut, ...] = ()


@dataclass(frozen=True, slots=True)
class Lacking:
    """Readers of whom something is not known that the issue says."""

    expression: str  #: as the author wrote it
    count: int
    instead: str  #: what they read in its place; "" = nothing
    names: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class ControlSheet:
    """What an officer should know of an issue before it leaves."""

    path: str  #: of issue.yaml, as people know it
    slug: str
    title: str
    edition: str  #: the hash of the edition; "" when the issue cannot be composed
    findings: tuple[Placed, ...]  #: in the order of the file
    head_counts: tuple[Audience, ...] = ()  #: of each list, and of all together when there are several
    lacking: tuple[Lacking, ...] = ()
    readers: int = 0  #: whose mail was looked at

    @property
    def counts(self) -> Mapping[Level, int]:
        """How many findings of each level."""
        found = Counter(placed.level for placed in self.findings)
        return {level: found[level] for level in Level}

    def fails(self, *, strict: bool = False) -> bool:
        """Whether the issue must not leave like this; strict: whether anybody should look at it before."""
        counts = self.counts
        return bool(counts[Level.ERROR] or (strict and counts[Level.WARNING]))

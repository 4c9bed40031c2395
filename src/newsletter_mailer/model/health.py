"""What the doctor finds: points that are fine, doubtful or wrong, and the DNS records that mend them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum

from newsletter_mailer.wording import Sentence

LONGEST_STRING = 255  #: octets of one string of a TXT record (RFC 1035 section 3.3)


class Mark(StrEnum):
    """What is to be said of a point."""

    FINE = "fine"  #: as it should be
    DOUBT = "doubt"  #: somebody should look at it
    WRONG = "wrong"  #: mails will be lost, or nothing can leave, before this is mended
    UNKNOWN = "unknown"  #: not looked at, or there was no answer


_GRAVITY = (Mark.FINE, Mark.UNKNOWN, Mark.DOUBT, Mark.WRONG)


def worst(*marks: Mark) -> Mark:
    """The gravest of them."""
    return max(marks, key=_GRAVITY.index)


def best(*marks: Mark) -> Mark:
    """The mildest of them: where one of several ways is enough."""
    return min(marks, key=_GRAVITY.index)


@dataclass(frozen=True, slots=True)
class DnsRecord:
    """A record to hand to whoever keeps the domain."""

    name: str  #: without a dot at the end
    kind: str  #: TXT, MX, PTR
    text: str

    @property
    def strings(self) -> tuple[str, ...]:
        """The text in pieces that one string of a TXT record holds; readers join them without a space."""
        return tuple(self.text[at : at + LONGEST_STRING] for at in range(0, len(self.text), LONGEST_STRING))

    @property
    def zone_line(self) -> str:
        """The record as a line of a zone file."""
        if self.kind != "TXT":
            return f"{self.name}. IN {self.kind} {self.text}"
        quoted = " ".join(f'"{string}"' for string in self.strings)
        return (
            f"{self.name}. IN TXT ( {quoted} )" if len(self.strings) > 1 else f"{self.name}. IN TXT {quoted}"
        )


@dataclass(frozen=True, slots=True)
class Point:
    """One thing that was looked at."""

    code: str  #: stable and documented, e.g. "spf"
    mark: Mark
    what: Sentence
    hint: Sentence | None = None
    publish: DnsRecord | None = None  #: what mends it, ready to be handed over
    instead_of: tuple[
        str, ...
    ] = ()  #: the texts there now, which that replaces, or which are to be corrected


@dataclass(frozen=True, slots=True)
class Rule:
    """What one mailbox provider asks of those who write to its people, and how we stand."""

    provider: str
    what: Sentence
    mark: Mark
    hint: Sentence | None = None


@dataclass(frozen=True, slots=True)
class Chapter:
    """Points that belong together."""

    title: Sentence
    points: tuple[Point, ...]


@dataclass(frozen=True, slots=True)
class Sheet:
    """All that the doctor found."""

    chapters: tuple[Chapter, ...]
    rules: tuple[Rule, ...] = ()  #: none where the domain was not looked at
    readers: Mapping[str, int] = field(default_factory=dict)  #: how many have their mailbox with a provider

    @property
    def points(self) -> tuple[Point, ...]:
        """All points, in their order."""
        return tuple(point for chapter in self.chapters for point in chapter.points)

    @property
    def mark(self) -> Mark:
        """Of the gravest point. Providers' rules follow from the points."""
        return worst(Mark.FINE, *(point.mark for point in self.points))

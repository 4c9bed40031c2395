"""What may be known of links that were followed and mails that were opened."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum
from typing import NamedTuple

DECOY = 0  #: the number of a link that no reader sees; those of the page begin with 1


class Purpose(Enum):
    """For what a copy bears a token of its own."""

    CONSENTED = "consented"  #: its reader agreed that opening and links are measured
    HYGIENE = "hygiene"  #: to find who no longer reads: the day of the last opening, and nothing else


@dataclass(frozen=True, slots=True)
class Measuring:
    """What is wanted of a campaign, as planned; nothing without a public address."""

    clicks: bool = False  #: links are counted, of all readers alike
    opens: bool = False  #: so are loads of a picture that is the same for all
    measured: bool = False  #: more is known of those who agreed
    hygiene: bool = False  #: the day of each reader's last opening is kept

    @property
    def single(self) -> bool:
        """Whether some copies bear a token of their own."""
        return self.measured or self.hygiene

    @property
    def anything(self) -> bool:
        """Whether mails are otherwise than without it."""
        return self.clicks or self.opens or self.single


UNMEASURED = Measuring()


class Link(NamedTuple):
    """A link of an edition's page."""

    number: int  #: its place in the page, from 1
    url: str
    label: str  #: what readers see of it


class Tracked(NamedTuple):
    """The token of a copy."""

    token: str  #: drawn by lot: says nothing by itself
    purpose: Purpose

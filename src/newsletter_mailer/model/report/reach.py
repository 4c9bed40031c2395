"""Organisations that a letter reached, and those that somebody may telephone."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum


class Contact(Enum):
    """How a person of an organisation stood to a letter."""

    MISSED = "missed"  #: was written to, and not reached
    LEFT = "left"  #: unsubscribed
    PENDING = "pending"  #: never confirmed
    DEAD = "dead"  #: their address is dead
    STOPPED = "stopped"  #: wants no mail at all, or called a mail junk
    BARRED = "barred"  #: barred by an officer
    OPEN = "open"  #: may be written to, and was not yet


@dataclass(frozen=True, slots=True)
class Person:
    """Somebody of an organisation who could be telephoned."""

    name: str
    address: str
    telephone: str  #: "" when none is known
    contact: Contact


@dataclass(frozen=True, slots=True)
class Unreached:
    """An organisation nobody of which got the letter."""

    name: str
    written_to: bool  #: someone was; else there was no valid contact
    people: tuple[Person, ...] = ()


@dataclass(frozen=True, slots=True)
class Reach:
    """How many organisations an issue reached."""

    reached: int = 0
    missed: int = 0  #: somebody was written to, nobody got it
    without: int = 0  #: nobody there may be written to
    to_telephone: tuple[Unreached, ...] = ()  #: the first of the other two, by name

    @property
    def total(self) -> int:
        """All organisations of the lists."""
        return self.reached + self.missed + self.without

"""What reviewers say of an edition before it leaves."""

from __future__ import annotations

from dataclasses import dataclass

LONGEST_NAME = 80  #: characters of a reviewer's name
LONGEST_COMMENT = 2_000  #: characters


@dataclass(frozen=True, slots=True)
class Approval:
    """Somebody said yes to one edition, and to no other."""

    edition: str  #: hash
    code: str  #: the edition's short code
    reviewer: str
    at: int  #: milliseconds since 1970, UTC


@dataclass(frozen=True, slots=True)
class Comment:
    """What somebody remarked about an edition."""

    edition: str  #: hash
    block: int | None  #: its place in that edition, from 0; None: about the letter as a whole
    about: str  #: the block's first words then
    text: str
    reviewer: str
    at: int  #: milliseconds since 1970, UTC

"""Addresses in the text of a bounce: our own reading, then flufl.bounce's, which knows more old systems than we do."""

from __future__ import annotations

import logging
import re
from collections.abc import Iterator
from dataclasses import dataclass
from email.parser import BytesParser

ADDRESS = re.compile(r"(?<![\w.+-])[\w!#$%&'*+/=?^{|}~.-]{1,64}@[\w.-]{1,253}\w")
_BULLETS = " \t*-<>|•·:'\"("
_CODE = re.compile(r"\d{3}[ -](?:\d\.\d{1,3}\.\d{1,3} )?")
_LINES, _LETTERS = 400, 400  # of a text
_MOST_OF_THEIRS = 50  # addresses
_THEIR_BYTES, _THEIR_LINE = (
    20_000,
    200,
)  # flufl.bounce searches with regular expressions: little text, short lines


@dataclass(frozen=True, slots=True)
class Listed:
    """A line that begins with an address, as systems list those that failed."""

    line: int
    address: str
    coded: bool  #: a reply code stands before it: all that is said of it stands on this line


def at_line_starts(text: str) -> Iterator[Listed]:
    """The lines of a text that begin with an address."""
    for number, line in enumerate(text.split("\n")[:_LINES]):
        bare = line[:_LETTERS].lstrip(_BULLETS)
        if (code := _CODE.match(bare)) is not None:
            bare = bare[code.end() :].lstrip(_BULLETS)
        found = ADDRESS.match(bare)
        if found is not None:
            yield Listed(number, found[0], code is not None)


def anywhere(text: str) -> Iterator[str]:
    """All addresses in a text."""
    for line in text.split("\n")[:_LINES]:
        yield from (found[0] for found in ADDRESS.finditer(line[:_LETTERS]))


def by_flufl(raw: bytes) -> tuple[str, ...]:
    """What flufl.bounce finds. Only its addresses count: it calls most temporary failures permanent."""
    from flufl.bounce import all_failures  # imports twenty modules: only for mails that we cannot read

    logging.getLogger("flufl.bounce").setLevel(logging.CRITICAL)  # it logs a traceback of what it raises
    lines = raw[:_THEIR_BYTES].replace(b"\r\n", b"\n").replace(b"\r", b"\n").split(b"\n")[:_LINES]
    text = b"\n".join(line[:_THEIR_LINE] for line in lines)
    try:
        temporary, permanent = all_failures(BytesParser().parsebytes(text))
    except Exception:  # noqa: BLE001 - its detectors take mails to be whole, and raise whatever that leads to
        return ()
    found = (address.decode("utf-8", "replace") for address in (*permanent, *temporary))
    return tuple(sorted(address for address in found if "@" in address))[:_MOST_OF_THEIRS]

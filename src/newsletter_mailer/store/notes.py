"""Two small notes beside what they speak of: where a ledger stands and how far it is, and what an issue was sent from.

var/newsletter.db.turn          for the program: one per ledger
issues/<slug>/sent.json         for people too: no addresses in it, and it may be shared
"""

from __future__ import annotations

import json
import os
from contextlib import suppress
from dataclasses import asdict, dataclass, fields
from pathlib import Path
from typing import Any, TypeVar

from newsletter_mailer.config.private import keep_names


@dataclass(frozen=True, slots=True)
class LedgerNote:
    """What stands beside a ledger."""

    ledger: str  #: its id
    turn: int  #: how many runs it had
    mark: str  #: of that run: two histories of one ledger may count alike, but not by the same marks
    going_to: int  #: the same; or the turn that was about to be written into the ledger
    next_mark: str  #: of that one
    host: str  #: the computer's name, for people
    machine: str  #: the same for the program; "" where the system does not tell
    path: str  #: of the ledger, absolute
    when: str  #: ISO 8601, UTC


@dataclass(frozen=True, slots=True)
class SentNote:
    """What stands in the folder of an issue that was sent."""

    issue: str  #: the `id:` of its issue.yaml
    campaign: int | None
    ledger: str
    turn: int  #: of its last run
    mark: str  #: of that run
    when: str  #: of its last run: ISO 8601, UTC


_Note = TypeVar("_Note", LedgerNote, SentNote)
_NUMBERS = frozenset({"turn", "going_to", "campaign"})


class Unreadable(Exception):
    """A note that is no longer what was written."""


def read_ledger_note(path: Path) -> LedgerNote | None:
    """The note, or None when there is none. Raises Unreadable."""
    return _read(path, LedgerNote)


def read_sent_note(path: Path) -> SentNote | None:
    """The note, or None when there is none. Raises Unreadable."""
    return _read(path, SentNote)


def write_ledger_note(path: Path, note: LedgerNote) -> None:
    """The whole note or none of it, also after a power cut. Raises OSError."""
    _write(path, asdict(note), 0o600)


def write_sent_note(path: Path, note: SentNote) -> None:
    """The whole note or none of it, also after a power cut. Raises OSError."""
    _write(path, asdict(note), 0o644)


def _read(path: Path, kind: type[_Note]) -> _Note | None:
    try:
        found = json.loads(path.read_bytes())
        note = kind(**{field.name: found[field.name] for field in fields(kind)})
    except (FileNotFoundError, NotADirectoryError):
        return None
    except (OSError, ValueError, TypeError, KeyError) as error:  # no UTF-8, no JSON, no object, no such key
        raise Unreadable(str(error)) from error
    if not _typed(note):
        raise Unreadable(path.name)
    return note


def _typed(note: LedgerNote | SentNote) -> bool:
    """Whether numbers are numbers and words are words."""
    return all(
        isinstance(value, int if name in _NUMBERS else str) or (name == "campaign" and value is None)
        for name, value in asdict(note).items()
    )


def _write(path: Path, values: dict[str, Any], mode: int) -> None:
    new = path.with_name(f".{path.name}.new")
    try:
        with os.fdopen(os.open(new, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, mode), "wb") as file:
            file.write(json.dumps(values, ensure_ascii=False, indent=2).encode() + b"\n")
            file.flush()
            os.fsync(file.fileno())
        new.replace(path)
    except OSError:
        with suppress(OSError):
            new.unlink()
        raise
    keep_names(path.parent)

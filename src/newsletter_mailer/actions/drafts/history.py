"""Every state that an issue has had in the composer: kept in var/history, for its owner alone.

Each state is a file named after its bytes, so going back and forth writes nothing new; `steps.json` says in which order
they came. Without it, the states are found again by their times.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from dataclasses import asdict, dataclass, field, fields, replace
from enum import StrEnum
from pathlib import Path
from typing import Any

from newsletter_mailer.actions.drafts.files import State
from newsletter_mailer.config import replace_private, write_private

MOST_STEPS = 400
MOST_INNER = 60  # kept because a second window may still build on them
TYPING_PAUSE = 15_000  # ms without a key, after which the same field begins a new step
LONGEST_TYPING = 60_000  # ms
INDEX = "steps.json"
_VERSION = re.compile(r"[0-9a-f]{64}")


class Kind(StrEnum):
    """What made a state."""

    OPENED = "opened"  #: the first that was seen
    EDITED = "edited"  #: a change on the page
    DISK = "disk"  #: another program wrote the file
    RESTORED = "restored"  #: the author went back to it
    MERGED = "merged"  #: what the page and another program wrote, brought together
    KEPT = "kept"  #: in a conflict the author kept their own
    ASIDE = "aside"  #: never was in the file: what the author let go in a conflict


class Place(StrEnum):
    """Where undo and redo find a state."""

    LINE = "line"  #: on the way
    INNER = "inner"  #: within one stretch of typing: undo passes over it
    BRANCH = "branch"  #: undone, and then something else was written: found in the history only


@dataclass(frozen=True, slots=True)
class Step:
    """One state of the issue."""

    at: int  #: ms since 1970; no two steps have the same
    kind: Kind
    version: str = ""  #: of its bytes
    place: Place = Place.LINE
    did: str = ""  #: of an edit: set, insert, remove, move; "" for several at once
    field: str = ""  #: of an edit: the dotted path
    block: str = ""  #: of an edit inside a block: its type
    began: int = 0  #: when the stretch of typing began
    batch: str = ""  #: the page's own name for what it sent


_SAMPLE = Step(0, Kind.OPENED)


@dataclass(slots=True)
class History:
    """The steps of one issue. Not for two at a time: hold the lock of its folder."""

    folder: Path
    file: str = ""  #: the issue's path in the workspace
    steps: list[Step] = field(default_factory=list)
    here: int = -1  #: the step that the file is at
    spared: set[str] = field(default_factory=set)  #: versions of no step, on which a window still builds

    @property
    def earlier(self) -> int | None:
        """The step to which undo goes."""
        return next((i for i in range(self.here - 1, -1, -1) if self.steps[i].place is Place.LINE), None)

    @property
    def later(self) -> int | None:
        """The step to which redo goes."""
        rest = range(self.here + 1, len(self.steps))
        return next((i for i in rest if self.steps[i].place is Place.LINE), None)

    def raw(self, version: str) -> bytes | None:
        """The bytes of a state, while it is kept."""
        if not _VERSION.fullmatch(version):
            return None
        try:
            raw = (self.folder / f"{version}.yaml").read_bytes()
        except OSError:
            return None
        return raw if State(raw).version == version else None  # half a file after a power cut is none

    def keep(self, raw: bytes) -> str:
        """Have a state's bytes on the disk, and give its version."""
        version = State(raw).version
        self.spared.add(version)
        path = self.folder / f"{version}.yaml"
        if self.raw(version) is None:
            path.unlink(missing_ok=True)
            write_private(path, raw)
        return version

    def add(self, raw: bytes, step: Step) -> None:
        """A new state, after where the file is now; what was undone before leaves the line but stays in the history."""
        step = replace(step, version=self.keep(raw))
        for number in range(self.here + 1, len(self.steps)):
            self.steps[number] = replace(self.steps[number], place=Place.BRANCH)
        if self.steps:
            step = self._one_stretch(step) if step.kind is Kind.EDITED else step
            step = replace(step, at=max(step.at, self.steps[-1].at + 1))
        self.steps.append(step)
        if step.kind is not Kind.ASIDE:
            self.here = len(self.steps) - 1

    def _one_stretch(self, step: Step) -> Step:
        """Typing in one field is one step."""
        before = self.steps[self.here]
        began = before.began or before.at
        typing = step.did == before.did == "set" and step.field == before.field
        recent = 0 <= step.at - before.at < TYPING_PAUSE and step.at - began < LONGEST_TYPING
        if not typing or not recent or before.kind is not Kind.EDITED:
            return step
        self.steps[self.here] = replace(before, place=Place.INNER)
        return replace(step, began=began)

    def save(self) -> None:
        """Write the order of the steps, and let go of the oldest."""
        self._shorten()
        body = {"file": self.file, "here": self.here, "steps": [asdict(step) for step in self.steps]}
        replace_private(self.folder / INDEX, json.dumps(body).encode())

    def _shorten(self) -> None:
        inner = [i for i, step in enumerate(self.steps) if step.place is Place.INNER]
        gone = set(inner[:-MOST_INNER]) | set(range(len(self.steps) - MOST_STEPS))
        gone.discard(self.here)
        if not gone:
            return
        at = self.steps[self.here]
        self.steps = [step for i, step in enumerate(self.steps) if i not in gone]
        self.here = self.steps.index(at)
        kept = {step.version for step in self.steps} | self.spared  # others were kept for one save only
        for path in self.folder.glob("*.yaml"):
            if path.stem not in kept:
                path.unlink(missing_ok=True)


def load(folder: Path, file: str) -> History:
    """The history in that folder; a new one where there is none or where it cannot be read."""
    try:
        body = json.loads((folder / INDEX).read_bytes())
        steps = [_step(each) for each in body["steps"]]
        here = int(body["here"])
        if not steps or not 0 <= here < len(steps):
            raise ValueError(here)
        return History(folder, str(body["file"]), steps, here)
    except (OSError, ArithmeticError, KeyError, RecursionError, TypeError, ValueError):
        steps = list(_found_again(folder))
        return History(folder, file, steps, len(steps) - 1)


def _step(written: dict[str, Any]) -> Step:
    step = Step(**{**written, "kind": Kind(written["kind"]), "place": Place(written["place"])})
    if any(type(getattr(step, each.name)) is not type(getattr(_SAMPLE, each.name)) for each in fields(step)):
        raise TypeError(written)
    return step


def _found_again(folder: Path) -> Iterator[Step]:
    """The states of a history whose order was lost, by the times of their files."""
    last = 0
    found = [(path.stat().st_mtime_ns // 1_000_000, path.stem) for path in folder.glob("*.yaml")]
    for at, version in sorted(found):
        last = max(at, last + 1)
        yield Step(last, Kind.DISK, version)

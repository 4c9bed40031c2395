"""An issue that is being written, without a browser: a workspace, its drafts, and a clock that one can turn."""

from __future__ import annotations

import itertools
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from composer_desk import workspace_in
from newsletter_mailer.actions.drafts import Draft, Drafts, Edit, Op
from newsletter_mailer.config import load_workspace

MINUTE = 60_000
START = 1_795_428_000_000


@dataclass
class Pen:
    """Writes one issue; each stroke is a minute after the one before, unless told otherwise."""

    folder: Path
    now: int = START
    draft: Draft = field(init=False)

    def __post_init__(self) -> None:
        workspace = load_workspace(self.folder, environment={})
        numbers = itertools.count()
        self.path = self.folder / "issues" / "essai" / "issue.yaml"
        self.drafts = Drafts(lambda: workspace, clock=lambda: self.now, new_id=lambda: f"n{next(numbers)}")
        self.draft = self.drafts.draft(self.path)

    @property
    def text(self) -> str:
        return self.path.read_text(encoding="utf-8")

    @property
    def history(self) -> Path:
        return self.folder / "var" / "history" / "essai-2026-11"

    def write(
        self, name: str, value: Any, *, after_ms: int = MINUTE, base: str = "", batch: str = ""
    ) -> Draft:
        """Set the field of that dotted path."""
        edit = Edit(Op.SET, path_of(name), value)
        return self.send(edit, after_ms=after_ms, base=base, batch=batch)

    def send(self, *edits: Edit, after_ms: int = MINUTE, base: str = "", batch: str = "") -> Draft:
        self.now += after_ms
        self.draft = self.drafts.edit(self.path, base or self.draft.version, edits, batch=batch)
        return self.draft

    def undo(self) -> Draft:
        self.draft = self.drafts.undo(self.path, self.draft.version)
        return self.draft

    def redo(self) -> Draft:
        self.draft = self.drafts.redo(self.path, self.draft.version)
        return self.draft

    def elsewhere(self, old: str, new: str) -> None:
        """Another program saves the file with one thing changed."""
        assert old in self.text
        self.path.write_text(self.text.replace(old, new), encoding="utf-8")


def path_of(name: str) -> tuple[str | int, ...]:
    return tuple(int(step) if step.isdigit() else step for step in name.split("."))


def pen_in(folder: Path) -> Pen:
    workspace_in(folder)
    return Pen(folder)

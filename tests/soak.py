"""Writes issues at random for as long as one likes, and reads the file again after each stroke.

A pen writes, undoes, redoes, goes back and is interrupted by another program, on files of many authors and on the
sample issues; beside it stands a model that knows what the file must say. Run it with `make soak`.
"""

from __future__ import annotations

import argparse
import shutil
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Callable
from pathlib import Path
from random import Random
from typing import Any

from composer_desk import REPOSITORY, workspace_in
from drafting import Pen
from newsletter_mailer.actions.drafts import Edit, EditRefused
from newsletter_mailer.yamlio.patching import apply
from newsletter_mailer.yamlio.reader import read
from random_edits import any_edit, expected
from yaml_authors import NAMES, Author, value

ISSUES = ("exemple-tous-les-blocs", "2021-07-coorace-occitanie")
STROKES = 60  # on one file
KEPT = 400  # states that a history keeps


class Soak:
    """One file that is written again and again."""

    def __init__(self, folder: Path, random: Random) -> None:
        self.random = random
        path = workspace_in(folder)
        if random.random() < 0.4:
            shutil.copy(REPOSITORY / "issues" / random.choice(ISSUES) / "issue.yaml", path)
        else:
            author = Author(random)
            path.write_bytes(author.file({name: value(random) for name in random.sample(NAMES, 5)}).encode())
        self.pen = Pen(folder)
        self.states = [self.data]
        self.at = 0
        self.done: Counter[str] = Counter()

    @property
    def data(self) -> Any:
        """What the file says."""
        return shown(read(self.pen.path.read_bytes(), "issue.yaml").data)

    def stroke(self) -> None:
        """One more, and the file is what it must be."""
        acts: list[Callable[[], None]] = [self.write] * 6 + [
            self.undo,
            self.redo,
            self.go_back,
            self.be_interrupted,
        ]
        act = self.random.choice(acts)
        self.pen.now += 60_000  # no two strokes are one stretch of typing
        act()
        self.done[act.__name__] += 1
        assert self.data == self.states[self.at], (act.__name__, self.pen.text)
        assert shown(self.pen.draft.data) == self.data

    def write(self) -> None:
        """Up to three edits at once."""
        data, edits = self.data, []
        for _ in range(self.random.randint(1, 3)):
            edit = any_edit(self.random, data)
            while edit.path[0] == "id":  # no form changes it: under another id the issue has another history
                edit = any_edit(self.random, data)
            edits.append(edit)
            data = shown(expected(data, edit))
        before = self.pen.draft.version
        self.pen.send(*edits)
        self._came(data, before)

    def be_interrupted(self) -> None:
        """Another program saves, while the page writes in a place of its own."""
        before, data = self.pen.draft.version, self.data
        theirs = Edit(any_edit(self.random, data).op.SET, ("ailleurs",), str(self.random.random()))
        text = apply(read(self.pen.path.read_bytes(), "issue.yaml"), [theirs])
        self.pen.path.write_text(text, encoding="utf-8", newline="")
        self._came(shown(expected(data, theirs)), before, always=True)
        ours = Edit(theirs.op, ("ici",), str(self.random.random()))
        self.pen.send(ours, base=before)
        self._came(shown(expected(self.states[self.at], ours)), "", always=True)

    def undo(self) -> None:
        """One step back, if there is one."""
        if self.pen.draft.can_undo:
            self.at -= 1
        self.pen.undo()

    def redo(self) -> None:
        """One step forth, if there is one."""
        if self.pen.draft.can_redo:
            self.at += 1
        self.pen.redo()

    def go_back(self) -> None:
        """To any state that the history still has."""
        before = self.pen.draft.version
        past = self.random.choice(self.pen.drafts.history(self.pen.path))
        self.pen.draft = self.pen.drafts.restore(self.pen.path, past.step.at)
        self._came(shown(self.pen.draft.data), before)

    def _came(self, data: Any, before: str, *, always: bool = False) -> None:
        """A new state, unless the file is as it was."""
        if always or self.pen.draft.version != before:
            self.states[self.at + 1 :] = [data]
            self.at += 1


def shown(data: Any) -> Any:
    """As the page shows it: numbers as numbers, texts without the line ends at their end."""
    if isinstance(data, dict):
        return {name: shown(inner) for name, inner in data.items()}
    if isinstance(data, list):
        return [shown(inner) for inner in data]
    if isinstance(data, str):
        return data.replace("\r\n", "\n").rstrip("\n")
    return getattr(data, "written", data) if repr(data) != getattr(data, "written", repr(data)) else data


def soak(seed: int, strokes: int = STROKES) -> Counter[str]:
    """That many strokes on one file; how often each was done. Raises AssertionError where the file is wrong."""
    folder = Path(tempfile.mkdtemp(prefix="soak"))
    try:
        writing = Soak(folder, Random(seed))
        for _ in range(strokes):
            try:
                writing.stroke()
            except (AssertionError, EditRefused) as error:
                error.add_note(f"seed {seed}, after {dict(writing.done)}")
                raise
        return writing.done
    finally:
        shutil.rmtree(folder)


def main() -> None:
    """File after file, until the time is over."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--minutes", type=float, default=30)
    parser.add_argument("--seed", type=int, default=1)
    given = parser.parse_args()
    end, seed, done = time.monotonic() + given.minutes * 60, given.seed, Counter[str]()
    while time.monotonic() < end:
        done += soak(seed)
        seed += 1
        sys.stdout.write(f"\r{seed - given.seed} files, {done.total()} strokes, all as meant")
        sys.stdout.flush()
    sys.stdout.write(f"\n{dict(done)}\n")


if __name__ == "__main__":
    main()

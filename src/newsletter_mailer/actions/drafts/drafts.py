"""Issues as they are written: the file is the only store, and nothing that was written is ever lost."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from newsletter_mailer.actions.drafts.conflict import Choice, both
from newsletter_mailer.actions.drafts.files import CannotSave, ChangedMeanwhile
from newsletter_mailer.actions.drafts.history import Kind, Place, Step
from newsletter_mailer.actions.drafts.merging import Clash, fitting, rebased
from newsletter_mailer.actions.drafts.opening import Opened, opened
from newsletter_mailer.actions.drafts.plain import for_form, typed
from newsletter_mailer.compose.load import load_issue
from newsletter_mailer.config import Workspace
from newsletter_mailer.errors import FileProblems, Problem
from newsletter_mailer.wording import sentence
from newsletter_mailer.yamlio.edits import Edit, EditRefused, Op, found, there
from newsletter_mailer.yamlio.patching import apply

ATTEMPTS = 5  # an editor that saves at the same moment is let go first


@dataclass(frozen=True, slots=True)
class Draft:
    """An issue as its file has it now."""

    version: str
    saved_at: int  #: ms since 1970
    data: Any  #: as written, for JSON; None when the file cannot be read as YAML
    problems: tuple[Problem, ...]
    can_undo: bool
    can_redo: bool
    is_news: bool = False  #: what another program changed is in it too: the page does not know it yet
    yours: str = ""  #: then: the version without that, on which the page's next changes build


class Conflict(Exception):
    """The page and another program changed the same place: the author chooses. Nothing was written."""

    def __init__(self, draft: Draft) -> None:
        super().__init__(draft.version)
        self.draft = draft  #: the file as the other program wrote it


@dataclass(frozen=True, slots=True)
class Past:
    """One state in the history."""

    step: Step
    is_here: bool  #: the file is as it was then


@dataclass(frozen=True, slots=True)
class _New:
    """What a file shall become, and the step that it is."""

    raw: bytes
    step: Step
    yours: str = ""


class Drafts:
    """The issues of a workspace, as they are written in the composer."""

    def __init__(
        self, workspace: Callable[[], Workspace], *, clock: Callable[[], int], new_id: Callable[[], str]
    ) -> None:
        """`workspace` gives it with its settings of now; `clock` ms since 1970; `new_id` a name nobody has."""
        self._workspace = workspace
        self._clock = clock
        self._new_id = new_id

    def draft(self, path: Path) -> Draft:
        """The issue now. Raises CannotSave when its file cannot be read."""
        with self._opened(path) as at:
            at.sweep()
            return self._draft(at)

    def edit(self, path: Path, base: str, edits: Sequence[Edit], *, batch: str = "") -> Draft:
        """Write changes that were made on the version `base`. The same batch twice is written once.

        Raises Conflict when the file changed in the same places since, EditRefused, FileProblems, CannotSave.
        """

        def made(at: Opened) -> _New | None:
            if batch and any(step.batch == batch for step in at.history.steps):
                return None
            document = at.document()
            step = _edited(edits, batch, document.data, self._clock())
            if base == at.file.version:
                return _New(at.file.with_text(apply(document, typed(document.data, edits))), step)
            return self._carried(at, base, edits, step)

        return self._written(path, made, base=base)

    def undo(self, path: Path, base: str) -> Draft:
        """One step back from the version `base`; nothing when the file is another. Raises CannotSave."""
        return self._to(path, base, lambda at: at.history.earlier)

    def redo(self, path: Path, base: str) -> Draft:
        """One step forth again, likewise."""
        return self._to(path, base, lambda at: at.history.later)

    def restore(self, path: Path, at: int) -> Draft:
        """Go back to the state of that moment, as a new step. Raises EditRefused when it is no longer kept."""

        def made(now: Opened) -> _New:
            chosen = next((step for step in now.history.steps if step.at == at), None)
            raw = now.history.raw(chosen.version) if chosen else None
            if raw is None:
                raise _gone()
            return _New(raw, Step(self._clock(), Kind.RESTORED))

        return self._written(path, made)

    def resolve(self, path: Path, choice: Choice, *, base: str, shown: str, edits: Sequence[Edit]) -> Draft:
        """End a conflict. `shown` is the version of the other program that the author saw.

        What the author lets go stays in the history. Raises Conflict when the file changed again.
        """

        def made(at: Opened) -> _New | None:
            if at.file.version != shown:
                raise Conflict(self._draft(at))
            return self._chosen(at, choice, base, edits)

        return self._written(path, made)

    def history(self, path: Path) -> list[Past]:
        """Every state that can be had again, the newest first."""
        with self._opened(path) as at:
            steps = [(i, step) for i, step in enumerate(at.history.steps) if step.place is not Place.INNER]
            return [Past(step, i == at.history.here) for i, step in reversed(steps)]

    def _opened(self, path: Path) -> AbstractContextManager[Opened]:
        return opened(self._workspace(), path, now=self._clock())

    def _carried(self, at: Opened, base: str, edits: Sequence[Edit], step: Step) -> _New:
        """The edits for the file as it is now. Raises Conflict."""
        before, document = at.earlier(base), at.document()
        if before is None:
            raise Conflict(self._draft(at))
        edits = typed(before.data, edits)
        try:
            text = apply(document, rebased(before.data, document.data, edits))
        except Clash as error:
            raise Conflict(self._draft(at)) from error
        yours = at.history.keep(at.file.with_text(apply(before, edits)))
        return _New(at.file.with_text(text), step, yours)

    def _chosen(self, at: Opened, choice: Choice, base: str, edits: Sequence[Edit]) -> _New | None:
        document = at.document()
        before = at.earlier(base) or document
        edits = fitting(before, edits)
        mine = at.file.with_text(apply(before, edits))
        if choice is Choice.DISK:
            at.history.add(mine, Step(self._clock(), Kind.ASIDE, place=Place.BRANCH))
            return None
        if choice is Choice.MINE:
            return _New(mine, Step(self._clock(), Kind.KEPT))
        text = apply(document, both(before.data, document.data, edits))
        return _New(at.file.with_text(text), Step(self._clock(), Kind.MERGED))

    def _to(self, path: Path, base: str, target: Callable[[Opened], int | None]) -> Draft:
        for _ in range(ATTEMPTS):
            with self._opened(path) as at:
                number = target(at) if base == at.file.version else None
                if number is None:
                    return self._draft(at)
                raw = at.history.raw(at.history.steps[number].version)
                if raw is None:
                    raise _gone()
                try:
                    now = at.written(raw, new_id=self._new_id())
                except ChangedMeanwhile:
                    continue
                at.history.here = number
                at.history.save()
                return self._draft(now)
        raise _restless()

    def _written(self, path: Path, made: Callable[[Opened], _New | None], *, base: str = "") -> Draft:
        """The file with what `made` gives, and the history with it; made anew while another program writes."""
        for _ in range(ATTEMPTS):
            with self._opened(path) as at:
                new = made(at)
                if new is None or new.raw == at.file.raw:
                    at.history.save()
                    return replace(self._draft(at), is_news=base != at.file.version)
                at.history.keep(new.raw)  # before the file: whatever was in it can be had again
                try:
                    now = at.written(new.raw, new_id=self._new_id())
                except ChangedMeanwhile:
                    continue
                at.history.add(new.raw, new.step)
                at.history.save()
                return replace(self._draft(now), is_news=base != at.file.version, yours=new.yours)
        raise _restless()

    def _draft(self, at: Opened) -> Draft:
        data: Any = None
        problems: tuple[Problem, ...] = ()
        try:
            data = for_form(at.document().data)
            load_issue(self._workspace(), at.path)
        except FileProblems as error:
            problems = error.problems
        can_undo, can_redo = at.history.earlier is not None, at.history.later is not None
        return Draft(at.file.version, at.file.saved_at, data, problems, can_undo, can_redo)


def _edited(edits: Sequence[Edit], batch: str, data: Any, now: int) -> Step:
    if len({(edit.op, edit.path) for edit in edits}) != 1:
        return Step(now, Kind.EDITED, batch=batch)
    one = edits[0]
    field = ".".join(map(str, one.path))
    return Step(now, Kind.EDITED, did=one.op.value, field=field, block=_block_type(one, data), batch=batch)


def _block_type(edit: Edit, data: Any) -> str:
    """Of the block in which the edit is; "" outside of blocks."""
    if edit.path[0] != "blocks" or len(edit.path) < 2:
        return ""
    is_new = edit.op is Op.INSERT and len(edit.path) == 2
    block = edit.value if is_new else found(data, edit.path[:2]) if there(data, edit.path[:2]) else None
    kind = block.get("type") if isinstance(block, dict) else None
    return kind if isinstance(kind, str) else ""


def _gone() -> EditRefused:
    return EditRefused(
        sentence("that state is no longer kept"), sentence("choose another one from the history")
    )


def _restless() -> CannotSave:
    return CannotSave(
        sentence("another program writes this file all the time"),
        sentence("what you write here is kept, and saved as soon as it rests"),
    )

"""Issues as they are written: the file is the only store, and nothing that was written is ever lost."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from filelock import FileLock, Timeout

from newsletter_mailer.actions.drafts.conflict import Choice, both
from newsletter_mailer.actions.drafts.files import CannotSave, ChangedMeanwhile, State, put, state
from newsletter_mailer.actions.drafts.history import History, Kind, Place, Step, load
from newsletter_mailer.actions.drafts.merging import Clash, rebased
from newsletter_mailer.actions.drafts.plain import as_typed, for_form
from newsletter_mailer.actions.drafts.telling import told
from newsletter_mailer.compose.load import load_issue, quick_id
from newsletter_mailer.config import Workspace
from newsletter_mailer.errors import FileProblems, Problem, system_reason
from newsletter_mailer.wording import Sentence, sentence
from newsletter_mailer.yamlio.edits import Edit, EditRefused, edited, small_steps
from newsletter_mailer.yamlio.patching import apply
from newsletter_mailer.yamlio.reader import Document, read

PATIENCE_S = 10.0  # a save takes some hundredths; another composer may be at it
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
    what: Sentence
    is_here: bool  #: the file is as it was then


@dataclass(slots=True)
class _Open:
    """An issue's file and its history, while nobody else of us writes them."""

    path: Path
    file: State
    history: History

    def document(self, shown: str) -> Document:
        return read(self.file.raw, shown)


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
            return self._draft(at)

    def edit(self, path: Path, base: str, edits: Sequence[Edit], *, batch: str = "") -> Draft:
        """Write changes that were made on the version `base`. The same batch twice is written once.

        Raises Conflict when the file changed in the same places since, EditRefused, CannotSave.
        """

        is_news, yours = False, ""

        def made(at: _Open) -> tuple[bytes, Step] | None:
            nonlocal is_news, yours
            is_news = at.file.version != base
            if batch and any(step.batch == batch for step in at.history.steps):
                return None
            document = self._document(at)
            if not is_news:
                text = apply(document, _typed(document.data, edits))
                return at.file.with_text(text), self._edited(edits, batch)
            before = self._base(at, base)
            text = apply(document, self._carried(at, before, edits, document))
            yours = at.history.keep(at.file.with_text(apply(before, _typed(before.data, edits))))
            return at.file.with_text(text), self._edited(edits, batch)

        return replace(self._written(path, made), is_news=is_news, yours=yours)

    def undo(self, path: Path) -> Draft:
        """One step back. Raises CannotSave; does nothing at the first."""
        return self._to(path, lambda history: history.earlier)

    def redo(self, path: Path) -> Draft:
        """One step forth again. Raises CannotSave; does nothing at the last."""
        return self._to(path, lambda history: history.later)

    def restore(self, path: Path, at: int) -> Draft:
        """Go back to the state of that moment, as a new step. Raises EditRefused when it is no longer kept."""

        def made(opened: _Open) -> tuple[bytes, Step] | None:
            chosen = next((step for step in opened.history.steps if step.at == at), None)
            raw = opened.history.raw(chosen.version) if chosen else None
            if raw is None:
                raise _gone()
            return raw, Step(self._clock(), Kind.RESTORED)

        return self._written(path, made)

    def resolve(self, path: Path, choice: Choice, *, base: str, shown: str, edits: Sequence[Edit]) -> Draft:
        """End a conflict. `shown` is the version of the other program that the author saw.

        What the author lets go stays in the history. Raises Conflict when the file changed again.
        """

        def made(at: _Open) -> tuple[bytes, Step] | None:
            if at.file.version != shown:
                raise Conflict(self._draft(at))
            document = self._document(at)
            before = self._base(at, base) if at.history.raw(base) else document
            mine = at.file.with_text(apply(before, _typed(before.data, edits)))
            if choice is Choice.DISK:
                at.history.add(mine, Step(self._clock(), Kind.ASIDE, place=Place.BRANCH))
                return None
            if choice is Choice.MINE:
                return mine, Step(self._clock(), Kind.EDITED)
            text = apply(document, both(before.data, document.data, _typed(before.data, edits)))
            return at.file.with_text(text), Step(self._clock(), Kind.MERGED)

        return self._written(path, made)

    def history(self, path: Path) -> list[Past]:
        """Every state that can be had again, the newest first."""
        with self._opened(path) as at:
            steps = [(i, step) for i, step in enumerate(at.history.steps) if step.place is not Place.INNER]
            return [Past(step, told(step), i == at.history.here) for i, step in reversed(steps)]

    def _to(self, path: Path, target: Callable[[History], int | None]) -> Draft:
        for _ in range(ATTEMPTS):
            with self._opened(path) as at:
                number = target(at.history)
                raw = at.history.raw(at.history.steps[number].version) if number is not None else None
                if number is None:
                    return self._draft(at)
                if raw is None:
                    raise _gone()
                try:
                    put(at.path, raw, instead_of=at.file, new_id=self._new_id())
                except ChangedMeanwhile:
                    continue
                at.history.here = number
                at.history.save()
                return self._draft(_Open(at.path, state(at.path), at.history))
        raise _restless()

    def _written(self, path: Path, made: Callable[[_Open], tuple[bytes, Step] | None]) -> Draft:
        """The file with what `made` gives, and the history with it; made anew while another program writes."""
        for _ in range(ATTEMPTS):
            with self._opened(path) as at:
                new = made(at)
                if new is None or new[0] == at.file.raw:
                    at.history.save()
                    return self._draft(at)
                raw, step = new
                at.history.keep(raw)  # before the file: whatever was in it can be had again
                try:
                    put(at.path, raw, instead_of=at.file, new_id=self._new_id())
                except ChangedMeanwhile:
                    continue
                at.history.add(raw, step)
                at.history.save()
                return self._draft(_Open(at.path, state(at.path), at.history))
        raise _restless()

    @contextmanager
    def _opened(self, path: Path) -> Iterator[_Open]:
        """The file and its history; a state that another program wrote is in it. Raises CannotSave."""
        folder = self._folder(path)
        try:
            folder.mkdir(mode=0o700, parents=True, exist_ok=True)
            with FileLock(folder / ".lock", timeout=PATIENCE_S, mode=0o600):
                yield self._noticed(path, folder)
        except Timeout as error:
            what = sentence(
                "another window has been writing this issue for {seconds} s", seconds=int(PATIENCE_S)
            )
            raise CannotSave(what, sentence("close the other composer of this issue")) from error
        except OSError as error:
            reason = system_reason(error)
            raise CannotSave(
                sentence("the history in {folder} cannot be written: {reason}", folder=folder, reason=reason),
                sentence("nothing is lost: what you write here is kept, and saved as soon as that is mended"),
            ) from error

    def _noticed(self, path: Path, folder: Path) -> _Open:
        file, history = state(path), load(folder, self._workspace().display(path))
        here = history.steps[history.here] if history.steps else None
        if here is None or here.version != file.version:
            kind = Kind.DISK if here else Kind.OPENED
            history.add(file.raw, Step(file.saved_at, kind))
            history.file = self._workspace().display(path)
            history.save()
        return _Open(path, file, history)

    def _folder(self, path: Path) -> Path:
        """Named after the issue's id, so that it follows a folder that is renamed; a copy has one of its own."""
        workspace = self._workspace()
        shown = workspace.display(path)
        own = hashlib.sha256(shown.encode()).hexdigest()[:12]
        name = quick_id(path)
        folder = workspace.var / "history" / (name or f"folder-{own}")
        other = load(folder, shown).file
        if other != shown and (workspace.root / other).is_file():
            return folder.with_name(f"{folder.name}-{own}")
        return folder

    def _document(self, at: _Open) -> Document:
        return at.document(self._workspace().display(at.path))

    def _base(self, at: _Open, version: str) -> Document:
        raw = at.file.raw if version == at.file.version else at.history.raw(version)
        if raw is None:
            raise Conflict(self._draft(at))
        return read(raw, self._workspace().display(at.path))

    def _carried(
        self, at: _Open, before: Document, edits: Sequence[Edit], document: Document
    ) -> Sequence[Edit]:
        """The edits for the file as it is now. Raises Conflict."""
        try:
            return rebased(before.data, document.data, _typed(before.data, edits))
        except Clash as error:
            raise Conflict(self._draft(at)) from error

    def _edited(self, edits: Sequence[Edit], batch: str) -> Step:
        one = edits[0] if len({(edit.op, edit.path) for edit in edits}) == 1 else None
        did, field = (one.op.value, ".".join(map(str, one.path))) if one else ("", "")
        return Step(self._clock(), Kind.EDITED, did=did, field=field, batch=batch)

    def _draft(self, at: _Open) -> Draft:
        data: Any = None
        problems: tuple[Problem, ...] = ()
        try:
            data = for_form(self._document(at).data)
            load_issue(self._workspace(), at.path)
        except FileProblems as error:
            problems = error.problems
        history = at.history
        return Draft(
            at.file.version,
            at.file.saved_at,
            data,
            problems,
            can_undo=history.earlier is not None,
            can_redo=history.later is not None,
        )


def _typed(data: Any, edits: Sequence[Edit]) -> list[Edit]:
    made = []
    for edit in edits:
        made.append(as_typed(edit, data))
        data = _after(data, made[-1])
    return made


def _after(data: Any, edit: Edit) -> Any:
    for step in list(small_steps(data, edit)):
        data = edited(data, step)
    return data


def _gone() -> EditRefused:
    return EditRefused(
        sentence("that state is no longer kept"), sentence("choose another one from the history")
    )


def _restless() -> CannotSave:
    return CannotSave(
        sentence("another program writes this file all the time"),
        sentence("what you write here is kept, and saved as soon as it rests"),
    )

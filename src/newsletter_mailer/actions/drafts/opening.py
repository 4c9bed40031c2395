"""An issue's file and its history, opened together while nobody else of us writes them."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path

from filelock import FileLock, Timeout

from newsletter_mailer.actions.drafts.files import CannotSave, State, put, state, sweep
from newsletter_mailer.actions.drafts.history import INDEX, History, Kind, Step, load
from newsletter_mailer.compose.load import quick_id
from newsletter_mailer.config import Workspace
from newsletter_mailer.errors import NO_ROOM, system_reason
from newsletter_mailer.wording import sentence
from newsletter_mailer.yamlio.reader import Document, read

PATIENCE_S = 10.0  # a save takes some hundredths; another composer may be at it


@dataclass(frozen=True, slots=True)
class Opened:
    """The file as it is now, and every state that it had."""

    path: Path
    shown: str  #: the path as people know it
    file: State
    history: History

    def document(self) -> Document:
        """What the file says. Raises FileProblems when it is no YAML."""
        return read(self.file.raw, self.shown)

    def earlier(self, version: str) -> Document | None:
        """What the file said in that version, while it is kept. Raises FileProblems."""
        raw = self.file.raw if version == self.file.version else self.history.raw(version)
        return None if raw is None else read(raw, self.shown)

    def written(self, raw: bytes, *, new_id: str) -> Opened:
        """With other bytes in the file. Raises ChangedMeanwhile, CannotSave."""
        put(self.path, raw, instead_of=self.file, new_id=new_id)
        return replace(self, file=state(self.path))

    def sweep(self) -> None:
        """Take away what was left half written when the machine stopped."""
        sweep(self.path)
        sweep(self.history.folder / INDEX)


@contextmanager
def opened(workspace: Workspace, path: Path, *, now: int) -> Iterator[Opened]:
    """The file and its history; what another program wrote is a step of it by then. Raises CannotSave.

    now: ms since 1970; a file from a machine whose clock is ahead counts as written now.
    """
    folder = folder_of(workspace, path)
    try:
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        with FileLock(folder / ".lock", timeout=PATIENCE_S, mode=0o600):
            yield _noticed(path, folder, workspace.display(path), now)
    except Timeout as error:
        what = sentence("another window has been writing this issue for {seconds} s", seconds=int(PATIENCE_S))
        raise CannotSave(what, sentence("close the other composer of this issue")) from error
    except OSError as error:
        shown, reason = workspace.display(folder), system_reason(error)
        raise CannotSave(
            sentence("the history in {folder} cannot be written: {reason}", folder=shown, reason=reason),
            sentence("nothing is lost: what you write here is kept, and saved as soon as that is mended"),
            no_room=error.errno in NO_ROOM,
        ) from error


def _noticed(path: Path, folder: Path, shown: str, now: int) -> Opened:
    file, history = state(path), load(folder, shown)
    here = history.steps[history.here] if history.steps else None
    if here is None or here.version != file.version:
        ours = history.raw(file.version) is not None  # the machine stopped between the file and the history
        kind = Kind.OPENED if here is None else Kind.EDITED if ours else Kind.DISK
        history.file = shown
        history.add(file.raw, Step(min(file.saved_at, now), kind))
        history.save()
    return Opened(path, shown, file, history)


def folder_of(workspace: Workspace, path: Path) -> Path:
    """Named after the issue's id, so that it follows a folder that is renamed; a copy with that id has its own."""
    shown = workspace.display(path)
    own = hashlib.sha256(shown.encode()).hexdigest()[:12]
    name = quick_id(path)
    folder = workspace.var / "history" / (name or f"folder-{own}")
    other = load(folder, shown).file
    if other != shown and (workspace.root / other).is_file():
        return folder.with_name(f"{folder.name}-{own}")
    return folder

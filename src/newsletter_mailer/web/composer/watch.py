"""Notices saves: in the issues, in the workspace's own theme, and in newsletter.yaml."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterable, Sequence
from pathlib import Path

from watchfiles import Change, DefaultFilter, awatch

from newsletter_mailer.config import SETTINGS_FILE, Workspace

Changed = Callable[[Iterable[Path]], None]  #: told which files

QUIET_MS = 60  # a save is often several events; so long without one, it is over
LONGEST_MS = 400


class _TopLevel(DefaultFilter):
    """Of the workspace's own folder only the settings matter, and the coming and going of the watched folders."""

    names = frozenset({SETTINGS_FILE, "issues", "templates"})

    def __call__(self, change: Change, path: str) -> bool:
        return Path(path).name in self.names and super().__call__(change, path)


def folders(workspace: Workspace, issue: Path | None) -> tuple[Path, ...]:
    """What is watched in depth, as far as it exists. Folders, not files: editors replace a file when they save."""
    wanted = {workspace.issues, workspace.root / "templates", *workspace.theme_folders}
    if issue is not None and workspace.issues not in issue.parents:
        wanted.add(issue.parent)
    inner = {folder for folder in wanted if any(other in folder.parents for other in wanted)}
    return tuple(sorted(folder for folder in wanted - inner if folder.is_dir()))


async def watch(workspace: Workspace, issue: Path | None, changed: Changed) -> None:
    """Call `changed` after each save, until cancelled."""
    watched: asyncio.Task[None] | None = None
    before: Sequence[Path] = ()
    top = awatch(
        workspace.root,
        recursive=False,
        watch_filter=_TopLevel(),
        step=QUIET_MS,
        debounce=LONGEST_MS,
        yield_on_timeout=True,
        rust_timeout=1000,
    )
    try:
        now = folders(workspace, issue)
        watched, before = _restarted(watched, now, changed), now
        async for changes in top:
            if changes:
                changed(_files(changes))
            now = folders(workspace, issue)
            if now != before or watched.done():  # a folder came, or went: a watch on it saw its last event
                watched, before = _restarted(watched, now, changed), now
    finally:
        if watched is not None:
            watched.cancel()


def _restarted(old: asyncio.Task[None] | None, paths: Sequence[Path], changed: Changed) -> asyncio.Task[None]:
    if old is not None:
        old.cancel()
    return asyncio.create_task(_in_depth(paths, changed))


async def _in_depth(paths: Sequence[Path], changed: Changed) -> None:
    if not paths:
        await asyncio.Event().wait()
    async for changes in awatch(*paths, step=QUIET_MS, debounce=LONGEST_MS):
        changed(_files(changes))


def _files(changes: Iterable[tuple[Change, str]]) -> list[Path]:
    return [Path(path) for _, path in changes]

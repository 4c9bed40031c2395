"""The archive as files, to be put on any web server."""

from __future__ import annotations

import json
import os
from collections.abc import Collection, Iterator
from dataclasses import dataclass
from pathlib import Path

from newsletter_mailer.actions.archive.archive import Archive
from newsletter_mailer.config import Workspace
from newsletter_mailer.errors import UsageError
from newsletter_mailer.store import audience
from newsletter_mailer.store.database import Database
from newsletter_mailer.wording import sentence

WRITTEN = ".newsletter-archive.json"  #: which files of the folder are ours
_OF_THE_SITE = frozenset(("CNAME", "robots.txt", "favicon.ico"))  # stand beside any pages
_NAMED = 3  # of the files that are in the way


@dataclass(frozen=True, slots=True)
class Exported:
    """What an export did."""

    folder: Path
    issues: int
    written: tuple[str, ...]  #: new or changed
    removed: tuple[str, ...]  #: ours, and needed no more
    left_out: tuple[str, ...]  #: slugs of issues that are not for everybody


def static_archive(
    database: Database, workspace: Workspace, *, url: str = "", lists: Collection[str] = ()
) -> Archive:
    """The archive for a folder that stands at that address, or where `public_url` leads, if anywhere.

    lists: slugs of lists that are shown besides the public ones. Raises UsageError when there is no such list.
    """
    with database.reading() as connection:
        known = [one.slug for one in audience.lists(connection)]
    for slug in lists:
        if slug not in known:
            raise UsageError(
                sentence("there is no list “{slug}”", slug=slug),
                sentence("the lists are: {known}", known=", ".join(known) or "–"),
            )
    public = (workspace.settings.public_url or "").rstrip("/")
    subscribe = f"{public}/subscribe" if public else ""
    return Archive(database, workspace, home=url or public, subscribe=subscribe, lists=lists)


def export(archive: Archive, folder: Path) -> Exported:
    """Write the archive into the folder; what is there already as it should be is not touched.

    Files of an issue that is not shown any more are taken away; files that are not ours stay. Raises UsageError
    when files stand there that are somebody else's, and when all that was sent is for closed lists.
    """
    if not archive.entries() and archive.left_out():
        raise UsageError(
            sentence(
                "none of your letters went to all readers of a public list: there is nothing to publish"
            ),
            sentence("newsletter lists edit LIST --public, or name the lists to be shown: --list LIST"),
        )
    files = dict(_files(archive))
    before = _ours(folder)
    _check(folder, files, before)
    _note(folder, before | set(files))  # before they are there: after a crash they are known to be ours
    written = [name for name, data in files.items() if _write(folder / name, data)]
    removed = sorted(name for name in before - set(files) if _remove(folder, name))
    _note(folder, set(files))
    return Exported(folder, len(archive.entries()), tuple(written), tuple(removed), archive.left_out())


def _files(archive: Archive) -> Iterator[tuple[str, bytes]]:
    """Pictures before the pages that show them: somebody may look while the folder is written."""
    for name, data in archive.pictures().items():
        yield f"pictures/{name}", data
    yield "style.css", archive.style()
    for entry in archive.entries():
        yield f"{entry.path}/index.html", archive.page(entry.path) or b""
    yield "feed.atom", archive.feed()
    yield "calendar.ics", archive.calendar()
    yield "index.html", archive.index()


def _ours(folder: Path) -> set[str]:
    """What the last export wrote."""
    try:
        names = json.loads((folder / WRITTEN).read_bytes())
    except (OSError, ValueError):
        return set()
    if not isinstance(names, list):
        return set()
    return {name for name in names if isinstance(name, str) and _inside(name)}


def _inside(name: str) -> bool:
    """Whether the name can be one of ours: a note that somebody changed must not lead elsewhere."""
    path = Path(name)
    return not path.is_absolute() and ".." not in path.parts and 0 < len(path.parts) <= 2


def _check(folder: Path, files: dict[str, bytes], before: set[str]) -> None:
    if folder.exists() and not folder.is_dir():
        raise UsageError(sentence("{path} is not a folder", path=folder))
    strange = sorted({*_overwritten(folder, files, before), *(() if before else _beside(folder, files))})
    if strange:
        names = [*strange[:_NAMED], "…"] if len(strange) > _NAMED else strange
        raise UsageError(
            sentence(
                "{folder} holds what this program did not write: {names}",
                folder=folder,
                names=", ".join(names),
            ),
            sentence("choose another folder, such as {folder}", folder=folder / "letters"),
        )


def _overwritten(folder: Path, files: dict[str, bytes], before: set[str]) -> Iterator[str]:
    """Names that ours would take from somebody else's."""
    for name, data in files.items():
        path = folder / name
        if name not in before and path.exists() and (not path.is_file() or path.read_bytes() != data):
            yield name


def _beside(folder: Path, files: dict[str, bytes]) -> Iterator[str]:
    """What ours would be mixed with: another site, or a folder that was meant for something else."""
    tops = {Path(name).parts[0] for name in files}
    for path in folder.iterdir() if folder.exists() else ():
        if path.name not in tops | _OF_THE_SITE and not path.name.startswith("."):
            yield path.name


def _note(folder: Path, names: set[str]) -> None:
    _write(folder / WRITTEN, (json.dumps(sorted(names), indent=0) + "\n").encode())


def _write(path: Path, data: bytes) -> bool:
    """Write the file unless it is so already; whoever looks sees the old one or the new one, whole."""
    try:
        if path.read_bytes() == data:
            return False
    except OSError:
        pass  # it is not there yet
    path.parent.mkdir(parents=True, exist_ok=True)
    new = path.with_name(f".{path.name}.new")
    try:
        new.write_bytes(data)
        os.replace(new, path)  # noqa: PTH105
    except BaseException:
        new.unlink(missing_ok=True)
        raise
    return True


def _remove(folder: Path, name: str) -> bool:
    path = folder / name
    if not path.is_file():
        return False
    path.unlink()
    if path.parent != folder and not any(path.parent.iterdir()):
        path.parent.rmdir()
    return True

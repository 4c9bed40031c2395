"""The files that an issue names: beside it, or elsewhere in the workspace, and nowhere else."""

from __future__ import annotations

import difflib
import re
import unicodedata
from enum import Enum
from itertools import islice
from pathlib import Path
from urllib.parse import unquote

from newsletter_mailer.wording import Sentence, sentence

_SCHEME = re.compile(r"[A-Za-z][A-Za-z0-9+.-]+:")  # two letters and more: one is a drive of Windows
_DRIVE = re.compile(r"[A-Za-z]:")
MOST_LISTED = 500  # files among which a mistyped name is looked for


class Astray(Enum):
    """Why a name leads to no file of the workspace."""

    NETWORK = "network"  #: it is an address
    OUTSIDE = "outside"  #: of the workspace, or it cannot be a name at all
    BACKSLASH = "backslash"  #: it is written as Windows does, which no other computer understands
    MISSING = "missing"


def file_beside(root: Path, folder: Path, name: str) -> Path | Astray:
    """The file that is meant: from the issue's folder, or with a "/" from the workspace."""
    if _SCHEME.match(name):
        return Astray.NETWORK
    if any(unicodedata.category(character) in ("Cc", "Cs") for character in name):
        return Astray.OUTSIDE
    if name.startswith(("//", "\\\\")) or _DRIVE.match(name):
        return Astray.OUTSIDE
    if "\\" in name:
        return Astray.BACKSLASH
    file = _resolved(root / name.lstrip("/") if name.startswith("/") else folder / name)
    if file is None or not file.is_relative_to(root.resolve()):
        return Astray.OUTSIDE
    if not _stays_inside(root, folder, unquote(name)):
        return Astray.OUTSIDE
    if not file.is_file():
        return Astray.OUTSIDE if name.startswith("/") and Path(name).exists() else Astray.MISSING
    return file


def _resolved(path: Path) -> Path | None:
    """The path behind all symbolic links."""
    try:
        return path.resolve()
    except (OSError, RuntimeError):  # a loop of links; a name too long
        return None


def _stays_inside(root: Path, folder: Path, name: str) -> bool:
    """Whether the name, once percent signs are decoded, still climbs no higher than the workspace."""
    base = root if name.startswith("/") else folder
    if not base.resolve().is_relative_to(root.resolve()):
        return False
    depth = len(base.resolve().relative_to(root.resolve()).parts)
    for part in Path(name.lstrip("/")).parts:
        depth += -1 if part == ".." else 1
        if depth < 0:
            return False
    return "\0" not in name


def meant_file(root: Path, folder: Path, name: str, suffixes: tuple[str, ...]) -> Sentence:
    """The hint for a file that is not there: the one that was meant, or all that there are."""
    base = root if name.startswith("/") else folder
    there = [
        path.relative_to(base).as_posix()
        for path in islice(folder.rglob("*.*"), MOST_LISTED)
        if path.is_file()
    ]
    names = [other for other in there if other.lower().endswith(suffixes)]
    wanted = name.lstrip("/")[:120]
    same_name = [other for other in names if Path(other).name.lower() == Path(wanted).name.lower()]
    close = same_name or difflib.get_close_matches(wanted, names, n=1, cutoff=0.5)
    if close:
        shown = f"/{close[0]}" if name.startswith("/") else close[0]
        return sentence("did you mean “{close}”?", close=shown)
    if names:
        return sentence("there are: {choices}", choices=", ".join(sorted(names)[:8]))
    return sentence("put it into the folder of the issue")


def visible(name: str) -> str:
    """A name for a sentence: not too long, and nothing in it that cannot be seen."""
    return "".join(character if character.isprintable() else "�" for character in name[:60])

"""Where the pictures of an issue are: beside it, or elsewhere in the workspace, and nowhere else."""

from __future__ import annotations

import difflib
import re
import unicodedata
from itertools import islice
from pathlib import Path
from urllib.parse import unquote

from newsletter_mailer.compose.pictures import PictureRefused, check
from newsletter_mailer.errors import system_reason
from newsletter_mailer.wording import Sentence, sentence

_SCHEME = re.compile(r"[A-Za-z][A-Za-z0-9+.-]+:")  # two letters and more: one is a drive of Windows
_DRIVE = re.compile(r"[A-Za-z]:")
MOST_LISTED = 500  # files among which a mistyped name is looked for


def picture_file(root: Path, folder: Path, src: str) -> Path:
    """The file that `src` means: from the issue's folder, or with a "/" from the workspace. Raises PictureRefused."""
    if _SCHEME.match(src):
        what = sentence("“{src}” is not a file: pictures are never fetched from the network", src=src[:60])
        raise PictureRefused(what, sentence("save the picture in the folder of the issue and write its name"))
    if any(unicodedata.category(character) in ("Cc", "Cs") for character in src):
        raise _outside(src)
    if src.startswith(("//", "\\\\")) or _DRIVE.match(src):
        raise _outside(src)
    if "\\" in src:
        hint = sentence("write pictures/name.jpg, with /, for a file in the folder of the issue")
        raise PictureRefused(sentence("“{src}” is written with \\", src=src[:60]), hint)
    file = _resolved(root / src.lstrip("/") if src.startswith("/") else folder / src, src)
    if not file.is_relative_to(root.resolve()) or not _stays_inside(root, folder, unquote(src)):
        raise _outside(src)
    if not file.is_file():
        if src.startswith("/") and Path(src).exists():
            raise _outside(src)
        raise _missing(root, folder, src)
    return file


def picture_problem(root: Path, folder: Path, src: str) -> PictureRefused | None:
    """What is wrong with a picture, None when it can go into a mail."""
    try:
        check(picture_file(root, folder, src.strip()))
    except PictureRefused as refusal:
        return refusal
    except OSError as error:
        reason = system_reason(error)
        return PictureRefused(
            sentence("the picture “{src}” cannot be read: {reason}", src=src[:60], reason=reason)
        )
    return None


def _resolved(path: Path, src: str) -> Path:
    """The path behind all symbolic links."""
    try:
        return path.resolve()
    except (OSError, RuntimeError) as error:  # a loop of links; a name too long
        raise _outside(src) from error


def _stays_inside(root: Path, folder: Path, src: str) -> bool:
    """Whether the name, once percent signs are decoded, still climbs no higher than the workspace."""
    base = root if src.startswith("/") else folder
    if not base.resolve().is_relative_to(root.resolve()):
        return False
    depth = len(base.resolve().relative_to(root.resolve()).parts)
    for part in Path(src.lstrip("/")).parts:
        depth += -1 if part == ".." else 1
        if depth < 0:
            return False
    return "\0" not in src


def _outside(src: str) -> PictureRefused:
    what = sentence("the picture “{src}” is outside of the workspace", src=_visible(src))
    return PictureRefused(what, sentence("copy it into the folder of the issue, and write pictures/name.jpg"))


def _missing(root: Path, folder: Path, src: str) -> PictureRefused:
    what = sentence("there is no picture “{src}”", src=_visible(src))
    base = root if src.startswith("/") else folder
    there = [
        path.relative_to(base).as_posix()
        for path in islice(folder.rglob("*.*"), MOST_LISTED)
        if path.is_file()
    ]
    names = [name for name in there if name.lower().endswith((".png", ".jpg", ".jpeg", ".gif", ".webp"))]
    wanted = src.lstrip("/")[:120]
    same_name = [name for name in names if Path(name).name.lower() == Path(wanted).name.lower()]
    close = same_name or difflib.get_close_matches(wanted, names, n=1, cutoff=0.5)
    hint: Sentence
    if close:
        shown = f"/{close[0]}" if src.startswith("/") else close[0]
        hint = sentence("did you mean “{close}”?", close=shown)
    elif names:
        hint = sentence("there are: {choices}", choices=", ".join(sorted(names)[:8]))
    else:
        hint = sentence("put it into the folder of the issue")
    return PictureRefused(what, hint)


def _visible(src: str) -> str:
    return "".join(character if character.isprintable() else "�" for character in src[:60])

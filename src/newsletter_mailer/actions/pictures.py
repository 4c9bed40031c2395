"""Pictures for an issue: looked at, made smaller, freed of what the camera noted, and put beside issue.yaml."""

from __future__ import annotations

import re
import tempfile
import unicodedata
from dataclasses import dataclass
from pathlib import Path

from newsletter_mailer.compose.picture_paths import picture_file
from newsletter_mailer.compose.pictures import MOST_BYTES, Fitted, PictureRefused, fit
from newsletter_mailer.config import Workspace
from newsletter_mailer.errors import system_reason
from newsletter_mailer.wording import sentence

__all__ = ["MOST_BYTES", "Added", "PictureRefused", "add_picture", "thumbnail"]

FOLDER = "pictures"
WIDEST = 800  # CSS pixels; twice as many of the picture's own are kept, so 1600
THUMBNAIL = 240  # CSS pixels
LONGEST_NAME = 60
_UNSAFE = re.compile(r"[^a-z0-9]+")
# Names that Windows keeps for its devices, with any ending
_DEVICES = re.compile(r"(?:con|prn|aux|nul|com\d|lpt\d)")


@dataclass(frozen=True, slots=True)
class Added:
    """A picture that now stands beside the issue."""

    src: str  #: as issue.yaml names it, e.g. "pictures/jardin.jpg"
    bytes: int  #: that it weighs there


def add_picture(issue: Path, name: str, data: bytes) -> Added:
    """Put the picture into the folder of that issue.yaml under a plain name, never over another one.

    name: as the officer's computer calls it. Raises PictureRefused when it cannot go into a mail, or not be written.
    """
    fitted = _fitted(name, data)
    folder = issue.parent / FOLDER
    try:
        folder.mkdir(exist_ok=True)
        file = _written(folder, plain_name(name), fitted)
    except OSError as error:
        what = sentence("the picture {name} cannot be kept: {reason}", name=name, reason=system_reason(error))
        raise PictureRefused(what, sentence("nothing was changed; mend that, then add it again")) from error
    return Added(f"{FOLDER}/{file.name}", len(fitted.data))


def thumbnail(workspace: Workspace, issue: Path, src: str) -> Fitted:
    """A small copy of a picture that the issue names. Raises PictureRefused."""
    return fit(picture_file(workspace.root, issue.parent, src.strip()), THUMBNAIL)


def plain_name(name: str) -> str:
    """Small letters, digits and hyphens, without an ending: "Été à l'atelier.JPG" gives "ete-a-l-atelier"."""
    stem = Path(name.replace("\\", "/")).name.rpartition(".")[0] or name
    letters = unicodedata.normalize("NFKD", stem.replace("œ", "oe").replace("Œ", "oe")).encode(
        "ascii", "ignore"
    )
    plain = _UNSAFE.sub("-", letters.decode().lower()).strip("-")[:LONGEST_NAME].strip("-")
    return f"picture-{plain}".strip("-") if not plain or _DEVICES.fullmatch(plain) else plain


def _fitted(name: str, data: bytes) -> Fitted:
    """What is kept of it; the words about it name the file as the officer knows it."""
    shown = "".join(letter for letter in Path(name.replace("\\", "/")).name if letter.isprintable())[-80:]
    with tempfile.TemporaryDirectory(prefix="newsletter-picture-") as folder:
        file = Path(folder) / (shown.strip(". ") or "picture")
        file.write_bytes(data)
        return fit(file, WIDEST)


def _written(folder: Path, stem: str, fitted: Fitted) -> Path:
    """The file with those bytes; one that is there already and has the same bytes is taken."""
    number = 1
    while True:
        file = folder / f"{stem if number == 1 else f'{stem}-{number}'}.{fitted.suffix}"
        try:
            with file.open("xb") as new:
                new.write(fitted.data)
        except FileExistsError:
            if file.is_file() and file.read_bytes() == fitted.data:
                return file
            number += 1
        else:
            return file

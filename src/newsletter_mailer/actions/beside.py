"""What an officer adds to an issue: pictures, made fit, and files that go along; put beside issue.yaml."""

from __future__ import annotations

import re
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import count
from pathlib import Path

from newsletter_mailer.compose.attached import MOST_BYTES as HEAVIEST_FILE
from newsletter_mailer.compose.attached import attached
from newsletter_mailer.compose.picture_paths import picture_file
from newsletter_mailer.compose.pictures import MOST_BYTES, Fitted, PictureRefused, fit
from newsletter_mailer.config import Workspace
from newsletter_mailer.errors import NewsletterError, system_reason
from newsletter_mailer.model.slugs import hyphenated
from newsletter_mailer.wording import sentence

__all__ = [
    "HEAVIEST_FILE",
    "MOST_BYTES",
    "Added",
    "NotKept",
    "PictureRefused",
    "add_file",
    "add_picture",
    "thumbnail",
]

WIDEST = 800  # CSS pixels; twice as many of the picture's own are kept, so 1600
THUMBNAIL = 240  # CSS pixels
LONGEST_NAME = 60
# Names that Windows keeps for its devices, with any ending
_DEVICES = re.compile(r"(?:con|prn|aux|nul|com\d|lpt\d)")


@dataclass(frozen=True, slots=True)
class Added:
    """A file that now stands beside the issue."""

    src: str  #: as issue.yaml names it, e.g. "pictures/jardin.jpg"
    bytes: int  #: that it weighs there


class NotKept(NewsletterError):
    """The disk did not take a file."""


def add_picture(issue: Path, name: str, data: bytes) -> Added:
    """Put the picture into the folder of that issue.yaml under a plain name, never over another one.

    name: as the officer's computer calls it. Raises PictureRefused when it cannot go into a mail, NotKept.
    """
    fitted = _fitted(name, data)
    return _kept(issue, Path("pictures", f"{plain_name(name)}.{fitted.suffix}"), fitted.data)


def add_file(issue: Path, name: str, data: bytes) -> Added:
    """Put a file that is to go along beside that issue.yaml, never over another one.

    Raises NewsletterError when it is of a kind that mailboxes refuse, or is not what its name says; NotKept.
    """
    plain = f"{plain_name(name)}{Path(name).suffix.lower()}"
    with tempfile.TemporaryDirectory(prefix="newsletter-file-") as folder:
        Path(folder, plain).write_bytes(data)
        attached(Path(folder), Path(folder), plain)
    return _kept(issue, Path("files", plain), data)


def thumbnail(workspace: Workspace, issue: Path, src: str) -> Fitted:
    """A small copy of a picture that the issue names. Raises PictureRefused."""
    return fit(picture_file(workspace.root, issue.parent, src.strip()), THUMBNAIL)


def plain_name(name: str) -> str:
    """Small letters, digits and hyphens, without an ending: "Été à l'atelier.JPG" gives "ete-a-l-atelier"."""
    stem = Path(name.replace("\\", "/")).name.rpartition(".")[0] or name
    plain = hyphenated(stem, LONGEST_NAME)
    return f"picture-{plain}".strip("-") if not plain or _DEVICES.fullmatch(plain) else plain


def _fitted(name: str, data: bytes) -> Fitted:
    """What is kept of it; the words about it name the file as the officer knows it."""
    shown = "".join(letter for letter in Path(name.replace("\\", "/")).name if letter.isprintable())[-80:]
    with tempfile.TemporaryDirectory(prefix="newsletter-picture-") as folder:
        file = Path(folder) / (shown.strip(". ") or "picture")
        file.write_bytes(data)
        return fit(file, WIDEST)


def _kept(issue: Path, place: Path, data: bytes) -> Added:
    """The file at that place beside the issue, or at the next that is free; one with the same bytes is taken."""
    folder = issue.parent / place.parent
    try:
        folder.mkdir(exist_ok=True)
        file = next(each for each in _places(folder / place.name) if _put(each, data))
    except OSError as error:
        what = sentence("{name} cannot be kept: {reason}", name=place.name, reason=system_reason(error))
        raise NotKept(what, sentence("nothing was changed; mend that, then add it again")) from error
    return Added(f"{place.parent}/{file.name}", len(data))


def _places(first: Path) -> Iterator[Path]:
    yield first
    yield from (first.with_stem(f"{first.stem}-{number}") for number in count(2))


def _put(file: Path, data: bytes) -> bool:
    """Whether that file has those bytes now; another one is not written over."""
    try:
        with file.open("xb") as new:
            new.write(data)
    except FileExistsError:
        return file.is_file() and file.read_bytes() == data
    except OSError:  # half of it is of no use, and would be in the way of the whole one
        file.unlink(missing_ok=True)
        raise
    return True

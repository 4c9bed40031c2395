"""The pictures of an issue by their names."""

from __future__ import annotations

from pathlib import Path

from newsletter_mailer.compose.beside import Astray, file_beside, meant_file, visible
from newsletter_mailer.compose.pictures import PictureRefused, check
from newsletter_mailer.errors import system_reason
from newsletter_mailer.wording import sentence

SUFFIXES = (".png", ".jpg", ".jpeg", ".gif", ".webp")


def picture_file(root: Path, folder: Path, src: str) -> Path:
    """The file that `src` means: from the issue's folder, or with a "/" from the workspace. Raises PictureRefused."""
    found = file_beside(root, folder, src)
    if isinstance(found, Path):
        return found
    raise _refused(found, root, folder, src)


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


def _refused(why: Astray, root: Path, folder: Path, src: str) -> PictureRefused:
    if why is Astray.NETWORK:
        what = sentence("“{src}” is not a file: pictures are never fetched from the network", src=src[:60])
        return PictureRefused(
            what, sentence("save the picture in the folder of the issue and write its name")
        )
    if why is Astray.BACKSLASH:
        hint = sentence("write pictures/name.jpg, with /, for a file in the folder of the issue")
        return PictureRefused(sentence("“{src}” is written with \\", src=src[:60]), hint)
    if why is Astray.OUTSIDE:
        what = sentence("the picture “{src}” is outside of the workspace", src=visible(src))
        return PictureRefused(
            what, sentence("copy it into the folder of the issue, and write pictures/name.jpg")
        )
    what = sentence("there is no picture “{src}”", src=visible(src))
    return PictureRefused(what, meant_file(root, folder, src, SUFFIXES))

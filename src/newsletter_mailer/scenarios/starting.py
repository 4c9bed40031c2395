"""An issue is begun from a text: its words become blocks, its pictures come beside them."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

from newsletter_mailer.actions.beside import PictureRefused, add_picture
from newsletter_mailer.actions.importing_text import AS_IS, Found, Taken
from newsletter_mailer.actions.new import new
from newsletter_mailer.compose.load import slugs
from newsletter_mailer.config import Workspace
from newsletter_mailer.model.slugs import slug_for
from newsletter_mailer.wording import Sentence

__all__ = ["Begun", "begin", "slug_of"]


@dataclass(frozen=True, slots=True)
class Begun:
    """An issue that is there now."""

    path: Path
    refused: tuple[Sentence, ...]  #: pictures that no mail can carry, and why


def slug_of(workspace: Workspace, title: str, date: dt.date) -> str:
    """A name for a new issue that no other has."""
    return slug_for(title, date, slugs(workspace))


def begin(
    workspace: Workspace,
    taken: Taken,
    blocks: Sequence[Mapping[str, Any]],
    *,
    title: str,
    date: dt.date,
    slug: str,
    new_id: str,
) -> Begun:
    """Make an issue of these blocks, which are some of those of the text, in any order. Raises UsageError."""
    refused: list[Sentence] = []
    fill = partial(_filled, blocks=blocks, pictures=taken.pictures, refused=refused)
    path = new(workspace, slug, copy_of=None, today=date, new_id=new_id, title=title, blocks=fill)
    return Begun(path, tuple(refused))


def _filled(
    issue: Path,
    *,
    blocks: Sequence[Mapping[str, Any]],
    pictures: Sequence[Found],
    refused: list[Sentence],
) -> list[dict[str, Any]]:
    """The blocks with their pictures put beside the issue; one that is refused is left out, its words are not."""
    files: dict[str, str] = {}
    made = []
    for block in blocks:
        kept = {key: value for key, value in block.items() if key != "picture"}
        if "picture" in block and (picture := _beside(issue, block["picture"], pictures, files, refused)):
            kept["picture"] = picture
        if block.get("type") != "image":
            made.append(kept)
        elif whole := _beside(issue, block, pictures, files, refused):
            made.append(whole)
    return made


def _beside(
    issue: Path,
    picture: Mapping[str, Any],
    pictures: Sequence[Found],
    files: dict[str, str],
    refused: list[Sentence],
) -> dict[str, Any] | None:
    """The picture with the name of its file; None when it cannot go into a mail."""
    source = str(picture.get("src", ""))
    if source not in files:
        found = _found(source, pictures)
        try:
            files[source] = add_picture(issue, found.name, found.data).src if found else ""
        except PictureRefused as error:
            refused.append(Sentence("{what}", {"what": error}))
            files[source] = ""
    return {**picture, "src": files[source]} if files[source] else None


def _found(source: str, pictures: Sequence[Found]) -> Found | None:
    number = source.removeprefix(AS_IS)
    known = source.startswith(AS_IS) and number.isascii() and number.isdigit() and int(number) < len(pictures)
    return pictures[int(number)] if known else None

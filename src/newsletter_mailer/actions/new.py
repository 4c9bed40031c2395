"""A new issue."""

from __future__ import annotations

import codecs
import datetime as dt
import json
import re
import shutil
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

from newsletter_mailer.compose.dates import long_date, month_and_year
from newsletter_mailer.compose.load import ISSUE_FILE, find_issue
from newsletter_mailer.compose.schema import write_schema
from newsletter_mailer.config import Workspace, shipped
from newsletter_mailer.errors import FileProblems, UsageError
from newsletter_mailer.wording import sentence
from newsletter_mailer.yamlio.edits import Edit, EditRefused, Op
from newsletter_mailer.yamlio.patching import apply
from newsletter_mailer.yamlio.reader import read
from newsletter_mailer.yamlio.writing import Manner, entry

_SLUG = re.compile(r"[a-z0-9][a-z0-9-]{0,79}")
_ID = re.compile(rb"^id:[^\r\n]*", re.MULTILINE)
_DATE = re.compile(rb"^date:[^\r\n]*", re.MULTILINE)
_EXPIRES = re.compile(rb"^expires:[^\r\n]*(?:\r\n|\r|\n|\Z)", re.MULTILINE)
_DATED = re.compile(r"([1-9]\d{3})(?:-(0[1-9]|1[0-2])(?!\d))?(?:-(.+))?")
_EXAMPLE = "exemple-tous-les-blocs"
_SPOKEN_EVERYWHERE = "en"  # where the workspace speaks a language that has no skeleton


def new(
    workspace: Workspace,
    slug: str,
    *,
    copy_of: str | Path | None,
    today: dt.date,
    new_id: str,
    title: str = "",
    blocks: Callable[[Path], Sequence[Mapping[str, Any]]] | None = None,
) -> Path:
    """Make `issues/<slug>/issue.yaml`, from a skeleton or as a copy with an id of its own. Returns its path.

    copy_of: an issue of the workspace, or the folder of one that is shipped. title: of the issue and of its subject;
    without it the skeleton has one made of the slug, and a copy keeps its own. blocks: gives what the skeleton holds
    between its head and its footer, once there is a folder for its pictures; asked with the path of the file to be.
    """
    if not _SLUG.fullmatch(slug):
        raise UsageError(
            sentence("“{slug}” cannot be the name of an issue", slug=slug),
            sentence(
                "use small letters, digits and hyphens, e.g. {example}", example=f"{today:%Y-%m}-printemps"
            ),
        )
    folder = workspace.issues / slug
    if folder.exists():
        raise UsageError(sentence("{folder} exists already", folder=workspace.display(folder)))
    if copy_of is None:
        text = _skeleton(workspace, slug, new_id, today, title=title)
        folder.mkdir(parents=True)
        try:
            text = _filled(text, blocks(folder / ISSUE_FILE)) if blocks else text
            (folder / ISSUE_FILE).write_text(text, encoding="utf-8")
        except BaseException:  # a full disk: nothing half made stays in the way of the next try
            shutil.rmtree(folder, ignore_errors=True)
            raise
    else:
        source = copy_of if isinstance(copy_of, Path) else find_issue(workspace, copy_of).parent
        _copy(source, folder, new_id, today, title=title)
    write_schema(workspace.issues)
    return folder / ISSUE_FILE


def example() -> Path:
    """The folder of the issue that shows every block."""
    return shipped("issues") / _EXAMPLE


def _skeleton(workspace: Workspace, slug: str, new_id: str, today: dt.date, *, title: str) -> str:
    """The first lines in the language of the workspace; JSON strings are YAML strings, whatever the name."""
    language = workspace.settings.language
    title = json.dumps(title or title_of(slug, language), ensure_ascii=False)
    organisation = json.dumps(workspace.settings.identity.name, ensure_ascii=False)
    skeletons = shipped("templates") / "workspace"
    path = skeletons / f"issue.{language}.yaml"
    if not path.is_file():
        path = skeletons / f"issue.{_SPOKEN_EVERYWHERE}.yaml"
    text = path.read_text(encoding="utf-8")
    return text.format(
        id=new_id, title=title, organisation=organisation, date=today.isoformat(), language=language
    )


def _filled(skeleton: str, blocks: Sequence[Mapping[str, Any]]) -> str:
    """The skeleton with these blocks instead of its own, between its head and its footer."""
    before, key, after = skeleton.partition("blocks:\n")
    own = read(skeleton.encode(), "").data["blocks"]
    wanted = [own[0], *(dict(block) for block in blocks), own[-1]]
    entries = ["\n".join(entry(block, 2, Manner())) for block in wanted]
    return f"{before}{key}" + "\n\n".join(entries) + "\n" if after else skeleton


def title_of(slug: str, language: str) -> str:
    """A first title, to be bettered: "December 2026" for 2026-12, "Printemps 2027" for 2027-03-printemps."""
    try:
        return long_date(dt.date.fromisoformat(slug), language)
    except ValueError:
        dated = _DATED.fullmatch(slug)
    if dated is None:
        return slug.replace("-", " ").capitalize()
    year, month, rest = dated.groups()
    if rest:
        return f"{rest.replace('-', ' ').capitalize()} {year}"
    return month_and_year(dt.date(int(year), int(month), 1), language) if month else year


def _copy(source: Path, folder: Path, new_id: str, today: dt.date, *, title: str) -> None:
    shutil.copytree(source, folder, ignore=shutil.ignore_patterns("sent.json"))
    path = folder / ISSUE_FILE
    raw = path.read_bytes().removeprefix(codecs.BOM_UTF8)
    raw = _ID.sub(f"id: {new_id}".encode(), raw, count=1)
    raw = _DATE.sub(f"date: {today.isoformat()}".encode(), raw, count=1)
    raw = _EXPIRES.sub(b"", raw)  # its own time is over, or soon will be
    if title:
        raw = _titled(raw, title)
    path.write_bytes(raw)  # another encoding is told when the copy is composed, with its place


def _titled(raw: bytes, title: str) -> bytes:
    """The file with another title and subject; as it was when it cannot be read, which its own page will say."""
    try:
        document = read(raw, ISSUE_FILE)
        edits = [Edit(Op.SET, (field,), title) for field in ("title", "subject")]
        return apply(document, edits).encode()
    except (FileProblems, EditRefused):
        return raw

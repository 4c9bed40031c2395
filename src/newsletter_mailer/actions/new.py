"""A new issue."""

from __future__ import annotations

import codecs
import datetime as dt
import json
import re
import shutil
from pathlib import Path

from newsletter_mailer.compose.dates import long_date, month_and_year
from newsletter_mailer.compose.load import find_issue
from newsletter_mailer.compose.schema import write_schema
from newsletter_mailer.config import Workspace, shipped
from newsletter_mailer.errors import UsageError
from newsletter_mailer.wording import sentence

_SLUG = re.compile(r"[a-z0-9][a-z0-9-]{0,79}")
_ID = re.compile(rb"^id:[^\r\n]*", re.MULTILINE)
_DATE = re.compile(rb"^date:[^\r\n]*", re.MULTILINE)
_EXPIRES = re.compile(rb"^expires:[^\r\n]*(?:\r\n|\r|\n|\Z)", re.MULTILINE)
_DATED = re.compile(r"([1-9]\d{3})(?:-(0[1-9]|1[0-2])(?!\d))?(?:-(.+))?")
_SPOKEN_EVERYWHERE = "en"  # where the workspace speaks a language that has no skeleton


def new(workspace: Workspace, slug: str, *, copy_of: str | None, today: dt.date, new_id: str) -> Path:
    """Make `issues/<slug>/issue.yaml`, from a skeleton or as a copy with an id of its own. Returns its path."""
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
        text = _skeleton(workspace, slug, new_id, today)
        folder.mkdir(parents=True)
        (folder / "issue.yaml").write_text(text, encoding="utf-8")
    else:
        _copy(find_issue(workspace, copy_of).parent, folder, new_id, today)
    write_schema(workspace.issues)
    return folder / "issue.yaml"


def _skeleton(workspace: Workspace, slug: str, new_id: str, today: dt.date) -> str:
    """The first lines in the language of the workspace; JSON strings are YAML strings, whatever the name."""
    language = workspace.settings.language
    title = json.dumps(title_of(slug, language), ensure_ascii=False)
    organisation = json.dumps(workspace.settings.identity.name, ensure_ascii=False)
    skeletons = shipped("templates") / "workspace"
    path = skeletons / f"issue.{language}.yaml"
    if not path.is_file():
        path = skeletons / f"issue.{_SPOKEN_EVERYWHERE}.yaml"
    text = path.read_text(encoding="utf-8")
    return text.format(
        id=new_id, title=title, organisation=organisation, date=today.isoformat(), language=language
    )


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


def _copy(source: Path, folder: Path, new_id: str, today: dt.date) -> None:
    shutil.copytree(source, folder, ignore=shutil.ignore_patterns("sent.json"))
    path = folder / "issue.yaml"
    raw = path.read_bytes().removeprefix(codecs.BOM_UTF8)
    raw = _ID.sub(f"id: {new_id}".encode(), raw, count=1)
    raw = _DATE.sub(f"date: {today.isoformat()}".encode(), raw, count=1)
    raw = _EXPIRES.sub(b"", raw)  # its own time is over, or soon will be
    path.write_bytes(raw)  # another encoding is told when the copy is composed, with its place

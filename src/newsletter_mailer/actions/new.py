"""A new issue."""

from __future__ import annotations

import datetime as dt
import json
import re
import shutil
from pathlib import Path

from newsletter_mailer.compose.load import find_issue
from newsletter_mailer.compose.schema import write_schema
from newsletter_mailer.config import Workspace
from newsletter_mailer.errors import UsageError
from newsletter_mailer.wording import sentence

_SLUG = re.compile(r"[a-z0-9][a-z0-9-]{0,79}")
_ID = re.compile(r"^id:.*$", re.MULTILINE)
_DATE = re.compile(r"^date:.*$", re.MULTILINE)

SKELETON = """\
# yaml-language-server: $schema=../issue.schema.json
id: {id}
title: {title}
subject: {title}
preheader: Ce que vous trouverez dans ce numéro, en une phrase.
date: {date}
language: {language}

blocks:
  - type: masthead
    title: {title}

  - type: text
    lead: true
    text: |
      Bonjour {{{{ subscriber.first_name or "à toutes et à tous" }}}},

      écrivez ici les premières lignes.

  - type: article
    title: Un premier article
    text: |
      Le texte s'écrit en Markdown : **gras**, *italique*, [lien](https://example.org/).

  - type: footer
"""


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
        folder.mkdir(parents=True)
        title = json.dumps(workspace.settings.identity.name, ensure_ascii=False)
        text = SKELETON.format(
            id=new_id, title=title, date=today.isoformat(), language=workspace.settings.language
        )
        (folder / "issue.yaml").write_text(text, encoding="utf-8")
    else:
        _copy(find_issue(workspace, copy_of).parent, folder, new_id, today)
    write_schema(workspace.issues)
    return folder / "issue.yaml"


def _copy(source: Path, folder: Path, new_id: str, today: dt.date) -> None:
    shutil.copytree(source, folder, ignore=shutil.ignore_patterns("sent.json"))
    path = folder / "issue.yaml"
    text = path.read_bytes().decode("utf-8-sig")
    text = _ID.sub(f"id: {new_id}", text, count=1)
    text = _DATE.sub(f"date: {today.isoformat()}", text, count=1)
    path.write_bytes(text.encode())

"""`newsletter archive`: where to look is data, what was done is talk."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from archive_kit import DAY, NOVEMBER, SECRET, on_list, sent, workspace, written
from newsletter_mailer.cli import newsletter
from newsletter_mailer.config import Workspace, write_private
from newsletter_mailer.store.database import Database
from newsletter_mailer.wording import use_language
from program import ISSUE_YAML


@pytest.fixture(autouse=True)
def _english_again() -> Iterator[None]:
    yield
    use_language("en")


@pytest.fixture
def ws(tmp_path: Path) -> Workspace:
    """One letter went to everybody, another one to the board."""
    found = workspace(tmp_path / "ws")
    write_private(found.var / "secret", SECRET.written().encode())
    with Database(found.database_url) as database:
        database.check_secret(SECRET)
        on_list(database, "adherents", ["ann@example.org"])
        on_list(database, "bureau", ["bob@example.org"], public=False)
        for number, (slug, list_) in enumerate((("novembre", "adherents"), ("conseil", "bureau"))):
            edition = written(found, slug, ISSUE_YAML.format(id=f"{slug}-000001"))
            sent(database, edition, to=list_, at=NOVEMBER + number * DAY)
    return found


def archive(ws: Workspace, *arguments: str, before: tuple[str, ...] = ()) -> Result:
    given = ["--project", str(ws.root), "--lang", "en", *before, "archive", *arguments]
    return CliRunner().invoke(newsletter, given)


def test_the_page_to_open_is_data_and_what_is_left_out_is_told(ws: Workspace) -> None:
    site = ws.root / "site"

    done = archive(ws, "-o", str(site), "--url", "https://lettres.example.org")

    assert done.exit_code == 0
    assert done.stdout == f"{site / 'index.html'}\n"
    assert "1 letter; 5 files are new or changed, 0 were taken away." in done.stderr
    assert "conseil is not shown: it did not go to all readers of a public list." in done.stderr
    assert "https://lettres.example.org/novembre/" in (site / "feed.atom").read_text(encoding="utf-8")


def test_as_json(ws: Workspace) -> None:
    site = ws.root / "site"

    done = json.loads(archive(ws, "-o", str(site), "--list", "bureau", before=("--json",)).stdout)

    assert done == {
        "folder": str(site),
        "issues": 2,
        "written": [
            "style.css",
            "conseil/index.html",
            "novembre/index.html",
            "feed.atom",
            "calendar.ics",
            "index.html",
        ],
        "removed": [],
        "left_out": [],
    }

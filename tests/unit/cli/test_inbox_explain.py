"""`newsletter inbox explain`: what it says, to people and as JSON, with a ledger and without one."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from archive_kit import SECRET
from inbox_kit import GONE, Office, complaint, dsn, mail, maildir, office
from newsletter_mailer.cli import newsletter
from newsletter_mailer.config import write_private
from newsletter_mailer.wording import use_language

FORGED = "<1.00000000000000000000000000000000@news.example.org>"


@pytest.fixture(autouse=True)
def _english_again() -> Iterator[None]:
    yield
    use_language("en")


@pytest.fixture
def desk(tmp_path: Path) -> Iterator[Office]:
    found = office(tmp_path / "ws", f"{{ maildir: {maildir(tmp_path / 'mail')} }}")
    write_private(found.workspace.var / "secret", SECRET.written().encode())
    yield found
    found.database.close()


def run(folder: Path, *arguments: object) -> Result:
    return CliRunner().invoke(
        newsletter, ["--project", str(folder), "--lang", "en", *map(str, arguments)], catch_exceptions=False
    )


def saved(folder: Path, raw: bytes) -> Path:
    file = folder / f"{len(list(folder.glob('*.eml')))}.eml"
    file.write_bytes(raw)
    return file


@pytest.mark.parametrize("global_json", [True, False])
def test_json_says_for_each_file_what_it_is_and_whether_it_is_ours(
    desk: Office, tmp_path: Path, global_json: bool
) -> None:
    ours = saved(tmp_path, desk.bounce("ann@example.org"))
    forged = saved(tmp_path, dsn("ann@example.org", FORGED, GONE))
    options = ["--json", "inbox", "explain"] if global_json else ["inbox", "explain", "--json"]

    first, second = json.loads(run(desk.workspace.root, *options, ours, forged).stdout)

    assert (first["file"], first["kind"], first["matched"]) == (str(ours), "bounce", True)
    assert first["recipients"] == [
        {
            "address": "ann@example.org",
            "class": "hard",
            "category": "gone",
            "status": "5.1.1",
            "code": 550,
            "reason": "550 5.1.1 <ann@example.org>: user unknown",
            "rule": "unknown user",
            "suppress": True,
            "matched": True,
        }
    ]
    assert (second["matched"], second["recipients"][0]["suppress"]) == (False, True)


def test_without_a_workspace_nothing_is_ours_and_all_is_explained(tmp_path: Path) -> None:
    file = saved(tmp_path, complaint("ann@example.org", FORGED))

    done = run(tmp_path, "inbox", "explain", file)

    assert done.exit_code == 0
    assert done.stdout.splitlines() == [
        f"{file}: a reader complains (about no letter of ours; feedback: abuse)",
        "  ann@example.org: wants no more, would never be written to again (feedback: abuse)",
    ]


def test_people_read_what_follows_and_the_servers_words(desk: Office, tmp_path: Path) -> None:
    bounce = saved(tmp_path, desk.bounce("ann@example.org", "552 5.2.2 mailbox full"))
    reply = saved(tmp_path, mail("Bonjour"))

    done = run(desk.workspace.root, "inbox", "explain", bounce, reply)

    assert done.stdout.splitlines() == [
        f"{bounce}: it could not be delivered (about a letter of ours; report: failed)",
        "  ann@example.org: not this time, would stay (mailbox full)",
        "    552 5.2.2 mailbox full",
        f"{reply}: somebody writes (about no letter of ours; a person, as far as anybody can tell)",
    ]


def test_explaining_changes_nothing(desk: Office, tmp_path: Path) -> None:
    file = saved(tmp_path, desk.bounce("ann@example.org"))

    run(desk.workspace.root, "inbox", "explain", file)

    assert desk.suppressed() == {}
    assert desk.fetch().read == 0

"""The table of mail programs is made from the data of Can I Email, and reads the same for whoever makes it."""

from __future__ import annotations

import io
import json
import tarfile
from pathlib import Path

import pytest

import can_i_email
from newsletter_mailer.checks.clients import support as shipped

STATS = {
    "gmail": {"ios": {"2020-01": "n", "2026-01": "y #1"}, "android": {"2026-01": "y"}},
    "outlook": {
        "windows": {"2019": "n"},
        "outlook-com": {"2026-01": "a #2"},
        "macos": {"16": "y"},
        "ios": {"26": "n"},
    },
    "orange": {"ios": {"2026-01": "u"}},
}
FEATURE = {"slug": "css-x", "title": "x", "last_test_date": "2026-01-02", "category": "css", "stats": STATS}


@pytest.mark.parametrize(
    ("client", "letter"),
    [
        ("Gmail", "y"),  # the last version counts
        ("Outlook 2007–2024 (Windows)", "n"),
        ("Outlook.com", "a"),
        ("Outlook (Mac, iOS, Android)", "a"),  # some do, some do not
        ("Orange", "u"),
        ("La Poste", "u"),
    ],
)
def test_a_group_of_programs_has_one_letter(client: str, letter: str) -> None:
    assert can_i_email.support(STATS, can_i_email.CLIENTS[client]) == letter


def test_the_table_is_made_of_the_package_as_npm_gives_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    other = {**FEATURE, "slug": "bimi", "category": "others"}
    data = json.dumps({"last_update_date": "2026-05-13 14:45:41 +0000", "data": [FEATURE, other]}).encode()
    with tarfile.open(tmp_path / "package.tgz", "w:gz") as archive:
        member = tarfile.TarInfo(can_i_email.DATA)
        member.size = len(data)
        archive.addfile(member, io.BytesIO(data))
    monkeypatch.setattr(can_i_email, "TABLE", tmp_path / "support.json")

    can_i_email.main(str(tmp_path / "package.tgz"))

    made = json.loads((tmp_path / "support.json").read_text("utf-8"))
    assert made["date"] == "2026-05-13"
    assert list(made["features"]) == ["css-x"]
    assert made["features"]["css-x"][:2] == ["x", "2026-01-02"]
    assert "2026-05-13" in capsys.readouterr().out


def test_the_table_that_is_shipped_is_one_that_it_makes() -> None:
    text = Path(shipped.__file__).with_name("support.json").read_text("utf-8")

    assert can_i_email.written(json.loads(text)) == text
    assert shipped.table().clients == tuple(can_i_email.CLIENTS)

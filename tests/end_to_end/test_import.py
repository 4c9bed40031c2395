"""What an officer sees of an import, and what a program reads."""

from __future__ import annotations

import json
import os
import sys

import pytest

from program import Newsletter

PEOPLE = """\
email;prénom;ville
ann@example.org;Ann;Albi
bob@example.org;Bob;Pau
ANN@example.org;Anne;
nobody;;
"""


def test_an_import_says_what_became_of_every_row(newsletter: Newsletter) -> None:
    people = newsletter.folder / "people.csv"
    people.write_text(PEOPLE, encoding="utf-8")

    first = newsletter.run("subscribers", "import", str(people), "--list", "members")
    second = newsletter.run("--json", "subscribers", "import", str(people), "--list", "board")

    assert first.stdout == "members: 2 new readers, 1 duplicate row, 1 row left out\n"
    assert "line 5: “nobody” is not an e-mail address" in first.stderr
    assert "people.rejects.csv" in first.stderr
    assert "--list members" in first.stderr
    assert json.loads(second.stdout) == {
        "list": "board",
        "added": 0,
        "joined": 2,
        "updated": 0,
        "unchanged": 0,
        "left_refused": 0,
        "suppressed": 0,
        "duplicates": 1,
        "departed": 0,
        "barred": 0,
        "unasked": 0,
        "dry_run": False,
        "wording": "",
        "columns": [
            {"column": "email", "field": "address"},
            {"column": "prénom", "field": "first_name"},
        ],
        "ignored": ["ville"],
        "invalid": [{"line": 5, "why": "“nobody” is not an e-mail address"}],
    }


def test_where_the_rejects_cannot_be_written_all_of_them_are_told(newsletter: Newsletter) -> None:
    rows = "".join(f"nobody{n}\n" for n in range(8))
    people = newsletter.folder / f"{'x' * 250}.csv"  # .rejects.csv makes it longer than a name may be
    people.write_text(f"email\nann@example.org\n{rows}", encoding="utf-8")

    done = newsletter.run("subscribers", "import", str(people), "--list", "members", code=1)

    assert done.stdout == "members: 1 new reader, 8 rows left out\n"
    assert [f"nobody{n}" in done.stderr for n in range(8)] == [True] * 8
    assert ".rejects.csv cannot be written: the name is too long (the other rows are imported" in done.stderr


@pytest.mark.skipif(sys.platform != "linux", reason="elsewhere every name is UTF-8")
def test_a_file_whose_name_is_written_in_another_encoding_is_imported(newsletter: Newsletter) -> None:
    people = newsletter.folder / os.fsdecode("été.csv".encode("cp1252"))
    people.write_text("email\nann@example.org\n", encoding="utf-8")

    done = newsletter.run("subscribers", "import", str(people), "--list", "members")

    assert done.stdout == "members: 1 new reader\n"


def test_a_list_on_which_nobody_came_is_not_offered_to_be_written_to(newsletter: Newsletter) -> None:
    people = newsletter.folder / "people.csv"
    people.write_text("email\nnobody\n", encoding="utf-8")

    done = newsletter.run("subscribers", "import", str(people), "--list", "members")

    assert done.stdout == "members: 0 new readers, 1 row left out\n"
    assert "dispatch" not in done.stderr

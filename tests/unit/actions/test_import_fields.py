"""Columns of a file become fields in newsletter.yaml, which keeps its comments and everything else."""

from __future__ import annotations

from pathlib import Path

import pytest

from newsletter_mailer.actions.subscribers import add_fields
from newsletter_mailer.errors import NewsletterError


def settings(folder: Path, text: str) -> Path:
    path = folder / "newsletter.yaml"
    path.write_bytes(text.encode())
    return path


@pytest.mark.parametrize(
    ("before", "after"),
    [
        (
            'a: 1\n# what is known\nsubscriber_fields:\n  role: ""  # theirs\n\nb: 2\n',
            'a: 1\n# what is known\nsubscriber_fields:\n  role: ""  # theirs\n  ville: ""\n  telephone: ""\n\nb: 2\n',
        ),
        (
            "subscriber_fields:\n    - role\n    - x\n",
            "subscriber_fields:\n    - role\n    - x\n    - ville\n    - telephone\n",
        ),
        ("a: 1", 'a: 1\n\nsubscriber_fields:\n  ville: ""\n  telephone: ""\n'),
        ("a: 1\r\n", 'a: 1\r\n\r\nsubscriber_fields:\r\n  ville: ""\r\n  telephone: ""\r\n'),
        ("subscriber_fields:\nb: 2\n", 'subscriber_fields:\n  ville: ""\n  telephone: ""\nb: 2\n'),
        ("\ufeffb: 2\n", '\ufeffb: 2\n\nsubscriber_fields:\n  ville: ""\n  telephone: ""\n'),
        (
            'subscriber_fields:\n  ville: "x"',
            'subscriber_fields:\n  ville: "x"\n  telephone: ""\n',
        ),
    ],
)
def test_fields_get_a_line_each_after_the_others(tmp_path: Path, before: str, after: str) -> None:
    path = settings(tmp_path, before)
    path.chmod(0o640)

    added = add_fields(tmp_path, ["Ville", "Téléphone", "Ville", "2e", "…", "E-mail"])

    assert path.read_bytes().decode() == after
    assert added in (("ville", "telephone"), ("telephone",))
    assert path.stat().st_mode & 0o777 == 0o640
    assert [one.name for one in tmp_path.iterdir()] == ["newsletter.yaml"]


@pytest.mark.parametrize(
    "text",
    [
        'subscriber_fields: {role: "", x: ""}\n',
        "subscriber_fields: {}\n",
        "subscriber_fields:\n  role: |\n    two\n    lines\n",
        "subscriber_fields: [a, b]\n",
        "a: [\n",
        "a: 1\na: 2\n",
    ],
)
def test_a_file_written_in_another_way_is_left_as_it_is(tmp_path: Path, text: str) -> None:
    path = settings(tmp_path, text)

    assert add_fields(tmp_path, ["Ville"]) == ()

    assert path.read_text(encoding="utf-8") == text


def test_nothing_new_changes_nothing(tmp_path: Path) -> None:
    path = settings(tmp_path, 'subscriber_fields:\n  role: ""\n')

    assert add_fields(tmp_path, ["Role", "prénom", "first name", "E-mail"]) == ()

    assert path.read_text(encoding="utf-8") == 'subscriber_fields:\n  role: ""\n'


def test_a_file_that_cannot_be_written_is_told(tmp_path: Path) -> None:
    settings(tmp_path, "a: 1\n")
    (tmp_path / ".newsletter.yaml.new").mkdir()

    with pytest.raises(NewsletterError, match=r"newsletter.yaml cannot be written"):
        add_fields(tmp_path, ["Ville"])

"""What was typed wrongly is said in one line, in the officer's language."""

from __future__ import annotations

from pathlib import Path

import pytest

from newsletter_mailer.cli import main
from newsletter_mailer.wording import language, use_language


@pytest.mark.parametrize(
    ("typed", "says"),
    [
        ("subscribers import", "FILE is missing"),
        ("subscribers import {here}/people.csv", "--list is missing"),
        ("subscribers import {here}/nobody.csv --list a", "there is no {here}/nobody.csv"),
        ("subscribers import {here} --list a", "{here} is a folder: a file is needed"),
        ("archive -o {here}/people.csv", "{here}/people.csv is a file: a folder is needed"),
        ("subscribers add a@example.org --list", "--list needs something behind it"),
        (
            "subscribers add a@example.org b --list a",
            "“b” is one word too many: quotes around a name with spaces?",
        ),
        (
            "subscribers add a@example.org --list a --asked-on 31/11/26",
            "--asked-on is a day such as 2026-11-30",
        ),
        ("subscribers add a@example.org --lst a", "there is no option --lst (did you mean --list?)"),
        ("check essai --lang fr", "--lang stands before the command: newsletter --lang … check"),
        ("check essai -q", "-q stands before the command: newsletter -q check"),
        ("subscriber", "there is no command subscriber (did you mean subscribers?)"),
        (
            "subscribers suppress a --reason x",
            "--reason is one of: hard_bounce, complaint, stop_everything, manual",
        ),
        ("completion pwsh", "SHELL is one of: bash, zsh, fish, powershell"),
        ("serve --port x", "--port is a number from 0 to 65535"),
        ("--json=1 lists", "--json stands alone: nothing belongs behind it"),
    ],
)
def test_what_was_typed_wrongly_is_said_without_a_page_of_help(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], typed: str, says: str
) -> None:
    (tmp_path / "people.csv").touch()
    words = typed.format(here=tmp_path).split()
    monkeypatch.setattr("sys.argv", ["newsletter", *words])
    monkeypatch.setenv("LC_ALL", "C.UTF-8")
    use_language("en")

    with pytest.raises(SystemExit) as ended:
        main()

    wrong, how = capsys.readouterr().err.splitlines()
    assert ended.value.code == 2
    assert wrong == f"✗ {says.format(here=tmp_path)}"
    assert how.startswith("How it is used: ")
    assert how.endswith(" --help")


def test_the_help_of_the_very_command_is_named(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr("sys.argv", ["newsletter", "subscribers", "show"])

    with pytest.raises(SystemExit):
        main()

    assert capsys.readouterr().err.endswith("newsletter subscribers show --help\n")


def test_a_command_that_is_not_there_is_told_in_the_language_asked_for(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("sys.argv", ["newsletter", "--lang", "fr", "subscriber"])

    with pytest.raises(SystemExit):
        main()

    assert language() == "fr"


def test_a_group_without_a_command_shows_its_help(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr("sys.argv", ["newsletter", "inbox"])

    with pytest.raises(SystemExit):
        main()

    assert capsys.readouterr().err.startswith("Usage: ")

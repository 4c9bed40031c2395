"""The help is in the officer's language, click's own words with it."""

from __future__ import annotations

import os
from collections.abc import Iterator

import click
import pytest
from click.testing import CliRunner

from newsletter_mailer.cli import newsletter
from newsletter_mailer.cli.contents import GROUPS
from newsletter_mailer.cli.spoken_help import language_asked, spoken
from newsletter_mailer.wording import in_language, say


@pytest.fixture(autouse=True)
def _environment() -> Iterator[None]:
    """Click speaks through the environment; a later test hears it in its own language."""
    before = os.environ.get("LANGUAGE")
    yield
    os.environ["LANGUAGE"] = before or "en"


def help_in(language: str, *command: str) -> str:
    with in_language(language):
        return CliRunner().invoke(spoken(newsletter), [*command, "--help"]).output


def every(command: click.Command) -> Iterator[click.Command]:
    yield command
    if isinstance(command, click.Group):
        for below in command.commands.values():
            yield from every(below)


def test_the_help_of_a_command_is_french_from_its_first_word_to_its_last_option() -> None:
    shown = help_in("fr", "dispatch")

    assert shown.startswith("Usage\N{NO-BREAK SPACE}: newsletter dispatch [OPTIONS]")
    assert "Exemple\N{NO-BREAK SPACE}: newsletter dispatch" in shown
    assert "[obligatoire]" in shown
    for english in ("Send an issue", "Who gets it", "Show this message", "Example", "TEXT "):
        assert english not in shown


def test_what_an_option_takes_is_named_in_french() -> None:
    shown = {command: help_in("fr", *command.split()) for command in ("subscribers add", "check", "dispatch")}

    assert "--source TEXTE" in shown["subscribers add"]
    assert "--asked-on JOUR" in shown["subscribers add"]
    assert "--sheet FICHIER" in shown["check"]
    assert "--segment NOM" in shown["dispatch"]


def test_the_help_is_english_where_nothing_else_is_asked_for() -> None:
    before = help_in("en")

    help_in("fr")

    assert help_in("en") == before
    assert before.startswith("Usage: newsletter")


def test_every_command_has_its_french() -> None:
    with in_language("fr"):
        french = [command.help for command in every(spoken(newsletter))]

    assert [text for text, own in zip(french, every(newsletter), strict=True) if text == own.help] == []


def test_the_contents_show_every_command_once_with_its_whole_first_sentence() -> None:
    shown = " ".join(help_in("en").split())

    for name, command in newsletter.commands.items():
        first = " ".join((command.help or "").split("\n\n")[0].split()).removesuffix(".")
        assert f" {name} {first}" in shown


def test_the_contents_leave_no_command_without_a_group() -> None:
    grouped = {name for _, names in GROUPS for name in names}

    assert set(newsletter.commands) - grouped == set()


@pytest.mark.parametrize(
    ("typed", "language"),
    [
        (["--lang", "fr", "--help"], "fr"),
        (["--help", "--lang=en"], "en"),
        (["status"], "de"),
        (["--lang"], ""),
    ],
)
def test_the_language_is_known_before_the_help_is_shown(typed: list[str], language: str) -> None:
    assert language_asked(typed, "de") == language


def test_an_example_keeps_its_command() -> None:
    with in_language("fr"):
        assert say("Example: {command}", command="newsletter demo").endswith("newsletter demo")


def test_what_a_command_is_about_is_named_in_the_language_too() -> None:
    assert "[OPTIONS] FICHIER\n" in help_in("fr", "subscribers", "import")
    assert "[OPTIONS] FILE..." in help_in("en", "inbox", "explain")
    assert "[OPTIONS] [FOLDER]" in help_in("en", "init")

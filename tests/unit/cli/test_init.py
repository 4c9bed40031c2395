"""The questions of `newsletter init`."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest
from click.testing import CliRunner

from newsletter_mailer.actions.init import ACCOUNTS
from newsletter_mailer.cli.beginning import init
from newsletter_mailer.cli.output import Face
from newsletter_mailer.config import Settings, SmtpSettings, load_workspace
from newsletter_mailer.config.profiles import profile_of
from newsletter_mailer.wording import in_language

ASKING = Face(
    project=None,
    language="en",
    language_given=True,
    json=False,
    quiet=False,
    verbose=False,
    colour=False,
    ask=True,
)


def test_an_address_that_the_settings_would_refuse_is_asked_for_again(tmp_path: Path) -> None:
    answers = "Nous\n1 rue\npas une adresse\nlettre@example.org\nsmtp.example.org\n\n\n"

    done = CliRunner().invoke(init, [str(tmp_path / "ws")], obj=ASKING, input=answers)

    assert done.exit_code == 0, done.output
    assert "✗ “pas une adresse” is not an e-mail address" in done.output
    assert "Error" not in done.output
    written = (tmp_path / "ws" / "newsletter.yaml").read_text(encoding="utf-8")
    assert "lettre@example.org" in written
    assert "pas une adresse" not in written


@pytest.mark.parametrize(("name", "shown"), [("Mon dossier", "ws/Mon dossier'"), ("lettre", "ws/lettre,")])
def test_the_next_command_can_be_copied_whatever_the_folder_is_called(
    tmp_path: Path, name: str, shown: str
) -> None:
    done = CliRunner().invoke(init, [str(tmp_path / "ws" / name)], obj=ASKING, input="\n" * 6)

    assert shown in done.output


def asked(folder: Path, *answers: str) -> tuple[str, Settings]:
    """What is said when the questions are answered so, and the settings afterwards."""
    done = CliRunner().invoke(init, [str(folder)], obj=ASKING, input="\n".join(answers) + "\n")
    assert done.exit_code == 0, done.output
    return done.output, load_workspace(folder, {}).settings


@pytest.mark.parametrize("chosen", ["2", "Infomaniak", "infomaniak", "mail.infomaniak.com"])
def test_a_provider_is_chosen_by_its_number_its_name_or_its_server(tmp_path: Path, chosen: str) -> None:
    _, settings = asked(tmp_path, "Nous", "1 rue", "lettre@example.org", chosen, "moi@example.org", "")

    assert (settings.smtp.host, settings.smtp.port) == ("mail.infomaniak.com", 587)
    assert (settings.smtp.security, settings.smtp.username) == ("starttls", "moi@example.org")


def test_limits_that_the_server_alone_does_not_tell_are_written_down(tmp_path: Path) -> None:
    _, settings = asked(tmp_path, "Nous", "1 rue", "lettre@example.org", "Google Workspace", "", "")

    assert settings.smtp.profile == "workspace"
    assert settings.smtp.username == "lettre@example.org"


def test_every_provider_of_the_list_has_limits_that_are_known() -> None:
    for account in ACCOUNTS:
        profile, _ = profile_of(
            SmtpSettings(host=account.host, security="tls", profile=account.profile), now=0
        )
        assert profile.name not in ("unknown", "unlimited"), account


@pytest.mark.parametrize("wrong", ["99", "chez moi", "me@example.org"])
def test_what_is_no_server_is_asked_for_again(tmp_path: Path, wrong: str) -> None:
    said, settings = asked(tmp_path, "Nous", "1 rue", "lettre@example.org", wrong, "0", "")

    assert "✗" in said
    assert settings.smtp.host == "127.0.0.1"


def test_tests_go_to_whoever_was_named(tmp_path: Path) -> None:
    _, settings = asked(tmp_path, "N", "1 rue", "lettre@example.org", "0", "a@example.org; b@example.org")

    assert settings.test_readers == ("a@example.org", "b@example.org")


def test_asked_again_only_what_was_answered_otherwise_changes_in_the_file(tmp_path: Path) -> None:
    asked(tmp_path, "Nous", "1 rue", "lettre@example.org", "ovh.example.org", "moi@example.org", "")
    path = tmp_path / "newsletter.yaml"
    before = path.read_text(encoding="utf-8").splitlines()

    said, settings = asked(tmp_path, "", "2 place: du Port", "", "", "", "")

    after = path.read_text(encoding="utf-8").splitlines()
    assert settings.identity.address == "2 place: du Port"
    assert len([line for line, old in zip(after, before, strict=True) if line != old]) == 1
    assert "identity.address" in said
    assert "sender" not in said.split("changed in")[1]


def test_asked_again_and_answered_with_enter_the_file_stays_byte_for_byte(tmp_path: Path) -> None:
    asked(tmp_path, "Nous", "1 rue", "lettre@example.org", "2", "moi@example.org", "a@example.org")
    before = (tmp_path / "newsletter.yaml").read_bytes()

    asked(tmp_path, *[""] * 6)

    assert (tmp_path / "newsletter.yaml").read_bytes() == before


@pytest.mark.parametrize(("provider", "last"), [("0", 5), ("2", 6)])
def test_the_questions_are_counted_without_a_gap(tmp_path: Path, provider: str, last: int) -> None:
    said, _ = asked(tmp_path, "Nous", "1 rue", "lettre@example.org", provider, "", "")

    numbers = [line.split(".")[0] for line in said.splitlines() if line[:1].isdecimal()]
    assert numbers == [str(number) for number in range(1, last + 1)]


@pytest.mark.parametrize(("spoken", "letter"), [("en", "en"), ("fr", "fr")])
def test_the_letter_begins_in_the_language_of_the_questions(tmp_path: Path, spoken: str, letter: str) -> None:
    nameless = replace(ASKING, language="C.", language_given=False)  # a system without a language

    with in_language(spoken):
        done = CliRunner().invoke(init, [str(tmp_path / "ws")], obj=nameless, input="\n" * 6)

    assert done.exit_code == 0, done.output
    assert load_workspace(tmp_path / "ws", {}).settings.language == letter

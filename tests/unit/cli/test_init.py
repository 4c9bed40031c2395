"""The questions of `newsletter init`."""

from __future__ import annotations

from pathlib import Path

import pytest
from click.testing import CliRunner

from newsletter_mailer.cli.issues import init
from newsletter_mailer.cli.output import Face

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
    answers = "Nous\n1 rue\npas une adresse\nlettre@example.org\nsmtp.example.org\n\n"

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
    done = CliRunner().invoke(init, [str(tmp_path / "ws" / name)], obj=ASKING, input="\n" * 5)

    assert shown in done.output

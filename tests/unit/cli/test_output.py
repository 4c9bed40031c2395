"""Tables, colours and names on the terminal."""

from __future__ import annotations

import contextlib
import errno
import io
import os
import subprocess
import sys
from contextvars import copy_context

import click
import pytest
from click.testing import CliRunner

from newsletter_mailer.cli.names import basis_name, source_name
from newsletter_mailer.cli.output import Face, show_error, table
from newsletter_mailer.errors import NewsletterError, system_reason
from newsletter_mailer.model.audience import Basis
from newsletter_mailer.wording import in_language, sentence


def test_numbers_stand_to_the_right_in_a_table(capsys: pytest.CaptureFixture[str]) -> None:
    table([("ann", "5"), ("bob", "1,200")], ("name", "readers"), counts=(1,))

    ann, bob = [
        line.rstrip() for line in capsys.readouterr().out.splitlines() if "5" in line or "1,200" in line
    ]
    assert len(ann) == len(bob)


def test_each_basis_of_a_list_has_a_name_for_people() -> None:
    assert all("_" not in basis_name(basis.value) for basis in Basis)


def test_where_the_program_noted_it_is_said_in_words_and_what_people_wrote_stays() -> None:
    with in_language("en"):  # whatever another test spoke last
        assert source_name("mail") == "mail to your inbox"
    assert source_name("bulletin papier") == "bulletin papier"


@pytest.mark.parametrize("number", [errno.ECONNREFUSED, errno.EACCES, errno.EADDRINUSE, errno.ENOSPC])
def test_why_the_system_refuses_is_not_said_in_its_english(number: int) -> None:
    with in_language("fr"):
        assert str(system_reason(OSError(number, os.strerror(number)))) != os.strerror(number)


def test_a_rare_reason_of_the_system_is_given_in_its_own_words() -> None:
    assert str(system_reason(OSError(errno.EXDEV, "{odd} words"))) == "{odd} words"


def test_ctrl_c_at_a_question_ends_its_line() -> None:
    code = (
        "import click, sys; from newsletter_mailer.cli import main, newsletter;"
        "newsletter.add_command(click.Command('ask', callback=lambda: click.prompt('Sure', err=True)));"
        "sys.argv = ['newsletter', 'ask']; main()"
    )

    done = subprocess.run(
        [sys.executable, "-c", code], stdin=subprocess.DEVNULL, capture_output=True, text=True
    )

    assert done.returncode == 130
    assert done.stderr == "Sure: \nInterrupted; nothing is lost: the same command takes it up again.\n"


@pytest.mark.parametrize(
    ("typed", "meant"),
    [("o", True), ("Oui ", True), ("y", True), ("", False), ("n", False), ("okay?", False)],
)
def test_yes_is_understood_in_every_language_and_anything_else_is_a_no(typed: str, meant: bool) -> None:
    @click.command()
    @click.pass_obj
    def ask(face: Face) -> None:
        assert face.confirm("Sure?") is meant

    face = Face(None, "fr", False, False, False, False, False, ask=True)

    done = CliRunner().invoke(ask, obj=face, input=f"{typed}\n", catch_exceptions=False)

    assert done.stderr.startswith("Sure? [")


def test_a_reader_that_stops_reading_is_no_error() -> None:
    code = (
        "import click, sys; from newsletter_mailer.cli import main, newsletter;"
        "newsletter.add_command(click.Command('much', callback=lambda: [print('x' * 99) for _ in range(9999)]));"
        "sys.argv = ['newsletter', 'much']; main()"
    )
    program = subprocess.Popen([sys.executable, "-c", code], stdout=subprocess.PIPE, stderr=subprocess.PIPE)
    assert program.stdout is not None
    program.stdout.read(10)

    program.stdout.close()

    assert program.wait(timeout=120) == 0
    assert program.stderr is not None
    assert program.stderr.read() == b""
    program.stderr.close()


def test_no_color_takes_the_colour_from_errors_and_tables_too() -> None:
    options = {"project": None, "lang": "en", "as_json": 0, "quiet": 0, "verbose": 0, "no_input": 1}

    for no_color in (False, True):
        said = copy_context().run(marked, {**options, "no_color": no_color})

        assert said == ("✗ no\n" if no_color else "\x1b[31m✗\x1b[0m no\n")


def marked(options: dict[str, object]) -> str:
    """What an error looks like on a terminal, with these options."""
    Face.from_options(options)
    said = io.StringIO()
    said.isatty = lambda: True  # type: ignore[method-assign]
    with contextlib.redirect_stderr(said):
        show_error(NewsletterError(sentence("no")))
    return said.getvalue()

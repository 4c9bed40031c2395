"""What goes wrong is told in words, whoever is to blame."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator

import click
import pytest

from newsletter_mailer.cli import main, newsletter, output
from newsletter_mailer.wording import use_language

Call = Callable[..., int]


@pytest.fixture
def call(monkeypatch: pytest.MonkeyPatch) -> Iterator[Call]:
    """`newsletter … break` with a command that fails as told; gives the exit code."""

    def run(error: Exception, *options: str) -> int:
        @click.command("break")
        def broken() -> None:
            raise error

        newsletter.add_command(broken)
        monkeypatch.setattr(sys, "argv", ["newsletter", "--lang", "en", *options, "break"])
        with pytest.raises(SystemExit) as ended:
            main()
        return int(ended.value.code or 0)

    yield run
    newsletter.commands.pop("break", None)
    output.tell_more(False)
    use_language("en")


def test_a_file_that_the_system_refuses_is_named_with_the_reason(
    call: Call, capsys: pytest.CaptureFixture[str]
) -> None:
    code = call(PermissionError(13, "Permission denied", "/out/issue.html"))

    assert code == 1
    assert capsys.readouterr().err == "✗ /out/issue.html: there is no right to do that\n"


def test_a_fault_of_the_program_is_one_line_and_what_to_do(
    call: Call, capsys: pytest.CaptureFixture[str]
) -> None:
    code = call(ZeroDivisionError("division\nby zero"))

    said = capsys.readouterr().err
    assert code == 1
    assert said.startswith("✗ a fault of this program: ZeroDivisionError: division by zero\n")
    assert "newsletter -v" in said
    assert "Traceback" not in said


@pytest.mark.parametrize("error", [ZeroDivisionError("no"), FileNotFoundError(2, "No such file", "/x")])
def test_verbose_shows_where_it_happened(
    call: Call, capsys: pytest.CaptureFixture[str], error: Exception
) -> None:
    code = call(error, "-v")

    said = capsys.readouterr().err
    assert code == 1
    assert "Traceback" in said
    assert "in broken" in said

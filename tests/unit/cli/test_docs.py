"""The reference says what the program can do: every command, every option, every setting."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import click
import pytest
from pydantic import BaseModel

from newsletter_mailer.cli import newsletter
from newsletter_mailer.config import Settings

ROOT = Path(__file__).parents[3]
REFERENCE = (ROOT / "docs" / "reference.md").read_text(encoding="utf-8")


def commands(group: click.Group, before: str = "") -> Iterator[tuple[str, click.Command]]:
    for name, command in group.commands.items():
        if isinstance(command, click.Group):
            yield from commands(command, f"{before}{name} ")
        else:
            yield f"{before}{name}", command


def settings(model: type[BaseModel], before: str = "") -> Iterator[str]:
    for name, field in model.model_fields.items():
        kind = field.annotation
        if isinstance(kind, type) and issubclass(kind, BaseModel):
            yield from settings(kind, f"{name}.")
        else:
            yield f"{before}{name}"


@pytest.mark.parametrize(("name", "command"), list(commands(newsletter)))
def test_every_command_has_an_example_and_stands_in_the_reference(name: str, command: click.Command) -> None:
    row = next((line for line in REFERENCE.splitlines() if line.startswith(f"| `{name}")), "")
    options = [option for parameter in command.params for option in parameter.opts if option.startswith("--")]

    assert "Example: newsletter" in (command.help or "")
    assert row
    assert [option for option in options if option not in row and option != "--output"] == []


@pytest.mark.parametrize("name", list(settings(Settings)))
def test_every_setting_stands_in_the_reference(name: str) -> None:
    assert f"`{name}`" in REFERENCE


@pytest.mark.parametrize("section", ["Commands", "Exit codes", "JSON", "Settings", "Files"])
def test_the_reference_has_its_sections(section: str) -> None:
    assert f"# {section}\n" in REFERENCE


def test_readme_names_only_commands_that_exist() -> None:
    known = {name for name, _ in commands(newsletter)}
    readme = (ROOT / "README.md").read_text(encoding="utf-8")
    used = {
        line.split("newsletter ", 1)[1].split("#")[0].strip()
        for line in readme.splitlines()
        if line.startswith("newsletter ")
    }

    assert used
    assert [
        call for call in used if not any(call == name or call.startswith(f"{name} ") for name in known)
    ] == []

"""The reference says what the program can do: every command, every option, every setting."""

from __future__ import annotations

import configparser
import re
from collections.abc import Iterator
from pathlib import Path

import click
import pytest
from pydantic import BaseModel

from newsletter_mailer.cli import newsletter
from newsletter_mailer.config import Settings

ROOT = Path(__file__).parents[3]
PAGES = [ROOT / name for name in ("README.md", "CHANGELOG.md", "CONTRIBUTING.md")] + sorted(
    ROOT.glob("docs/*.md")
)
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


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_links_and_pictures_of_the_documentation_lead_somewhere(page: Path) -> None:
    text = page.read_text(encoding="utf-8")
    near = [target for target in re.findall(r"\]\(([^)\s]+)\)", text) if not re.match(r"[a-z]+:|#", target)]

    assert [target for target in near if not (page.parent / target.partition("#")[0]).is_file()] == []
    assert near or page.name != "README.md"


@pytest.mark.parametrize("name", [name for name, _ in commands(newsletter)])
def test_the_changelog_names_every_command(name: str) -> None:
    changes = (ROOT / "CHANGELOG.md").read_text(encoding="utf-8")

    assert f"`{name}`" in changes or f"`newsletter {name}`" in changes


def test_the_architecture_page_shows_the_chain_that_is_checked() -> None:
    contracts = configparser.ConfigParser()
    contracts.read(ROOT / ".importlinter", encoding="utf-8")
    checked = " > ".join(contracts["importlinter:contract:layers"]["layers"].split("\n")).strip(" >")
    page = " ".join((ROOT / "docs" / "architecture.md").read_text(encoding="utf-8").split())

    assert checked in page


def test_paths_in_the_sources_exist() -> None:
    named = {
        (path.name, name)
        for path in (ROOT / "src").rglob("*.py")
        for name in re.findall(r"\bdocs/[\w./-]*\w", path.read_text(encoding="utf-8"))
    }

    assert [(path, name) for path, name in sorted(named) if not (ROOT / name).exists()] == []

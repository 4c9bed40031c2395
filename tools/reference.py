"""Writes the pages of the reference that the code itself knows: commands, settings, and what an issue may say.

Run as `make reference`; a test compares the pages with the code.
"""

from __future__ import annotations

import inspect
import json
import types
import typing
from collections.abc import Iterator, Mapping
from enum import Enum
from pathlib import Path
from typing import Annotated, Any, Literal, Union, get_args, get_origin

import click
from pydantic import BaseModel
from pydantic.fields import FieldInfo
from pydantic_core import PydanticUndefined

from newsletter_mailer.cli import newsletter
from newsletter_mailer.cli.contents import GROUPS
from newsletter_mailer.config import Settings
from newsletter_mailer.model.blocks import AnyBlock
from newsletter_mailer.model.issue import Issue

MOST_NAMED = 8  # of the choices that a field has
DOCS = Path(__file__).parents[1] / "docs"
_MADE = "<!-- Made by tools/reference.py from the code: `make reference` writes it anew. -->"


def pages() -> dict[str, str]:
    """The pages by their paths below docs/."""
    return {
        "reference/commands.md": "\n".join(commands()) + "\n",
        "reference/settings.md": "\n".join(settings()) + "\n",
        "reference/issue.md": "\n".join(issue()) + "\n",
    }


def commands() -> Iterator[str]:
    """Every command with its help, by what one has in mind."""
    yield from ("# Commands", "", _MADE, "")
    yield "`newsletter COMMAND --help` says the same on the screen, in English or French."
    yield from ("", "Options of every command stand before its name:", "")
    yield from _options(newsletter)
    for title, names in GROUPS:
        yield from ("", f"## {title}")
        for name in names:
            if name in newsletter.commands:
                yield from _command(newsletter.commands[name], name)


def _command(command: click.Command, name: str) -> Iterator[str]:
    if not isinstance(command, click.Group) or command.invoke_without_command:
        yield from ("", f"### newsletter {name}", "")
        yield from _help(command)
        yield from _options(command)
    if isinstance(command, click.Group):
        for below in sorted(command.commands):
            yield from _command(command.commands[below], f"{name} {below}")


def _help(command: click.Command) -> Iterator[str]:
    for paragraph in inspect.cleandoc(command.help or "").split("\n\n"):
        if paragraph.startswith("Example: "):
            yield from ("```sh", " ".join(paragraph.removeprefix("Example: ").split()), "```", "")
        else:
            yield from (_plain(" ".join(paragraph.replace("\b", "").split())), "")


def _options(command: click.Command) -> Iterator[str]:
    context = click.Context(command)
    rows = [
        (" ".join(_names(option, context)), option.help or "", _given(option))
        for option in command.params
        if isinstance(option, click.Option) and option.name != "help"
    ]
    if rows:
        yield from ("| option | does |", "|---|---|")
        yield from (f"| {names} | {_cell(help_)}{given} |" for names, help_, given in rows)


def _names(option: click.Option, context: click.Context) -> Iterator[str]:
    yield from (f"`{name}`" for name in (*option.opts, *option.secondary_opts))
    if not option.is_flag:
        yield f"`{_cell(option.make_metavar(context))}`"


def _given(option: click.Option) -> str:
    notes = ["required"] * option.required + ["several times"] * option.multiple
    return f" ({', '.join(notes)})" if notes else ""


def settings() -> Iterator[str]:
    """Every setting with its default and its variable."""
    yield from ("# Settings", "", _MADE, "")
    yield "They stand in `newsletter.yaml`. Each can be given by a variable of the environment, which wins."
    flat = [name for name, field in Settings.model_fields.items() if not _section(field)]
    yield from ("", "## Of the workspace", "", *_table(Settings, flat, prefix=()))
    for name, field in Settings.model_fields.items():
        section = _section(field)
        if section:
            yield from ("", f"## {name}", "", *_sections(section, (name,)))


def _sections(section: type[BaseModel], path: tuple[str, ...]) -> Iterator[str]:
    yield from (_plain(_first_line(section)), "")
    yield from _table(section, list(section.model_fields), prefix=path)
    for name, field in section.model_fields.items():
        below = _section(field)
        if below:
            yield from ("", f"### {'.'.join((*path, name))}", "", *_sections(below, (*path, name)))


def _table(model: type[BaseModel], names: list[str], *, prefix: tuple[str, ...]) -> Iterator[str]:
    yield from ("| setting | takes | default | |", "|---|---|---|---|")
    for name in names:
        field = model.model_fields[name]
        said = _cell(field.description or "")
        variable = "NEWSLETTER_" + "__".join(part.upper() for part in (*prefix, name))
        yield f"| `{name}` | {_kind(field.annotation)} | {_default(field)} | {said}<br>`{variable}` |"


def issue() -> Iterator[str]:
    """What `issue.yaml` may say: its head, and each type of block."""
    yield from ("# The issue file", "", _MADE, "")
    yield "`issues/issue.schema.json` says the same to editors, which then complete and check while you type."
    yield from ("", "## The head", "", *_fields(Issue))
    seen: set[type[BaseModel]] = set()
    for block in get_args(get_args(AnyBlock)[0]):
        kind = get_args(block.model_fields["type"].annotation)[0]
        yield from ("", f"## {kind}", "", _plain(_first_line(block)), "", *_fields(block))
        for part in _parts(block):
            if part not in seen:
                seen.add(part)
                yield from ("", f"### {part.__name__}", "", _plain(_first_line(part)), "", *_fields(part))


def _fields(model: type[BaseModel]) -> Iterator[str]:
    yield from ("| field | takes | |", "|---|---|---|")
    for name, field in model.model_fields.items():
        needed = "**needed.** " if field.is_required() and name != "type" else ""
        default = _default(field)
        given = f" Default: {default}." if default not in ("", "—") else ""
        yield f"| `{name}` | {_kind(field.annotation)} | {needed}{_cell(field.description or '')}{given} |"


def _parts(model: type[BaseModel]) -> Iterator[type[BaseModel]]:
    for field in model.model_fields.values():
        for part in _models(field.annotation):
            yield part
            yield from _parts(part)


def _models(annotation: Any) -> Iterator[type[BaseModel]]:
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        yield annotation
    elif not isinstance(annotation, type):
        for inner in get_args(annotation):
            yield from _models(inner)


def _section(field: FieldInfo) -> type[BaseModel] | None:
    """The settings inside a setting."""
    return next(_models(field.annotation), None) if get_origin(field.annotation) is not dict else None


def _kind(annotation: Any) -> str:
    origin, inner = get_origin(annotation), get_args(annotation)
    if origin is Annotated:
        return _kind(inner[0])
    if origin in (Union, types.UnionType) and len(inner) > MOST_NAMED:
        return "the kinds below"
    if origin in (Union, types.UnionType):
        return " or ".join(dict.fromkeys(_kind(each) for each in inner if each is not type(None)))
    if origin is Literal:
        return ", ".join(f"`{each}`" for each in inner)
    if origin in (tuple, list):
        return f"a list of {_kind(inner[0])}"
    if origin in (dict, Mapping):
        return f"{_kind(inner[0])}: {_kind(inner[1])}"
    return _name(annotation)


def _name(kind: Any) -> str:
    if isinstance(kind, type) and issubclass(kind, BaseModel):
        return kind.__name__.removesuffix("Settings")
    if isinstance(kind, type) and issubclass(kind, Enum):
        return ", ".join(f"`{each.value}`" for each in kind)
    words = {str: "text", int: "number", float: "number", bool: "`true`, `false`"}
    return words.get(kind, {"date": "a day", "datetime": "a minute", "time": "a time"}.get(
        getattr(kind, "__name__", ""), typing.cast("str", getattr(kind, "__name__", "text")).lower()
    ))  # fmt: skip


def _default(field: FieldInfo) -> str:
    value = field.get_default(call_default_factory=True)
    if value is PydanticUndefined or value is None or value in ("", (), {}) or isinstance(value, BaseModel):
        return "—"
    value = list(value) if isinstance(value, tuple) else value
    return f"`{value if isinstance(value, str) else json.dumps(value, default=str)}`"


def _first_line(model: type[BaseModel]) -> str:
    return inspect.cleandoc(model.__doc__ or "").split("\n")[0]


def _cell(text: str) -> str:
    return _plain(" ".join(text.split())).replace("|", "\\|")


def _plain(text: str) -> str:
    """Angle brackets are words here, not HTML."""
    return text.replace("<", "&lt;")


def main() -> None:
    """Write the pages."""
    for name, text in pages().items():
        path = DOCS / name
        path.parent.mkdir(exist_ok=True)
        path.write_text(text, encoding="utf-8")


if __name__ == "__main__":
    main()

"""newsletter.yaml and the environment become a workspace; everything wrong with them is told at once."""

from __future__ import annotations

import json
import os
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

from newsletter_mailer.config.settings import Settings
from newsletter_mailer.config.workspace import SETTINGS_FILE, Workspace
from newsletter_mailer.errors import ConfigError, FileProblems, Problem
from newsletter_mailer.wording import sentence
from newsletter_mailer.yamlio.problems import validate
from newsletter_mailer.yamlio.reader import Document, read

ENVIRONMENT_PREFIX = "NEWSLETTER_"


def load_workspace(root: Path, environment: Mapping[str, str] = os.environ) -> Workspace:
    """The workspace with its settings, the environment winning. Raises ConfigError with every problem."""
    try:
        document = read((root / SETTINGS_FILE).read_bytes(), SETTINGS_FILE)
    except FileProblems as error:
        raise ConfigError(error.problems) from error
    overridden, names = _overlay(document, environment)
    settings, problems = validate(overridden, Settings)
    problems = [_blamed(problem, names) for problem in problems]
    if settings is None or problems:
        raise ConfigError(problems)
    workspace = Workspace(root.resolve(), settings)
    if not any(folder.is_dir() for folder in workspace.theme_folders if folder.name == settings.theme):
        raise ConfigError([_blamed(_no_theme(document, workspace), names)])
    return workspace


def _no_theme(document: Document, workspace: Workspace) -> Problem:
    mark = document.values.get(("theme",))
    line, column = (mark.line, mark.column) if mark else (0, 0)
    known = sorted(
        {
            path.name
            for base in workspace.theme_bases
            for path in base.glob("*")
            if (path / "layout.mjml").is_file()
        }
    )
    what = sentence("there is no theme “{theme}”", theme=workspace.settings.theme)
    hint = sentence("the themes are: {known}", known=", ".join(known))
    return Problem(SETTINGS_FILE, line, column, what, hint, "theme")


def _overlay(document: Document, environment: Mapping[str, str]) -> tuple[Document, Mapping[str, str]]:
    """The document with values from the environment; the names by which to blame them."""
    if not isinstance(document.data, dict | None):
        return document, {}
    data = dict(document.data or {})
    names: dict[str, str] = {}
    for variable, given in sorted(environment.items()):
        section, _, key = variable.removeprefix(ENVIRONMENT_PREFIX).lower().partition("__")
        if (
            not variable.startswith(ENVIRONMENT_PREFIX)
            or section not in Settings.model_fields
            or key == "password"
        ):
            continue
        value = _given(given)
        names[f"{section}.{key}" if key else section] = variable
        if key:
            inner = data.get(section)
            data[section] = {**(inner if isinstance(inner, dict) else {}), key: value}
        else:
            data[section] = value
    return replace(document, data=data), names


def _given(value: str) -> Any:
    """A variable's value: text, or JSON where it begins like a list or a mapping."""
    if not value.startswith(("[", "{")):
        return value
    try:
        return json.loads(value)
    except ValueError:
        return value  # told as text of the wrong kind, with the variable's name


def _blamed(problem: Problem, names: Mapping[str, str]) -> Problem:
    """A problem of a value that the environment gave names the variable instead of a line."""
    inside = (name for field, name in names.items() if f"{problem.field}.".startswith(f"{field}."))
    variable = next(inside, "")
    return Problem(variable, 0, 0, problem.what, problem.hint) if variable else problem

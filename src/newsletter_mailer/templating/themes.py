"""The templates of a theme."""

from __future__ import annotations

import traceback
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

from jinja2 import (
    Environment,
    FileSystemLoader,
    FunctionLoader,
    StrictUndefined,
    TemplateError,
    TemplateNotFound,
)
from jinja2.sandbox import ImmutableSandboxedEnvironment

from newsletter_mailer.errors import NewsletterError
from newsletter_mailer.wording import Sentence, sentence

Render = Callable[[str, Mapping[str, Any]], str]
_IN_TEMPLATES = (  # what Python says of `{{ 1 + "a" }}`, `{{ 1 / 0 }}`, a template that includes itself …
    TemplateError,
    TypeError,
    ValueError,
    ArithmeticError,
    LookupError,
    AttributeError,
    RecursionError,
)


def theme_templates(folders: Sequence[Path], filters: Mapping[str, Callable[..., Any]]) -> Render:
    """The templates of a theme as one function of a file's name and its values; the first folder that has it wins.

    What is printed is escaped, but in `.txt`. A file that changes is read again. The function raises
    NewsletterError, with file and line, for a template that is missing, unreadable or names what nobody knows.
    """
    files = FileSystemLoader([str(folder) for folder in folders])
    environment = ImmutableSandboxedEnvironment(
        loader=FunctionLoader(lambda name: _source(files, environment, name)),
        autoescape=lambda name: not (name or "").endswith(".txt"),
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=False,
    )
    environment.filters.update(filters)

    def render(name: str, values: Mapping[str, Any]) -> str:
        try:
            return environment.get_template(name).render(values)
        except TemplateNotFound as error:
            places = ", ".join(str(folder) for folder in folders)
            hint = sentence("it is looked for in {folders}", folders=places)
            raise NewsletterError(sentence("the theme has no file {name}", name=error.name), hint) from error
        except _IN_TEMPLATES as error:
            raise NewsletterError(_in_template(error, name, folders)) from error

    return render


def _source(
    files: FileSystemLoader, environment: Environment, name: str
) -> tuple[str, str, Callable[[], bool]]:
    """A template, its file, and whether both are still so: a workspace may begin to override it meanwhile."""
    try:
        text, file, unchanged = files.get_source(environment, name)
    except UnicodeDecodeError as error:
        hint = sentence("save the file again with the encoding UTF-8: your editor's “Save as” offers it")
        raise NewsletterError(
            sentence("the theme's file {name} is not written in UTF-8", name=name), hint
        ) from error
    return text, file, lambda: unchanged() and _first(files.searchpath, name) == Path(file)


def _first(folders: Sequence[str], name: str) -> Path | None:
    """The file of that name in the first folder that has it."""
    return next((path for folder in folders if (path := Path(folder, name)).is_file()), None)


def _in_template(error: Exception, name: str, folders: Sequence[Path]) -> Sentence:
    """What a template got wrong: Jinja2 puts the template's own lines into the traceback."""
    file, line = name, getattr(error, "lineno", 0)
    for frame in traceback.extract_tb(error.__traceback__):
        if any(Path(frame.filename).is_relative_to(folder) for folder in folders):
            file, line = Path(frame.filename).name, frame.lineno or 0
    reason = (error.message if isinstance(error, TemplateError) else str(error)) or type(error).__name__
    return sentence(
        "{file}:{line}: the theme's template cannot be used: {reason}", file=file, line=line, reason=reason
    )

"""What pydantic found wrong, said to an author: at the line of the value, in words, with a way to mend it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, TypeVar

from pydantic import BaseModel, ValidationError

from newsletter_mailer.errors import Problem
from newsletter_mailer.yamlio.finding import Finding
from newsletter_mailer.yamlio.places import Mark
from newsletter_mailer.yamlio.reader import REFUSED, Document, Path
from newsletter_mailer.yamlio.sentences import explain
from newsletter_mailer.yamlio.shape import fields_at

MOST_PROBLEMS = 300  # of one file; nobody reads more

M = TypeVar("M", bound=BaseModel)


def validate(
    document: Document, model: type[M], *, context: Mapping[str, Any] | None = None
) -> tuple[M | None, list[Problem]]:
    """The document as a model, or None; and everything wrong with it, in the order of the file."""
    problems = list(document.problems)
    value: M | None = None
    try:
        if document.data is not REFUSED:
            value = model.model_validate(document.data, context=dict(context or {}))
    except ValidationError as error:
        found = [
            _problem(document, model, detail) for detail in error.errors(include_url=False)[:MOST_PROBLEMS]
        ]
        problems += dict.fromkeys(problem for problem in found if problem)
    return value, sorted(problems, key=lambda problem: (problem.line, problem.column))


def place_of(document: Document, path: Path) -> Mark:
    """Where a value stands; for one that is not in the file, where the nearest thing around it does."""
    while path and path not in document.values:
        path = path[:-1]
    return document.values[path]


def _problem(document: Document, model: type[BaseModel], detail: Any) -> Problem | None:
    """One of pydantic's errors as a problem; None when the reader has complained of that value already."""
    value, details = detail["input"], detail.get("ctx", {})
    if value is REFUSED or _is_too_short_for_errors_inside(detail):
        return None
    path, on_key = _path(document.data, detail["loc"])
    if isinstance(value, str):
        value = _at(document.data, path) or value  # as typed, not as a model's validator made it
    inner = path[:-1] if on_key else path
    finding = Finding(
        kind=detail["type"],
        path=inner,
        value=path[-1] if on_key else value,
        details=details,
        known=fields_at(model, path[:-1], document.data),
        inside=tuple(fields_at(model, path, document.data)),
        around=_at(document.data, path[:-1]),
        message=detail["msg"],
        comment=_begins_a_comment(document, path),
    )
    at, what, hint = explain(finding)
    at = path if on_key else at
    mark = document.keys.get(at) if on_key or finding.kind in _ON_THE_KEY else None
    mark = mark or place_of(document, at)
    return Problem(document.path, mark.line, mark.column, what, hint, ".".join(map(str, at)))


def _is_too_short_for_errors_inside(detail: Any) -> bool:
    """Pydantic counts only the valid entries of a list; each of the others has an error of its own."""
    return bool(detail["type"] == "too_short" and len(detail["input"]) >= detail["ctx"]["min_length"])


_ON_THE_KEY = frozenset({"extra_forbidden", "inline_password"})


def _path(data: Any, loc: Path) -> tuple[Path, bool]:
    """Pydantic's location as a path of the file, and whether it means the key.

    Pydantic adds the type of a block behind its number, and "[key]" for a key that does not fit.
    """
    path: Path = ()
    in_entry = False  # the step before was a number in a list
    for step in loc:
        here = _at(data, path)
        tag = in_entry and isinstance(here, Mapping) and here.get("type") == step
        in_entry = isinstance(step, int)
        if not tag and step != "[key]":
            path = (*path, step)
    return path, loc[-1:] == ("[key]",)


def _at(data: Any, path: Path) -> Any:
    """The value at a path, None when there is none."""
    for step in path:
        try:
            data = data[step]
        except (KeyError, IndexError, TypeError):
            return None
    return data


def _begins_a_comment(document: Document, path: Path) -> bool:
    """Whether an empty value is empty because its text begins with # (`title: #hashtag`)."""
    mark = document.values.get(path)
    if mark is None or mark.start != mark.end:
        return False
    return document.text[mark.start :].split("\n", 1)[0].lstrip().startswith("#")

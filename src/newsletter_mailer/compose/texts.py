"""The words of an issue made ready for the theme: merge tags under their marks, plain texts set in type."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from typing import Any, TypeVar

from newsletter_mailer.compose.merge import Marks
from newsletter_mailer.compose.typography import typeset_line
from newsletter_mailer.model.part import Part

P = TypeVar("P", bound=Part)

_NOT_WORDS = frozenset({"picture", "file", "expression", "word"})


def prepared(part: P, marks: Marks, language: str) -> P:
    """The same part of an issue with its texts made ready; Markdown is set later, when its markup is known."""
    changes = {
        name: _prepared(getattr(part, name), kind, marks, language)
        for name, kind in _kinds(type(part)).items()
    }
    return part.model_copy(update=changes)


def _prepared(value: Any, kind: str, marks: Marks, language: str) -> Any:
    if isinstance(value, Part):
        return prepared(value, marks, language)
    if isinstance(value, tuple):
        return tuple(_prepared(item, kind, marks, language) for item in value)
    if not isinstance(value, str) or kind in _NOT_WORDS:
        return value
    hidden = marks.hide(value)
    return typeset_line(hidden, language) if kind == "text" else hidden


@cache
def _kinds(model: type[Part]) -> Mapping[str, str]:
    """What each field of a model holds: a format such as text, markdown or picture, or a word that the model chooses."""
    return {name: _kind(schema) for name, schema in model.model_json_schema()["properties"].items()}


def _kind(schema: Mapping[str, Any]) -> str:
    for choice in (schema, *schema.get("anyOf", ())):
        if "const" in choice or "enum" in choice or "pattern" in choice:
            return "word"
        if "format" in choice:
            return str(choice["format"])
    return "text"

"""An issue's data as JSON has it, and back."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from newsletter_mailer.yamlio.edits import Edit, Op, edited, found, small_steps, there
from newsletter_mailer.yamlio.reader import REFUSED


def plain(value: Any) -> Any:
    """The data as it was written: a number that has another form, such as 01.20, is a text."""
    if isinstance(value, dict):
        return {name: plain(inner) for name, inner in value.items()}
    if isinstance(value, list):
        return [plain(inner) for inner in value]
    written = getattr(value, "written", None)
    if written is not None:
        return value if repr(value) == written else written
    return None if value is REFUSED else value


def for_form(value: Any) -> Any:
    """The same without the line ends at the end of a text, which no form shows."""
    if isinstance(value, dict):
        return {name: for_form(inner) for name, inner in value.items()}
    if isinstance(value, list):
        return [for_form(inner) for inner in value]
    return value.rstrip("\n") if isinstance(value, str) else plain(value)


def _as_typed(edit: Edit, data: Any) -> Edit:
    """The edit as an author would write it: a text of several lines ends with a line end, as it does in an editor.

    The readers of issues cut it off again; without it, YAML would write |- where everybody writes |.
    """
    if edit.op not in (Op.SET, Op.INSERT):
        return edit
    value = _ended(edit.value)
    old = found(data, edit.path) if edit.op is Op.SET and there(data, edit.path) else None
    if (
        isinstance(value, str)
        and isinstance(old, str)
        and value
        and old.endswith("\n")
        and not value.endswith("\n")
    ):
        value += "\n"
    return Edit(edit.op, edit.path, value, edit.to)


def _ended(value: Any) -> Any:
    if isinstance(value, dict):
        return {name: _ended(inner) for name, inner in value.items()}
    if isinstance(value, list):
        return [_ended(inner) for inner in value]
    if isinstance(value, str):
        text = value.replace("\r\n", "\n")
        return f"{text}\n" if "\n" in text and not text.endswith("\n") else text
    return value


def typed(data: Any, edits: Sequence[Edit]) -> list[Edit]:
    """All of them, each made on what the ones before it left. Raises EditRefused."""
    made = []
    for edit in edits:
        made.append(_as_typed(edit, data))
        for step in list(small_steps(data, made[-1])):
            data = edited(data, step)
    return made

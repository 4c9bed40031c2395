"""Edits at random, and what they make of plain data: by other means than the program's own."""

from __future__ import annotations

from random import Random
from typing import Any

from newsletter_mailer.yamlio.edits import Edit, Op
from yaml_authors import NAMES, Path, value


def paths(data: Any, path: Path = ()) -> list[Path]:
    """Of every value, the outer before the inner."""
    inside = data.items() if isinstance(data, dict) else enumerate(data) if isinstance(data, list) else ()
    return [path, *(each for step, inner in inside for each in paths(inner, (*path, step)))]


def at(data: Any, path: Path) -> Any:
    """The value at a path."""
    for step in path:
        data = data[step]
    return data


def any_edit(random: Random, data: dict[str, Any]) -> Edit:
    """An edit that fits the data."""
    places = paths(data)
    while True:
        path = random.choice(places)
        op, there = random.choice(list(Op)), at(data, path)
        if op is Op.SET and path and random.random() < 0.6:
            return Edit(op, path, value(random))
        if op is Op.SET and isinstance(there, dict):
            return Edit(op, (*path, random.choice(NAMES)), value(random))
        if op is Op.INSERT and isinstance(there, list):
            return Edit(op, (*path, random.randint(0, len(there))), value(random))
        if op is Op.REMOVE and path and (len(path) > 1 or len(data) > 1):
            return Edit(op, path)
        if op is Op.MOVE and isinstance(there, list) and there:
            return Edit(op, (*path, random.randrange(len(there))), to=random.randrange(len(there)))


def expected(data: Any, edit: Edit) -> Any:
    """The same change on plain data, by other means."""
    changed = _copied(data)
    *around, last = edit.path
    inside = at(changed, tuple(around))
    if edit.op is Op.SET:
        inside[last] = edit.value
    elif edit.op is Op.INSERT:
        inside[last:last] = [edit.value]
    elif edit.op is Op.REMOVE:
        del inside[last]
    else:
        inside.insert(edit.to, inside.pop(last))
    return changed


def _copied(data: Any) -> Any:
    if isinstance(data, dict):
        return {name: _copied(inner) for name, inner in data.items()}
    return [_copied(inner) for inner in data] if isinstance(data, list) else data

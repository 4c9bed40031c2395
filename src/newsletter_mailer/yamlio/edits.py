"""What a form does to the data of a file: set, insert, remove and move, as values."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from enum import Enum
from typing import Any

from newsletter_mailer.errors import NewsletterError
from newsletter_mailer.wording import sentence
from newsletter_mailer.yamlio.reader import Path


class Op(Enum):
    """What is done at a path."""

    SET = "set"  #: give a value to a field or an entry; a field that is missing is added
    INSERT = "insert"  #: a new entry of a list before the one at the path, or after the last
    REMOVE = "remove"  #: a field or an entry goes
    MOVE = "move"  #: an entry of a list becomes entry number `to`


@dataclass(frozen=True, slots=True)
class Edit:
    """One change of a file's data."""

    op: Op
    path: Path
    value: Any = None  #: of set and insert
    to: int = 0  #: of move: the number that the entry has afterwards


class EditRefused(NewsletterError):
    """A change that the file cannot take; nothing was changed."""


def same(one: Any, other: Any) -> bool:
    """Whether two values of a file mean the same: 1, 1.0, true and "1" are four different things."""
    if isinstance(one, dict) and isinstance(other, dict):
        return one.keys() == other.keys() and all(same(one[key], other[key]) for key in one)
    if isinstance(one, list) and isinstance(other, list):
        return len(one) == len(other) and all(map(same, one, other))
    return _kind(one) is _kind(other) and (one == other or (one != one and other != other))


def _kind(value: Any) -> type:
    for kind in (bool, int, float, str, dict, list):
        if isinstance(value, kind):
            return kind
    return type(value)


def found(data: Any, path: Path) -> Any:
    """The value at a path. Raises EditRefused when there is none."""
    for step in path:
        try:
            if isinstance(step, int) != isinstance(data, list) or (isinstance(step, int) and step < 0):
                raise KeyError(step)
            data = data[step]
        except (KeyError, IndexError, TypeError) as error:
            raise _nowhere(path) from error
    return data


def there(data: Any, path: Path) -> bool:
    """Whether there is a value at a path."""
    try:
        found(data, path)
    except EditRefused:
        return False
    return True


def edited(data: Any, edit: Edit) -> Any:
    """The data after the change; what was given stays as it is. Raises EditRefused when it does not fit."""
    if not edit.path:
        return edit.value
    return _within(data, edit, edit.path)


def _within(data: Any, edit: Edit, path: Path) -> Any:
    step = path[0]
    if len(path) == 1:
        return _in_list(data, step, edit) if isinstance(data, list) else _in_fields(data, step, edit)
    inner = _within(found(data, (step,)), edit, path[1:])
    copy = data.copy()
    copy[step] = inner
    return copy


def _in_fields(data: Any, name: str | int, edit: Edit) -> dict[str, Any]:
    wrong_op = edit.op not in (Op.SET, Op.REMOVE) or (edit.op is Op.REMOVE and not there(data, (name,)))
    if not isinstance(data, dict) or not isinstance(name, str) or wrong_op:
        raise _nowhere(edit.path)
    if edit.op is Op.SET:
        return {**data, name: edit.value}
    return {key: value for key, value in data.items() if key != name}


def _in_list(data: list[Any], at: str | int, edit: Edit) -> list[Any]:
    last = len(data) if edit.op is Op.INSERT else len(data) - 1
    if not isinstance(at, int) or not 0 <= at <= last or not 0 <= edit.to < max(len(data), 1):
        raise _nowhere(edit.path)
    copy = data.copy()
    if edit.op is Op.SET:
        copy[at] = edit.value
    elif edit.op is Op.INSERT:
        copy.insert(at, edit.value)
    else:
        entry = copy.pop(at)
        if edit.op is Op.MOVE:
            copy.insert(edit.to, entry)
    return copy


def _nowhere(path: Path) -> EditRefused:
    what = sentence("the file has no place “{path}”", path=".".join(map(str, path)) or "/")
    return EditRefused(what, sentence("it was changed meanwhile: load the page again"))


def small_steps(data: Any, edit: Edit) -> Iterator[Edit]:
    """The same change in steps that touch no more than they must: a comment inside a list or its fields stays."""
    edit = _rooted(data, edit)
    if edit.op is Op.MOVE:
        if found(data, edit.path) is not None or edit.path[-1] != edit.to:
            yield edit
        return
    if edit.op is not Op.SET or not there(data, edit.path):
        yield edit
        return
    old, new = found(data, edit.path), edit.value
    if same(old, new):
        return
    if isinstance(old, dict) and isinstance(new, dict) and old and new:
        yield from _in_each_field(edit.path, old, new)
    elif isinstance(old, list) and isinstance(new, list) and old and new:
        yield from _in_each_entry(edit.path, old, new)
    else:
        yield edit


def _rooted(data: Any, edit: Edit) -> Edit:
    """A change inside something that is not there yet makes what is around it: `button.label` makes `button`."""
    for length in range(1, len(edit.path)):
        path = edit.path[:length]
        if not isinstance(path[-1], str) or (there(data, path) and found(data, path) is not None):
            continue
        if edit.op not in (Op.SET, Op.INSERT) or not there(data, path[:-1]):
            break
        return Edit(Op.SET, path, _wrapped(edit, edit.path[length:]))
    return edit


def _wrapped(edit: Edit, path: Path) -> Any:
    value = edit.value
    for step in reversed(path):
        if step not in (0, str(step)):
            raise _nowhere(edit.path)
        value = [value] if step == 0 else {step: value}
    return value


def _in_each_field(path: Path, old: dict[str, Any], new: dict[str, Any]) -> Iterator[Edit]:
    for name, value in new.items():
        if name not in old:
            yield Edit(Op.SET, (*path, name), value)
        else:
            yield from small_steps_of(old, (*path, name), value, name)
    for name in old:
        if name not in new:
            yield Edit(Op.REMOVE, (*path, name))


def small_steps_of(old: Any, path: Path, value: Any, step: str | int) -> Iterator[Edit]:
    """The steps that give a value to one field or entry of `old`, told by their whole path."""
    for inner in small_steps(old, Edit(Op.SET, (step,), value)):
        yield replace(inner, path=(*path[:-1], *inner.path))


def _in_each_entry(path: Path, old: list[Any], new: list[Any]) -> Iterator[Edit]:
    """From both ends the equal entries stay; between them entry becomes entry, and the rest comes or goes."""
    shorter = min(len(old), len(new))
    first = next((i for i in range(shorter) if not same(old[i], new[i])), shorter)
    last = next((i for i in range(shorter - first) if not same(old[-1 - i], new[-1 - i])), shorter - first)
    common = shorter - last
    for index in range(first, common):
        yield from small_steps_of(old, (*path, index), new[index], index)
    for index in range(common, len(new) - last):
        yield Edit(Op.INSERT, (*path, index), new[index])
    for index in reversed(range(common, len(old) - last)):
        yield Edit(Op.REMOVE, (*path, index))

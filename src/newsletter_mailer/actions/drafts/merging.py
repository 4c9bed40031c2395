"""Changes that were made on one state of a file, brought to another state of it: quietly where they do not meet."""

from __future__ import annotations

import difflib
import json
from collections.abc import Iterable
from contextlib import suppress
from dataclasses import replace
from typing import Any

from newsletter_mailer.actions.drafts.plain import plain, typed
from newsletter_mailer.yamlio.edits import Edit, EditRefused, Op, edited, found, same, small_steps, there
from newsletter_mailer.yamlio.patching import apply
from newsletter_mailer.yamlio.reader import Document, Path, read


class Clash(Exception):
    """Both changed the same place."""


def rebased(base: Any, now: Any, edits: Iterable[Edit]) -> list[Edit]:
    """The same changes for a file that is `now`, made when it was `base`. Raises Clash where both changed the same."""
    moved: list[Edit] = []
    for edit in edits:
        for step in list(small_steps(base, edit)):
            for there_now in carried(base, now, step):
                moved.append(there_now)
                now = edited(now, there_now)
            base = edited(base, step)
    return moved


def fitting(document: Document, edits: Iterable[Edit]) -> list[Edit]:
    """Those of them that the document can take, one after the other."""
    taken: list[Edit] = []
    for edit in edits:
        with suppress(EditRefused):
            one = typed(document.data, [edit])
            document = read(apply(document, one).encode(), document.path)
            taken += one
    return taken


def carried(base: Any, now: Any, step: Edit) -> list[Edit]:
    """The step as it is in the other state; nothing when it is done there already. Raises Clash."""
    if step.op is Op.INSERT:
        return [replace(step, path=_gap(base, now, step.path))]
    if step.op is Op.MOVE:
        around = placed(base, now, step.path[:-1])
        if not _same_entries(found(base, step.path[:-1]), found(now, around)):
            raise Clash
        return [replace(step, path=(*around, step.path[-1]))]
    path = placed(base, now, step.path)
    before = found(base, step.path) if there(base, step.path) else None
    if not there(now, path):
        if step.op is Op.SET and there(base, step.path):
            raise Clash
        return [replace(step, path=path)] if step.op is Op.SET else []
    after = found(now, path)
    if step.op is Op.SET and same(after, step.value):
        return []
    if not there(base, step.path) or not same(before, after):
        raise Clash
    return [replace(step, path=path)]


def placed(base: Any, now: Any, path: Path) -> Path:
    """Where the value of a path is in the other state. A missing field has a place too. Raises Clash when it went."""
    made: Path = ()
    for number, step in enumerate(path):
        if isinstance(step, int):
            if not isinstance(now, list) or not isinstance(base, list):
                raise Clash
            step = _entries(base, now).get(step, -1)
            if step < 0:
                raise Clash
        elif not isinstance(now, dict) or (step not in now and number < len(path) - 1):
            raise Clash
        made = (*made, step)
        if number < len(path) - 1:
            base, now = base[path[number]], now[step]
    return made


def _entries(base: list[Any], now: list[Any]) -> dict[int, int]:
    """Which entry of one list is which of the other: the equal ones, and those that stand between the same two."""
    one, other = [_key(each) for each in base], [_key(each) for each in now]
    pairs: dict[int, int] = {}
    for tag, a, b, c, d in difflib.SequenceMatcher(None, one, other, autojunk=False).get_opcodes():
        if tag in ("equal", "replace") and b - a == d - c:
            pairs.update(zip(range(a, b), range(c, d), strict=True))
    return pairs


def _key(value: Any) -> str:
    return json.dumps(plain(value), sort_keys=True, default=repr)


def _same_entries(base: Any, now: Any) -> bool:
    if not isinstance(base, list) or not isinstance(now, list) or len(base) != len(now):
        return False
    return _entries(base, now) == {number: number for number in range(len(base))}


def _gap(base: Any, now: Any, path: Path) -> Path:
    """Where a new entry goes: before the one that it stood before, else behind the one that it stood behind."""
    around, at = placed(base, now, path[:-1]), int(path[-1])
    ours, theirs = found(base, path[:-1]), found(now, around) if there(now, around) else None
    if not isinstance(theirs, list):
        raise Clash
    pairs = _entries(ours, theirs)
    if at in pairs:
        return (*around, pairs[at])
    if at - 1 in pairs:
        return (*around, pairs[at - 1] + 1)
    if not ours:
        return (*around, len(theirs))
    raise Clash

"""Both the page and another program changed the same place: what each choice makes of it."""

from __future__ import annotations

import difflib
import re
from collections.abc import Iterable, Iterator
from dataclasses import replace
from enum import StrEnum
from typing import Any

from newsletter_mailer.actions.drafts.merging import Clash, carried, placed
from newsletter_mailer.yamlio.edits import Edit, Op, edited, found, small_steps, there

_PARAGRAPHS = re.compile(r"\n[ \t]*\n")


class Choice(StrEnum):
    """What the author wants in the file."""

    MINE = "mine"  #: the issue as the page shows it
    DISK = "disk"  #: the issue as the other program wrote it
    BOTH = "both"  #: what each changed; where both wrote the same text, both texts


def both(base: Any, now: Any, edits: Iterable[Edit]) -> list[Edit]:
    """The changes for the file as it is `now` that keep what both wrote; of one line, the page's wins."""
    made: list[Edit] = []
    for edit in edits:
        for step in list(small_steps(base, edit)):
            after = edited(base, step)
            for there_now in _kept(base, now, step, after):
                made.append(there_now)
                now = edited(now, there_now)
            base = after
    return made


def _kept(base: Any, now: Any, step: Edit, after: Any) -> list[Edit]:
    try:
        return carried(base, now, step)
    except Clash:
        pass
    if step.op in (Op.REMOVE, Op.MOVE):
        return []  # what the other wrote there stays, and stays where it is
    try:
        path = placed(base, now, step.path if step.op is Op.SET else step.path[:-1])
    except Clash:
        return list(_brought_back(base, now, step, after))
    if step.op is Op.INSERT:
        return [replace(step, path=(*path, len(found(now, path))))]
    theirs = found(now, path) if there(now, path) else None
    before = found(base, step.path) if there(base, step.path) else ""
    return [replace(step, path=path, value=_joined(before, step.value, theirs))]


def _brought_back(base: Any, now: Any, step: Edit, after: Any) -> Iterator[Edit]:
    """The other program removed the entry in which the author writes: it comes back, as the author has it."""
    for length in range(len(step.path), 0, -1):
        path = step.path[:length]
        if not isinstance(path[-1], int) or not there(after, path):
            continue
        try:
            around = placed(base, now, path[:-1])
        except Clash:
            continue
        entries = found(now, around) if there(now, around) else None
        if isinstance(entries, list):
            yield Edit(Op.INSERT, (*around, min(path[-1], len(entries))), found(after, path))
            return


def _joined(before: Any, mine: Any, theirs: Any) -> Any:
    """Both texts, paragraph by paragraph, where the field has room for several; else what the author wrote."""
    if not isinstance(mine, str) or not isinstance(theirs, str) or not isinstance(before, str):
        return mine
    if not any("\n" in text.strip() for text in (before, mine, theirs)):
        return mine
    old = set(_paragraphs(before))
    ours, others = _paragraphs(mine), _paragraphs(theirs)
    kept: list[str] = []
    for tag, a, b, c, d in difflib.SequenceMatcher(None, ours, others, autojunk=False).get_opcodes():
        if tag == "equal":
            kept += ours[a:b]
        else:
            kept += [each for each in (*ours[a:b], *others[c:d]) if each not in old]
    return "\n\n".join(kept) + ("\n" if mine.endswith("\n") else "")


def _paragraphs(text: str) -> list[str]:
    return [each for each in _PARAGRAPHS.split(text.strip("\n")) if each.strip()]

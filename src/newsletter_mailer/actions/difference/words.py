"""Two texts compared as a proof-reader does: words that went, words that came."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from difflib import SequenceMatcher
from enum import StrEnum

from newsletter_mailer.model.edition import GMAIL_SHOWS

_WORD = re.compile(r"(\s*)(\w+(?:['’.,-]\w+)*|[^\w\s])")
_GOES_WITH = re.compile(r"[\W_]*")
_PATIENT = 4_000  # words; of longer texts the commonest are passed over, or it would take minutes
_LONGEST = GMAIL_SHOWS  # letters that are compared at all: more is not read in a mail


class Mark(StrEnum):
    """What became of some words."""

    SAME = "same"
    GONE = "gone"
    NEW = "new"


@dataclass(frozen=True, slots=True)
class Run:
    """Words in a row with the same fate."""

    mark: Mark
    text: str


@dataclass(frozen=True, slots=True)
class _Word:
    gap: str  #: the white space before it
    text: str


def compared(before: str, after: str) -> tuple[Run, ...]:
    """The runs that tell how one text became the other. White space alone is no difference."""
    old, new = _words(before), _words(after)
    matcher = SequenceMatcher(
        None, [w.text for w in old], [w.text for w in new], autojunk=len(old) + len(new) > _PATIENT
    )
    runs: list[Run] = []
    for what, a, b, c, d in matcher.get_opcodes():
        if what == "equal":
            same = [_Word(now.gap or was.gap, now.text) for was, now in zip(old[a:b], new[c:d], strict=True)]
            runs.append(Run(Mark.SAME, _text(same)))
            continue
        runs += [Run(Mark.GONE, _text(old[a:b]))] * (b > a) + [Run(Mark.NEW, _text(new[c:d]))] * (d > c)
    return tuple(_joined(runs))


def likeness(before: str, after: str) -> float:
    """How much of two texts is the same, 0 to 1; rather too much than too little."""
    return SequenceMatcher(
        None, [w.text for w in _words(before)], [w.text for w in _words(after)]
    ).quick_ratio()


def _words(text: str) -> list[_Word]:
    return [_Word(found[1], found[2]) for found in _WORD.finditer(text[:_LONGEST])]


def _text(words: list[_Word]) -> str:
    return "".join(word.gap + word.text for word in words)


def _joined(runs: list[Run]) -> Iterator[Run]:
    """A comma that stayed between two changes is not worth an island of its own."""
    gone = new = ""
    for number, run in enumerate(runs):
        island = (
            run.mark is Mark.SAME
            and 0 < number < len(runs) - 1
            and _GOES_WITH.fullmatch(run.text) is not None
        )
        if run.mark is Mark.GONE or island:
            gone += run.text
        if run.mark is Mark.NEW or island:
            new += run.text
        if run.mark is Mark.SAME and not island:
            yield from _both(gone, new)
            gone = new = ""
            yield run
    yield from _both(gone, new)


def _both(gone: str, new: str) -> Iterator[Run]:
    """The words that went before those that came; the blank before both is nobody's."""
    longer = new or gone
    gap = longer[: len(longer) - len(longer.lstrip())]
    pairs = ((Mark.SAME, gap), (Mark.GONE, gone.lstrip()), (Mark.NEW, new.lstrip()))
    yield from (Run(mark, text) for mark, text in pairs if text)

"""What differs between two editions, piece by piece: words, looks, order, and what stands in the head."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from difflib import SequenceMatcher
from enum import StrEnum

from newsletter_mailer.actions.difference.pieces import Piece, pieces, written
from newsletter_mailer.actions.difference.words import Run, compared, likeness
from newsletter_mailer.model.edition import Edition
from newsletter_mailer.wording import Sentence, sentence

_Pair = tuple[Piece | None, Piece | None]  # what a piece was, and what it is; None: it was not, or is no more
_ALIKE = 0.5  # share of words from which two pieces are taken for one that was rewritten


class Kind(StrEnum):
    """What happened to a piece."""

    CHANGED = "changed"  #: other words
    LOOKS = "looks"  #: the same words, another look
    ADDED = "added"
    REMOVED = "removed"
    MOVED = "moved"  #: stands elsewhere; perhaps with other words


@dataclass(frozen=True, slots=True)
class Change:
    """One thing that differs."""

    kind: Kind
    title: Sentence
    words: tuple[Run, ...] = ()
    before: str = ""  #: how the piece looked; "" for what is not on the page
    after: str = ""


def changes(before: Edition, after: Edition) -> tuple[Change, ...]:
    """Everything that a reader could notice, the head first, then down the page; nothing when there is nothing."""
    found = [*_head(before, after), *_page(before, after)]
    if not any(change.kind is not Kind.LOOKS for change in found):
        found += _plain(before, after)
    return tuple(found)


def _head(before: Edition, after: Edition) -> Iterator[Change]:
    for title, said in _HEAD:
        old, new = said(before), said(after)
        if old != new:
            yield Change(Kind.CHANGED, title, compared(old, new))
    named = {one.filename: one.data for one in before.attachments}
    for one in after.attachments:
        if named.get(one.filename, one.data) != one.data:
            yield Change(Kind.CHANGED, sentence("Attached file {name}", name=one.filename))


def _sender(edition: Edition) -> str:
    sender = edition.sender
    return " ".join(filter(None, (sender.name, f"<{sender.email}>", sender.reply_to)))


_HEAD: tuple[tuple[Sentence, Callable[[Edition], str]], ...] = (
    (sentence("Subject"), lambda edition: written(edition.subject, edition, markup=False)),
    (sentence("Sender"), _sender),
    (sentence("Title of the page"), lambda edition: edition.title),
    (sentence("Language"), lambda edition: edition.language),
    (sentence("Who gets which part"), lambda edition: "\n".join(edition.conditions)),
    (
        sentence("In place of what is not known of a reader"),
        lambda edition: "\n".join(f"{name}: {value}" for name, value in edition.fallbacks),
    ),
    (
        sentence("Attached files"),
        lambda edition: "\n".join(one.filename for one in edition.attachments),
    ),
)


def _plain(before: Edition, after: Edition) -> Iterator[Change]:
    old, new = (written(one.text, one, markup=False) for one in (before, after))
    if old.split() != new.split():
        yield Change(Kind.CHANGED, sentence("The plain-text part"), compared(old, new))


def _page(before: Edition, after: Edition) -> Iterator[Change]:
    """The pieces side by side; one that went here and came there has moved."""
    old, new = (pieces(written(one.html, one, markup=True)) for one in (before, after))
    pairs = list(_aligned(old, new))
    moved = _moved(pairs)
    origins = {number for _, number in moved.values()}
    for number, (was, now) in enumerate(pairs):
        if number in origins:
            continue
        if now is not None and number in moved:
            origin, _ = moved[number]
            words = compared(origin.words, now.words) if origin.words != now.words else ()
            yield Change(Kind.MOVED, now.title, words, origin.html, now.html)
        elif now is None or was is None:
            yield from _alone(was, now)
        elif was.words != now.words:
            yield Change(Kind.CHANGED, now.title, compared(was.words, now.words), was.html, now.html)
        elif was.looks != now.looks:
            yield Change(Kind.LOOKS, now.title, (), was.html, now.html)


def _moved(pairs: list[_Pair]) -> dict[int, tuple[Piece, int]]:
    """By the number of a pair that seems new: what it was, and in which pair that stands."""
    gone = {number: was for number, (was, now) in enumerate(pairs) if was and now is None and was.words}
    found: dict[int, tuple[Piece, int]] = {}
    for number, (was, now) in enumerate(pairs):
        if was is not None or now is None:
            continue
        origin = next((other for other, piece in gone.items() if _same(piece, now)), None)
        if origin is not None:
            found[number] = gone.pop(origin), origin
    return found


def _alone(was: Piece | None, now: Piece | None) -> Iterator[Change]:
    if now is not None:
        yield Change(Kind.ADDED, now.title, compared("", now.words), "", now.html)
    elif was is not None:
        yield Change(Kind.REMOVED, was.title, compared(was.words, ""), was.html, "")


def _aligned(old: list[Piece], new: list[Piece]) -> Iterator[_Pair]:
    """Each piece with what it became, in the order of the newer page."""
    matcher = SequenceMatcher(None, [p.words for p in old], [p.words for p in new], autojunk=False)
    for what, a, b, c, d in matcher.get_opcodes():
        if what == "equal":
            yield from zip(old[a:b], new[c:d], strict=True)
        else:
            yield from _paired(old[a:b], new[c:d])


def _paired(old: list[Piece], new: list[Piece]) -> Iterator[_Pair]:
    """Of two runs that differ: each newer piece with the first older one left that it can have been."""
    left = list(old)
    for piece in new:
        was = next((one for one in left if _same(one, piece)), None)
        if was is None:
            yield None, piece
            continue
        for passed in left[: left.index(was)]:
            yield passed, None
        left = left[left.index(was) + 1 :]
        yield was, piece
    for piece in left:
        yield piece, None


def _same(old: Piece, new: Piece) -> bool:
    return str(old.title) == str(new.title) or likeness(old.words, new.words) >= _ALIKE

"""Blocks that say nothing, and blocks that say the same."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import pairwise

from newsletter_mailer.checks.subject import Check, Subject
from newsletter_mailer.checks.written import texts as texts_of
from newsletter_mailer.model.blocks import AnyBlock
from newsletter_mailer.model.finding import Finding, Level
from newsletter_mailer.wording import sentence

_OPENS = frozenset({"heading"})  #: announces what comes after it
_ENDS = frozenset({"heading", "divider", "footer"})
_MAY_REPEAT = frozenset({"divider", "button"})


def duplicate(subject: Subject) -> Iterator[Finding]:
    """A block that stands in the issue twice, word for word."""
    seen: dict[AnyBlock, int] = {}
    for number, block in enumerate(subject.loaded.issue.blocks):
        if block.type in _MAY_REPEAT:
            continue
        first = seen.setdefault(block, number)
        if first != number:
            what = sentence(
                "block {number} says the same as block {first}", number=number + 1, first=first + 1
            )
            yield Finding(
                "block-duplicate", Level.WARNING, what, sentence("take one of them out"), ("blocks", number)
            )


def empty(subject: Subject) -> Iterator[Finding]:
    """A text without words, a heading with nothing below it, two lines one after the other."""
    issue = subject.loaded.issue
    for text in texts_of(issue):
        if text.at and text.markdown and not any(letter.isalnum() for letter in text.said):
            what = sentence("this text has no words")
            yield Finding("block-empty", Level.WARNING, what, sentence("write some, or take it out"), text.at)
    for number, (one, after) in enumerate(pairwise(issue.blocks)):
        if one.type in _OPENS and after.type in _ENDS:
            what = sentence("nothing stands below this heading")
            hint = sentence("take it out, or put a block below it")
            yield Finding("block-empty", Level.WARNING, what, hint, ("blocks", number))
        elif one.type == after.type == "divider":
            what = sentence("two dividers stand one after the other")
            yield Finding(
                "block-empty", Level.WARNING, what, sentence("take one out"), ("blocks", number + 1)
            )


CHECKS = (
    Check(("block-duplicate",), duplicate),
    Check(("block-empty",), empty),
)

"""Merge tags have something to say to every reader, also to those of whom little is known."""

from __future__ import annotations

from collections.abc import Iterator

from newsletter_mailer.checks.subject import Check, Subject
from newsletter_mailer.checks.written import texts
from newsletter_mailer.message.slots import Answers, Reader
from newsletter_mailer.model.audience import Subscriber
from newsletter_mailer.model.blocks import Block
from newsletter_mailer.model.finding import Finding, Level
from newsletter_mailer.templating import merge_tags
from newsletter_mailer.wording import sentence

_OF_READERS = ("subscriber.", "organisation.")
NOBODY = Subscriber(0, "reader@example.org", "")  #: of whom nothing is known but an address


def without_fallback(subject: Subject) -> Iterator[Finding]:
    """A merge tag that says nothing to a reader of whom the field is not known, in a block that they get."""
    edition = subject.composition.edition
    values, conditions = Answers(edition)(Reader(NOBODY, list_name=subject.workspace.settings.identity.name))
    said = dict(zip(edition.expressions, values, strict=True))
    holds = dict(zip(edition.conditions, conditions, strict=True))
    blocks = subject.loaded.issue.blocks
    for text in texts(subject.loaded.issue):
        block = blocks[text.at[1]] if text.at[:1] == ("blocks",) and isinstance(text.at[1], int) else None
        if isinstance(block, Block) and block.when and not holds.get(block.when, True):
            continue
        for tag in merge_tags(text.said):
            reads = any(name in tag.expression for name in _OF_READERS)
            if reads and said.get(tag.expression, "-") == "":
                what = sentence(
                    "“{expression}” says nothing to readers of whom it is not known",
                    expression=tag.expression,
                )
                hint = sentence(
                    "write what stands there then: {example}",
                    example="{{ " + tag.expression + ' or "…" }}',
                )
                yield Finding("merge-tag-fallback", Level.WARNING, what, hint, text.at, tag.start)


CHECKS = (Check(("merge-tag-fallback",), without_fallback),)

"""Every check of the control sheet that looks at one issue, in the order of a reader's path: see docs/checks.md."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator

from newsletter_mailer.checks.accessibility import language, legible, pressing, structure
from newsletter_mailer.checks.clients import clipping, dark, outlook, sheets, support
from newsletter_mailer.checks.content import blocks, dates, inbox_line, leftovers, merge_tags, typography
from newsletter_mailer.checks.delivery import attachments, message, parity, spam
from newsletter_mailer.checks.law import identity
from newsletter_mailer.checks.pictures import weight, words
from newsletter_mailer.checks.subject import Check, Subject
from newsletter_mailer.checks.targets import addresses, kinds
from newsletter_mailer.checks.targets import words as link_words
from newsletter_mailer.model.finding import Finding

_WRITTEN = (inbox_line, dates, leftovers, merge_tags, blocks, typography)
_TARGETS = (addresses, kinds, link_words)
_PICTURES = (weight, words)
_LAW = (identity,)
_READ = (language, structure, legible, pressing)
_SHOWN = (clipping, outlook, dark, sheets, support)
_LEAVING = (message, parity, attachments, spam)

CHECKS: tuple[Check, ...] = tuple(
    check
    for module in (*_WRITTEN, *_TARGETS, *_PICTURES, *_LAW, *_READ, *_SHOWN, *_LEAVING)
    for check in module.CHECKS
)

MOST_OF_A_CODE = 100  #: nobody reads on; the others are told once these are mended


def findings(subject: Subject, *, slow: bool) -> Iterator[Finding]:
    """What the checks find, each said once. slow: also by those that take about a second."""
    seen: set[tuple[object, ...]] = set()
    told: Counter[str] = Counter()
    for check in CHECKS:
        if check.slow and not slow:
            continue
        for finding in check.look(subject):
            said = (finding.code, finding.at, finding.offset, str(finding.what))
            if said not in seen and told[finding.code] < MOST_OF_A_CODE:
                seen.add(said)
                told[finding.code] += 1
                yield finding

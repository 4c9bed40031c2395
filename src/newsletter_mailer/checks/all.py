"""Every check of the control sheet that looks at one issue, in the order of a reader's path: see docs/checks.md."""

from __future__ import annotations

from collections.abc import Iterator

from newsletter_mailer.checks.content import inbox_line
from newsletter_mailer.checks.subject import Check, Subject
from newsletter_mailer.model.finding import Finding

CHECKS: tuple[Check, ...] = (*inbox_line.CHECKS,)


def findings(subject: Subject) -> Iterator[Finding]:
    """Everything that the checks find, each said once."""
    seen: set[tuple[object, ...]] = set()
    for check in CHECKS:
        for finding in check.look(subject):
            said = (finding.code, finding.at, finding.offset, str(finding.what))
            if said not in seen:
                seen.add(said)
                yield finding

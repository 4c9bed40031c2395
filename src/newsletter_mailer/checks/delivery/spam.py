"""What a spam filter that is installed here makes of the mail: SpamAssassin, or rspamd."""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
from collections.abc import Callable, Iterator
from dataclasses import dataclass

from newsletter_mailer.checks.numbers import OneDecimal
from newsletter_mailer.checks.subject import Check, Subject
from newsletter_mailer.model.finding import Finding, Level
from newsletter_mailer.wording import sentence

UNPLEASANT = 2.0  #: points from which an officer is warned
SPAM = 5.0  #: points from which SpamAssassin calls it spam
_SECONDS = 60
_NAMED = 4  # rules in one sentence

_POINTS = re.compile(r"^Content analysis details:\s+\((-?[\d.]+) points", re.MULTILINE)
_RULE = re.compile(r"^\s*(-?\d+\.\d+)\s+([A-Z][A-Z0-9_]{2,})\s", re.MULTILINE)
#: said of every mail that has not travelled yet: it has no server's stamp and no signature, or is a test
_OF_NO_CONCERN = frozenset(("NO_RECEIVED", "NO_RELAYS"))


@dataclass(frozen=True, slots=True)
class Verdict:
    """What a filter said."""

    by: str
    points: float
    rules: tuple[tuple[str, float], ...]  #: those that cost points, the dearest first


def of_spamassassin(report: str) -> Verdict | None:
    """The verdict in what `spamassassin -t` prints; None when there is none in it."""
    details = report.rpartition("Content analysis details:")
    points = _POINTS.search("".join(details[1:]))
    if points is None:
        return None
    rules = [(name, float(cost)) for cost, name in _RULE.findall(details[2])]
    return Verdict("SpamAssassin", float(points[1]), _dearest(rules))


def of_rspamd(report: str) -> Verdict | None:
    """The verdict in what `rspamc --json` prints; None when there is none in it."""
    try:
        said = json.loads(report)
        symbols = said["symbols"].values()
        rules = [(str(symbol["name"]), float(symbol["score"])) for symbol in symbols]
        return Verdict("rspamd", float(said["score"]), _dearest(rules))
    except (ValueError, KeyError, TypeError, AttributeError):
        return None


def _dearest(rules: list[tuple[str, float]]) -> tuple[tuple[str, float], ...]:
    costly = [rule for rule in rules if rule[1] > 0 and rule[0] not in _OF_NO_CONCERN]
    return tuple(sorted(costly, key=lambda rule: -rule[1])[:_NAMED])


#: Programs in the order in which they are asked, with what they are told and how their answer is read. SpamAssassin
#: answers by itself and without the network; rspamc needs its server.
_FILTERS: tuple[tuple[tuple[str, ...], Callable[[str], Verdict | None]], ...] = (
    (("spamassassin", "--local", "--test-mode", "--nocreate-prefs"), of_spamassassin),
    (("rspamc", "--json", "symbols"), of_rspamd),
)


def judged(message: bytes) -> Verdict | None:
    """The verdict of the first filter that is installed and answers; None when none does."""
    for command, read in _FILTERS:
        program = shutil.which(command[0])
        verdict = read(_asked([program, *command[1:]], message)) if program else None
        if verdict:
            return verdict
    return None


def _asked(command: list[str], message: bytes) -> str:
    plain = {**os.environ, "LC_ALL": "C", "LANGUAGE": ""}  # a report in French would not be understood here
    try:
        said = subprocess.run(  # noqa: S603
            command, input=message, capture_output=True, timeout=_SECONDS, check=False, env=plain
        )
    except (OSError, subprocess.TimeoutExpired):
        return ""
    return said.stdout.decode("utf-8", "replace")


def score(subject: Subject) -> Iterator[Finding]:
    """More points than a letter should have."""
    verdict = judged(subject.message)
    if verdict is None or verdict.points < UNPLEASANT:
        return
    yield Finding(
        "spam-score",
        Level.ERROR if verdict.points >= SPAM else Level.WARNING,
        sentence(
            "{filter} gives the mail {points} points; from {spam} on it is spam ({rules})",
            filter=verdict.by,
            points=OneDecimal(verdict.points),
            spam=round(SPAM),
            rules=", ".join(f"{name} {cost:g}" for name, cost in verdict.rules),
        ),
        sentence(
            "each name stands for a habit of spammers; the names are explained on the filter's web site"
        ),
    )


CHECKS = (Check(("spam-score",), score, slow=True),)

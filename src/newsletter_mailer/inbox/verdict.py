"""What the words and codes about one recipient mean: words before codes, for codes are what servers get wrong."""

from __future__ import annotations

import re
from collections.abc import Sequence

from newsletter_mailer.inbox import rules
from newsletter_mailer.inbox.rules import Rule
from newsletter_mailer.inbox.words import code_in, one_line, plain, status_in
from newsletter_mailer.model import reply_table
from newsletter_mailer.model.bounce import BounceClass, Failed

_FRENCH = re.compile(r"\b(?:ofr|lpn|ouk)[a-z0-9]{0,4}[_-]?(\d{3})(?!\w)", re.IGNORECASE)
_SFR = re.compile(r"\bsfr_in_\d?(\d\d)(?!\w)", re.IGNORECASE)
_CISCO = "Unknown address error"  # before whatever another server said, also of a policy


def judge(address: str, *, words: str, status: str = "", around: str = "", last_word: bool = True) -> Failed:
    """The verdict on one recipient.

    words: what the server said; status: what the report says apart from that; around: what the mail says for people,
    looked at when the server's words say nothing; last_word: nobody tries any more.
    """
    if _CISCO in words:
        words, around, status = (*(text.rpartition(_CISCO)[2] for text in (words, around)), "")
    inside = status_in(words)
    code = code_in(words)
    known = inside if not status or status.endswith(".0.0") else status
    known = known or status or status_in(around)
    code = code if code is not None or words else code_in(around)
    rule = _by_french_code(words or around) or _by_words(plain(words), plain(around), known)
    rule = _checked(rule, known, code) if last_word else _not_yet(rule)
    return Failed(
        address=one_line(address)[:254],
        bounce_class=rule.bounce_class,
        status=known,
        code=code,
        reason=one_line(words or around),
        rule=rule.name,
        category=rule.category,
    )


def _by_words(said: str, around: str, status: str) -> Rule:
    return (
        _named(said, rules.RULES)
        or _by_status(status)
        or _named(around, rules.RULES)
        or _named(said, rules.WEAK)
        or _named(around, rules.WEAK)
        or rules.UNCLEAR
    )


def _named(said: str, among: Sequence[Rule]) -> Rule | None:
    return next((rule for rule in among if any(phrase in said for phrase in rule.phrases)), None)


def _by_french_code(text: str) -> Rule | None:
    found, table = _FRENCH.search(text), reply_table.FRENCH
    if found is None:
        found, table = _SFR.search(text), reply_table.SFR
    meaning = table.get(found[1]) if found else None
    return rules.FRENCH.get(meaning.kind) if meaning else None


def _by_status(status: str) -> Rule | None:
    if not status:
        return None
    subject = status.rpartition(".")[0]
    return rules.STATUSES.get(status) or rules.STATUSES.get(subject)


def _checked(rule: Rule, status: str, code: int | None) -> Rule:
    """As far as the codes allow it: 4xx is no last word, and 5.7.x none on the address."""
    if rule.bounce_class is not BounceClass.HARD:
        return rule
    if status.startswith("5.7.") and status not in rules.NEW_OWNERS:
        return rules.POLICED
    if status == "4.1.1":  # said for days, until somebody gave up
        return rule
    if code is not None and code >= 500:
        return rule
    temporary = status.startswith("4.") if status else code is not None
    return rules.TEMPORARY if temporary else rule


def _not_yet(rule: Rule) -> Rule:
    return rules.TEMPORARY if rule.bounce_class is BounceClass.HARD else rule

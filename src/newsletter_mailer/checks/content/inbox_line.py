"""What an inbox shows of a mail before it is opened: the subject and the line after it."""

from __future__ import annotations

import re
from collections.abc import Iterator

from newsletter_mailer.checks.subject import Check, Subject
from newsletter_mailer.checks.written import words_of
from newsletter_mailer.model.finding import Finding, Level
from newsletter_mailer.wording import sentence

LONGEST_SUBJECT = 60  #: characters; a telephone shows 35 to 45 of them, a computer about 60
PREHEADER = range(40, 91)  #: characters; shorter, the inbox fills up with what comes next in the mail

_CLAIMS_REPLY = re.compile(r"\s*(?:re|fwd?|tr|rép)\s*:", re.IGNORECASE)
_MANY_SIGNS = re.compile(r"[!?]\s*[!?]|[€$]{2}")
_SUBJECT, _PREHEADER = ("subject",), ("preheader",)


def subject_length(subject: Subject) -> Iterator[Finding]:
    """A subject that most inboxes cut off; merge tags count as what they stand for when nothing is known."""
    length = len(words_of(subject.loaded.issue.subject))
    if length > LONGEST_SUBJECT:
        what = sentence("the subject has {count} characters: inboxes cut it off", count=length)
        hint = sentence(
            "{most} are enough, the most important words first: telephones show about 40",
            most=LONGEST_SUBJECT,
        )
        yield Finding("subject-length", Level.WARNING, what, hint, _SUBJECT)


def subject_shouts(subject: Subject) -> Iterator[Finding]:
    """Capitals and rows of exclamation marks: how advertisements look."""
    said = words_of(subject.loaded.issue.subject)
    letters = [letter for letter in said if letter.isalpha()]
    loud = len(letters) > 8 and sum(letter.isupper() for letter in letters) > 0.7 * len(letters)
    if loud or _MANY_SIGNS.search(said):
        what = sentence("the subject shouts, as advertisements do: readers and spam filters look away")
        hint = sentence("write it as you would say it, with one sign at its end at most")
        yield Finding("subject-shouts", Level.WARNING, what, hint, _SUBJECT)


def subject_claims_reply(subject: Subject) -> Iterator[Finding]:
    """A subject that pretends to answer or to forward something."""
    found = _CLAIMS_REPLY.match(subject.loaded.issue.subject)
    if found:
        what = sentence(
            "the subject begins with “{word}”, but this mail answers nobody", word=found[0].strip()
        )
        hint = sentence("leave it out: Gmail forbids it, and spam filters count it")
        yield Finding("subject-reply", Level.ERROR, what, hint, _SUBJECT)


def preheader(subject: Subject) -> Iterator[Finding]:
    """The line after the subject: there, of a good length, and saying something else."""
    issue = subject.loaded.issue
    if issue.preheader is None:
        what = sentence("there is no preheader: inboxes show the first words of the mail after the subject")
        hint = sentence("write `preheader:` below the subject, with what comes next in importance")
        yield Finding("preheader-missing", Level.WARNING, what, hint, _SUBJECT)
        return
    length = len(words_of(issue.preheader))
    if length not in PREHEADER:
        what = sentence("the preheader has {count} characters", count=length)
        hint = sentence("between {least} and {most} fit", least=PREHEADER.start, most=PREHEADER.stop - 1)
        yield Finding("preheader-length", Level.WARNING, what, hint, _PREHEADER)
    if issue.preheader.casefold().startswith(issue.subject.casefold()[:LONGEST_SUBJECT]):
        what = sentence("the preheader says the subject again, beside it")
        yield Finding("preheader-repeats", Level.WARNING, what, sentence("say what comes next"), _PREHEADER)


CHECKS = (
    Check(("subject-length",), subject_length),
    Check(("subject-shouts",), subject_shouts),
    Check(("subject-reply",), subject_claims_reply),
    Check(("preheader-missing", "preheader-length", "preheader-repeats"), preheader),
)

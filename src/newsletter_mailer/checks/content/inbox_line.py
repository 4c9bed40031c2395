"""What an inbox shows of a mail before it is opened: the subject and the line after it."""

from __future__ import annotations

from collections.abc import Iterator

from newsletter_mailer.checks.subject import Check, Subject
from newsletter_mailer.model.finding import Finding, Level
from newsletter_mailer.wording import sentence

LONGEST_SUBJECT = 60  #: characters; a telephone shows 35 to 45 of them, a computer about 60


def subject_length(subject: Subject) -> Iterator[Finding]:
    """The subject is cut off in most inboxes."""
    length = len(subject.loaded.issue.subject)
    if length > LONGEST_SUBJECT:
        yield Finding(
            "subject-length",
            Level.WARNING,
            sentence("the subject has {count} characters: inboxes cut it off", count=length),
            sentence(
                "say it in {most}, the most important words first: telephones show about 40",
                most=LONGEST_SUBJECT,
            ),
            at=("subject",),
            offset=LONGEST_SUBJECT,
        )


CHECKS = (Check(("subject-length",), subject_length),)

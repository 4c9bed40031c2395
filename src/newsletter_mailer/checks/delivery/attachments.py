"""Files that go along: each of them lands in every mailbox, read or not."""

from __future__ import annotations

from collections.abc import Iterator

from newsletter_mailer.checks.subject import Check, Subject
from newsletter_mailer.compose.attached import LINK_INSTEAD, LINK_RATHER
from newsletter_mailer.compose.calendar import FILENAME as CALENDAR
from newsletter_mailer.model.finding import Finding, Level
from newsletter_mailer.wording import sentence

HEAVY = 500_000  #: bytes, of one file and of all together


def heavy(subject: Subject) -> Iterator[Finding]:
    """Files that are large for a mail; a link is proposed for those above 1 MB."""
    files = [file for file in subject.composition.edition.attachments if file.filename != CALENDAR]
    for number, file in enumerate(files):
        if len(file.data) > HEAVY:
            hint = (
                LINK_INSTEAD if len(file.data) > LINK_RATHER else sentence("save it smaller, or write a link")
            )
            yield Finding(
                "attachment-heavy",
                Level.WARNING,
                sentence(
                    "the file “{name}” has {size} kB, in each mail",
                    name=file.filename,
                    size=_kilobytes(file.data),
                ),
                hint,
                at=("attachments", number, "file"),
            )
    together = b"".join(file.data for file in files)
    if len(together) > HEAVY >= max(len(file.data) for file in files):
        yield Finding(
            "attachment-heavy",
            Level.WARNING,
            sentence("the attached files have {size} kB together, in each mail", size=_kilobytes(together)),
            LINK_INSTEAD,
            at=("attachments",),
        )


def _kilobytes(data: bytes) -> int:
    return round(len(data) / 1000)


CHECKS = (Check(("attachment-heavy",), heavy),)

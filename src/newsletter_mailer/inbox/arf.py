"""Complaints: feedback reports (RFC 5965) and what Microsoft sends instead."""

from __future__ import annotations

from dataclasses import dataclass

from newsletter_mailer.inbox.parts import FEEDBACK, ORIGINALS, Fields, Mail, fields_of, first

COMPLAINTS = frozenset({"abuse", "opt-out"})  #: the types by which a reader says: no more
_MICROSOFT = "x-hmxmroriginalrecipient"  # the reader, in the mail that came back
_MOST = 50


@dataclass(frozen=True, slots=True)
class Feedback:
    """A report of feedback."""

    kind: str  #: abuse, opt-out, not-spam, auth-failure, fraud, virus, other …
    addresses: tuple[str, ...]  #: of the readers; often hidden

    @property
    def is_complaint(self) -> bool:
        """Whether a reader wants no more; the other types say nothing of the kind."""
        return self.kind in COMPLAINTS


def feedback(mail: Mail) -> Feedback | None:
    """What the report says, if the mail is one."""
    reports = [part.text for part in mail.of(frozenset({FEEDBACK}))]
    if not reports and "report" in first(mail.head, "content-type").lower():
        reports = [text for text in mail.texts() if "\nfeedback-type:" in f"\n{text.lower()}"]
    for report in reports[:1]:
        fields = fields_of(report.strip("\n").replace("\n\n", "\n"))
        kind = first(fields, "feedback-type").lower().partition(";")[0].strip()
        return Feedback(kind, _addresses(fields))
    return _of_microsoft(mail)


def _addresses(fields: Fields) -> tuple[str, ...]:
    names = ("original-rcpt-to", "removal-recipient", "x-original-rcpt-to")
    values = [value.rpartition(";")[2].strip(" <>") for name in names for value in fields.get(name, ())]
    return tuple(dict.fromkeys(value for value in values if "@" in value))[:_MOST]


def _of_microsoft(mail: Mail) -> Feedback | None:
    """Of Outlook.com's Junk Mail Reporting Program: a subject, and the mail with one more field."""
    if not mail.subject.lower().startswith("complaint about message from"):
        return None
    for part in mail.of(ORIGINALS):
        reader = first(fields_of(part.text.partition("\n\n")[0]), _MICROSOFT)
        if reader:
            return Feedback("abuse", (reader.strip("<>"),))
    return None

"""A mail of the program's own to the officer: plain text from the sender, and no newsletter."""

from __future__ import annotations

from datetime import UTC, datetime

from newsletter_mailer.config import Workspace
from newsletter_mailer.errors import NewsletterError
from newsletter_mailer.message import headers
from newsletter_mailer.message.letterhead import sender_domain
from newsletter_mailer.message.mime import Envelope
from newsletter_mailer.message.quoted_printable import piece
from newsletter_mailer.message.specimen import no_mail


def notice(
    workspace: Workspace, to: str, subject: str, text: str, *, now: int, new_id: str
) -> tuple[Envelope, bytes]:
    """Envelope and bytes. now: milliseconds since 1970; new_id: part of the Message-ID, never used before.

    Nobody's autoresponder should answer it (RFC 3834). Raises NewsletterError when it cannot be written.
    """
    sender, when = workspace.settings.sender, datetime.fromtimestamp(now / 1000, UTC)
    try:
        envelope = Envelope(headers.a_label(sender.email), headers.a_label(to))
        head = (
            headers.mailbox("From", sender.name, sender.email),
            headers.mailbox("To", "", to),
            headers.text("Subject", subject),
            headers.date(when.astimezone(workspace.zone)),
            headers.message_id(f"<notice.{new_id}@{sender_domain(workspace)}>"),
            headers.verbatim("Auto-Submitted", "auto-generated"),
            headers.verbatim("MIME-Version", "1.0"),
            headers.media_type("text/plain; charset=utf-8"),
            headers.verbatim("Content-Transfer-Encoding", "quoted-printable"),
        )
    except headers.HeaderError as error:
        raise NewsletterError(no_mail(to, error)) from error
    return envelope, "".join((*head, "\r\n")).encode("ascii") + piece(f"{text.rstrip()}\n")

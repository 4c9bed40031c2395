"""One reader's copy, to be looked at before anybody gets one: marked as a test, and without power."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import UTC, datetime

from newsletter_mailer.config import Workspace
from newsletter_mailer.errors import NewsletterError
from newsletter_mailer.message.letterhead import letterhead, message_template, sender_domain
from newsletter_mailer.message.marking import marked
from newsletter_mailer.message.mime import Copy, Envelope, links_for
from newsletter_mailer.message.slots import Filler, Reader
from newsletter_mailer.model.audience import Subscriber
from newsletter_mailer.model.edition import Edition
from newsletter_mailer.wording import Sentence, sentence

DEAD_TOKEN = "this-was-a-test"  # noqa: S105 - no secret: the page behind it says that it was a test
LIST = "test"  #: stands where the list's slug would


@dataclass(frozen=True, slots=True)
class Specimen:
    """What one reader would get."""

    subject: str
    html: str  #: pictures by Content-ID
    text: str
    envelope: Envelope
    wire: bytes  #: the whole message, not yet dot-stuffed


def specimen(
    edition: Edition,
    workspace: Workspace,
    *,
    reader: Subscriber,
    now: int,
    new_id: str,
    to: str = "",
    code: str = "",
    review: str = "",
) -> Specimen:
    """The edition as that reader would get it now (milliseconds since 1970), addressed to `to` if given.

    new_id: part of the Message-ID, never used before. code: by what people name the edition, review: the address of
    its reviewers' page; a test tells both. Raises NewsletterError when there is no such mail.
    """
    on = replace(letterhead(workspace, LIST, test=True), edition_code=code)
    edition = marked(edition, code, link=review) if code else edition
    template = message_template(edition, on)
    copy = Copy(
        to=to or reader.address,
        message_id=f"<test.{new_id}@{sender_domain(workspace)}>",
        date=datetime.fromtimestamp(now / 1000, UTC).astimezone(workspace.zone),
        token=DEAD_TOKEN,
    )
    filler = Filler(edition)
    seen = Reader(reader, list_name=on.list_name, links=links_for(on, DEAD_TOKEN))
    try:
        envelope, wire = template.build(reader, copy)
        return Specimen(filler.subject(seen), filler.html(seen), filler.text(seen), envelope, wire)
    except ValueError as error:
        raise NewsletterError(no_mail(copy.to, error)) from error


def no_mail(address: str, error: ValueError) -> Sentence:
    """Why this one reader cannot be written to."""
    return sentence("the mail to {address} cannot be written: {reason}", address=address, reason=error)

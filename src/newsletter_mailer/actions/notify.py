"""The officer gets a mail from the program, through the account by which the campaigns leave."""

from __future__ import annotations

from newsletter_mailer.config import Workspace
from newsletter_mailer.errors import NewsletterError
from newsletter_mailer.message.letterhead import signer
from newsletter_mailer.message.notice import notice
from newsletter_mailer.model.delivery import Event
from newsletter_mailer.smtp.pool import Account, Outgoing, send_one
from newsletter_mailer.wording import sentence


def notify(
    workspace: Workspace, account: Account, to: str, subject: str, text: str, *, now: int, new_id: str
) -> None:
    """One mail to one address, tried once. Raises NewsletterError when the server did not take it.

    now: milliseconds since 1970; new_id: part of the Message-ID, never used before.
    """
    envelope, data = notice(workspace, to, subject, text, now=now, new_id=new_id)
    dkim = signer(workspace)
    wire = dkim.sign(data, at=now // 1000) + data if dkim else data
    outcome = send_one(account, Outgoing(1, 1, envelope.mail_from, envelope.rcpt_to, wire))
    if outcome.event is not Event.ACCEPTED:
        reply = outcome.reply or outcome.detail or sentence("no answer")
        raise NewsletterError(sentence("the mail server did not take it: {reply}", reply=reply))

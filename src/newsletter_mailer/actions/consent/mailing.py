"""The mails by which readers confirm what they asked for: sent when the server takes them."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass

from newsletter_mailer.actions.consent.links import SignedLinks
from newsletter_mailer.config import Workspace
from newsletter_mailer.config.profiles import route_of
from newsletter_mailer.errors import NewsletterError
from newsletter_mailer.message.letterhead import signer
from newsletter_mailer.message.notice import notice
from newsletter_mailer.model.audience import mail_domain
from newsletter_mailer.model.delivery import Event
from newsletter_mailer.model.outcome import Outcome
from newsletter_mailer.model.pace import Use
from newsletter_mailer.smtp.pool import Account, Outgoing, send_one
from newsletter_mailer.store import confirmations, pace
from newsletter_mailer.store.confirmations import Unmailed
from newsletter_mailer.store.database import Database
from newsletter_mailer.wording import in_language, say, sentence

_ADDRESS = re.compile(r"[^\s<>()\[\]\"',;:]+@[^\s<>()\[\]\"',;:]+")
_TAKEN = frozenset({Event.ACCEPTED, Event.LOST})  # it may have arrived: one mail a day is the promise


@dataclass(frozen=True, slots=True)
class Post:
    """What mails are sent with."""

    database: Database
    workspace: Workspace
    links: SignedLinks
    account: Callable[[], Account]  #: asked for each time: a permission of the provider renews itself
    base: str  #: the public address, without a slash at its end


def send_due(post: Post, *, now: int) -> list[NewsletterError]:
    """Mail every request that is due, and give what went wrong; what was not refused for good comes again later."""
    with post.database.reading() as connection:
        due = confirmations.unmailed(connection, now=now)
    wrong = []
    for one in due:
        try:
            _send(post, one, now)
        except NewsletterError as error:
            wrong.append(error)
            with post.database.transaction() as connection:
                confirmations.unsent(connection, one.id)
    return wrong


def forget_old(post: Post, *, now: int) -> int:
    """Drop the requests whose time is over."""
    with post.database.transaction() as connection:
        return confirmations.forget_old(connection, now=now)


def _send(post: Post, one: Unmailed, now: int) -> None:
    workspace = post.workspace
    association = workspace.settings.identity.name
    link = f"{post.base}/c/{post.links.token('confirm', one.id)}"
    with in_language(one.language):
        subject = say("Confirm your subscription to {association}", association=association)
        text = _text(one, association, link)
    new_id = f"confirm-{one.id}-{now}"
    envelope, data = notice(workspace, one.address, subject, text, now=now, new_id=new_id)
    dkim = signer(workspace)
    wire = dkim.sign(data, at=now // 1000) + data if dkim else data
    outcome = send_one(post.account(), Outgoing(1, 1, envelope.mail_from, envelope.rcpt_to, wire))
    if outcome.event not in _TAKEN:
        raise _not_taken(post, one, outcome)
    with post.database.transaction() as connection:
        confirmations.mailed(connection, one.id, now=now)
        use = Use(mail_domain(one.address), now, 1)  # it counts against the provider's limits like any other
        pace.record(connection, route_of(workspace.settings.smtp), [use])


def _not_taken(post: Post, one: Unmailed, outcome: Outcome) -> NewsletterError:
    """What the server said, without the address that it repeats; after a final word it is not asked again."""
    if outcome.event is Event.REFUSED:
        with post.database.transaction() as connection:
            confirmations.given_up(connection, one.id)
    reply = _ADDRESS.sub("…", str(outcome.reply or outcome.detail or say("no answer")))
    return NewsletterError(sentence("the mail server did not take it: {reply}", reply=reply))


def _text(one: Unmailed, association: str, link: str) -> str:
    names = "\n".join(f"  • {name}" for name in one.lists)
    measured = (say("The form also says yes to this:"), f"  • {one.measured}") if one.measured else ()
    parts = (
        say("Hello,"),
        say("somebody, probably you, asked {association} to write to this address:", association=association),
        names,
        *measured,
        say("To say yes, open this page and press its button. The link works for seven days."),
        link,
        say("If it was not you, do nothing: without your yes we write no more, and forget this address."),
        association,
    )
    return "\n\n".join(parts)

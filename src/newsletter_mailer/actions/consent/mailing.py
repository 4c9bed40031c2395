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
from newsletter_mailer.model.audience import SuppressionReason, mail_domain
from newsletter_mailer.model.delivery import Event
from newsletter_mailer.model.outcome import Outcome
from newsletter_mailer.model.pace import Use
from newsletter_mailer.smtp.pool import Account, Outgoing, send_one
from newsletter_mailer.store import choices, confirmations, pace
from newsletter_mailer.store.confirmations import Unmailed
from newsletter_mailer.store.database import Database
from newsletter_mailer.wording import in_language, say, sentence

_ADDRESS = re.compile(r"[^\s<>()\[\]\"',;:]+@[^\s<>()\[\]\"',;:]+")
_AT_ONCE = 50
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
    """Mail the requests that are due, and give what went wrong; what was not refused for good comes again later.

    Beyond so many in an hour they wait for their turn: nobody makes us fill the mailboxes of others.
    """
    most = post.workspace.settings.serve.mails_per_hour
    with post.database.reading() as connection:
        room = most - confirmations.mailed_lately(connection, now=now)
        due = confirmations.unmailed(connection, now=now, limit=min(_AT_ONCE, max(room, 0)))
    wrong = []
    for one in due:
        try:
            _send(post, one, now)
        except NewsletterError as error:
            wrong.append(error)
            with post.database.transaction() as connection:
                confirmations.unsent(connection, one.id)
    return wrong


def send_own_link(post: Post, subscriber_id: int, *, language: str, now: int) -> None:
    """Mail a reader the link by which their data can be taken along or erased; nothing to a dead address.

    Raises NewsletterError when the mail cannot leave now.
    """
    with post.database.reading() as connection:
        found = choices.choices(connection, subscriber_id)
    if found is None or found.suppressed not in ("", SuppressionReason.STOP_EVERYTHING.value):
        return
    association = post.workspace.settings.identity.name
    link = f"{post.base}/p/{post.links.token('person', subscriber_id)}"
    with in_language(language):
        subject = say("Your data at {association}", association=association)
        text = _own_text(association, link)
    new_id = f"data-{subscriber_id}-{now}"
    outcome = _carried(post, found.subscriber.address, subject, text, new_id=new_id, now=now)
    if outcome.event not in _TAKEN:
        raise _not_taken(outcome)


def _own_text(association: str, link: str) -> str:
    parts = (
        say("Hello,"),
        say(
            "somebody, probably you, wants to download what {association} knows of you, or to have it erased.",
            association=association,
        ),
        say("To do so, open this page. Keep its link to yourself: whoever has it can do the same."),
        link,
        say("If it was not you, do nothing: nothing was handed out, and nothing is erased."),
        association,
    )
    return "\n\n".join(parts)


def forget_old(post: Post, *, now: int) -> int:
    """Drop the requests whose time is over."""
    with post.database.transaction() as connection:
        return confirmations.forget_old(connection, now=now)


def _send(post: Post, one: Unmailed, now: int) -> None:
    association = post.workspace.settings.identity.name
    link = f"{post.base}/c/{post.links.token('confirm', one.id)}"
    with in_language(one.language):
        subject = say("Confirm your subscription to {association}", association=association)
        text = _text(one, association, link)
    outcome = _carried(post, one.address, subject, text, new_id=f"confirm-{one.id}-{now}", now=now)
    with post.database.transaction() as connection:
        if outcome.event in _TAKEN:
            confirmations.mailed(connection, one.id, now=now)
        elif outcome.event is Event.REFUSED:  # a final word: it is not asked again
            confirmations.given_up(connection, one.id)
    if outcome.event not in _TAKEN:
        raise _not_taken(outcome)


def _carried(post: Post, address: str, subject: str, text: str, *, new_id: str, now: int) -> Outcome:
    """What became of a mail; one that left counts against the provider's limits like any other."""
    envelope, data = notice(post.workspace, address, subject, text, now=now, new_id=new_id)
    dkim = signer(post.workspace)
    wire = dkim.sign(data, at=now // 1000) + data if dkim else data
    outcome = send_one(post.account(), Outgoing(1, 1, envelope.mail_from, envelope.rcpt_to, wire))
    if outcome.event in _TAKEN:
        with post.database.transaction() as connection:
            use = Use(mail_domain(address), now, 1)
            pace.record(connection, route_of(post.workspace.settings.smtp), [use])
    return outcome


def _not_taken(outcome: Outcome) -> NewsletterError:
    """What the server said, without the address that it repeats."""
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

"""Readers are asked by mail, some at each call: whether they want to stay, whether their reading may be measured."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TypeVar

from newsletter_mailer.actions.consent.joining import tracking_wording
from newsletter_mailer.actions.measuring import asking as measuring
from newsletter_mailer.actions.notify import notify
from newsletter_mailer.actions.retention import note_asked, to_ask
from newsletter_mailer.checks.links import answers_with
from newsletter_mailer.config import Workspace
from newsletter_mailer.errors import LoginRefused, NewsletterError, SecretError, Stopped
from newsletter_mailer.smtp.pool import Account
from newsletter_mailer.store.asking import Unasked
from newsletter_mailer.store.database import Database
from newsletter_mailer.store.retention import Silent
from newsletter_mailer.tokens import Secret, sign
from newsletter_mailer.wording import in_language, say, sentence

T = TypeVar("T")
MOST = 50  #: mails at a call: half of what the most careful profile lets through in an hour


@dataclass(frozen=True, slots=True)
class Asked:
    """What came of it."""

    asked: int
    refused: tuple[tuple[str, NewsletterError], ...]  #: addresses that the server did not take, and why
    left: int  #: whose turn comes with the next call


def ask_silent(
    workspace: Workspace, database: Database, account: Account, secret: Secret, *, clock: Callable[[], int]
) -> Asked:
    """Ask those whose turn it is, the longest known first. Interrupted, the same call goes on where it stopped.

    clock: milliseconds since 1970, UTC. Raises NewsletterError when the server takes no mail at all.
    """
    settings = workspace.settings
    waiting = to_ask(database, settings, now=clock())
    base = (settings.public_url or "").rstrip("/") if waiting else ""
    page = f"{base}/p/" if base and answers_with(base, database.ledger_id) else ""

    def ask(turn: tuple[Silent, list[str]]) -> None:
        one, letters = turn
        link = page + sign(secret, "person", one.id) if page else ""
        _ask(workspace, account, one, letters, link, now=clock())
        note_asked(database, settings, one, now=clock())

    return _in_turn(waiting, ask, address=lambda turn: turn[0].address)


def ask_about_measuring(
    workspace: Workspace,
    database: Database,
    account: Account,
    secret: Secret,
    lists: Sequence[str],
    *,
    clock: Callable[[], int],
) -> Asked:
    """Ask readers of these lists whether their reading may be measured; the same call goes on where it stopped.

    Raises NewsletterError when nobody could answer, for the pages are not there, and as `ask_silent`.
    """
    settings = workspace.settings
    base = (settings.public_url or "").rstrip("/")
    if not base or not answers_with(base, database.ledger_id):
        raise NewsletterError(
            sentence("readers could not answer: their pages cannot be reached"),
            sentence("set `public_url` in newsletter.yaml and start: newsletter serve"),
        )

    def ask(one: Unasked) -> None:
        with in_language(one.language or settings.language):
            wording = tracking_wording(settings.identity.name)
        page = f"{base}/m/{sign(secret, 'measure', one.id)}"
        choices = f"{base}/p/{sign(secret, 'person', one.id)}"
        subject, text = measuring.question(workspace, one, wording, page, choices)
        new_id = f"measuring-{one.id}-{clock()}"
        notify(workspace, account, one.address, subject, text, now=clock(), new_id=new_id)
        measuring.note_asked(database, settings, one, wording=wording, now=clock())

    return _in_turn(measuring.to_ask(database, lists, now=clock()), ask, address=lambda one: one.address)


def _in_turn(waiting: Sequence[T], ask: Callable[[T], None], *, address: Callable[[T], str]) -> Asked:
    refused = []
    for one in waiting[:MOST]:
        try:
            ask(one)
        except (LoginRefused, SecretError, Stopped):
            raise
        except NewsletterError as error:
            refused.append((address(one), error))
    return Asked(len(waiting[:MOST]) - len(refused), tuple(refused), len(waiting[MOST:]))


def _ask(
    workspace: Workspace, account: Account, one: Silent, letters: Sequence[str], link: str, *, now: int
) -> None:
    identity = workspace.settings.identity
    with in_language(one.language or workspace.settings.language):
        subject = say("Do you want to go on receiving the letters of {name}?", name=identity.name)
        answer = (
            say(
                "To stay, open this page and press “Save my choices”; to leave, untick the letters there first:\n\n{link}",
                link=link,
            )
            if link
            else say("To stay, answer this mail with a word; to leave, there is nothing to do.")
        )
        parts = (
            say("Hello,"),
            say("you receive from {name}:", name=identity.name),
            "\n".join(f"  • {name}" for name in letters),
            say("We have not heard from you for years, and the law asks us not to go on without your word."),
            answer,
            say(
                "Without an answer within {days} days we erase your address.",
                days=workspace.settings.retention.grace_days,
            ),
            f"{identity.name}\n{identity.address}",
        )
    notify(
        workspace, account, one.address, subject, "\n\n".join(parts), now=now, new_id=f"stay-{one.id}-{now}"
    )

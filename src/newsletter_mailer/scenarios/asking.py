"""Readers who were silent for years are asked by mail whether they want to stay, some at each call."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from newsletter_mailer.actions.notify import notify
from newsletter_mailer.actions.retention import note_asked, to_ask
from newsletter_mailer.checks.links import answers_with
from newsletter_mailer.config import Workspace
from newsletter_mailer.errors import LoginRefused, NewsletterError, SecretError, Stopped
from newsletter_mailer.smtp.pool import Account
from newsletter_mailer.store.database import Database
from newsletter_mailer.store.retention import Silent
from newsletter_mailer.tokens import Secret, sign
from newsletter_mailer.wording import in_language, say

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
    refused = []
    for one, letters in waiting[:MOST]:
        link = page + sign(secret, "person", one.id) if page else ""
        try:
            _ask(workspace, account, one, letters, link, now=clock())
        except (LoginRefused, SecretError, Stopped):
            raise
        except NewsletterError as error:
            refused.append((one.address, error))
        else:
            note_asked(database, settings, one, now=clock())
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

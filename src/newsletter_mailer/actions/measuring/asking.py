"""Readers who are asked by mail whether their reading may be measured; the mail itself measures nothing."""

from __future__ import annotations

from collections.abc import Sequence

from newsletter_mailer.config import Settings, Workspace, route_of
from newsletter_mailer.errors import UsageError
from newsletter_mailer.model.audience import mail_domain
from newsletter_mailer.model.pace import Use
from newsletter_mailer.store import asking, audience, pace
from newsletter_mailer.store.asking import Unasked
from newsletter_mailer.store.database import Database
from newsletter_mailer.wording import in_language, say, sentence

SOURCE = "mail about measuring"


def to_ask(database: Database, lists: Sequence[str], *, now: int) -> list[Unasked]:
    """Whose turn it is: not who has agreed, nor who refused or was asked in the last six months.

    Raises UsageError for a list that is not there.
    """
    with database.reading() as connection:
        for slug in lists:
            if audience.find_list(connection, slug) is None:
                raise UsageError(
                    sentence("there is no list {slug}", slug=slug),
                    sentence("see the lists with: newsletter lists"),
                )
        return asking.unasked(connection, lists, now=now)


def note_asked(database: Database, settings: Settings, one: Unasked, *, wording: str, now: int) -> None:
    """The server has taken the question; it counts against the provider's limits like any other mail."""
    with database.transaction() as connection:
        asking.note_asked(connection, one.recipient_key, wording=wording, source=SOURCE, now=now)
        pace.record(connection, route_of(settings.smtp), [Use(mail_domain(one.address), now, 1)])


def question(workspace: Workspace, one: Unasked, wording: str, page: str, choices: str) -> tuple[str, str]:
    """Subject and text, in the reader's language. wording: what a yes says; page: where they answer."""
    identity = workspace.settings.identity
    with in_language(one.language or workspace.settings.language):
        subject = say("May we measure what you read of our letters?")
        parts = (
            say("Hello,"),
            say(
                "we would like to know which of our letters are opened and which of their links are followed, to make "
                "better ones. We do so only if you agree to this:"
            ),
            f"  “{wording}”",
            say("To say yes or no, open this page and press a button. You can change your mind at any time."),
            page,
            say(
                "Without an answer nothing is measured. You get the same letters either way, and we do not ask again "
                "for six months."
            ),
            say("To receive less from us, or nothing at all:\n{link}", link=choices),
            f"{identity.name}\n{identity.address}",
        )
    return subject, "\n\n".join(parts)

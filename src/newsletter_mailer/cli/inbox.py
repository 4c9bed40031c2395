"""Commands on the mailbox to which readers answer."""

from __future__ import annotations

from dataclasses import asdict
from typing import TYPE_CHECKING

import click

from newsletter_mailer.cli import inbox_output as output
from newsletter_mailer.cli.inbox_explain import explain
from newsletter_mailer.cli.output import Face
from newsletter_mailer.errors import InboxUnreadable
from newsletter_mailer.wording import say

if TYPE_CHECKING:
    from newsletter_mailer.app import App

without_inbox = click.option(
    "--without-inbox", is_flag=True, help="Do not read first who has unsubscribed by mail."
)


@click.group()
def inbox() -> None:
    """The mailbox to which readers answer, where those who leave by mail are found."""


@inbox.command()
@click.pass_obj
def fetch(face: Face) -> None:
    """Read the new mails: who asks to leave by the link of a letter has left, and what came back is written down.

    No mail is moved, marked or deleted, unless `inbox.after` says so.

    Example: newsletter inbox fetch
    """
    from newsletter_mailer.actions.inbox import fetch as read

    with face.app() as app:
        done = read(app.database, app.workspace, secret=app.secret, now=app.now)
    if face.json:
        face.data_json(asdict(done))
        return
    output.fetched(face, done)


def fetch_first(face: Face, app: App, *, may_warn: bool) -> None:
    """Before anything is planned or sent: read the mailbox, if there is one, and say who left.

    may_warn: somebody sees the warning and can still stop. Raises InboxUnreadable otherwise.
    """
    from newsletter_mailer.actions.inbox import fetch_first as read

    try:
        done = read(app.database, app.workspace, secret=app.secret, now=app.now)
    except InboxUnreadable as error:
        if not may_warn:
            raise
        said = say("Whoever has asked by mail to leave since then would still get this letter.")
        for line in (f"! {error}", f"! {said}"):  # also with --quiet: a number is typed after this
            click.echo(face.styled(line, "yellow"), err=True)
        return
    if done is not None:
        output.in_passing(face, done)


inbox.add_command(explain)
COMMANDS = (inbox,)

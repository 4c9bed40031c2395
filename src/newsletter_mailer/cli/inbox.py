"""Commands on the mailbox to which readers answer."""

from __future__ import annotations

import shlex
from dataclasses import asdict
from typing import TYPE_CHECKING

import click

from newsletter_mailer.cli.output import Face, number
from newsletter_mailer.errors import InboxUnreadable
from newsletter_mailer.wording import say, say_many

if TYPE_CHECKING:
    from newsletter_mailer.actions.inbox import Fetched
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
    """Read the new mails: whoever asks to leave by the link of a letter has left. No mail is moved or marked.

    Example: newsletter inbox fetch
    """
    from newsletter_mailer.actions.inbox import fetch as read

    with face.app() as app:
        done = read(app.database, app.workspace, secret=app.secret, now=app.now)
    if face.json:
        face.data_json(asdict(done))
        return
    face.data(_left(done.left))
    _tell_without_effect(face, done)
    _tell_by_hand(face, done)
    if done.other:
        said = say_many(
            "{count} other mail was left untouched.",
            "{count} other mails were left untouched.",
            done.other,
            count=number(done.other),
        )
        face.talk(said)


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
        for line in (f"! {error.what}", f"! {said}"):  # also with --quiet: a number is typed after this
            click.echo(face.styled(line, "yellow"), err=True)
        return
    if done is not None:
        if done.left:
            face.talk(_left(done.left))
        _tell_by_hand(face, done)


def _left(count: int) -> str:
    return say_many(
        "{count} reader has left by mail.", "{count} readers have left by mail.", count, count=number(count)
    )


def _tell_without_effect(face: Face, done: Fetched) -> None:
    if done.again:
        said = say_many(
            "{count} mail of somebody who had left before.",
            "{count} mails of people who had left before.",
            done.again,
            count=number(done.again),
        )
        face.talk(said)
    if done.invalid:
        said = say_many(
            "{count} mail with a link that is not ours, or that of a test: nobody left.",
            "{count} mails with a link that is not ours, or that of a test: nobody left.",
            done.invalid,
            count=number(done.invalid),
        )
        face.talk(said)


def _tell_by_hand(face: Face, done: Fetched) -> None:
    """Who cannot be taken off by a program: anybody can write an address into a mail."""
    for address in done.by_hand:
        if address and shlex.quote(address) == address and not address.startswith("-"):
            said = say(
                "! {address} asks to leave, without our link. If you believe it: "
                "newsletter subscribers unsubscribe {address}",
                address=address,
            )
        else:  # in a command to be copied it could be a command itself
            said = say(
                "! {address} asks to leave, without our link: look at the mail.", address=address or "?"
            )
        face.talk(said, style="yellow")


COMMANDS = (inbox,)

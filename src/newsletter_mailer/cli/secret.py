"""Commands on what the program logs in with."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING, Any

import click

from newsletter_mailer.cli.output import Face
from newsletter_mailer.cli.times import iso, local
from newsletter_mailer.wording import say

if TYPE_CHECKING:
    from zoneinfo import ZoneInfo

    from newsletter_mailer.actions.secret import Login, Permission


@click.group()
def secret() -> None:
    """What the mail server wants to see, a password or a permission (OAuth); and the key that signs links."""


@secret.command("set")
@click.argument("what", type=click.Choice(["oauth", "officer"]))
@click.option("--no-open", is_flag=True, help="Do not open the browser.")
@click.option("--inbox", is_flag=True, help="The permission to read the mailbox, instead of that to send.")
@click.pass_obj
def set_(face: Face, what: str, no_open: bool, inbox: bool) -> None:
    """Keep what opens doors.

    oauth: asks Microsoft or Google for the permission to send, or to read the mailbox. officer: the password of the
    officer's pages in newsletter serve; without a terminal it is read from standard input.

    Example: newsletter secret set oauth
    """
    if what == "officer":
        _set_officer(face)
        return
    import time

    from newsletter_mailer.actions.secret import set_oauth
    from newsletter_mailer.app import clock
    from newsletter_mailer.web.screen import has_screen

    def show(url: str, code: str) -> None:
        if inbox:
            face.talk(say("Open this address in a browser, with the account that has the mailbox:"))
        else:
            face.talk(say("Open this address in a browser, with the account that sends:"))
        face.data(url)
        if code:
            face.talk(say("and type this code:"))
            face.data(code)
        if not no_open and has_screen():
            click.launch(url)
        face.talk(say("Waiting until you have agreed there; Ctrl-C ends it."))

    with face.app() as app:
        permission = set_oauth(
            app.workspace, show, purpose="read" if inbox else "send", clock=clock, sleep=time.sleep
        )
        face.talk(_told(permission, app.workspace.zone), style="green")
    if inbox:
        face.talk(say("Next: newsletter inbox fetch"))
        return
    face.talk(say("Next: newsletter test ISSUE --to YOU@EXAMPLE.ORG"))


def _set_officer(face: Face) -> None:
    import secrets

    from newsletter_mailer.actions.officer.password import SALT_BYTES, keep

    with face.app() as app:
        typed = _typed() if face.ask else sys.stdin.readline().rstrip("\r\n")
        path = keep(app.workspace, typed, salt=secrets.token_bytes(SALT_BYTES))
        where = app.workspace.display(path)
        url = (app.workspace.settings.public_url or "").rstrip("/")
    face.talk(say("A hash of the password is kept in {path}.", path=where), style="green")
    if url:
        face.talk(say("Next: newsletter serve, then {url}", url=f"{url}/officer"))


def _typed() -> str:
    """The password, typed twice the same."""
    while True:
        typed: str = click.prompt(say("Password of the officer’s pages"), hide_input=True, err=True)
        again: str = click.prompt(say("Once more"), hide_input=True, err=True)
        if typed == again:
            return typed
        click.echo(say("These were two different ones. Please type it again."), err=True)


@secret.command()
@click.pass_obj
def check(face: Face) -> None:
    """Tell whether the password or the permission is there, without logging in anywhere.

    Example: newsletter secret check
    """
    from newsletter_mailer.actions import secret as action

    with face.app() as app:
        login = action.check(app.workspace)
        if face.json:
            face.data_json(_as_json(login))
        else:
            _tell(face, login, app.workspace.zone)
        if login.missing:
            raise action.missing(login)
        reads = action.check_inbox(app.workspace)
        if reads and not face.json:
            face.data(_told(reads, app.workspace.zone))


@secret.command()
@click.pass_obj
def rotate(face: Face) -> None:
    """Sign the readers' links with a new key from now on. The links of letters already sent go on working.

    Example: newsletter secret rotate
    """
    with face.app() as app:
        number = app.add_signing_key()
    face.talk(
        say(
            "Links are signed with key {number} from now on; those already sent go on working.", number=number
        ),
        style="green",
    )
    face.talk(say("Next: keep a new copy of var/secret with your backup."))


def _tell(face: Face, login: Login, zone: ZoneInfo) -> None:
    if not login.username:
        face.data(say("No user name is set in `smtp.username`: nothing logs in."))
        return
    if login.by_oauth and login.permission:
        face.data(_told(login.permission, zone))
    elif login.password_in and not login.by_oauth:
        face.data(
            say(
                "The password for “{username}” is in {where}.",
                username=login.username,
                where=login.password_in,
            )
        )


def _told(permission: Permission, zone: ZoneInfo) -> str:
    if permission.renews:
        return say(
            "The permission of {host} is in {path}; it renews itself.",
            host=permission.provider,
            path=permission.file,
        )
    return say(
        "The permission of {host} is in {path}; it ends at {time}.",
        host=permission.provider,
        path=permission.file,
        time=local(permission.expires_at, zone),
    )


def _as_json(login: Login) -> dict[str, Any]:
    permission = login.permission
    return {
        "username": login.username,
        "password": login.password_in or None,
        "oauth": permission
        and {
            "provider": permission.provider,
            "file": permission.file,
            "expires_at": iso(permission.expires_at),
            "renews": permission.renews,
        },
        "missing": login.missing,
    }


COMMANDS = (secret,)

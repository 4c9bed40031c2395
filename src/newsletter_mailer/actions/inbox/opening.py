"""Which mailbox the settings name, and how it is opened."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from newsletter_mailer.config import Workspace
from newsletter_mailer.config.private import inbox_password
from newsletter_mailer.errors import SecretError, UsageError
from newsletter_mailer.inbox.mailbox import Mailbox
from newsletter_mailer.inbox.maildir import Maildir
from newsletter_mailer.inbox.mbox import Mbox
from newsletter_mailer.smtp.oauth.token import access_token, for_the_inbox
from newsletter_mailer.wording import sentence

if TYPE_CHECKING:
    from newsletter_mailer.inbox.imap import Server


def has_inbox(workspace: Workspace) -> bool:
    """Whether the settings name a mailbox to read."""
    inbox = workspace.settings.inbox
    return bool(inbox.maildir or inbox.mbox or inbox.host)


def named(workspace: Workspace, environment: Mapping[str, str]) -> tuple[str, Server | None]:
    """The mailbox's name in the ledger, and the server that has it."""
    inbox = workspace.settings.inbox
    if inbox.maildir:
        return f"maildir:{_file(workspace, inbox.maildir).resolve()}", None
    if inbox.mbox:
        return f"mbox:{_file(workspace, inbox.mbox).resolve()}", None
    if not inbox.host:
        raise UsageError(
            sentence("newsletter.yaml names no mailbox to read"),
            sentence("write `inbox.host` and `inbox.username`, or `inbox.maildir`, or `inbox.mbox`"),
        )
    from newsletter_mailer.inbox.imap import Server  # ssl and imaplib: only who has a server

    with for_the_inbox():
        token = access_token(workspace, "read")
    password = "" if token else inbox_password(workspace, environment)
    if not (password or token):
        raise SecretError(
            sentence(
                "there is no password for “{username}” at {host}", username=inbox.username, host=inbox.host
            ),
            sentence("set NEWSLETTER_INBOX__PASSWORD, or name a file in inbox.password_file"),
        )
    server = Server(
        host=inbox.host,
        port=inbox.port,
        security=inbox.security,
        username=inbox.username,
        password=password,
        access_token=token,
        folder=inbox.folder,
        after=inbox.after,
        ca_file=str(workspace.root / inbox.ca_file) if inbox.ca_file else "",
    )
    return f"imap:{inbox.username}@{inbox.host}/{inbox.folder}", server


def _file(workspace: Workspace, name: str) -> Path:
    return workspace.root / Path(name).expanduser()


@contextmanager
def opened(workspace: Workspace, server: Server | None) -> Iterator[Mailbox]:
    """The mailbox, for as long as it is read."""
    if server is None:
        inbox = workspace.settings.inbox
        yield (
            Maildir(_file(workspace, inbox.maildir), after=inbox.after)
            if inbox.maildir
            else Mbox(_file(workspace, inbox.mbox))
        )
        return
    from newsletter_mailer.inbox.imap import opened as opened_server

    with for_the_inbox(), opened_server(server) as mailbox:
        yield mailbox

"""The two doors to the world: the server that takes our mails, and the mailbox where answers arrive."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager
from dataclasses import replace

from newsletter_mailer.actions.doctor.points import wrong
from newsletter_mailer.config import SmtpSettings, Workspace, profile_of
from newsletter_mailer.config.kinds import LOOPBACK
from newsletter_mailer.errors import NewsletterError
from newsletter_mailer.inbox.mailbox import Mailbox
from newsletter_mailer.model.health import Mark, Point
from newsletter_mailer.smtp.account import Account, Timeouts
from newsletter_mailer.smtp.trial import Welcome, try_login
from newsletter_mailer.wording import sentence

MAIL_PORTS = (25, 465, 587)  #: where a mail server listens; elsewhere on this computer it is a sandbox
ROOM_FOR_A_LETTER = 2_000_000  #: bytes, with pictures
_PATIENCE = Timeouts(
    connect=15, handshake=15, greeting=30, hello=30
)  # nothing is at stake: no mail is on its way


def mail_server(workspace: Workspace, account: Callable[[], Account], *, now: int) -> Iterator[Point]:
    """A login without a mail, and what the server's limits are. account: raises SecretError without a password."""
    host = workspace.settings.smtp.host
    try:
        welcome = try_login(replace(account(), timeouts=_PATIENCE))
    except NewsletterError as error:
        yield wrong("smtp-login", error)
    else:
        yield _let_in(workspace.settings.smtp)
        yield _tls(host, welcome)
        if 0 < welcome.most < ROOM_FOR_A_LETTER:
            yield Point(
                "smtp-size",
                Mark.DOUBT,
                sentence("{host} takes mails of at most {size} kB", host=host, size=welcome.most // 1000),
                sentence("keep pictures small, or ask your provider for more"),
            )
    yield _limits(workspace, now)


def _let_in(smtp: SmtpSettings) -> Point:
    if smtp.username:
        told = sentence("{host} lets “{username}” in", host=smtp.host, username=smtp.username)
    elif (
        smtp.host in LOOPBACK and smtp.port not in MAIL_PORTS
    ):  # as in a workspace that names no provider yet
        return Point(
            "smtp-login",
            Mark.DOUBT,
            sentence("mails stay on this computer: {host}, port {port}", host=smtp.host, port=smtp.port),
            sentence(
                "to reach your readers, write your provider’s server under smtp: in newsletter.yaml; newsletter init "
                "in this folder asks for it"
            ),
        )
    else:
        told = sentence("{host} lets us in, without a login", host=smtp.host)
    return Point("smtp-login", Mark.FINE, told)


def _tls(host: str, welcome: Welcome) -> Point:
    if welcome.tls:
        return Point(
            "tls",
            Mark.FINE,
            sentence("the line to {host} is encrypted ({version})", host=host, version=welcome.tls),
        )
    return Point("tls", Mark.FINE, sentence("{host} is this computer: nobody can listen", host=host))


def _limits(workspace: Workspace, now: int) -> Point:
    profile, told = profile_of(workspace.settings.smtp, now=now)
    if told is not None:
        return Point("limits", Mark.DOUBT, told)
    limits = ", ".join(map(str, profile.limits))
    if not limits:
        return Point("limits", Mark.FINE, sentence("no limit holds: “{profile}”", profile=profile.name))
    return Point(
        "limits",
        Mark.FINE,
        sentence("at most {limits} leave: “{profile}”", limits=limits, profile=profile.name),
    )


def mailbox(opened: Callable[[], AbstractContextManager[Mailbox]] | None, name: str) -> Point:
    """Whether the mailbox can be read; opened: None where the settings name none."""
    if opened is None:
        return Point(
            "inbox",
            Mark.DOUBT,
            sentence(
                "no mailbox is read: returned mails and mails of who wants to leave are for you to see to"
            ),
            sentence("write `inbox:` into newsletter.yaml (docs/reference.md shows how)"),
        )
    try:
        with opened():
            return Point("inbox", Mark.FINE, sentence("the mailbox {name} can be read", name=name))
    except NewsletterError as error:
        return wrong("inbox", error)

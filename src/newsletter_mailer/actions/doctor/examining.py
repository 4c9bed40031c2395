"""The whole sheet: chapter by chapter, from this computer to the domain as the world sees it."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager
from dataclasses import dataclass

from newsletter_mailer.actions.doctor import domain as of_domain
from newsletter_mailer.actions.doctor.doors import mail_server, mailbox
from newsletter_mailer.actions.doctor.ledger import ledger, readers
from newsletter_mailer.actions.doctor.machine import computer
from newsletter_mailer.actions.doctor.mail_from import mail_from
from newsletter_mailer.actions.doctor.points import wrong
from newsletter_mailer.actions.doctor.providers import rules
from newsletter_mailer.checks.dns import Dns
from newsletter_mailer.config import Workspace
from newsletter_mailer.errors import NewsletterError
from newsletter_mailer.inbox.mailbox import Mailbox
from newsletter_mailer.model.health import Chapter, Point, Sheet
from newsletter_mailer.smtp.account import Account
from newsletter_mailer.store.database import Database
from newsletter_mailer.wording import sentence


@dataclass(frozen=True, slots=True)
class Doors:
    """How the parts of a workspace are opened, each when it is looked at; all of them raise NewsletterError."""

    ledger: Callable[[], Database]
    account: Callable[[], Account]
    mailbox: Callable[[], AbstractContextManager[Mailbox]] | None  #: None where the settings name none
    mailbox_name: str = ""


def examine(workspace: Workspace, doors: Doors, *, dns: Dns | None, now: int, here: dt.timedelta) -> Sheet:
    """All that can be known. dns: None leaves the domain's records out.

    now: milliseconds since 1970, UTC; here: by how much this computer's own clock is ahead of UTC.
    """
    chapters = (
        Chapter(sentence("This computer"), tuple(computer(workspace, now=now, here=here))),
        Chapter(sentence("The ledger"), tuple(ledger(workspace, doors.ledger, now=now))),
        Chapter(sentence("The mail server"), tuple(mail_server(workspace, doors.account, now=now))),
        Chapter(sentence("The mailbox"), (mailbox(doors.mailbox, doors.mailbox_name),)),
        Chapter(sentence("The domain"), tuple(_domain(workspace, dns, now))),
    )
    if dns is None:
        return Sheet(chapters)
    return Sheet(chapters, rules(Sheet(chapters).points), readers(workspace, doors.ledger))


def _domain(workspace: Workspace, dns: Dns | None, now: int) -> Iterator[Point]:
    signing, key = of_domain.signing(workspace, online=dns is not None)
    yield signing
    yield of_domain.public_pages(workspace)
    try:
        mail = mail_from(workspace, key, now=now)
    except NewsletterError as error:
        yield wrong("sender", error)
        return
    if everybodys := of_domain.of_everybody(mail):
        yield everybodys
    elif dns is not None:
        yield from of_domain.published(dns, mail, key)

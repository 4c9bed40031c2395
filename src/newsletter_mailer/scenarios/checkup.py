"""The doctor's visit: the parts of a workspace are opened one by one, and a mail is sent around once."""

from __future__ import annotations

import datetime as dt
import os
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace

from newsletter_mailer.actions.account import account_of
from newsletter_mailer.actions.doctor.examining import Doors, examine
from newsletter_mailer.actions.doctor.returning import WAITS_S, explain, wait_for
from newsletter_mailer.actions.inbox.opening import has_inbox, named, opened
from newsletter_mailer.actions.notify import notify
from newsletter_mailer.checks.dns import SERVER_VARIABLE, Dns
from newsletter_mailer.config import Workspace
from newsletter_mailer.errors import NewsletterError, UsageError
from newsletter_mailer.inbox.folders import KEEP
from newsletter_mailer.inbox.mailbox import Mailbox
from newsletter_mailer.model.health import Chapter, Mark, Point, Sheet
from newsletter_mailer.store.database import Database
from newsletter_mailer.wording import say, sentence

_TITLE = sentence("A mail to ourselves")


def checkup(
    workspace: Workspace,
    ledger: Callable[[], Database],
    *,
    online: bool,
    now: int,
    environment: Mapping[str, str] = os.environ,
) -> Sheet:
    """The whole sheet. online: the DNS is asked as well. ledger: opens it, checked against its secret."""
    doors = Doors(
        ledger=ledger,
        account=lambda: account_of(workspace, environment),
        mailbox=(lambda: _reading(workspace, environment)) if has_inbox(workspace) else None,
        mailbox_name=_name(workspace),
    )
    dns = Dns(environment.get(SERVER_VARIABLE, "")) if online else None
    here = dt.datetime.fromtimestamp(now / 1000).astimezone().utcoffset()
    return examine(workspace, doors, dns=dns, now=now, here=here or dt.timedelta())


@dataclass(frozen=True, slots=True)
class Round:
    """What a mail to ourselves needs from outside."""

    clock: Callable[[], int]  #: milliseconds since 1970, UTC
    new_id: str  #: never used before
    sleep: Callable[[float], object]
    waits: Sequence[float] = WAITS_S  #: seconds before each look into the mailbox


def write_to_ourselves(
    workspace: Workspace, by: Round, *, environment: Mapping[str, str] = os.environ
) -> Chapter:
    """Send a mail to the mailbox that is read here, and explain what comes back. Raises UsageError without one."""
    if not has_inbox(workspace):
        raise UsageError(
            sentence("newsletter.yaml names no mailbox in which the mail could be found again"),
            sentence("send a test, save what arrives as a file, then: newsletter doctor --explain FILE"),
        )
    sent, to = by.clock(), workspace.settings.inbox.address or workspace.settings.sender.email
    points: list[Point] = []
    try:
        _send(workspace, to, by, environment, now=sent)
        head = wait_for(
            lambda: _reading(workspace, environment), by.new_id, now=sent, sleep=by.sleep, waits=by.waits
        )
    except NewsletterError as error:
        return Chapter(_TITLE, (Point("arrival", Mark.WRONG, error.what, error.hint),))
    if head is None:
        return Chapter(_TITLE, (_lost(to, round(sum(by.waits))),))
    seconds = max(1, (by.clock() - sent) // 1000)
    points.append(
        Point(
            "arrival",
            Mark.FINE,
            sentence("a mail to {address} came after {count} s", address=to, count=seconds),
        )
    )
    return Chapter(_TITLE, (*points, *explain(head, arrived=by.clock())))


def explained(raw: bytes) -> Chapter:
    """What the head of a saved mail says of its origin."""
    return Chapter(sentence("This mail"), tuple(explain(raw.replace(b"\r\n", b"\n").partition(b"\n\n")[0])))


def _send(workspace: Workspace, to: str, by: Round, environment: Mapping[str, str], *, now: int) -> None:
    text = say(
        "“newsletter doctor” sent this mail to see on which way your letters travel. You can delete it.\n\nMark: {mark}",
        mark=by.new_id,
    )
    subject = say("A test of your letters' way ({mark})", mark=by.new_id)
    notify(
        workspace,
        account_of(workspace, environment),
        to,
        subject,
        text,
        now=now,
        new_id=f"doctor.{by.new_id}",
    )


def _lost(to: str, seconds: int) -> Point:
    return Point(
        "arrival",
        Mark.WRONG,
        sentence(
            "the mail to {address} left, but did not come into the mailbox within {count} s",
            address=to,
            count=seconds,
        ),
        sentence("look into its spam folder; is it the mailbox of that address that newsletter.yaml names?"),
    )


def _name(workspace: Workspace) -> str:
    inbox = workspace.settings.inbox
    return inbox.maildir or inbox.mbox or f"{inbox.username}@{inbox.host}"


@contextmanager
def _reading(workspace: Workspace, environment: Mapping[str, str]) -> Iterator[Mailbox]:
    """The mailbox, in which no trace is left."""
    _, server = named(workspace, environment)
    with opened(workspace, replace(server, after=KEEP) if server else None) as mailbox:
        yield mailbox

"""Reading the mailbox to which readers answer: who asks to leave has left, all other mail stays as it is."""

from __future__ import annotations

import datetime as dt
import os
from collections import Counter
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from newsletter_mailer import tokens
from newsletter_mailer.config import Workspace
from newsletter_mailer.config.private import inbox_password
from newsletter_mailer.errors import InboxUnreadable, LoginRefused, SecretError, UsageError
from newsletter_mailer.inbox.mailbox import LONGEST_MAIL, Found, Mailbox, Mark
from newsletter_mailer.inbox.maildir import Maildir
from newsletter_mailer.inbox.unsubscribe import Wish, candidates_in, wish
from newsletter_mailer.message.specimen import DEAD_TOKEN
from newsletter_mailer.store import audience
from newsletter_mailer.store import inbox as books
from newsletter_mailer.store.database import Connection, Database
from newsletter_mailer.wording import sentence

if TYPE_CHECKING:
    from newsletter_mailer.inbox.imap import Server

PURPOSE = "unsubscribe"
SOURCE = "mail"  #: how the ledger tells these departures from others
_CLOCKS = dt.timedelta(days=2)  # by which zones and clocks may differ
_TOGETHER = 200  # mails that change nothing are noted together


@dataclass(frozen=True, slots=True)
class Fetched:
    """What the new mails of a mailbox came to."""

    mailbox: str
    read: int = 0  #: all that were new
    left: int = 0  #: readers who left, of their own will
    again: int = 0  #: they had left before
    invalid: int = 0  #: a link that is not ours, or that of a test: nobody left
    by_hand: tuple[
        str, ...
    ] = ()  #: from whom come wishes to leave without our link; anybody can write such an address
    other: int = 0  #: left for people to read


def has_inbox(workspace: Workspace) -> bool:
    """Whether the settings name a mailbox to read."""
    inbox = workspace.settings.inbox
    return bool(inbox.maildir or inbox.host)


def fetch(
    database: Database,
    workspace: Workspace,
    *,
    secret: tokens.Secret,
    now: int,
    environment: Mapping[str, str] = os.environ,
) -> Fetched:
    """Read what is new. Nothing is read twice or passed over, whenever the program ends.

    Raises UsageError when the settings name no mailbox, InboxUnreadable, LoginRefused and SecretError when it cannot
    be read; what was read until then is done.
    """
    name, server = _named(workspace, environment)
    with _opened(workspace, server) as mailbox:
        reading = _Reading(database, name, mailbox, secret=secret, now=now)
        reading.read()
    return reading.fetched


def fetch_first(
    database: Database, workspace: Workspace, *, secret: tokens.Secret, now: int
) -> Fetched | None:
    """What comes before any mail leaves: who asked by mail to leave must not get it. None without a mailbox.

    Raises InboxUnreadable when that cannot be known.
    """
    if not has_inbox(workspace):
        return None
    try:
        return fetch(database, workspace, secret=secret, now=now)
    except (InboxUnreadable, LoginRefused, SecretError) as error:
        raise InboxUnreadable(
            sentence("who unsubscribed by mail is not known: {why}", why=error),
            sentence("mend that, or send all the same with --without-inbox"),
        ) from error


class _Reading:
    """One look into a mailbox."""

    def __init__(
        self, database: Database, name: str, mailbox: Mailbox, *, secret: tokens.Secret, now: int
    ) -> None:
        self._database = database
        self._name = name
        self._mailbox = mailbox
        self._secret = secret
        self._now = now
        self._waiting: list[Found] = []  # read, without effect, not yet noted
        self._counts: Counter[str] = Counter()
        self._by_hand: dict[str, None] = {}
        with database.transaction() as connection:
            self._place = books.place(connection, name)
            if self._place.uidvalidity != mailbox.uidvalidity:
                books.begin_numbering(connection, self._place.id, mailbox.uidvalidity)
                self._place = books.place(connection, name)

    @property
    def fetched(self) -> Fetched:
        """What it came to so far."""
        said = {kind: self._counts[kind] for kind in ("left", "again", "invalid", "other")}
        return Fetched(self._name, self._counts.total(), by_hand=tuple(self._by_hand), **said)

    def read(self) -> None:
        """All new mails, oldest first."""
        try:
            for found in self._mailbox.since(self._mark_of_before()):
                self._look(found)
                if len(self._waiting) >= _TOGETHER:
                    self._note_waiting()
        finally:
            self._note_waiting()

    def _mark_of_before(self) -> Mark:
        """How far it was read, and from when on a mail can hold a link of ours."""
        place, known = self._place, frozenset[str]()
        with self._database.reading() as connection:
            first = books.first_campaign_at(connection)
            if self._mailbox.uidvalidity is None:
                known = books.read_keys(connection, place.id)
        day = dt.datetime.fromtimestamp((first or self._now) / 1000, dt.UTC).date() - _CLOCKS
        return Mark(place.uidvalidity, place.last_uid, known, not_before=day)

    def _look(self, found: Found) -> None:
        said = wish(found.head)
        if said.automatic or not (said.asks or said.candidates):
            return self._leave(found, "other")
        if DEAD_TOKEN in said.subject:
            return self._leave(found, "invalid")
        candidates = said.candidates
        deliveries = self._signed(candidates)
        if not deliveries and said.asks and found.size <= LONGEST_MAIL:
            candidates = (*candidates, *candidates_in(found.whole()))
            deliveries = self._signed(candidates)
        if len(deliveries) == 1:
            return self._end(found, said, deliveries.pop())
        if said.asks and (deliveries or not candidates):
            self._by_hand[said.sender] = None
            return self._leave(found, "by_hand")
        return self._leave(found, "invalid")

    def _signed(self, candidates: tuple[str, ...]) -> set[int]:
        """The deliveries whose own tokens are among them."""
        found = {tokens.verify(self._secret, PURPOSE, candidate) for candidate in candidates}
        return {number for number in found if number}

    def _leave(self, found: Found, kind: str) -> None:
        """A mail that changes nothing."""
        self._counts[kind] += 1
        self._waiting.append(found)

    def _end(self, found: Found, said: Wish, delivery: int) -> None:
        """The reader of that delivery leaves. Effect and note are one: neither is ever without the other."""
        with self._database.transaction() as connection:
            key = f"mail:{said.fingerprint}"
            new = books.note(
                connection, self._place.id, [key], kind=PURPOSE, delivery_id=delivery, now=self._now
            )
            left = (
                audience.leave_delivery(connection, delivery, now=self._now, source=SOURCE) if new else None
            )
            self._mark(connection, [found])
        kind = "again" if not new else "invalid" if left is None else "again" if left.again else "left"
        self._counts[kind] += 1

    def _note_waiting(self) -> None:
        if self._waiting:
            with self._database.transaction() as connection:
                self._mark(connection, self._waiting)
            self._waiting = []

    def _mark(self, connection: Connection, mails: list[Found]) -> None:
        """These are read. In IMAP that holds for all before them too: they come in their order."""
        place = self._place
        if self._mailbox.uidvalidity is not None:
            books.read_up_to(connection, place.id, place.uidvalidity, mails[-1].uid)
        else:
            books.note(connection, place.id, [mail.key for mail in mails], kind="read", now=self._now)


def _named(workspace: Workspace, environment: Mapping[str, str]) -> tuple[str, Server | None]:
    """The mailbox's name in the ledger, and the server that has it."""
    inbox = workspace.settings.inbox
    if inbox.maildir:
        return f"maildir:{_maildir(workspace).resolve()}", None
    if not inbox.host:
        raise UsageError(
            sentence("newsletter.yaml names no mailbox to read"),
            sentence("write `inbox.host` and `inbox.username`, or `inbox.maildir`"),
        )
    from newsletter_mailer.inbox.imap import Server  # ssl and imaplib: only who has a server

    password = inbox_password(workspace, environment)
    if not password:
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
        folder=inbox.folder,
        ca_file=str(workspace.root / inbox.ca_file) if inbox.ca_file else "",
    )
    return f"imap:{inbox.username}@{inbox.host}/{inbox.folder}", server


def _maildir(workspace: Workspace) -> Path:
    return workspace.root / Path(workspace.settings.inbox.maildir).expanduser()


@contextmanager
def _opened(workspace: Workspace, server: Server | None) -> Iterator[Mailbox]:
    if server is None:
        yield Maildir(_maildir(workspace))
        return
    from newsletter_mailer.inbox.imap import opened

    with opened(server) as mailbox:
        yield mailbox

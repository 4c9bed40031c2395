"""Reading the mailbox to which readers answer: who asks to leave has left, all other mail stays as it is."""

from __future__ import annotations

import datetime as dt
import os
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass

from newsletter_mailer import tokens
from newsletter_mailer.actions.inbox.opening import has_inbox, named, opened
from newsletter_mailer.actions.inbox.returning import Returning, shown
from newsletter_mailer.config import Workspace
from newsletter_mailer.errors import InboxUnreadable, LoginRefused, SecretError
from newsletter_mailer.inbox.mailbox import LONGEST_MAIL, Found, Mailbox, Mark
from newsletter_mailer.inbox.unsubscribe import Wish, candidates_in, wish
from newsletter_mailer.message.specimen import DEAD_TOKEN
from newsletter_mailer.model.faults import Fault, different
from newsletter_mailer.store import audience, originals
from newsletter_mailer.store import inbox as books
from newsletter_mailer.store.database import Connection, Database
from newsletter_mailer.store.doubts import Doubt as Doubt
from newsletter_mailer.wording import sentence

PURPOSE = "unsubscribe"
SOURCE = "mail"  #: how the ledger tells these departures from others
_CLOCKS = dt.timedelta(days=2)  # by which zones and clocks may differ
_TOGETHER = 200  # mails that change nothing are noted together
_LONGEST_SHOWN = 200  # letters of sender and subject
_KINDS = (
    *("left", "again", "invalid", "other", "hard", "soft", "policy", "unclear", "complaints", "automatic"),
    *("delayed", "delivered", "unmatched", "unknown"),
)


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
    other: int = 0  #: people wrote: for people to read
    hard: int = 0  #: came back: nobody has this address
    soft: int = 0  #: came back: the mailbox takes nothing for now
    policy: int = 0  #: came back because of us; see `faults`
    unclear: int = 0  #: came back, and nobody understands why
    complaints: int = 0  #: readers called a letter spam
    automatic: int = 0  #: programs answered: away, a receipt
    delayed: int = 0  #: is still tried by somebody
    delivered: int = 0  #: notices of success
    unmatched: int = 0  #: speak of no letter of ours: anybody can write such a mail
    unknown: int = 0  #: notices that nobody understands
    suppressed: int = 0  #: readers who are never written to again, from now on
    held: tuple[
        Doubt, ...
    ] = ()  #: domains of which nobody is taken off before the officer's yes, from now on
    faults: tuple[Fault, ...] = ()  #: one for each house that refused us
    strange: tuple[str, ...] = ()  #: senders and subjects of the notices that nobody understands


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
    originals.drop_unknown(database, now=now)
    name, server = named(workspace, environment)
    with opened(workspace, server) as mailbox:
        returning = Returning(database, workspace.settings.bounces, secret=secret, now=now)
        reading = _Reading(database, name, mailbox, returning, secret=secret, now=now)
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
            sentence("who unsubscribed by mail is not known: {why}", why=error.what),
            sentence("{how}; or send all the same with --without-inbox", how=error.hint)
            if error.hint
            else sentence("mend that, or send all the same with --without-inbox"),
        ) from error


class _Reading:
    """One look into a mailbox."""

    def __init__(
        self,
        database: Database,
        name: str,
        mailbox: Mailbox,
        returning: Returning,
        *,
        secret: tokens.Secret,
        now: int,
    ) -> None:
        self._database = database
        self._name = name
        self._mailbox = mailbox
        self._returning = returning
        self._secret = secret
        self._now = now
        self._waiting: list[Found] = []  # read, without effect, not yet noted
        self._counts: Counter[str] = Counter()
        self._by_hand: dict[str, None] = {}
        self._strange: dict[str, None] = {}
        with database.transaction() as connection:
            self._place = books.place(connection, name)
            if self._place.uidvalidity != mailbox.uidvalidity:
                books.begin_numbering(connection, self._place.id, mailbox.uidvalidity)
                self._place = books.place(connection, name)

    @property
    def fetched(self) -> Fetched:
        """What it came to so far."""
        return Fetched(
            self._name,
            self._counts.total(),
            by_hand=tuple(self._by_hand),
            suppressed=self._returning.suppressed,
            held=tuple(self._returning.doubts),
            faults=tuple(different(self._returning.faults)),
            strange=tuple(self._strange),
            **{kind: self._counts[kind] for kind in _KINDS},
        )

    def read(self) -> None:
        """All new mails, oldest first."""
        try:
            for found in self._mailbox.since(self._mark_of_before()):
                self._look(found)
                if len(self._waiting) >= _TOGETHER:
                    self._note_waiting()
        finally:
            self._note_waiting()
            self._returning.doubt()

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
            return self._come_back(found, said)
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

    def _come_back(self, found: Found, said: Wish) -> None:
        """A mail that asks for nothing: what became of another one, an answer, or a letter from somebody."""
        word = self._returning.look(found)
        if word.came is None:
            if word.kind == "unknown":
                self._strange[shown(f"{said.sender}: {said.subject}", _LONGEST_SHOWN)] = None
            self._leave(found, word.kind)
            return
        with self._database.transaction() as connection:
            self._returning.take(connection, word)
            self._mark(connection, [found])
        self._counts[word.kind] += 1
        self._mailbox.put_away(found)

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
        if kind != "invalid":
            self._mailbox.put_away(found)

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

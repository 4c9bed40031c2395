"""Edition + subscriber -> (envelope, bytes). What all share is encoded once; a reader costs the gaps."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import NamedTuple

from newsletter_mailer.message import headers
from newsletter_mailer.message.clean import has_clean_lines, is_clean
from newsletter_mailer.message.following import is_tracked
from newsletter_mailer.message.links import Copy as Copy
from newsletter_mailer.message.links import beginnings, pages_of, taken_apart
from newsletter_mailer.message.relaxed import is_relaxed
from newsletter_mailer.message.slots import Answers, Form, Links, Reader, form
from newsletter_mailer.message.structure import body
from newsletter_mailer.model.audience import Subscriber
from newsletter_mailer.model.edition import Edition

TEST_MARK = "[TEST] "
EDITION_HEADER = "X-Newsletter-Edition"  #: of tests only
_MARK = "x" * 256  # stands for a token while a header is made
_TOKEN = re.compile(r"[A-Za-z0-9_-]{1,256}")


@dataclass(frozen=True, slots=True)
class Letterhead:
    """What all copies share besides the edition."""

    list_id: str  #: stable, within a domain of ours, e.g. "adherents.news.example.org" (RFC 2919)
    list_name: str  #: as readers see it
    unsubscribe_mailbox: str  #: where mailed unsubscribes go
    web_base: str = ""  #: public_url when it answered, else "": then readers leave by mail
    return_mailbox: str = ""  #: where a copy with a mark of its own returns to
    test: bool = False  #: marks the subject and offers no one-click; its tokens are dead ones
    edition_code: str = ""  #: of a test: by what people name the edition


class Envelope(NamedTuple):  # one for each message: a frozen dataclass costs twice as much
    """What SMTP is told, apart from what the headers say (RFC 5321 section 2.3.1); domains as A-labels."""

    mail_from: str
    rcpt_to: str  #: exactly one reader


def links_for(letterhead: Letterhead, token: str) -> Links:
    """This copy's links, as merge tags see them. Pages that do not exist have none: no link is ever dead."""
    return beginnings(letterhead.unsubscribe_mailbox, letterhead.web_base).links(token)


class MessageTemplate:
    """An edition on a letterhead, encoded once. Raises HeaderError when sender or list cannot be written."""

    def __init__(self, edition: Edition, letterhead: Letterhead) -> None:
        self._letterhead = letterhead
        self._links = beginnings(letterhead.unsubscribe_mailbox, letterhead.web_base)
        self._uris = _uris_of(self._links.ways_out)
        #: for which pages a copy needs tokens of its own: a token costs time, and not every letter links to them
        self.pages = pages_of(edition, letterhead.web_base)
        if not letterhead.test:  # the copy of a test has no tokens for pages
            edition = taken_apart(edition, self._links)
        self._links_of = self._links.of_tracked if is_tracked(edition) else self._links.of
        self._answers = Answers(edition)
        self._subject: Form[str] = form(edition.subject, str)
        self._subject_of_all = "" if self._subject.varies else self._subject_header([], [])
        self._mail_from = headers.a_label(edition.sender.email)
        self._return_path = _around_mark(letterhead.return_mailbox)
        self._above = headers.mailbox("From", edition.sender.name, edition.sender.email)
        one_click = letterhead.web_base.startswith("https://") and not letterhead.test
        self._below = (
            headers.verbatim("List-Unsubscribe-Post", "List-Unsubscribe=One-Click") if one_click else ""
        ) + _shared_headers(edition, letterhead)
        self._body = body(edition)
        #: whether every copy's body is in the form that DKIM signs: all that is encoded is, names of files may not be
        self.relaxed = is_relaxed(b"".join(self._body.pieces))
        #: whether every copy is ASCII without bare CR or LF, NUL or a line that begins with a dot
        self.clean = has_clean_lines(self._body) and is_clean((self._above + self._below).encode())
        self._date = ""
        self._date_of: datetime | None = None

    def build(self, subscriber: Subscriber, copy: Copy, list_name: str = "") -> tuple[Envelope, bytes]:
        """The copy of one reader: final bytes with CRLF only, not yet dot-stuffed.

        list_name: the list that reached this reader, for merge tags; the letterhead's without it.
        Raises ValueError when this reader's name, address or fields cannot be written: refuse this one, go on.
        """
        letterhead, token = self._letterhead, copy.token
        address = headers.a_label(copy.to)
        unsubscribe = self._list_unsubscribe(token)
        reader = Reader(subscriber, "", list_name or letterhead.list_name, self._links_of(copy))
        values, wanted = self._answers(reader)
        to = headers.written_mailbox("To", "" if letterhead.test else _full_name(subscriber), address)
        subject = self._subject_of_all or self._subject_header(values, wanted)
        moment, number = self._date_header(copy.date), headers.message_id(copy.message_id)
        head = "".join((self._above, to, subject, moment, number, unsubscribe, self._below)).encode("ascii")
        pieces = self._body.fill(values, wanted)
        mail_from = copy.returns.join(self._return_path) if copy.returns else self._mail_from
        return Envelope(mail_from, address), b"".join((head, *pieces))

    def _list_unsubscribe(self, token: str) -> str:
        if not _TOKEN.fullmatch(token):
            return headers.uris("List-Unsubscribe", [way + token for way in self._links.ways_out])
        return token.join(self._uris)

    def _date_header(self, when: datetime) -> str:
        if when is not self._date_of:  # whoever sends many in a second gives the same moment again
            self._date, self._date_of = headers.date(when), when
        return self._date

    def _subject_header(self, values: list[str], wanted: list[bool]) -> str:
        subject = "".join(self._subject.fill(values, wanted)).strip()
        return headers.text("Subject", TEST_MARK + subject if self._letterhead.test else subject)


def _uris_of(ways_out: Iterable[str]) -> list[str]:
    """List-Unsubscribe in pieces, to be joined by a token."""
    return headers.uris("List-Unsubscribe", [way + _MARK for way in ways_out]).split(_MARK)


def _around_mark(mailbox: str) -> tuple[str, str]:
    """The address in two pieces, between which a copy's mark stands: lettre+b…@example.org."""
    local, _, domain = headers.a_label(mailbox).rpartition("@") if mailbox else ("", "", "")
    return f"{local}+b", f"@{domain}"


def _full_name(subscriber: Subscriber) -> str:
    return f"{subscriber.first_name} {subscriber.last_name}".strip(" ")


def _shared_headers(edition: Edition, letterhead: Letterhead) -> str:
    """The headers that no reader changes, from List-Id to MIME-Version.

    Precedence keeps most vacation responders quiet (RFC 3834). No Auto-Submitted: people wrote this.
    """
    reply_to = edition.sender.reply_to
    return "".join(
        (
            headers.mailbox("Reply-To", "", reply_to) if reply_to else "",
            headers.list_id(letterhead.list_name, letterhead.list_id),
            headers.verbatim("Precedence", "bulk"),
            headers.verbatim("Content-Language", edition.language),
            headers.verbatim(EDITION_HEADER, letterhead.edition_code) if letterhead.edition_code else "",
            headers.verbatim("MIME-Version", "1.0"),
        )
    )

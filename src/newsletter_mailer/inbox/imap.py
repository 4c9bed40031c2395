"""A mailbox on a server (IMAP4rev1, RFC 3501), over verified TLS and without leaving a trace in it, unless told."""

from __future__ import annotations

import datetime as dt
import imaplib
import re
import ssl
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from typing import Any, Literal

from newsletter_mailer.errors import InboxUnreadable, LoginRefused, system_reason
from newsletter_mailer.inbox.folders import DELETE, KEEP, quoted
from newsletter_mailer.inbox.mailbox import LONGEST_HEAD, LONGEST_MAIL, Found, Mark
from newsletter_mailer.wording import sentence

_SECONDS = 30  # without an answer
_AT_ONCE = 200  # heads in one answer
_HEADS = f"(UID RFC822.SIZE BODY.PEEK[HEADER]<0.{LONGEST_HEAD}>)"
_WHOLE = f"(UID BODY.PEEK[]<0.{LONGEST_MAIL}>)"
_MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")
_UID = re.compile(rb"\bUID (\d{1,10})\b")
_SIZE = re.compile(rb"\bRFC822\.SIZE (\d{1,12})\b")
_NUMBER = re.compile(rb"\d{1,10}")


@dataclass(frozen=True, slots=True)
class Server:
    """A mailbox, and how to reach it."""

    host: str
    port: int
    security: Literal["tls", "starttls", "none"]  #: none: on this machine only
    username: str
    password: str = field(repr=False)
    access_token: Callable[[], str] | None = field(
        default=None, repr=False
    )  #: by OAuth, in place of the password
    folder: str = "INBOX"
    after: str = KEEP  #: what happens to a mail that was acted upon: kept, deleted, or moved to this folder
    ca_file: str = ""  #: a private authority to trust instead of the system's


@contextmanager
def opened(server: Server) -> Iterator[Imap]:
    """The mailbox. Raises LoginRefused, and InboxUnreadable for a line that cannot be made."""
    with _told(server):
        line = _connected(server)
    try:
        with _told(server):
            _login(line, server)
            yield Imap(line, server)
    finally:
        with suppress(imaplib.IMAP4.error, OSError):
            line.logout()


class Imap:
    """One folder. Use `opened`."""

    def __init__(self, line: imaplib.IMAP4, server: Server) -> None:
        self._line = line
        self._after = server.after
        readonly = server.after == KEEP  # EXAMINE: no flag changes
        answer, _ = line.select(quoted(server.folder), readonly=readonly)
        if answer != "OK":
            raise InboxUnreadable(
                sentence("{host} has no folder “{folder}”", host=server.host, folder=server.folder),
                sentence("correct inbox.folder in newsletter.yaml"),
            )
        self._can = set() if readonly else _words_of(line)
        #: never None: a server without numbers of its own keeps them for ever
        self.uidvalidity: int | None = _first_number(line.response("UIDVALIDITY")[1]) or 0

    def since(self, mark: Mark) -> Iterator[Found]:
        """Mails with higher numbers than the mark's, by rising number."""
        last = mark.last_uid if mark.uidvalidity == self.uidvalidity else 0
        wanted = f"UID {last + 1}:*"
        if not last and mark.not_before:  # the first look: a mailbox may hold the mails of twenty years
            wanted += f" SINCE {_date(mark.not_before)}"
        found = _numbers(self._said("SEARCH", wanted))
        new = sorted(uid for uid in found if uid > last)  # "n:*" names the last mail, however low its number
        for at in range(0, len(new), _AT_ONCE):
            yield from self._heads(new[at : at + _AT_ONCE])

    def _heads(self, uids: Sequence[int]) -> list[Found]:
        """Those that are still there."""
        wanted = set(uids)
        answers = self._said("FETCH", _ranges(uids), _HEADS)
        mails = [_mail(answer, self) for answer in _with_tails(answers)]
        return sorted((mail for mail in mails if mail and mail.uid in wanted), key=lambda mail: mail.uid)

    def whole(self, uid: int) -> bytes:
        """The mail with that number, b"" when it is gone."""
        answers = self._said("FETCH", str(uid), _WHOLE)
        return next((bytes(a[1]) for a in answers if isinstance(a, tuple) and len(a) > 1), b"")

    def put_away(self, found: Found) -> None:
        """Delete the mail, or move it, as the settings have it; nothing of anybody else's is deleted."""
        if self._after == KEEP:
            return
        uid = str(found.uid)
        if self._after != DELETE:
            if self._moves("MOVE", uid):
                return
            self._moves("COPY", uid)
        self._said("STORE", uid, "+FLAGS.SILENT", r"(\Deleted)")
        if "UIDPLUS" in self._can:  # else it stays marked: EXPUNGE alone would take others' mails too
            self._said("EXPUNGE", uid)

    def _moves(self, command: Literal["MOVE", "COPY"], uid: str) -> bool:
        """Whether the server can do that (MOVE: RFC 6851). The folder is made when there is none yet."""
        if command == "MOVE" and "MOVE" not in self._can:
            return False
        folder = quoted(self._after)
        if self._line.uid(command, uid, folder)[0] != "OK":
            self._line.create(folder)
            self._said(command, uid, folder)
        return True

    def _said(self, command: str, *arguments: str) -> list[Any]:
        answer, said = self._line.uid(command, *arguments)
        if answer != "OK":
            raise imaplib.IMAP4.error(str(said))
        return said


def _words_of(line: imaplib.IMAP4) -> set[str]:
    """What the server can do now: before the login it may have said less."""
    _, said = line.capability()
    return {
        word
        for one in said
        if isinstance(one, bytes)
        for word in one.decode(errors="replace").upper().split()
    }


def _date(day: dt.date) -> str:
    """As IMAP writes it, whatever language this computer speaks: 01-Nov-2026."""
    return f"{day.day:02d}-{_MONTHS[day.month - 1]}-{day.year:04d}"


def _connected(server: Server) -> imaplib.IMAP4:
    if server.security == "none":
        return imaplib.IMAP4(server.host, server.port, timeout=_SECONDS)
    trust = ssl.create_default_context(cafile=server.ca_file or None)
    trust.minimum_version = ssl.TLSVersion.TLSv1_2
    if server.security == "tls":
        return imaplib.IMAP4_SSL(server.host, server.port, ssl_context=trust, timeout=_SECONDS)
    line = imaplib.IMAP4(server.host, server.port, timeout=_SECONDS)
    line.starttls(trust)
    return line


def _login(line: imaplib.IMAP4, server: Server) -> None:
    """By PLAIN where it is offered: LOGIN has no way to write letters beyond ASCII."""
    token = server.access_token() if server.access_token else ""
    try:
        if token:
            answers = iter([f"user={server.username}\1auth=Bearer {token}\1\1".encode()])
            line.authenticate(
                "XOAUTH2", lambda _: next(answers, b"")
            )  # a challenge says why not: it wants b""
        elif "AUTH=PLAIN" in line.capabilities:
            secret = f"\0{server.username}\0{server.password}".encode()
            line.authenticate("PLAIN", lambda _: secret)
        else:
            line.login(server.username, server.password)
    except imaplib.IMAP4.abort:
        raise
    except (imaplib.IMAP4.error, UnicodeEncodeError) as error:
        raise LoginRefused(
            sentence("{host} refuses the login: {words}", host=server.host, words=_words(error)),
            sentence("check inbox.username, and run: newsletter secret set oauth --inbox")
            if token
            else sentence(
                "check inbox.username and the password; some providers want an application's own one"
            ),
        ) from error


@contextmanager
def _told(server: Server) -> Iterator[None]:
    """What the line or the server says, as a sentence."""
    name = {"host": server.host, "port": server.port}
    try:
        yield
    except ssl.SSLCertVerificationError as error:
        raise InboxUnreadable(
            sentence(
                "the certificate of {host} is refused: {why}", host=server.host, why=error.verify_message
            ),
            sentence("check inbox.host; on a guest network someone may stand between you and the server"),
        ) from error
    except ssl.SSLError as error:
        raise InboxUnreadable(
            sentence("no TLS with {host}:{port}: {why}", **name, why=error.reason or str(error)),
            sentence("port 993 wants `inbox.security: tls`, port 143 `starttls`"),
        ) from error
    except OSError as error:
        raise InboxUnreadable(
            sentence(
                "the mailbox at {host}:{port} cannot be reached: {why}", **name, why=system_reason(error)
            ),
            sentence("check inbox.host and inbox.port, and the connection of this computer"),
        ) from error
    except imaplib.IMAP4.error as error:
        raise InboxUnreadable(
            sentence("the mailbox at {host}:{port} says: {why}", **name, why=_words(error)),
        ) from error


def _mail(answer: tuple[bytes, bytes, bytes], line: Imap) -> Found | None:
    before, head, after = answer
    uid, size = _UID.search(before) or _UID.search(after), _SIZE.search(before) or _SIZE.search(after)
    if uid is None:
        return None
    number = int(uid[1])
    return Found(head, int(size[1]) if size else 0, lambda: line.whole(number), uid=number)


def _with_tails(answers: Sequence[Any]) -> Iterator[tuple[bytes, bytes, bytes]]:
    """What stands before, in and after each literal: servers say the rest on either side."""
    for here, after in zip(answers, [*answers[1:], b""], strict=True):
        if isinstance(here, tuple):
            yield bytes(here[0]), bytes(here[1]), after if isinstance(after, bytes) else b""


def _numbers(answers: Sequence[Any]) -> set[int]:
    return {int(one) for answer in answers if isinstance(answer, bytes) for one in _NUMBER.findall(answer)}


def _first_number(answers: Sequence[Any] | None) -> int | None:
    return next(iter(_numbers(answers or ())), None)


def _ranges(uids: Sequence[int]) -> str:
    """Rising numbers as IMAP writes a set: "4:9,12"."""
    runs: list[list[int]] = []
    for uid in uids:
        if runs and uid == runs[-1][1] + 1:
            runs[-1][1] = uid
        else:
            runs.append([uid, uid])
    return ",".join(f"{first}:{last}" if last > first else str(first) for first, last in runs)


def _words(error: Exception) -> str:
    """The server's own words, on one line."""
    said = error.args[0] if error.args else ""
    text = said.decode(errors="replace") if isinstance(said, bytes) else str(said)
    return " ".join(text.split())[:200]

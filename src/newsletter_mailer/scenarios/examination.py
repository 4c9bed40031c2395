"""Every mail that a rehearsal's server takes is looked at as it arrives, and kept only where that is wanted."""

from __future__ import annotations

import re
from array import array
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from itertools import count
from pathlib import Path

from newsletter_mailer.checks.copies import CopyCheck
from newsletter_mailer.errors import NewsletterError, system_reason
from newsletter_mailer.message.headers import a_label
from newsletter_mailer.model.edition import GMAIL_SHOWS, Edition
from newsletter_mailer.smtp.sandbox import Arrived
from newsletter_mailer.smtp.sandbox.mbox import Mbox
from newsletter_mailer.store.database import Database
from newsletter_mailer.store.rehearsal import planned
from newsletter_mailer.tokens import Secret, sign
from newsletter_mailer.wording import Sentence, sentence

_NUMBER = re.compile(rb"^Message-ID:\s*<(\d{1,18})\.", re.MULTILINE | re.IGNORECASE)
_HEAD = 8192  # bytes in which it is looked for


@dataclass(frozen=True, slots=True)
class Wrong:
    """A reader whose mail is not as it should be, and why."""

    address: str
    why: tuple[Sentence, ...]


@dataclass(frozen=True, slots=True)
class Sizes:
    """Bytes; 0 when no mail arrived."""

    smallest: int
    median: int
    largest: int
    largest_html: int  #: decoded, as Gmail counts
    clipped: int  #: how many mails Gmail would cut off


@dataclass(slots=True)
class KeptMbox:
    """A file of mails that stays if it is whole."""

    path: Path
    mbox: Mbox
    whole: bool = False


@contextmanager
def kept_mbox(out: Path | None, slug: str) -> Iterator[KeptMbox | None]:
    """A new file in that folder for the length of the `with`, None without a folder. Raises NewsletterError."""
    if out is None:
        yield None
        return
    try:
        out.mkdir(mode=0o700, parents=True, exist_ok=True)
        kept = _new_mbox(out, slug)
    except OSError as error:
        raise _not_kept(error) from error
    try:
        yield kept
    finally:
        with suppress(OSError):  # told by `Examination.end`; here it was closed, or something else went wrong
            kept.mbox.close()
        if not kept.whole:
            kept.path.unlink(missing_ok=True)


def _new_mbox(out: Path, slug: str) -> KeptMbox:
    for number in count(1):
        path = out / (f"{slug}.mbox" if number == 1 else f"{slug}-{number}.mbox")
        with suppress(FileExistsError):  # of an earlier rehearsal
            return KeptMbox(path, Mbox(path))
    raise AssertionError("numbers do not end")


def _not_kept(error: OSError) -> NewsletterError:
    return NewsletterError(sentence("the mails cannot be kept: {reason}", reason=system_reason(error)))


class Examination:
    """Used from the server's thread while mails arrive, and read when they have."""

    def __init__(
        self, database: Database, edition: Edition, secret: Secret, *, mbox: KeptMbox | None
    ) -> None:
        self._database = database
        self._check = CopyCheck(edition)
        self._secret = secret
        self._kept = mbox
        self._sizes = array("Q")
        self._largest_html = 0
        self._clipped = 0
        self.wrong: list[Wrong] = []
        self.on_failure: Callable[[], object] = lambda: (
            None
        )  #: called when this machine fails us: a full disk
        self._failure: OSError | NewsletterError | None = None
        self._over = False

    def arrived(self, mail: Arrived) -> None:
        """Look at a mail; nothing of it is kept in memory but its size."""
        if self._over:  # the server was late with it, and the sender gone
            return
        try:
            if self._kept is not None:
                self._kept.mbox.add(mail)
            self._look_at(mail)
        except (OSError, NewsletterError) as error:  # in the server's thread: `end` tells it
            self._failure = self._failure or error
            self.on_failure()

    def end(self, *, whole: bool) -> None:
        """No other mail will arrive; whole: everybody's did. Raises NewsletterError when one could not be kept."""
        self._over = True
        if isinstance(self._failure, NewsletterError):
            raise self._failure
        try:
            if self._failure is not None:
                raise self._failure
            if self._kept is not None:
                self._kept.mbox.close()
        except OSError as error:
            raise _not_kept(error) from error
        if self._kept is not None:
            self._kept.whole = whole

    @property
    def mbox(self) -> Path | None:
        """Where all mails are kept."""
        return self._kept.path if self._kept else None

    @property
    def sizes(self) -> Sizes:
        """Of all mails so far."""
        found = sorted(self._sizes) or [0]
        return Sizes(found[0], found[len(found) // 2], found[-1], self._largest_html, self._clipped)

    def _look_at(self, mail: Arrived) -> None:
        delivery, address, message_id = self._planned(mail)
        token = sign(self._secret, "unsubscribe", delivery)
        look = self._check.look_at(mail.data, to=mail.rcpt_to, token=token, message_id=message_id)
        self._sizes.append(look.size)
        self._largest_html = max(self._largest_html, look.html_size)
        self._clipped += look.html_size > GMAIL_SHOWS
        problems = look.problems
        if not address or a_label(address) != mail.rcpt_to:
            problems = (sentence("it went to {address}", address=mail.rcpt_to), *problems)
        if problems:
            self.wrong.append(Wrong(address or mail.rcpt_to, problems))

    def _planned(self, mail: Arrived) -> tuple[int, str, str]:
        """What the ledger says of the mail that its Message-ID names: delivery, address, Message-ID."""
        number = _NUMBER.search(mail.data[:_HEAD])
        if number is None:
            return 0, "", ""
        with self._database.reading() as connection:
            found = planned(connection, int(number[1]))
        return (int(number[1]), *found) if found else (0, "", "")

"""What a mailbox is: mails that were not read yet, oldest first, and left as they are unless told."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Collection, Iterator
from dataclasses import dataclass
from typing import Protocol

LONGEST_HEAD = 64_000  #: bytes of a mail's head that are looked at
LONGEST_MAIL = 200_000  #: bytes; of a longer mail only the head is looked at


@dataclass(frozen=True, slots=True)
class Mark:
    """How far a mailbox was read."""

    uidvalidity: int | None = None  #: of IMAP: under which numbering (RFC 3501 section 2.3.1.1)
    last_uid: int = 0
    keys: Collection[str] = ()  #: of a Maildir: the mails read already
    not_before: dt.date | None = (
        None  #: where nothing was read yet: mails of earlier days can ask for nothing
    )


@dataclass(frozen=True, slots=True)
class Found:
    """A mail that was not read before."""

    head: bytes  #: up to the empty line
    size: int  #: bytes of the whole
    whole: Callable[[], bytes]  #: fetches the whole mail; b"" when it is gone meanwhile
    key: str = ""  #: in a Maildir
    uid: int = 0  #: in IMAP


class Mailbox(Protocol):
    """An opened mailbox. Looking changes nothing in it: no mail is moved, marked or deleted before `put_away`."""

    @property
    def uidvalidity(self) -> int | None:
        """The numbering that holds now; None where mails have names."""
        ...

    def since(self, mark: Mark) -> Iterator[Found]:
        """Mails beyond the mark; in IMAP by rising number. Raises InboxUnreadable when the line breaks."""
        ...

    def put_away(self, found: Found) -> None:
        """What the settings want for a mail that was acted upon, and is written down. Raises InboxUnreadable."""
        ...

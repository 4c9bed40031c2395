"""What a returned mail is, and why: for the officer who asks, and for measuring. Changes nothing."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

from newsletter_mailer.inbox.classify import read_mail
from newsletter_mailer.inbox.parts import MOST_BYTES
from newsletter_mailer.model.bounce import Failed, Returned
from newsletter_mailer.store import returned
from newsletter_mailer.store.database import Database
from newsletter_mailer.tokens import Secret

Ledger = tuple[Database, Secret]  #: where letters of ours are looked for


@dataclass(frozen=True, slots=True)
class Explained:
    """A file with a mail."""

    file: Path  #: as it was named
    mail: Returned
    matched: bool  #: whether it is about a letter of ours

    def as_data(self) -> dict[str, object]:
        """As it stands in JSON."""
        return {
            "file": str(self.file),
            "kind": self.mail.kind.value,
            "rule": self.mail.rule,
            "matched": self.matched,
            "recipients": [self._recipient(one) for one in self.mail.recipients],
        }

    def _recipient(self, one: Failed) -> dict[str, object]:
        return {
            "address": one.address,
            "class": one.bounce_class.value,
            "category": one.category.value,
            "status": one.status,
            "code": one.code,
            "reason": one.reason,
            "rule": one.rule,
            "suppress": self.mail.suppresses(one),
            "matched": self.matched,
        }


def explain(files: Iterable[Path], *, ledger: Ledger | None) -> Iterator[Explained]:
    """What the mail in each file is. ledger: where letters of ours are looked for, if there is one.

    Raises OSError for a file that cannot be read.
    """
    for file in files:
        with file.open("rb") as opened:
            mail = read_mail(opened.read(MOST_BYTES))
        yield Explained(file, mail, ledger is not None and _is_ours(mail, *ledger))


def _is_ours(mail: Returned, database: Database, secret: Secret) -> bool:
    with database.reading() as connection:
        return returned.named(connection, mail.tokens, secret=secret) is not None

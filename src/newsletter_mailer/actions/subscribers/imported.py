"""What an import did."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

from newsletter_mailer.actions.subscribers.headings import plain
from newsletter_mailer.actions.subscribers.table import Table
from newsletter_mailer.errors import UsageError
from newsletter_mailer.model.audience import Arrival, Basis, ImportCount
from newsletter_mailer.model.cells import as_typed
from newsletter_mailer.wording import Sentence, sentence

MOST_REJECTS = 100_000  #: rows left out that are kept in memory: beyond, it is the wrong file
_STATUS = "status"
_WORDS = {
    Arrival.LEFT: "unsubscribed",
    Arrival.BOUNCED: "bounced",
    Arrival.COMPLAINED: "complained",
    Arrival.BLOCKED: "blocklisted",
    Arrival.BARRED: "manual",
    Arrival.UNASKED: "unconfirmed",
}


@dataclass(frozen=True, slots=True)
class Reject:
    """A row that was left out."""

    line: int  #: of the file on which it begins, counting from 1
    row: tuple[str, ...]
    why: Sentence
    file: str = ""  #: inside an archive

    @property
    def place(self) -> str:
        """Where it stands: the line, or file and line."""
        return f"{self.file}:{self.line}" if self.file else str(self.line)


class Rejects:
    """Collects them, in columns that serve every table they come from."""

    def __init__(self, tables: Sequence[Table]) -> None:
        names = dict.fromkeys(name for table in tables for name in table.kept(table.header))
        others = any(table.everyone is not Arrival.MEMBER for table in tables)
        self._says = others and all(plain(name) != _STATUS for name in names)
        self._single = len(tables) == 1
        header = next(iter(tables)).kept(tables[0].header) if self._single else tuple(names)
        self.header = (*header, _STATUS) if self._says else header
        self.rows: list[Reject] = []

    def add(self, table: Table, line: int, row: Sequence[str], why: Sentence) -> None:
        """Leave a row out. Raises UsageError for one too many."""
        if len(self.rows) >= MOST_REJECTS:
            raise UsageError(
                sentence(
                    "more than {count} rows cannot be read; the last one: {why}", count=MOST_REJECTS, why=why
                ),
                sentence(
                    "is it the right file, and does each column stand where its name says? nobody was imported"
                ),
            )
        cells = table.kept(row)
        if table.source.kind in ("csv", "xlsx"):  # a quote before a formula is put there again: one is enough
            cells = tuple(map(as_typed, cells))
        if not self._single:
            named = dict(zip(table.kept(table.header), cells, strict=False))
            cells = tuple(named.get(name, "") for name in self.header)[: len(self.header) - self._says]
        if self._says:  # mended, they must not come back as members
            width = len(self.header) - 1
            cells = (*cells[:width], *[""] * (width - len(cells)), _WORDS.get(table.everyone, ""))
        self.rows.append(Reject(line, cells, why, "" if self._single else table.source.name))


@dataclass(frozen=True, slots=True)
class Imported:
    """What an import did."""

    count: ImportCount
    rejects: tuple[Reject, ...]
    header: tuple[str, ...]
    ignored: tuple[str, ...]
    new_list: bool
    slug: str
    basis: Basis = Basis.LEGITIMATE_INTEREST_ASSOC  #: of those who joined
    dry_run: bool = False  #: nothing was written
    services: tuple[str, ...] = ()  #: whose exports these are
    columns: tuple[tuple[str, str], ...] = field(default=())  #: heading, and what it was taken for
    wording: str = ""  #: what those who joined agreed to

    @property
    def unproved(self) -> bool:
        """Whether people joined as having agreed, and nobody could say to what."""
        joined = self.count.added + self.count.joined
        return self.basis is Basis.CONSENT and bool(joined) and not self.wording

    @property
    def on_list(self) -> bool:
        """Whether anyone in the file is on the list now."""
        count = self.count
        return bool(count.added + count.joined + count.updated + count.unchanged)

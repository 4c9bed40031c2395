"""A file of people becomes subscribers of a list, all of it or nothing; the rows that cannot are given back."""

from __future__ import annotations

from collections.abc import Callable, Generator, Iterator, Mapping, Sequence
from contextlib import closing, suppress
from dataclasses import replace
from itertools import chain
from pathlib import Path

from newsletter_mailer.actions.subscribers.imported import Imported, Rejects
from newsletter_mailer.actions.subscribers.opening import read_tables
from newsletter_mailer.actions.subscribers.person import People
from newsletter_mailer.actions.subscribers.table import Table, Wanted
from newsletter_mailer.config import Workspace
from newsletter_mailer.errors import UsageError
from newsletter_mailer.model.audience import Arrival, Basis, ImportCount, MailingList, NewSubscriber
from newsletter_mailer.model.list_names import check_list
from newsletter_mailer.store import audience
from newsletter_mailer.store.database import Connection, Database
from newsletter_mailer.tokens import Secret
from newsletter_mailer.wording import sentence

Progress = Callable[[float], None]  #: takes the share that is done, from 0 to 1

_LOOK = 1000  # rows between two reports of progress


class _DryRun(Exception):
    """Ends the transaction of an import that only says what it would do."""


def import_people(
    path: Path,
    list_slug: str,
    *,
    workspace: Workspace,
    database: Database,
    secret: Secret,
    now: int,
    source: str,
    basis: Basis | None = None,
    wording: str = "",
    given: Mapping[str, str] | None = None,
    everyone: Arrival = Arrival.MEMBER,
    dry_run: bool = False,
    progress: Progress | None = None,
) -> Imported:
    """Import a file as confirmed subscribers of a list, made if missing, in one transaction.

    Rows that cannot be a subscriber are left out and given back; where no row can, no list is made. basis: of those
    who join, if not the list's; wording: what they agreed to, if not in the list's words; given: what columns mean, by
    heading; everyone: what is true of each row, whatever it says. Raises UsageError when the file is no table of
    people, the list has a name that no message can bear, or it is commercial and the basis does not allow that.
    """
    check_list(list_slug)
    tables = read_tables(path, _wanted(workspace, given, everyone, list_slug))
    reading = _Reading(tables, progress)
    with closing(reading.people()) as people:
        first = next(people, None)
        if first is None:
            if not (reading.rejects.rows or reading.unasked):
                raise UsageError(sentence("{path} names nobody below its first line", path=path))
            return reading.imported(ImportCount(), list_slug, basis, new_list=False, dry_run=dry_run)
        with suppress(_DryRun), database.transaction() as connection:
            into, new_list = _into(connection, list_slug, basis, now=now, source=source)
            count = audience.import_rows(
                connection,
                chain([first], people),
                into=into,
                secret=secret,
                source=source,
                now=now,
                basis=basis,
                wording=(said := _wording(into, basis, wording)),
            )
            done = replace(
                reading.imported(count, list_slug, basis or into.basis, new_list=new_list, dry_run=dry_run),
                wording=said,
            )
            if dry_run:
                raise _DryRun
    return done


def unknown_columns(
    path: Path, *, workspace: Workspace, given: Mapping[str, str] | None = None
) -> tuple[str, ...]:
    """The columns of a file that would not be taken. Raises UsageError like `import_people`."""
    tables = read_tables(path, _wanted(workspace, given, Arrival.MEMBER))
    return tuple(dict.fromkeys(name for table in tables for name in table.ignored))


def _wanted(
    workspace: Workspace, given: Mapping[str, str] | None, everyone: Arrival, into: str = ""
) -> Wanted:
    return Wanted(frozenset(workspace.settings.subscriber_fields), given or {}, everyone, into)


def _into(
    c: Connection, slug: str, basis: Basis | None, *, now: int, source: str
) -> tuple[MailingList, bool]:
    """The list, and whether it is new."""
    found = audience.find_list(c, slug)
    if found is None:
        name = slug.replace("-", " ").capitalize()
        made = basis or Basis.LEGITIMATE_INTEREST_ASSOC
        return audience.add_list(c, slug, name=name, basis=made, now=now, source=source), True
    if found.commercial and (basis or found.basis) is Basis.LEGITIMATE_INTEREST_ASSOC:
        raise UsageError(
            sentence(
                "“{list}” is commercial: an association’s legitimate interest does not allow writing to anybody there",
                list=slug,
            ),
            sentence("only those who agreed may join it: --basis consent, or soft_opt_in, or b2b"),
        )
    return found, False


def _wording(into: MailingList, basis: Basis | None, given: str) -> str:
    """What those who join agreed to; nobody agreed to anything where we write on another basis."""
    agreed = (basis or into.basis) is Basis.CONSENT
    return given.strip() or (into.wording if agreed else "")


class _Reading:
    """The tables of a file on their way."""

    def __init__(self, tables: Sequence[Table], progress: Progress | None) -> None:
        self._tables, self._progress = tables, progress
        self.rejects = Rejects(tables)
        self.unasked = 0

    def people(self) -> Generator[NewSubscriber]:
        """The people of the rows, one by one; the other rows go to the rejects."""
        for number, table in enumerate(self._tables):
            read = People(table).person
            for count, (line, row) in enumerate(table.source.rows(table.meter)):
                if self._progress and not count % _LOOK:
                    self._progress((number + table.meter.share) / len(self._tables))
                found = read(row)
                if not isinstance(found, NewSubscriber):
                    self.rejects.add(table, line, row, found)
                elif found.arrival is Arrival.UNASKED:
                    self.unasked += 1
                else:
                    yield found
        if self._progress:
            self._progress(1.0)

    def imported(
        self, count: ImportCount, slug: str, basis: Basis | None, *, new_list: bool, dry_run: bool
    ) -> Imported:
        """What it came to."""
        tables = self._tables
        return Imported(
            replace(count, unasked=self.unasked),
            tuple(self.rejects.rows),
            self.rejects.header,
            tuple(dict.fromkeys(name for table in tables for name in table.ignored)),
            new_list,
            slug,
            basis or Basis.LEGITIMATE_INTEREST_ASSOC,
            dry_run,
            tuple(dict.fromkeys(table.service.name for table in tables if table.service)),
            tuple(dict.fromkeys(pair for table in tables for pair in _taken(table))),
        )


def _taken(table: Table) -> Iterator[tuple[str, str]]:
    telling = {sign.place for sign in table.signs}
    for place, (heading, field) in enumerate(zip(table.header, table.columns, strict=True)):
        if field is not None:
            yield heading, field.removeprefix("*")
        elif place in telling:
            yield heading, "status"

"""A table of people becomes subscribers of a list; the rows that cannot are given back."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import chain
from pathlib import Path

from newsletter_mailer.actions.subscribers.imported import Imported, Reject
from newsletter_mailer.actions.subscribers.person import person
from newsletter_mailer.actions.subscribers.table import Table, read_table
from newsletter_mailer.config import Workspace
from newsletter_mailer.errors import UsageError
from newsletter_mailer.model.audience import Basis, ImportCount, NewSubscriber
from newsletter_mailer.model.list_names import check_list
from newsletter_mailer.store import audience
from newsletter_mailer.store.database import Database
from newsletter_mailer.tokens import Secret
from newsletter_mailer.wording import sentence


def import_csv(
    path: Path,
    list_slug: str,
    *,
    workspace: Workspace,
    database: Database,
    secret: Secret,
    now: int,
    source: str,
) -> Imported:
    """Import a CSV file as confirmed subscribers of a list, made if missing, in one transaction.

    Rows that cannot be a subscriber are left out and given back; where no row can, no list is made. Raises
    UsageError when the file is no table of people or the list has a name that no message can bear.
    """
    check_list(list_slug)
    table = read_table(path, frozenset(workspace.settings.subscriber_fields))
    rejects: list[Reject] = []
    people = _people(table, rejects)
    first = next(people, None)
    if first is None and not rejects:
        raise UsageError(sentence("{path} names nobody below its first line", path=path))
    header = table.kept(table.header)
    if first is None:
        return Imported(ImportCount(), tuple(rejects), header, table.ignored, new_list=False, slug=list_slug)
    with database.transaction() as connection:
        into = audience.find_list(connection, list_slug)
        new_list = into is None
        if into is None:
            name = list_slug.replace("-", " ").capitalize()
            basis = Basis.LEGITIMATE_INTEREST_ASSOC
            into = audience.add_list(connection, list_slug, name=name, basis=basis, now=now, source=source)
        count = audience.import_rows(
            connection, chain([first], people), into=into, secret=secret, source=source, now=now
        )
    return Imported(count, tuple(rejects), header, table.ignored, new_list, list_slug)


def _people(table: Table, rejects: list[Reject]) -> Iterator[NewSubscriber]:
    """The people of the rows, one by one; the other rows go to the rejects."""
    for line, row in table.rows():
        found = person(table, row)
        if isinstance(found, NewSubscriber):
            yield found
        else:
            rejects.append(Reject(line, table.kept(row), found))

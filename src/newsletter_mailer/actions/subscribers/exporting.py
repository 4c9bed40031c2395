"""People go out into a file that only its owner may read, and that an import takes back as it is."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import BinaryIO

from newsletter_mailer.actions.subscribers.objects import write_objects
from newsletter_mailer.config import private_file
from newsletter_mailer.errors import UsageError
from newsletter_mailer.model.cells import defused
from newsletter_mailer.store import audience, exports
from newsletter_mailer.store.database import Connection, Database
from newsletter_mailer.wording import sentence

FORMATS = ("csv", "xlsx", "json")
_OWN = ("email", "first_name", "last_name", "language", "organisation")
_STATUS = "newsletter_status"
_LISTS = "newsletter_lists"


def format_of(path: Path | None, given: str | None) -> str:
    """The format asked for, or the one that a file's name ends in; CSV when neither says."""
    ending = path.suffix.lower().removeprefix(".") if path else ""
    return given or (ending if ending in FORMATS else "csv")


def export_people(database: Database, list_slug: str | None, kind: str, *, into: Path | BinaryIO) -> int:
    """Write the people of a list, or everyone, and give their number; whoever left is marked as such.

    kind: one of FORMATS. Raises UsageError when there is no such list or a spreadsheet has no room for them all,
    NewsletterError when the file cannot be written.
    """
    with database.reading() as connection:
        list_id = None
        if list_slug is not None:
            found = audience.find_list(connection, list_slug)
            if found is None:
                raise UsageError(
                    sentence("there is no list “{list}”", list=list_slug), sentence("see: newsletter lists")
                )
            list_id = found.id
        table = _People(connection, list_id)
        if not isinstance(into, Path):
            _write_stream(into, kind, table)
        else:
            _write_file(into, kind, table)
    return table.count


class _People:
    """The rows of an export."""

    def __init__(self, connection: Connection, list_id: int | None) -> None:
        self._connection, self._list_id = connection, list_id
        self._attributes = sorted(exports.attribute_names(connection, list_id))
        lists = () if list_id is not None else (_LISTS,)
        self.header = (*_OWN, *self._attributes, _STATUS, *lists)
        self.count = 0

    @property
    def expected(self) -> int:
        """How many there are."""
        return exports.count(self._connection, self._list_id)

    def rows(self) -> Iterator[Sequence[str]]:
        """One for each person, in the order in which they came."""
        self.count = 0
        for one in exports.people(self._connection, self._list_id):
            self.count += 1
            reader = one.reader
            names = (reader.first_name, reader.last_name, reader.language, reader.organisation)
            attributes = (reader.attributes.get(name, "") for name in self._attributes)
            lists = () if self._list_id is not None else (" ".join(one.lists),)
            yield (reader.address, *names, *attributes, one.status, *lists)


def _write_stream(stream: BinaryIO, kind: str, people: _People) -> None:
    if kind == "xlsx":
        raise UsageError(
            sentence("a spreadsheet has to go into a file"), sentence("say which: -o people.xlsx")
        )
    text = io.TextIOWrapper(stream, encoding="utf-8", newline="")
    if kind == "json":
        write_objects(text, people.header, people.rows())
    else:
        writer = csv.writer(text, delimiter=";")
        writer.writerow(people.header)
        writer.writerows([*map(defused, row)] for row in people.rows())
    text.flush()
    text.detach()


def _write_file(path: Path, kind: str, people: _People) -> None:
    with private_file(path) as file:
        if kind == "xlsx":
            _write_workbook(file, people)
            return
        if kind == "csv":
            file.write(b"\xef\xbb\xbf")  # else Excel takes it for cp1252
        _write_stream(file, kind, people)


def _write_workbook(file: BinaryIO, people: _People) -> None:
    from newsletter_mailer.store.workbooks import MOST_ROWS, write_workbook

    if people.expected >= MOST_ROWS:
        raise UsageError(
            sentence("a spreadsheet has no room for more than {count} people", count=MOST_ROWS - 1),
            sentence("take --format csv"),
        )
    write_workbook(file, [("", people.header, people.rows())])

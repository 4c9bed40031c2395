"""People come in: a CSV file becomes subscribers of a list, all of it or nothing."""

from __future__ import annotations

import csv
import io
import os
import re
import unicodedata
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TextIO

from email_validator import EmailNotValidError, validate_email

from newsletter_mailer.config import Workspace
from newsletter_mailer.errors import NewsletterError, UsageError
from newsletter_mailer.message.headers import mailable
from newsletter_mailer.model.audience import Basis, ImportCount, NewSubscriber
from newsletter_mailer.model.cells import as_typed, defused
from newsletter_mailer.store import audience
from newsletter_mailer.store.database import Database
from newsletter_mailer.tokens import Secret
from newsletter_mailer.wording import Sentence, sentence

_FIELDS = {
    "address": (
        "email",
        "e-mail",
        "mail",
        "address",
        "courriel",
        "adresse e-mail",
        "adresse email",
        "adresse mail",
    ),
    "first_name": ("first_name", "first name", "firstname", "prénom", "prenom"),
    "last_name": ("last_name", "last name", "lastname", "nom", "nom de famille", "name"),
    "language": ("language", "langue", "lang"),
    "organisation": (
        "organisation",
        "organization",
        "structure",
        "association",
        "company",
        "entreprise",
        "société",
    ),
}
_LONGEST_VALUE = 1000
_LONGEST_NAME = 63  # of a list: it becomes a label of its List-Id (RFC 2919 section 2)
_LIST = re.compile(rf"[a-z0-9][a-z0-9-]{{0,{_LONGEST_NAME - 1}}}")


@dataclass(frozen=True, slots=True)
class Reject:
    """A row that was left out."""

    line: int  #: of the file, counting from 1
    row: tuple[str, ...]
    why: Sentence


@dataclass(frozen=True, slots=True)
class Table:
    """A CSV file as read: where its columns go, and its rows."""

    header: tuple[str, ...]
    columns: tuple[str | None, ...]  #: field of a subscriber, name of an attribute, or None = ignored
    delimiter: str
    text: str

    @property
    def ignored(self) -> tuple[str, ...]:
        """Columns that no field of a subscriber takes."""
        return tuple(
            name for name, field in zip(self.header, self.columns, strict=True) if field is None and name
        )


@dataclass(frozen=True, slots=True)
class Imported:
    """What an import did."""

    count: ImportCount
    rejects: tuple[Reject, ...]
    header: tuple[str, ...]
    ignored: tuple[str, ...]
    new_list: bool
    slug: str


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

    Rows that cannot be a subscriber are left out and given back. Raises UsageError when the file is no table of
    people or the list has a name that no message can bear.
    """
    check_list(list_slug)
    table = read_table(path, frozenset(workspace.settings.subscriber_fields))
    rejects: list[Reject] = []
    with database.transaction() as connection:
        into = audience.find_list(connection, list_slug)
        new_list = into is None
        if into is None:
            name = list_slug.replace("-", " ").capitalize()
            basis = Basis.LEGITIMATE_INTEREST_ASSOC
            into = audience.add_list(connection, list_slug, name=name, basis=basis, now=now, source=source)
        rows = _people(table, rejects)
        count = audience.import_rows(connection, rows, into=into, secret=secret, source=source, now=now)
    return Imported(count, tuple(rejects), table.header, table.ignored, new_list, list_slug)


def check_list(slug: str) -> None:
    """Raises UsageError for a list whose name could not stand in a List-Id."""
    if _LIST.fullmatch(slug):
        return
    letters = unicodedata.normalize("NFKD", slug.casefold()).encode("ascii", "ignore").decode()
    example = re.sub(r"[^a-z0-9]+", "-", letters).strip("-")[:_LONGEST_NAME].strip("-") or "members"
    raise UsageError(
        sentence("“{slug}” cannot be the name of a list", slug=slug),
        sentence("use small letters, digits and hyphens, e.g. {example}", example=example),
    )


def read_table(path: Path, attributes: frozenset[str]) -> Table:
    """The columns of a CSV file, whatever its delimiter, encoding and byte-order mark. Raises UsageError."""
    try:
        text = _decoded(path.read_bytes())
    except OSError as error:
        raise UsageError(
            sentence("{path} cannot be read: {reason}", path=path, reason=error.strerror)
        ) from error
    first = text.partition("\n")[0]
    delimiter = max(";,\t|", key=first.count)
    header = tuple(map(as_typed, next(csv.reader(io.StringIO(first), delimiter=delimiter), [])))
    columns = tuple(_field(name, attributes) for name in header)
    if "address" not in columns:
        raise UsageError(
            sentence(
                "{path} has no column of addresses; its first line is: {first}",
                path=path,
                first=first.strip()[:80],
            ),
            sentence("name one column “email”"),
        )
    double = {field for field in columns if field and columns.count(field) > 1}
    if double:
        raise UsageError(
            sentence("{path} has several columns for {fields}", path=path, fields=", ".join(sorted(double))),
            sentence("rename or delete all but one"),
        )
    return Table(header, columns, delimiter, text)


def _decoded(raw: bytes) -> str:
    if raw.startswith((b"\xff\xfe", b"\xfe\xff")):
        return raw.decode("utf-16", errors="replace")
    try:
        return raw.decode("utf-8-sig")
    except UnicodeDecodeError:
        return raw.decode("cp1252", errors="replace")  # what Excel in French writes as "CSV"


def _field(name: str, attributes: frozenset[str]) -> str | None:
    plain = unicodedata.normalize("NFC", name).strip().casefold()
    for field, names in _FIELDS.items():
        if plain in names:
            return field
    underscored = plain.replace(" ", "_").replace("-", "_")
    return underscored if underscored in attributes else None


def _people(table: Table, rejects: list[Reject]) -> Iterator[NewSubscriber]:
    rows = csv.reader(io.StringIO(table.text, newline=""), delimiter=table.delimiter)
    next(rows, None)
    for row in rows:
        if not any(cell.strip() for cell in row):
            continue
        person = _person(table, row)
        if isinstance(person, NewSubscriber):
            yield person
        else:
            rejects.append(Reject(rows.line_num, tuple(row), person))


def _person(table: Table, row: Sequence[str]) -> NewSubscriber | Sentence:
    if len(row) > len(table.columns):
        return sentence("more cells than the first line has columns")
    cells = {field: as_typed(cell.strip()) for field, cell in zip(table.columns, row, strict=False) if field}
    for field, cell in cells.items():
        if len(cell) > _LONGEST_VALUE or any(
            unicodedata.category(character) in ("Cc", "Zl", "Zp") for character in cell
        ):
            return sentence("{field} is too long or holds a line break or control character", field=field)
    address = cells.pop("address", "")
    wrong = check_address(address)
    if wrong is not None:
        return wrong
    known = {
        field: cells.pop(field)
        for field in ("first_name", "last_name", "language", "organisation")
        if field in cells
    }
    return NewSubscriber(address=address, attributes={k: v for k, v in cells.items() if v}, **known)


def check_address(address: str) -> Sentence | None:
    """Why the address cannot be mailed, or None. Asks nobody: probing servers for addresses is forbidden (1.3)."""
    if not address:
        return sentence("no address")
    try:
        validate_email(address, check_deliverability=False, globally_deliverable=False)
    except EmailNotValidError:
        return sentence("“{address}” is not an e-mail address", address=address)
    if not mailable(address):
        return sentence("“{address}” cannot be written on an envelope", address=address)
    return None


def write_rejects(path: Path, imported: Imported) -> Path | None:
    """The rows left out, with line and reason, in a file to mend and import again; None when there are none.

    Raises NewsletterError when it cannot be written; what was imported stays imported.
    """
    if not imported.rejects:
        return None
    beside = path.with_name(f"{path.stem}.rejects.csv")
    try:
        with _private(beside) as file:
            _write_rejects(file, imported)
    except OSError as error:
        raise NewsletterError(
            sentence("{path} cannot be written: {reason}", path=beside, reason=error.strerror or error),
            sentence("the other rows are imported; the same command tells again which were left out"),
        ) from error
    return beside


def _write_rejects(file: TextIO, imported: Imported) -> None:
    writer = csv.writer(file, delimiter=";")
    writer.writerow(map(defused, [*imported.header, str(sentence("why it was left out"))]))
    for reject in imported.rejects:
        padding = [""] * (len(imported.header) - len(reject.row))
        writer.writerow(map(defused, [*reject.row, *padding, f"{reject.line}: {reject.why}"]))


def _private(path: Path) -> TextIO:
    """A file of our own that only its owner may read, whatever stood there; never another's at the end of a link."""
    no_links = getattr(os, "O_NOFOLLOW", 0)  # Windows has none
    handle = os.open(path, os.O_WRONLY | os.O_CREAT | no_links, 0o600)
    file = os.fdopen(handle, "w", encoding="utf-8-sig", newline="")
    if os.name == "posix":
        os.fchmod(handle, 0o600)
    file.truncate(0)
    return file

"""A CSV file as people save it: whatever its delimiter, its encoding and the order of its columns."""

from __future__ import annotations

import csv
import io
import re
import unicodedata
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from newsletter_mailer.errors import UsageError, system_reason
from newsletter_mailer.model.cells import as_typed
from newsletter_mailer.wording import LANGUAGES, Sentence, in_language, sentence

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
OWN_FIELDS = tuple(field for field in _FIELDS if field != "address")  #: of every subscriber, in any workspace
_SPREADSHEETS = (b"PK\x03\x04", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1")  # xlsx, ods and numbers; the old xls
_LINE_END = re.compile(r"\r\n?|\n")
_SHOWN = 80


def why_left_out() -> Sentence:
    """The heading of the column that the rejects have more than the file they come from."""
    return sentence("why it was left out")


@dataclass(frozen=True, slots=True)
class Table:
    """A CSV file as read: where its columns go, and its rows."""

    path: Path
    header: tuple[str, ...]
    columns: tuple[str | None, ...]  #: field of a subscriber, name of an attribute, or None = ignored
    delimiter: str
    text: str

    @property
    def ignored(self) -> tuple[str, ...]:
        """Columns that no field of a subscriber takes; not the reasons in mended rejects."""
        taken = zip(self.header, self.columns, strict=True)
        return tuple(name for name, field in taken if field is None and name and name not in _reasons())

    def rows(self) -> Iterator[tuple[int, list[str]]]:
        """Every row below the header that is not blank, and the line on which it begins. Raises UsageError."""
        records = _records(self.path, self.text, self.delimiter)
        next(records)
        yield from records

    def kept(self, row: Sequence[str]) -> tuple[str, ...]:
        """The cells of a row without a reason for which it was left out before."""
        reasons = _reasons()
        before = {index for index, name in enumerate(self.header) if name in reasons}
        return tuple(cell for index, cell in enumerate(row) if index not in before)


def _reasons() -> set[str]:
    """How the column of reasons is headed, in every language."""
    headings = set()
    for language in LANGUAGES:
        with in_language(language):
            headings.add(str(why_left_out()))
    return headings


def read_table(path: Path, attributes: frozenset[str]) -> Table:
    """The columns of a CSV file and its text. Raises UsageError for anything else."""
    text = _text(path)
    first = _LINE_END.split(text.lstrip("\r\n"), maxsplit=1)[0]
    delimiter = max(";,\t|", key=first.count)
    _, cells = next(_records(path, text, delimiter), (0, []))
    header = tuple(map(as_typed, cells))
    columns = tuple(_field(name, attributes) for name in header)
    if "address" not in columns:
        raise UsageError(
            sentence(
                "{path} has no column of addresses; its first line is: {first}",
                path=path,
                first=_shown(first),
            ),
            sentence("name one column “email”"),
        )
    double = [name for name, field in zip(header, columns, strict=True) if field and columns.count(field) > 1]
    if double:
        raise UsageError(
            sentence(
                "{path} has several columns for one thing: {columns}", path=path, columns=", ".join(double)
            ),
            sentence("rename or delete all but one"),
        )
    return Table(path, header, columns, delimiter, text)


def _text(path: Path) -> str:
    try:
        raw = path.read_bytes()
    except OSError as error:
        raise UsageError(
            sentence("{path} cannot be read: {reason}", path=path, reason=system_reason(error))
        ) from error
    if raw.startswith(_SPREADSHEETS):
        raise UsageError(
            sentence("{path} is a spreadsheet, not a CSV file", path=path),
            sentence("open it and save it as CSV"),
        )
    return _decoded(raw)


def _decoded(raw: bytes) -> str:
    if raw.startswith((b"\xff\xfe", b"\xfe\xff")):
        return raw.decode("utf-16", errors="replace")
    try:
        return raw.decode("utf-8-sig")
    except UnicodeDecodeError:
        return raw.decode("cp1252", errors="replace")  # what Excel in French writes as "CSV"


def _records(path: Path, text: str, delimiter: str) -> Iterator[tuple[int, list[str]]]:
    """Every row that is not blank, and the line on which it begins.

    Raises UsageError for a cell that never ends: it would swallow every reader after it.
    """
    lines = _Lines(text)
    rows = csv.reader(lines, delimiter=delimiter)
    while True:
        begins = rows.line_num + 1
        try:
            row = next(rows, None)
        except csv.Error as error:  # the one that is left: a cell beyond csv.field_size_limit()
            raise UsageError(
                sentence(
                    "{path}: a cell on line {line} is too long for a table of people", path=path, line=begins
                ),
                sentence("is a quote never closed there? nobody was imported"),
            ) from error
        if row is None:
            return
        if lines.ended:  # the reader asked for more than there is
            opened = begins + sum(len(_LINE_END.findall(cell)) for cell in row[:-1])
            raise UsageError(
                sentence("{path}: a quote opened on line {line} is never closed", path=path, line=opened),
                sentence("close it or delete it; nobody was imported"),
            )
        if any(cell.strip() for cell in row):
            yield begins, row


class _Lines:
    """The lines of a text, and whether somebody asked for one more."""

    def __init__(self, text: str) -> None:
        self._lines = io.StringIO(text, newline="")
        self.ended = False

    def __iter__(self) -> _Lines:
        return self

    def __next__(self) -> str:
        line = self._lines.readline()
        if not line:
            self.ended = True
            raise StopIteration
        return line


def _field(name: str, attributes: frozenset[str]) -> str | None:
    plain = unicodedata.normalize("NFC", name).strip().casefold()
    for field, names in _FIELDS.items():
        if plain in names:
            return field
    underscored = plain.replace(" ", "_").replace("-", "_")
    return underscored if underscored in attributes else None


def _shown(line: str) -> str:
    """The beginning of a line, fit for a terminal."""
    return "".join(c if c.isprintable() else " " for c in line.strip()[:_SHOWN])

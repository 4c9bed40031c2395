"""What a file is, told by its first bytes: CSV, a spreadsheet, cards, JSON, or an archive of such tables."""

from __future__ import annotations

import re
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path, PurePosixPath
from typing import IO
from zipfile import BadZipFile, ZipFile

from newsletter_mailer.actions.subscribers.cards import cards
from newsletter_mailer.actions.subscribers.delimited import delimited
from newsletter_mailer.actions.subscribers.objects import objects
from newsletter_mailer.actions.subscribers.source import Meter, Opening, Row, Source, opening
from newsletter_mailer.actions.subscribers.table import Table, Wanted, table
from newsletter_mailer.errors import UsageError
from newsletter_mailer.model.audience import Arrival
from newsletter_mailer.wording import sentence

_ZIP = b"PK\x03\x04"
_OLD_SPREADSHEET = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_CARDS = re.compile(rb"(?:\xef\xbb\xbf)?\s*BEGIN:VCARD\b", re.IGNORECASE)
_JSON = re.compile(rb"(?:\xef\xbb\xbf)?\s*\[\s*[{\]]")
_MOST = 200  # bytes that one byte of an archive may become: a table of people gives five to twenty
_SMALL = 10 << 20  # bytes that any archive may become


def read_tables(path: Path, wanted: Wanted) -> list[Table]:
    """The tables of a file; those of people who left come first. Raises UsageError for what holds none."""
    opened = opening(path)
    with opened() as file:
        begins = file.read(1024)
    if begins.startswith(_ZIP):
        sources = _unpacked(path)
    elif begins.startswith(_OLD_SPREADSHEET):
        raise _spreadsheet(path)
    else:
        sources = [_single(path.name, opened, begins)]
    found = [table(path, source, wanted) for source in sources]
    return sorted(found, key=lambda one: one.everyone is Arrival.MEMBER)


def _single(name: str, opened: Opening, begins: bytes) -> Source:
    if _CARDS.match(begins):
        return cards(name, opened)
    return objects(name, opened) if _JSON.match(begins) else delimited(name, opened)


def _unpacked(path: Path) -> list[Source]:
    """The sheet of a spreadsheet, or the tables of an archive."""
    try:
        with ZipFile(path) as archive:
            parts = archive.infolist()
    except (BadZipFile, OSError, ValueError) as error:
        raise UsageError(
            sentence("{path} is a damaged archive", path=path), sentence("fetch it again")
        ) from error
    names = {part.filename for part in parts}
    if "xl/workbook.xml" in names or "[Content_Types].xml" in names:
        from newsletter_mailer.actions.subscribers.workbook import workbook

        return [workbook(path)]
    tables = [part for part in parts if _is_table(part.filename)]
    if not tables:
        raise _spreadsheets(path) if any(name.endswith(".xlsx") for name in names) else _spreadsheet(path)
    if any(part.file_size > max(_SMALL, _MOST * part.compress_size) for part in tables):
        raise UsageError(
            sentence("{path} unpacks to far more than a table of people", path=path),
            sentence("unpack it and look at what it holds"),
        )
    return [_part(path, part.filename) for part in tables]


def _part(path: Path, name: str) -> Source:
    def opened() -> IO[bytes]:
        return ZipFile(path).open(name)

    with _as_unpacked(path, name):
        with opened() as file:
            begins = file.read(1024)
        source = _single(PurePosixPath(name).name, opened, begins)

    def rows(meter: Meter) -> Iterator[Row]:
        with _as_unpacked(path, name):
            yield from source.rows(meter)

    return replace(source, rows=rows)


@contextmanager
def _as_unpacked(path: Path, name: str) -> Iterator[None]:
    """What is damaged, locked by a password or packed in another way, in words."""
    try:
        yield
    except (BadZipFile, zlib.error, EOFError, RuntimeError, NotImplementedError) as error:
        raise UsageError(
            sentence("{part} in {path} cannot be unpacked", part=name, path=path),
            sentence("unpack it and import the files one by one"),
        ) from error


def _is_table(name: str) -> bool:
    """Not the shadows that macOS puts into archives."""
    place = PurePosixPath(name)
    return place.suffix.lower() in (".csv", ".txt", ".tsv", ".vcf", ".json") and not (
        place.name.startswith(".") or "__MACOSX" in place.parts
    )


def _spreadsheet(path: Path) -> UsageError:
    return UsageError(
        sentence("{path} is a spreadsheet of another kind than Excel’s .xlsx", path=path),
        sentence("open it and save it as CSV"),
    )


def _spreadsheets(path: Path) -> UsageError:
    return UsageError(
        sentence("{path} holds spreadsheets", path=path),
        sentence("unpack it and import the files one by one"),
    )

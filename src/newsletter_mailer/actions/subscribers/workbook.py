"""Spreadsheets in Excel's format, read row by row. Written ones: store/workbooks.py."""

from __future__ import annotations

import warnings
import zlib
from collections.abc import Generator, Iterator
from contextlib import closing, contextmanager
from datetime import date, datetime, time
from pathlib import Path
from typing import Any
from zipfile import BadZipFile, ZipFile

from newsletter_mailer.actions.subscribers.source import Meter, Row, Source
from newsletter_mailer.errors import UsageError
from newsletter_mailer.model.cells import as_typed
from newsletter_mailer.wording import sentence

_LARGEST_PART = 1 << 30  # bytes of one part of the file, unpacked
_MOST_WORDS = 1 << 28  # of the texts that all sheets share, which are held in memory


def workbook(path: Path) -> Source:
    """The first sheet that is not empty. Raises UsageError for what is no spreadsheet, or too large a one."""
    with _in_words(path):
        _check_sizes(path)
        with closing(_records(path, Meter())) as records:
            _, header = next(records, (0, []))
    return Source(
        path.name, tuple(as_typed(cell.strip()) for cell in header), lambda meter: _rows(path, meter), "xlsx"
    )


def _rows(path: Path, meter: Meter) -> Iterator[Row]:
    with _in_words(path):
        records = _records(path, meter)
        next(records, None)
        yield from records


def _records(path: Path, meter: Meter) -> Generator[tuple[int, list[str]]]:
    from openpyxl import load_workbook

    book = load_workbook(path, read_only=True, data_only=True)
    try:
        for sheet in book.worksheets:
            found = False
            meter.total = sheet.max_row or 0
            sheet.reset_dimensions()  # some programs write wrong ones, and cells would be cut off
            for line, values in enumerate(sheet.iter_rows(values_only=True), start=1):
                cells = [_text(value) for value in values]
                while cells and not cells[-1].strip():
                    cells.pop()
                meter.done = line
                if cells:
                    found = True
                    yield line, cells
            if found:
                return
    finally:
        book.close()


def _text(value: Any) -> str:
    """As the spreadsheet shows it, near enough: 31 for 31.0, days in ISO form."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    if isinstance(value, datetime):
        return value.date().isoformat() if value.time() == time() else value.isoformat(" ", "minutes")
    return value.isoformat() if isinstance(value, date | time) else str(value)


def _check_sizes(path: Path) -> None:
    """A small file may unpack to one that fills the memory."""
    with ZipFile(path) as archive:
        parts = archive.infolist()
    words = sum(part.file_size for part in parts if part.filename.endswith("sharedStrings.xml"))
    if words > _MOST_WORDS or any(part.file_size > _LARGEST_PART for part in parts):
        raise UsageError(
            sentence("{path} is too large to be read as a spreadsheet", path=path),
            sentence("open it and save it as CSV"),
        )


@contextmanager
def _in_words(path: Path) -> Iterator[None]:
    from openpyxl.utils.exceptions import InvalidFileException

    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # openpyxl's, of styles and extensions that nobody needs here
        try:
            yield
        except (
            BadZipFile,
            InvalidFileException,
            SyntaxError,  # what every XML parser calls it
            KeyError,
            ValueError,
            TypeError,
            EOFError,
            zlib.error,
        ) as error:
            raise UsageError(
                sentence("{path} is damaged, or is no spreadsheet", path=path),
                sentence("open it and save it as CSV"),
            ) from error

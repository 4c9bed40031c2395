"""Spreadsheets in Excel's format, written row by row. Read ones: actions/subscribers/workbook.py."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from itertools import chain
from typing import BinaryIO

from newsletter_mailer.model.cells import defused

MOST_ROWS = 1_048_576  #: that Excel can show, header included
_LONGEST_NAME = 31  # letters of a sheet's name


def write_workbook(
    into: BinaryIO, sheets: Iterable[tuple[str, Sequence[str], Iterable[Sequence[str | int]]]]
) -> None:
    """A spreadsheet of texts and numbers, none of which is a formula. sheets: name ("" for Excel's own), header, rows."""
    from openpyxl import Workbook
    from openpyxl.cell import WriteOnlyCell
    from openpyxl.cell.cell import ILLEGAL_CHARACTERS_RE

    book = Workbook(write_only=True)
    for name, header, rows in sheets:
        sheet = book.create_sheet(name[:_LONGEST_NAME] or None)
        for row in chain([header], rows):
            cells = []
            for value in row:
                if isinstance(value, str):  # control characters have no place in this format
                    value = ILLEGAL_CHARACTERS_RE.sub("\N{REPLACEMENT CHARACTER}", defused(value))
                cell = WriteOnlyCell(sheet, value)
                if isinstance(value, str):
                    cell.data_type = "s"  # "#N/A" would become a fault
                cells.append(cell)
            sheet.append(cells)
    book.save(into)

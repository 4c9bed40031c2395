"""Spreadsheets are written whatever stands in the ledger."""

from __future__ import annotations

from io import BytesIO

from openpyxl import load_workbook

from newsletter_mailer.store.workbooks import write_workbook


def test_a_control_character_spoils_no_spreadsheet() -> None:
    into = BytesIO()

    write_workbook(into, [("words", ("what", "count"), [("550 \x1b[31mno\x00", 1), ("=1+1\x0b", 2)])])

    rows = [*load_workbook(into)["words"].iter_rows(values_only=True)]
    assert rows[1:] == [("550 \ufffd[31mno\ufffd", 1), ("'=1+1\ufffd", 2)]

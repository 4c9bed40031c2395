"""CSV as people and programs save it: whatever its delimiter, its encoding and its line ends."""

from __future__ import annotations

import codecs
import csv
import io
import re
from collections.abc import Generator, Iterator
from contextlib import closing
from itertools import chain
from typing import IO

from newsletter_mailer.actions.subscribers.source import Meter, Opening, Row, Source, size_of
from newsletter_mailer.errors import UsageError
from newsletter_mailer.model.cells import as_typed
from newsletter_mailer.wording import sentence

_LINE_END = re.compile(r"\r\n?|\n")
_QUOTED = re.compile(r'"[^"]*"')
_HINT = re.compile(r"sep=(.)\s*\Z")  # Excel's own first line
_PIECE = 1 << 20
_UTF16 = (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)


def delimited(name: str, opened: Opening) -> Source:
    """The table of a CSV file; `rows` raises UsageError for a cell that never ends."""
    encoding = _encoding(opened)
    with opened() as raw, _text(raw, encoding) as text:
        first = _first_line(text)
    delimiter = max(";,\t|", key=_QUOTED.sub("", first).count)
    hinted = _HINT.match(first)
    if hinted:
        delimiter = hinted[1]

    def records(meter: Meter) -> Generator[Row]:
        with opened() as raw, _text(raw, encoding) as text:
            meter.total = size_of(raw)
            meter.tell = raw.tell
            found = _records(name, text, delimiter)
            if hinted:
                next(found, None)
            yield from found

    def rows(meter: Meter) -> Iterator[Row]:
        found = records(meter)
        next(found, None)
        return found

    with closing(records(Meter())) as found:
        _, cells = next(found, (0, []))
    return Source(name, tuple(as_typed(cell.strip()) for cell in cells), rows)


def _text(raw: IO[bytes], encoding: str) -> io.TextIOWrapper:
    return io.TextIOWrapper(raw, encoding=encoding, errors="replace", newline="")


def _first_line(text: io.TextIOWrapper) -> str:
    return next((line for line in text if line.strip()), "")


def _encoding(opened: Opening) -> str:
    """UTF-8 when all of it is, else what Excel in French writes as "CSV"."""
    with opened() as raw:
        piece = raw.read(_PIECE)
        if piece.startswith(_UTF16):
            return "utf-16"
        decoder = codecs.getincrementaldecoder("utf-8")()
        try:
            while piece:
                decoder.decode(piece)
                piece = raw.read(_PIECE)
            decoder.decode(b"", final=True)
        except UnicodeDecodeError:
            return "cp1252"
    return "utf-8-sig"


def _records(name: str, text: io.TextIOWrapper, delimiter: str) -> Iterator[Row]:
    """Every row that is not blank, and the line on which it begins.

    Raises UsageError for a cell that never ends: it would swallow every reader after it.
    """
    ended = []  # the reader asked for more than there is

    def end() -> Iterator[str]:
        ended.append(True)
        yield from ()

    rows = csv.reader(chain(text, end()), delimiter=delimiter)
    begins = 1
    try:
        for row in rows:
            if ended:
                opened = begins + sum(len(_LINE_END.findall(cell)) for cell in row[:-1])
                raise UsageError(
                    sentence("{path}: a quote opened on line {line} is never closed", path=name, line=opened),
                    sentence("close it or delete it; nobody was imported"),
                )
            if row and (row[0] or any(row)) and any(cell.strip() for cell in row):
                yield begins, row
            begins = rows.line_num + 1
    except csv.Error as error:  # the one that is left: a cell beyond csv.field_size_limit()
        raise UsageError(
            sentence(
                "{path}: a cell on line {line} is too long for a table of people", path=name, line=begins
            ),
            sentence("is a quote never closed there? nobody was imported"),
        ) from error

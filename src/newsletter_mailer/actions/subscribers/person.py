"""A row of a table becomes a subscriber, or the reason why it cannot."""

from __future__ import annotations

import unicodedata
from collections.abc import Sequence

from newsletter_mailer.actions.subscribers.table import OWN_FIELDS, Table
from newsletter_mailer.message.addresses import why_unmailable
from newsletter_mailer.model.audience import NewSubscriber
from newsletter_mailer.model.cells import as_typed
from newsletter_mailer.wording import Sentence, sentence

_LONGEST_VALUE = 1000
_LINE_BREAKS = frozenset("\r\n\x0b\x0c\x85\u2028\u2029")


def person(table: Table, row: Sequence[str]) -> NewSubscriber | Sentence:
    """The subscriber of a row, or why it is none; columns are named as they are in the file."""
    if len(row) > len(table.columns):
        return sentence("more cells than the first line has columns")
    cells: dict[str, str] = {}
    for heading, field, cell in zip(table.header, table.columns, row, strict=False):
        if field is None:
            continue
        cells[field] = as_typed(cell.strip())
        wrong = _check_cell(heading, cells[field])
        if wrong is not None:
            return wrong
    address = cells.pop("address", "")
    wrong = why_unmailable(address)
    if wrong is not None:
        return wrong
    known = {field: cells.pop(field) for field in OWN_FIELDS if field in cells}
    return NewSubscriber(address=address, attributes={k: v for k, v in cells.items() if v}, **known)


def _check_cell(heading: str, cell: str) -> Sentence | None:
    if not cell.isprintable():
        if _LINE_BREAKS.intersection(cell):
            return sentence(
                "“{column}” holds a line break: is a quote missing, or one too many?", column=heading
            )
        if any(unicodedata.category(character) == "Cc" for character in cell):
            return sentence("“{column}” holds a control character", column=heading)
    if len(cell) > _LONGEST_VALUE:
        return sentence(
            "“{column}” is longer than {longest} characters", column=heading, longest=_LONGEST_VALUE
        )
    return None

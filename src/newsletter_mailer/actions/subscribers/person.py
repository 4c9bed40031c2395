"""A row of a table becomes a subscriber, or the reason why it cannot."""

from __future__ import annotations

import json
import re
import unicodedata
from collections.abc import Sequence

from email_validator import SPECIAL_USE_DOMAIN_NAMES

from newsletter_mailer.actions.subscribers.headings import ATTRIBUTES, FULL_NAME, OWN_FIELDS, field_name
from newsletter_mailer.actions.subscribers.table import Table
from newsletter_mailer.message.addresses import why_unmailable
from newsletter_mailer.model.audience import Arrival, NewSubscriber
from newsletter_mailer.model.cells import as_typed
from newsletter_mailer.wording import Sentence, sentence

_LONGEST_VALUE = 1000
_LINE_BREAK = re.compile("\r\n?|[\n\x0b\x0c\x85\u2028\u2029]")
_DELIMITERS = frozenset(";,\t|")
_NAMED = re.compile(r"([^<>]*)<([^<>]*)>")  # Léa <lea@example.org>
_LABEL = "[A-Za-z0-9](?:[A-Za-z0-9-]{0,61}[A-Za-z0-9])?"
_PIECE = "[A-Za-z0-9_+-]+"
_SPECIAL = "|".join(sorted({name.rpartition(".")[2] for name in SPECIAL_USE_DOMAIN_NAMES}))
_ORDINARY = re.compile(  # nearly every address; the others are looked at for fifty times as long
    rf"(?=.{{6,254}}\Z)(?=.{{1,64}}@)(?!.*--){_PIECE}(?:\.{_PIECE})*@(?:{_LABEL}\.)+"
    rf"(?!(?i:{_SPECIAL})\Z)[A-Za-z]{{2,24}}"
)
_LANGUAGE = re.compile(r"[A-Za-z]{2}(?:[-_][A-Za-z]{2,4})?")
_LANGUAGES = {"français": "fr", "francais": "fr", "french": "fr", "anglais": "en", "english": "en"}


class People:
    """Reads the rows of a table: made once, called for each."""

    def __init__(self, table: Table) -> None:
        self._table = table
        self._width = len(table.header)
        taken = zip(range(self._width), table.header, table.columns, strict=True)
        self._taken = [(place, heading, field) for place, heading, field in taken if field is not None]
        self._own = {field for _, _, field in self._taken} & set(OWN_FIELDS)
        self._quoted = table.source.kind in ("csv", "xlsx")  # where `defused` has a meaning
        self._always = table.everyone if not table.signs else None

    def person(self, row: Sequence[str]) -> NewSubscriber | Sentence:
        """The subscriber of a row, or why it is none; columns are named as they are in the file."""
        arrival = self._always or self._table.arrival(row)
        if isinstance(arrival, Sentence):
            return arrival
        if len(row) > self._width and any(row[self._width :]):
            return sentence("more cells than the first line has columns")
        cells: dict[str, str] = {}
        for place, heading, field in self._taken:
            if place >= len(row):
                break
            cell = row[place].strip()
            if cell[:1] == "'" and self._quoted:
                cell = as_typed(cell)
            if field != ATTRIBUTES and (not cell.isprintable() or len(cell) > _LONGEST_VALUE):
                if field != "address":
                    cell = self._on_one_line(cell)
                wrong = _check_cell(heading, cell)
                if wrong is not None:
                    return wrong
            cells[field] = cell
        address = cells.pop("address", "")
        if not _ORDINARY.fullmatch(address):
            address = _bare(address)
            wrong = why_unmailable(address)
            if wrong is not None:
                return wrong
        return self._subscriber(address, cells, arrival)

    def _on_one_line(self, cell: str) -> str:
        """A cell as people write one in several lines; as it is where a missing quote may have swallowed others."""
        breaks = len(_LINE_BREAK.findall(cell))
        if self._table.source.kind == "csv" and (
            (breaks and "@" in cell) or (breaks > 1 and _DELIMITERS.intersection(cell))
        ):
            return cell
        return " ".join(piece.strip() for piece in _LINE_BREAK.split(cell) if piece.strip())

    def _subscriber(self, address: str, cells: dict[str, str], arrival: Arrival) -> NewSubscriber | Sentence:
        known = {field: cells.pop(field) for field in self._own if field in cells}
        if FULL_NAME in cells:
            first, _, last = cells.pop(FULL_NAME).partition(" ")
            known |= {"first_name": first, "last_name": last.strip()}
        if "language" in known:
            known["language"] = language(known["language"])
        more = cells.pop(ATTRIBUTES, "")
        attributes = {name: value for name, value in cells.items() if value}
        if more:
            found = self._attributes(more)
            if isinstance(found, Sentence):
                return found
            attributes = found | attributes
        return NewSubscriber(address, attributes=attributes, arrival=arrival, **known)

    def _attributes(self, written: str) -> dict[str, str] | Sentence:
        """Those of a JSON object that the workspace has names for."""
        try:
            found = json.loads(written)
        except (ValueError, RecursionError):
            found = None
        if not isinstance(found, dict):
            return sentence("“attributes” is not written in JSON")
        taken = {}
        for name, value in found.items():
            as_field = field_name(name)
            if as_field in self._table.wanted.attributes and not isinstance(value, dict | list):
                cell = self._on_one_line(str(value if value is not None else "").strip())
                wrong = _check_cell(name, cell)
                if wrong is not None:
                    return wrong
                taken[as_field] = cell
            else:
                self._table.other(name)
        return {name: value for name, value in taken.items() if value}


def language(written: str) -> str:
    """Two letters where that is what is meant: "fr_FR" and "Français" are "fr"."""
    if _LANGUAGE.fullmatch(written):
        return written[:2].lower()
    return _LANGUAGES.get(written.casefold(), written)


def _bare(address: str) -> str:
    """Without what stands around it in a link or in the head of a mail: “mailto:lea@…”, “Léa <lea@…>”."""
    named = _NAMED.fullmatch(address)
    if named and ("@" not in named[1] or named[1].strip() == named[2].strip()):
        address = named[2].strip()
    if address[:7].lower() == "mailto:":
        address = address[7:].partition("?")[0].strip()
    return address


def _check_cell(heading: str, cell: str) -> Sentence | None:
    if not cell.isprintable():
        if _LINE_BREAK.search(cell):
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

"""vCard 2.1, 3.0 and 4.0 (RFC 6350), as address books export them: of each card what a newsletter needs."""

from __future__ import annotations

import quopri
import re
from collections.abc import Iterator
from typing import NamedTuple

from newsletter_mailer.actions.subscribers.source import Meter, Opening, Row, Source, size_of

HEADER = ("email", "first_name", "last_name", "organisation", "language")
_LONGEST_LINE = 1 << 20  # photos stand in lines of their own
_ESCAPED = re.compile(r"\\(.)", re.DOTALL)
_PREFERENCE = re.compile(r"pref=(\d+)")


class _Property(NamedTuple):
    name: str  #: lower case, without its group
    parameters: str  #: lower case
    value: str  #: still escaped


def cards(name: str, opened: Opening) -> Source:
    """Cards as rows; a card without an address is a row without one."""

    def rows(meter: Meter) -> Iterator[Row]:
        with opened() as raw:
            meter.total = size_of(raw)
            meter.tell = raw.tell
            found: list[_Property] = []
            begins = 0
            for line, read in _properties(enumerate(raw, start=1)):
                if read.name == "begin":
                    found, begins = [], line
                elif read.name == "end":
                    if begins and not any(p.name == "kind" and p.value.lower() == "group" for p in found):
                        yield begins, _row(found)
                    begins = 0
                else:
                    found.append(read)

    return Source(name, HEADER, rows, "vcard")


def _row(found: list[_Property]) -> list[str]:
    address = _preferred([each for each in found if each.name == "email"])
    first, last = _names(found)
    organisation = _preferred([each for each in found if each.name == "org"])
    language = _preferred([each for each in found if each.name == "lang"])
    return [
        _plain(address).removeprefix("mailto:"),
        first,
        last,
        _plain(_parts(organisation)[0]),
        _plain(language),
    ]


def _names(found: list[_Property]) -> tuple[str, str]:
    """From N, which has them apart; from FN, whose first word is the first name, when N is empty."""
    parts = _parts(_preferred([each for each in found if each.name == "n"]))
    last, first = _plain(parts[0]), _plain(parts[1]) if len(parts) > 1 else ""
    if first or last:
        return first, last
    first, _, last = _plain(_preferred([each for each in found if each.name == "fn"])).partition(" ")
    return first, last.strip()


def _preferred(found: list[_Property]) -> str:
    def rank(each: _Property) -> int:
        preference = _PREFERENCE.search(each.parameters)
        if preference:
            return int(preference[1][:3])
        return 1 if re.search(r"\bpref\b", each.parameters) else 101

    return min(found, key=rank).value if found else ""


def _parts(value: str) -> list[str]:
    """A structured value at its semicolons, those that are not escaped."""
    return re.split(r"(?<!\\);", value)


def _plain(value: str) -> str:
    unescaped = _ESCAPED.sub(lambda found: " " if found[1] in "nN" else found[1], value)
    return " ".join(unescaped.split())


def _properties(lines: Iterator[tuple[int, bytes]]) -> Iterator[tuple[int, _Property]]:
    """Each property with the line on which it begins; folded lines are put together."""
    begins, whole = 0, b""
    for line, raw in lines:
        raw = raw.rstrip(b"\r\n")
        if begins and raw[:1] in (b" ", b"\t") and len(whole) < _LONGEST_LINE:
            whole += raw[1:]
        elif begins and _goes_on(whole):
            whole = whole[:-1] + raw
        else:
            if begins:
                yield begins, _property(whole)
            begins, whole = line, raw
    if begins:
        yield begins, _property(whole)


def _goes_on(whole: bytes) -> bool:
    """A soft line break of quoted-printable (vCard 2.1)."""
    return whole.endswith(b"=") and b"QUOTED-PRINTABLE" in whole.partition(b":")[0].upper()


def _property(line: bytes) -> _Property:
    head, _, value = line.removeprefix(b"\xef\xbb\xbf").partition(b":")
    name, _, parameters = head.decode("latin-1").lower().partition(";")
    if "quoted-printable" in parameters:
        value = quopri.decodestring(value)
    try:
        text = value.decode()
    except UnicodeDecodeError:
        text = value.decode("cp1252", errors="replace")
    return _Property(name.rpartition(".")[2].strip(), parameters, text)

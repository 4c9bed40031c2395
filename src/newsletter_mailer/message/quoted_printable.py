"""Quoted-printable (RFC 2045 section 6.7), cut so that encoded pieces can be put together in any order."""

from __future__ import annotations

import re

from newsletter_mailer.message.clean import clean_lines

LONGEST_LINE = 76
_SOFT_BREAK = b"=\r\n"
_ENCODED = tuple(bytes([byte]) if 32 <= byte < 127 and byte != 61 else b"=%02X" % byte for byte in range(256))
_TO_ENCODE = re.compile(rb"[^ -<>-~]")
_AS_IT_STANDS = re.compile(r"(?!\.|From )[ !-<>-~]{1,75}")  # ASCII, nothing to encode, fits on one line


def piece(text: str) -> bytes:
    """The text in whole lines: from column 0 to a line break, a soft one where the text has none.

    So a value, a missing block or another piece may follow and nothing encoded before changes. No line begins
    with "." (dot-stuffing never has to search) or "From " (mbox), none ends with a space, and none has two together
    or a tab (relaxed canonicalisation of DKIM never has to change anything). What is given is proved clean.
    """
    if _AS_IT_STANDS.fullmatch(text) and "  " not in text:
        return text.encode() + _SOFT_BREAK
    *whole, last = text.replace("\r\n", "\n").replace("\r", "\n").split("\n")
    rows = [b"".join((*_rows(line, ends=True), b"\r\n")) for line in whole]
    if last:
        rows += [*_rows(last, ends=False), _SOFT_BREAK]
    return clean_lines(b"".join(rows))


def _rows(line: str, *, ends: bool) -> list[bytes]:
    """A line of text in rows of at most 76 columns, soft breaks between; `ends`: a hard break follows."""
    coded = _TO_ENCODE.sub(_encoded, line.encode()).replace(b"  ", b" =20")
    if ends and coded.endswith(b" "):
        coded = coded[:-1] + b"=20"
    if len(coded) < LONGEST_LINE and coded[:1] not in b".F":  # most values of readers
        return [coded]
    rows: list[bytes] = []
    at = 0
    while True:
        start = _guard(coded, at) if coded[at : at + 1] in (b".", b"F") else b""
        at += 1 if start else 0
        stop = at + LONGEST_LINE - 1 - len(start)
        if stop >= len(coded):
            rows.append(start + coded[at:])
            return rows
        escape = coded.rfind(b"=", stop - 2, stop)
        stop = escape if escape >= 0 else stop  # never inside an =XX
        rows += (start + coded[at:stop], _SOFT_BREAK)
        at = stop


def _encoded(found: re.Match[bytes]) -> bytes:
    return _ENCODED[found[0][0]]


def _guard(coded: bytes, at: int) -> bytes:
    """The first character of a row, encoded, where it must not stand as it is."""
    if coded.startswith(b".", at):
        return b"=2E"
    return b"=46" if coded.startswith(b"From ", at) else b""

"""Texts of mails as they can be searched: decoded, on one line, in small letters without accents."""

from __future__ import annotations

import codecs
import re
import unicodedata
from email.errors import HeaderParseError
from email.header import decode_header

MOST_LETTERS = 500  #: of a reason that is kept
#: Codecs of domains, which cost the square of the length, and of Python's own texts, which warn.
_NOT_OF_MAILS = frozenset(("punycode", "idna", "unicode-escape", "raw-unicode-escape"))
_SEARCHED = 6000  # letters of a text in which phrases are looked for
_PLAIN = str.maketrans('<>[](){}"«»“”’', "             '")
_NUMBERS = re.compile(
    r"\d{3}[- ]?(?:[245]\.\d{1,3}\.\d{1,3})?[:.]?|[245]\.\d{1,3}\.\d{1,3}[:.]?|#[245]\.\d\.\d"
)
_HOST = re.compile(r"(?!resolver\.)(?:[a-z0-9_-]{1,63}\.){1,20}[a-z][a-z0-9-]{1,62}[.:,;]?")
_LISTS = ("spamhaus", "spamcop", "sorbs", "barracudacentral", "dnsbl")
_STATUS = re.compile(r"(?<![\d.])([245]\.\d{1,3}\.\d{1,3})(?!\.?\d)")
_CODE = re.compile(r"(?<![\w.:/-])([245][0-5]\d)(?=[ \-:;,.\])]|$)")


def any_of(phrases: str) -> tuple[str, ...]:
    """The phrases that stand between bars, as `plain` gives them: tables of them are read more easily so."""
    return tuple(_without_accents(phrases).split("|"))


def plain(text: str) -> str:
    """What phrases are looked for in: small letters, no accents, brackets, codes, addresses and hosts.

    A space stands at either end. Hosts go because many are named after the filter that they are.
    """
    letters = _without_accents(text[:_SEARCHED].lower().translate(_PLAIN))
    return f" {' '.join(word for word in letters.split() if not _is_name(word))} "


def _without_accents(text: str) -> str:
    if text.isascii():
        return text
    apart = unicodedata.normalize("NFD", text)
    return "".join(letter for letter in apart if not unicodedata.combining(letter))


def _is_name(word: str) -> bool:
    """Whether the word is an address, a code or a host; names of blocklists are words."""
    if "@" in word or _NUMBERS.fullmatch(word) is not None:
        return True
    return "." in word and _HOST.fullmatch(word) is not None and not any(name in word for name in _LISTS)


def one_line(text: str) -> str:
    """The text as a reason: on one line, not too long."""
    line = " ".join(text[: 3 * MOST_LETTERS].split())
    if not line.isprintable():
        line = " ".join("".join(letter if letter.isprintable() else " " for letter in line).split())
    return line[:MOST_LETTERS]


def status_in(text: str) -> str:
    """The first enhanced status code in the text (RFC 3463), or ""."""
    found = _STATUS.search(text[:_SEARCHED])
    return found[1] if found else ""


def code_in(text: str) -> int | None:
    """The first reply code of SMTP in the text."""
    found = _CODE.search(text[:_SEARCHED])
    return int(found[1]) if found else None


def text_of(raw: bytes, charset: str) -> str:
    """The bytes as text, whatever they say of themselves."""
    try:
        known = codecs.lookup(charset).name
        return raw.decode("latin-1" if known in _NOT_OF_MAILS else known, errors="replace")
    except (LookupError, ValueError):
        return raw.decode("latin-1")


def decoded(value: str) -> str:
    """A header with its encoded words read (RFC 2047), as far as they can be, on one line."""
    try:
        pieces = [
            text_of(piece, charset or "latin-1") if isinstance(piece, bytes) else piece
            for piece, charset in decode_header(value)
        ]
    except (HeaderParseError, ValueError, LookupError):
        pieces = [value]
    return unicodedata.normalize("NFC", " ".join("".join(pieces).split()))

"""Header lines. The one gate through which every value of a header or an envelope goes."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Sequence
from datetime import datetime
from functools import lru_cache
from urllib.parse import quote, urlsplit, urlunsplit

import idna

from newsletter_mailer.message.words import LONGEST_LINE, encoded_words

LONGEST_ADDRESS = 254  #: RFC 5321 section 4.5.3.1.3, less the angle brackets
LONGEST_LOCAL_PART = 64
LONGEST_ANY_LINE = 998  #: RFC 5322 section 2.1.1
LONGEST_MESSAGE_ID = 500  #: Gmail refuses more with 552 5.3.4

_REFUSED = re.compile("[\x00-\x1f\x7f-\x9f\u2028\u2029\ud800-\udfff]")
_ATOM = r"[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+"
_DOT_ATOM = re.compile(rf"{_ATOM}(?:\.{_ATOM})*")
_ATOMS = re.compile(rf"{_ATOM}(?: {_ATOM})*")
_NAME = re.compile(r"[A-Za-z0-9'-]+(?: [A-Za-z0-9'-]+)*")
_WORDS = re.compile(r"[!-~]{1,60}(?: [!-~]{1,60})*")
_LABEL = r"[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?"
_DOMAIN = re.compile(rf"(?=.{{1,253}}\Z)(?:{_LABEL}\.)+(?=[0-9-]*[a-z]){_LABEL}")
_URI = re.compile(r"[a-z][a-z0-9+.-]*:[!-;=?-~]+", re.IGNORECASE)
_MESSAGE_ID = re.compile(rf"<{_ATOM}(?:\.{_ATOM})*@{_ATOM}(?:\.{_ATOM})*>")
_MEDIA_TYPE = re.compile(r"[a-z]+/[a-z0-9.+-]+(?:; ?[a-z-]+=[A-Za-z0-9._-]+)*")
_DAYS = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")
_MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")


class HeaderError(ValueError):
    """A value that must not stand in a header or on an envelope."""


def gate(value: str) -> str:
    """The value as it is. Raises HeaderError when it could end a line somewhere on its way.

    Refused: C0, DEL, C1 with U+0085, U+2028, U+2029 and lone surrogates (CVE-2024-6923, CVE-2026-1299: the
    standard library lets some of them through).
    """
    if not value.isprintable():
        found = _REFUSED.search(value)
        if found:
            raise HeaderError(f"U+{ord(found.group()):04X} cannot stand in a header")
    return value


def _line(name: str, rows: Sequence[str]) -> str:
    """The header with its line end; rows are folded by CRLF SPACE, so each but the first follows a space."""
    written = gate("".join(rows))
    if not written.isascii() or max(map(len, rows)) > LONGEST_ANY_LINE - len(name) - 2:
        raise HeaderError(f"{name}: a line is not ASCII, or longer than {LONGEST_ANY_LINE} characters")
    folded = "\r\n ".join(rows)
    return f"{name}: {folded}\r\n"


@lru_cache(
    maxsize=1024
)  # a subject with a first name in it comes again and again, and writing one takes 2 µs
def text(name: str, value: str) -> str:
    """A header for people, such as Subject: as it stands when it is ASCII, else as encoded words."""
    room = LONGEST_LINE - len(name) - 2
    gate(value)
    if _WORDS.fullmatch(value) and "=?" not in value:
        return _line(name, [value] if len(value) <= room else _folded(value, room))
    return _line(name, encoded_words(value, room) if value else [""])


def _folded(value: str, room: int) -> list[str]:
    """Rows of whole words: the first of at most `room` columns, the others of 75."""
    rows: list[str] = []
    row = ""
    for word in value.split(" "):
        if row and len(row) + 1 + len(word) > room:
            rows.append(row)
            row, room = word, LONGEST_LINE - 1
        else:
            row = f"{row} {word}" if row else word
    return [*rows, row]


def _phrase(value: str, room: int) -> list[str]:
    """A display name: atoms, a quoted string, or encoded words, never within quotes (RFC 2047 section 5)."""
    gate(value)
    if not value.isascii() or "=?" in value or len(value) > room - 4:
        return encoded_words(value, room)
    if _ATOMS.fullmatch(value):
        return [value]
    escaped = value.replace("\\", "\\\\").replace('"', '\\"')
    return [f'"{escaped}"'] if len(escaped) <= room - 2 else encoded_words(value, room)


def _named(name: str, display: str, angle: str) -> str:
    """`display <angle>`, the angle on a row of its own when it would pass column 76."""
    rows = _phrase(display, LONGEST_LINE - len(name) - 2)
    used = len(rows[-1]) + (len(name) + 2 if len(rows) == 1 else 1)
    if used + 1 + len(angle) <= LONGEST_LINE:
        return _line(name, [*rows[:-1], f"{rows[-1]} {angle}"])
    return _line(name, [*rows, angle])


def mailbox(name: str, display: str, address: str) -> str:
    """From, To or Reply-To: one address and the name of its owner, "" when nobody knows it."""
    return written_mailbox(name, display, a_label(address))


def written_mailbox(name: str, display: str, addr_spec: str) -> str:
    """The same for an address that `a_label` has given."""
    if len(name) + len(display) + len(addr_spec) < LONGEST_LINE - 4 and _NAME.fullmatch(display):
        return f"{name}: {display} <{addr_spec}>\r\n"  # most readers: no other care is needed
    return _named(name, display, f"<{addr_spec}>") if display.strip(" ") else _line(name, [addr_spec])


def list_id(display: str, identifier: str) -> str:
    """List-Id: the list's name and its identifier in a domain of ours, at most 255 characters (RFC 2919)."""
    if not _DOT_ATOM.fullmatch(identifier) or "." not in identifier or len(identifier) > 255:
        raise HeaderError(f"{identifier!r} is not a list identifier")
    return (
        _named("List-Id", display, f"<{identifier}>")
        if display.strip(" ")
        else _line("List-Id", [f"<{identifier}>"])
    )


def uris(name: str, targets: Iterable[str]) -> str:
    """A List-* header: URIs, the preferred one first, folded only between them, never encoded (RFC 2369)."""
    rows = [f"<{target}>" for target in targets]
    for row in rows:
        if not _URI.fullmatch(row, 1, len(row) - 1):
            raise HeaderError(f"{name}: not a URI")
    return _line(name, [f"{row}," for row in rows[:-1]] + rows[-1:])


def verbatim(name: str, value: str) -> str:
    """A header for programs: ASCII as it stands."""
    return _line(name, [value])


def date(when: datetime) -> str:
    """The Date header with a numeric zone (RFC 5322 section 3.3). Raises HeaderError for a naive time."""
    offset = when.utcoffset()
    if offset is None:
        raise HeaderError("a date needs a time zone")
    minutes = round(offset.total_seconds() / 60)
    zone = f"{'-' if minutes < 0 else '+'}{abs(minutes) // 60:02d}{abs(minutes) % 60:02d}"
    day = f"{_DAYS[when.weekday()]}, {when.day:02d} {_MONTHS[when.month - 1]} {when.year:04d}"
    return f"Date: {day} {when.hour:02d}:{when.minute:02d}:{when.second:02d} {zone}\r\n"


def message_id(value: str) -> str:
    """The Message-ID header; the value comes with its angle brackets."""
    if len(value) > LONGEST_MESSAGE_ID or not _MESSAGE_ID.fullmatch(value):
        raise HeaderError("not a Message-ID")
    return f"Message-ID: {value}\r\n"


def content_id(value: str) -> str:
    """The Content-ID header of a picture; the value comes without angle brackets, as in `cid:`."""
    if not _MESSAGE_ID.fullmatch(f"<{value}>"):
        raise HeaderError("not a Content-ID")
    return f"Content-ID: <{value}>\r\n"


def media_type(value: str, *parameters: str) -> str:
    """Content-Type; further parameters come ready written, e.g. 'boundary="…"', each on a row of its own."""
    if not _MEDIA_TYPE.fullmatch(value):
        raise HeaderError(f"{value!r} is not a media type")
    rows = [value, *parameters]
    return _line("Content-Type", [f"{row};" for row in rows[:-1]] + rows[-1:])


def disposition(kind: str, filename: str) -> str:
    """Content-Disposition; the name after RFC 2231, with an ASCII one for old programs.

    kind: "inline" or "attachment".
    """
    plain = unicodedata.normalize("NFKD", gate(filename)).encode("ascii", "ignore").decode()
    plain = re.sub(r"[^A-Za-z0-9._ -]", "_", plain)
    rows = [f"{kind};", f'filename="{plain or "file"}"']
    if plain != filename:
        rows.insert(1, f"filename*=utf-8''{quote(filename, safe='')};")  # first: Python reads only one
    return _line("Content-Disposition", rows)


def a_label(address: str) -> str:
    """The address as it stands on the wire: ASCII local part, domain in A-labels (IDNA 2008, UTS 46 mapping).

    Raises HeaderError when there is no such form.
    """
    local, _, domain = gate(address).rpartition("@")
    domain = a_domain(domain)
    if len(local) > LONGEST_LOCAL_PART or not _DOT_ATOM.fullmatch(local):
        raise HeaderError("the part before the @ cannot be written on an envelope")
    if len(local) + 1 + len(domain) > LONGEST_ADDRESS:
        raise HeaderError(f"an address has at most {LONGEST_ADDRESS} characters")
    return f"{local}@{domain}"


@lru_cache(maxsize=1024)  # many readers, few houses
def a_domain(domain: str) -> str:
    """The domain as it stands on the wire, in lower-case A-labels. Raises HeaderError when there is no such form."""
    lower = domain.lower()
    if len(domain) > LONGEST_ADDRESS:
        raise HeaderError(f"a domain has at most {LONGEST_ADDRESS} characters")
    if not domain.isascii() or "xn--" in lower:
        try:
            lower = idna.encode(domain, uts46=True, std3_rules=True).decode()
        except idna.IDNAError as error:
            raise HeaderError(f"{domain!r} is not a domain") from error
    if not _DOMAIN.fullmatch(lower):
        raise HeaderError(f"{domain!r} is not a domain")
    return lower


def mailable(address: str) -> bool:
    """Whether the address can be written on an envelope without SMTPUTF8."""
    try:
        a_label(address)
    except HeaderError:
        return False
    return True


def ascii_url(url: str) -> str:
    """A web address in ASCII: host in A-labels, the rest percent-encoded, what is encoded already kept."""
    if gate(url).isascii():
        return url
    parts = urlsplit(url)
    host = a_domain(parts.hostname or "") if not (parts.hostname or "").isascii() else parts.hostname or ""
    netloc = f"{host}:{parts.port}" if parts.port else host
    return urlunsplit(
        (parts.scheme, netloc, quote(parts.path, safe="/%"), quote(parts.query, safe="=&%"), "")
    )

"""A mail taken apart, however it was built: its head, its texts, its reports and the mail that came back with it.

Own code, for `email` goes down one Python call for each part within a part, and reads each line once for each of them.
Bytes, parts and depth are counted; what goes beyond is not looked at.
"""

from __future__ import annotations

import base64
import binascii
import html
import quopri
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from newsletter_mailer.inbox.words import decoded, text_of

MOST_BYTES = 400_000  #: of a mail
MOST_PARTS = 60  #: of a mail, parts within parts included
DEEPEST = 8  #: parts within parts
MOST_FIELDS = 500  #: of a head
LONGEST_FIELD = 4000  #: letters
LONGEST_TEXT = 40_000  #: letters of a part
REPORTS = frozenset({"message/delivery-status", "message/global-delivery-status"})
HEADERS = "text/rfc822-headers"
ORIGINALS = frozenset(
    {
        HEADERS,
        "message/rfc822",
        "message/global",
        "message/partial",
        "message/rfc822-headers",
        "message/global-headers",
        "text/rfc822",
    }
)
FEEDBACK = "message/feedback-report"

Fields = Mapping[str, tuple[str, ...]]  #: values by name in small letters

_PARAMETER = re.compile(r';\s*([\w*-]{1,40})\s*=\s*(?:"([^"]*)"|([^;\s"]*))')
_UNSEEN = re.compile(r"<(?:style|script)\b[^<>]*>[^<]*<")
_LINE_TAG = re.compile(r"</?(?:br|p|div|tr|li|h\d|table)\b[^<>]*>", re.IGNORECASE)
_TAG = re.compile(r"<[^<>@]*>")  # an address in angle brackets is no tag
_BLANK = re.compile(rb"\n[ \t]*\n")


@dataclass(frozen=True, slots=True)
class Part:
    """A part that has no parts."""

    fields: Fields
    kind: str  #: e.g. "text/plain"
    body: bytes  #: with \n as line ends

    @property
    def text(self) -> str:
        """Its text, decoded; of HTML without its tags."""
        raw = _transferred(
            self.body[: 2 * LONGEST_TEXT], first(self.fields, "content-transfer-encoding").lower()
        )
        text = text_of(raw, parameters(first(self.fields, "content-type")).get("charset") or "utf-8")
        text = text.replace("\r\n", "\n").replace("\r", "\n")[:LONGEST_TEXT]
        return seen(text) if self.kind == "text/html" else text


@dataclass(frozen=True, slots=True)
class Mail:
    """A mail in its parts."""

    head: Fields
    kind: str  #: of the whole
    parts: tuple[Part, ...]

    @property
    def subject(self) -> str:
        """Its subject, decoded, on one line."""
        return decoded(first(self.head, "subject"))

    def texts(self) -> Iterator[str]:
        """What is written for people, plain text before HTML."""
        for kind in ("text/plain", "text/html"):
            yield from (part.text for part in self.parts if part.kind == kind)

    def of(self, kinds: frozenset[str]) -> Iterator[Part]:
        """Its parts of these kinds."""
        return (part for part in self.parts if part.kind in kinds)


def take_apart(raw: bytes) -> Mail:
    """The mail in its parts: any bytes, any line ends."""
    text = raw[:MOST_BYTES].replace(b"\r\n", b"\n").replace(b"\r", b"\n").lstrip(b"\n")
    fields, body = split_head(text)
    kind = _kind(fields, "text/plain")
    return Mail(fields, kind, tuple(_leaves(fields, kind, body)))


def split_head(text: bytes) -> tuple[Fields, bytes]:
    """The fields of a head by their names in small letters, each on one line, and what follows it."""
    if text.startswith(b"\n"):
        return {}, text[1:]
    found = _BLANK.search(text)
    head, body = (text[: found.start()], text[found.end() :]) if found else (text, b"")
    return fields_of(head.decode("utf-8", "replace")), body


def fields_of(head: str) -> Fields:
    """The fields of a head that has \\n as line ends. Lines that are no fields are passed over."""
    rows: list[tuple[str, list[str]]] = []
    for line in head.split("\n"):
        if line[:1] in (" ", "\t"):
            if rows:
                rows[-1][1].append(line)
            continue
        name, colon, value = line.partition(":")
        if colon and name.strip() and len(name) < 80 and len(rows) < MOST_FIELDS:
            rows.append((name.strip().lower(), [value]))
    fields: dict[str, tuple[str, ...]] = {}
    for name, pieces in rows:
        value = " ".join(" ".join(pieces)[:LONGEST_FIELD].split())
        fields[name] = (*fields.get(name, ()), value) if len(fields.get(name, ())) < 50 else fields[name]
    return fields


def first(fields: Fields, name: str) -> str:
    """The first field of that name, or ""."""
    return next(iter(fields.get(name, ())), "")


def parameters(value: str) -> dict[str, str]:
    """The parameters of a field such as Content-Type."""
    return {name.lower(): quoted or bare for name, quoted, bare in _PARAMETER.findall(value)}


def seen(markup: str) -> str:
    """What somebody sees of HTML, roughly."""
    text = _LINE_TAG.sub("\n", _UNSEEN.sub("<", markup))
    return html.unescape(_TAG.sub(" ", text))


def _leaves(fields: Fields, kind: str, body: bytes) -> Iterator[Part]:
    """The parts that have no parts, in their order."""
    waiting = [(fields, kind, body, 0)]
    taken = 0
    while waiting and taken < MOST_PARTS:
        taken += 1
        fields, kind, body, depth = waiting.pop()
        boundary = parameters(first(fields, "content-type")).get("boundary", "")
        pieces = _pieces(body, boundary) if kind.startswith("multipart/") and depth < DEEPEST else []
        if not pieces:
            yield Part(fields, "text/plain" if kind.startswith("multipart/") else kind, body)
        for piece in reversed(pieces):
            head, rest = split_head(piece)
            if "message-id" in head or "return-path" in head:  # a mail that came back, in no part of its own
                head, rest = {"content-type": (HEADERS,)}, piece
            waiting.append((head, _kind(head, "text/plain"), rest, depth + 1))


def _pieces(body: bytes, boundary: str) -> list[bytes]:
    """The parts of a multipart (RFC 2046 section 5.1)."""
    if not boundary:
        return []
    pieces: list[bytes] = []
    mark = b"\n--" + boundary.encode("utf-8", "replace")
    for piece in (b"\n" + body).split(mark, MOST_PARTS)[1:]:
        rest_of_line, _, rest = piece.partition(b"\n")
        if rest_of_line.strip() == b"--":
            break
        if rest_of_line.strip():  # a longer mark, of a part within
            if pieces:
                pieces[-1] += mark + piece
            continue
        pieces.append(rest)
    return pieces


def _kind(fields: Fields, otherwise: str) -> str:
    words = first(fields, "content-type").replace(";", " ").lower().split()
    return words[0] if words and "/" in words[0] else otherwise


def _transferred(body: bytes, encoding: str) -> bytes:
    if encoding == "quoted-printable":
        return quopri.decodestring(body)
    if encoding == "base64":
        try:
            letters = body.translate(None, b" \t\n\r")
            return base64.b64decode(letters[: len(letters) // 4 * 4])
        except (binascii.Error, ValueError):
            return body
    return body

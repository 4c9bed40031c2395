"""A strict reader of mails: refuses whatever RFC 5322, 2045-2047 or 2231 refuse. Independent of `email` and of ours."""

from __future__ import annotations

import base64
import re
from dataclasses import dataclass, field
from urllib.parse import unquote_to_bytes

ENCODED_WORD = re.compile(r"=\?([^?\s]+)\?([bBqQ])\?([^?\s]*)\?=")
ATEXT = r"[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]"
DOT_ATOM = rf"{ATEXT}+(?:\.{ATEXT}+)*"
ADDR_SPEC = re.compile(rf"({DOT_ATOM})@({DOT_ATOM})")
_SINGLE = (
    "from to subject date message-id reply-to mime-version list-id list-unsubscribe list-unsubscribe-post precedence "
    "content-type content-transfer-encoding content-disposition content-id content-language"
)
ONCE = frozenset(_SINGLE.split(" "))


class NotStrictError(AssertionError):
    """The bytes break a rule; the message says which."""


def require(condition: object, rule: str) -> None:
    """Raise unless the rule is kept."""
    if not condition:
        raise NotStrictError(rule)


@dataclass(frozen=True)
class Part:
    """A message or a part of one: unfolded headers by lower-case name, and what it holds, decoded."""

    headers: dict[str, str]
    media_type: str
    parameters: dict[str, str]
    content: bytes = b""
    parts: list[Part] = field(default_factory=list)

    def every(self, media_type: str) -> list[Part]:
        """All parts of that type, at any depth, in order."""
        own = [self] if self.media_type == media_type else []
        return own + [found for part in self.parts for found in part.every(media_type)]

    def only(self, media_type: str) -> Part:
        """The one part of that type."""
        (found,) = self.every(media_type)
        return found

    def shape(self) -> object:
        """The tree of media types: ("multipart/mixed", [...]) or a leaf's type."""
        return (self.media_type, [part.shape() for part in self.parts]) if self.parts else self.media_type


def read_message(raw: bytes) -> Part:
    """The message. Raises NotStrictError at the first broken rule."""
    require(not re.search(rb"\r(?!\n)|(?<!\r)\n", raw), "bare CR or LF")
    require(b"\0" not in raw, "NUL")
    require(raw.isascii(), "8-bit bytes in a message that declares none")
    require(raw.endswith(b"\r\n"), "ends with CRLF")
    require(max(map(len, raw.split(b"\r\n"))) <= 998, "line over 998")
    part = read_part(raw)
    for name in ("from", "to", "subject", "date", "message-id", "mime-version"):
        require(name in part.headers, f"no {name}")
    require(part.headers["mime-version"] == "1.0", "MIME-Version")
    return part


def read_part(raw: bytes) -> Part:
    """Headers, an empty line, a body."""
    head, empty, body = raw.partition(b"\r\n\r\n")
    require(empty, "no empty line after the headers")
    headers = read_headers(head.decode("ascii"))
    media_type, parameters = read_parameters(headers.get("content-type", "text/plain"))
    if media_type.startswith("multipart/"):
        require("content-transfer-encoding" not in headers, "an encoding on a multipart")
        return Part(headers, media_type, parameters, parts=read_multipart(body, parameters["boundary"]))
    decode = {"quoted-printable": read_quoted_printable, "base64": read_base64}
    encoding = headers.get("content-transfer-encoding", "")
    require(encoding in decode, f"encoding {encoding!r}")
    return Part(headers, media_type, parameters, decode[encoding](body))


def read_headers(head: str) -> dict[str, str]:
    """Unfolded values by lower-case name; every physical line is checked."""
    fields: list[list[str]] = []
    for line in head.split("\r\n"):
        require(line.strip(" \t"), "a line of white space only")
        require(not ENCODED_WORD.search(line) or len(line) <= 76, "line with an encoded word over 76")
        if line[0] in " \t":
            require(fields, "folding before the first header")
            fields[-1].append(line)
        else:
            fields.append([line])
    values: dict[str, str] = {}
    for lines in fields:
        found = re.fullmatch(r"([!-9;-~]+): ?([ -~]*)", "".join(lines))
        assert found, f"not a header: {lines[0]!r}"
        name = found[1].lower()
        require(name not in values or name not in ONCE, f"{name} twice")
        values[name] = found[2]
    return values


def read_text(value: str) -> str:
    """An unstructured header as its reader sees it (RFC 2047 section 6.2)."""
    require("?==?" not in value, "adjacent encoded words without white space")
    out, at, after_word = [], 0, False
    for found in ENCODED_WORD.finditer(value):
        between = value[at : found.start()]
        require(not between or between[-1] in " \t", "an encoded word not after white space")
        require(
            found.end() == len(value) or value[found.end()] in " \t", "an encoded word not before white space"
        )
        if not (after_word and not between.strip(" \t")):
            out.append(between)
        out.append(read_word(*found.groups(), size=found.end() - found.start()))
        at, after_word = found.end(), True
    rest = value[at:]
    require("=?" not in rest, "something like an encoded word")
    return "".join([*out, rest])


def read_word(charset: str, kind: str, coded: str, *, size: int) -> str:
    """One encoded word: whole characters, at most 75 columns."""
    require(size <= 75, "encoded word over 75")
    require(charset.lower() == "utf-8", f"charset {charset}")
    if kind in "bB":
        require(len(coded) % 4 == 0, "base64 of an encoded word is cut")
        return base64.b64decode(coded, validate=True).decode()
    require(re.fullmatch(r"(?:[A-Za-z0-9!*+/_-]|=[0-9A-F]{2})+", coded), "not Q for a phrase (section 5 (3))")
    return unquote_to_bytes(coded.replace("_", "%20").replace("=", "%")).decode()


def read_mailbox(value: str) -> tuple[str, str]:
    """Display name and address of exactly one mailbox."""
    if ADDR_SPEC.fullmatch(value):
        return "", value
    found = re.fullmatch(r"(.+) <([^<>]+)>", value)
    assert found, f"not a mailbox: {value!r}"
    require(ADDR_SPEC.fullmatch(found[2]), f"not an addr-spec: {found[2]!r}")
    return read_phrase(found[1]), found[2]


def read_phrase(value: str) -> str:
    """A display name: one quoted string, or atoms and encoded words."""
    if value.startswith('"'):
        require(re.fullmatch(r'"(?:[ !#-\[\]-~]|\\[ -~])*"', value), "not a quoted string")
        require("=?" not in value, "something like an encoded word in quotes")
        return re.sub(r"\\(.)", r"\1", value[1:-1])
    require(re.fullmatch(rf"(?:{ATEXT}+ )*{ATEXT}+", value), f"not a phrase: {value!r}")
    return read_text(value)


def read_parameters(value: str) -> tuple[str, dict[str, str]]:
    """A structured value and its parameters, RFC 2231 ones decoded under their name with the star."""
    first, *rest = re.split(r";\s+", value)
    parameters = {}
    for parameter in rest:
        found = re.fullmatch(
            r"([a-z0-9-]+\*?)=(?:\"([ !#-\[\]-~]*)\"|([!#$%&'*+.0-9A-Z^_`a-z{|}~-]+))", parameter
        )
        assert found, f"not a parameter: {parameter!r}"
        name, text = found[1], found[2] if found[2] is not None else found[3]
        if name.endswith("*"):
            require(text.startswith("utf-8''"), "RFC 2231 value without a charset")
            text = unquote_to_bytes(text.removeprefix("utf-8''")).decode()
        require(name not in parameters, f"parameter {name} twice")
        parameters[name] = text
    return first, parameters


def read_multipart(body: bytes, boundary: str) -> list[Part]:
    """The parts between delimiter lines, nothing before the first and after the last."""
    require(len(boundary) <= 70 and not boundary.endswith(" "), "boundary over 70")
    delimiter = b"--" + boundary.encode()
    require(body.startswith(delimiter + b"\r\n"), "text before the first part")
    inner, close, after = (b"\r\n" + body).partition(b"\r\n" + delimiter + b"--\r\n")
    require(close and not after.strip(), "no closing delimiter, or text after it")
    first, *pieces = inner.split(b"\r\n" + delimiter + b"\r\n")
    require(not first, "text before the first part")
    require(not any(delimiter in piece for piece in pieces), "the boundary stands in a part")
    return [read_part(piece) for piece in pieces]


def read_quoted_printable(body: bytes) -> bytes:
    """Decoded, line ends as LF."""
    out = []
    lines = body.split(b"\r\n")
    for number, line in enumerate(lines):
        require(len(line) <= 76, "quoted-printable line over 76")
        require(re.fullmatch(rb"(?:[ -<>-~]|=[0-9A-F]{2})*=?", line), f"not quoted-printable: {line!r}")
        require(not line.endswith(b" "), "white space at the end of a line")
        require(not line.startswith((b".", b"From ")), "a line that SMTP or mbox would change")
        soft = line.endswith(b"=")
        require(
            not (soft and number >= len(lines) - 2 and not any(lines[number + 1 :])), "ends with a soft break"
        )
        text = line[:-1] if soft else line
        out.append(
            re.sub(rb"=(..)", lambda found: bytes.fromhex(found[1].decode()), text) + (b"" if soft else b"\n")
        )
    return b"".join(out)[:-1]


def read_base64(body: bytes) -> bytes:
    """Decoded; rows of at most 76 columns."""
    rows = body.split(b"\r\n")
    require(max(map(len, rows)) <= 76, "base64 line over 76")
    return base64.b64decode(b"".join(rows), validate=True)

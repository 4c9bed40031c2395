"""Whether a finished mail is one that its reader can be sent: final bytes in, what is wrong with them out."""

from __future__ import annotations

import base64
import binascii
import re
from collections.abc import Iterator
from dataclasses import dataclass
from email.errors import HeaderParseError
from email.header import decode_header

from newsletter_mailer.compose.merge import MARK
from newsletter_mailer.model.edition import Edition, Segment
from newsletter_mailer.wording import Sentence, sentence

LONGEST_LINE = 998  #: RFC 5322 section 2.1.1, without CRLF

_NEEDED = ("from", "to", "subject", "date", "message-id", "mime-version", "content-type", "list-unsubscribe")
_FIELD = re.compile(rb"([!-9;-~]+):(.*)", re.DOTALL)
_MAY_REPEAT = frozenset({"dkim-signature", "received"})
_ANGLE = re.compile(r"<([^<>]*)>\s*$")
_BOUNDARY = re.compile(r'\bboundary="?([^";]+)"?', re.IGNORECASE)
_LEFTOVERS = ("{{", "{%", "%7B%7B", "None", "undefined")
_WORD = {word: re.compile(rf"\b{word}\b" if word.isalpha() else re.escape(word)) for word in _LEFTOVERS}

_NOT_READABLE = sentence("it is not a mail that a program can take apart")


@dataclass(frozen=True, slots=True)
class Look:
    """What a mail was found to be."""

    size: int  #: bytes on the wire
    html_size: int  #: of the HTML, decoded: what Gmail counts; 0 without any
    problems: tuple[Sentence, ...]


@dataclass(frozen=True, slots=True)
class _Part:
    """A leaf of the tree of parts."""

    media_type: str
    fields: dict[str, str]
    body: bytes

    def text(self) -> str:
        """What a reader sees of it. Raises ValueError."""
        match self.fields.get("content-transfer-encoding", "7bit").strip().lower():
            case "quoted-printable":
                raw = binascii.a2b_qp(self.body)
            case "base64":
                raw = base64.b64decode(self.body)
            case _:
                raw = self.body
        return raw.decode("utf-8")


class CopyCheck:
    """Looks at the mails of one edition. A word that the issue itself says is no sign of a fault."""

    def __init__(self, edition: Edition) -> None:
        said = "".join(_static(edition))
        self._leftovers = {word: found for word, found in _WORD.items() if not found.search(said)}

    def look_at(self, data: bytes, *, to: str, token: str, message_id: str) -> Look:
        """The mail as it arrived, before dot-stuffing.

        to: the reader's address as it stands on the envelope. token: of this reader's unsubscribe link.
        """
        html_size = 0
        problems = list(_lines(data))
        try:
            fields, body = head_of(data)
            problems += _fields(fields, to=to, token=token, message_id=message_id)
            subject = _decoded(" ".join(fields.get("subject", ())))
            parts = list(_leaves(fields, body))
            html, plain = _first(parts, "text/html"), _first(parts, "text/plain")
            html_size = len(html.encode())
            problems += _words(html, plain, token)
            problems += self._left_over(f"{subject}\n{plain}\n{html}")
        except (ValueError, HeaderParseError, LookupError):
            problems.append(_NOT_READABLE)
        return Look(len(data), html_size, tuple(problems))

    def _left_over(self, shown: str) -> Iterator[Sentence]:
        for word, found in self._leftovers.items():
            if word in shown and found.search(shown):  # the first is a hundred times as fast
                yield sentence("“{word}” stands in it, which is nothing to be read", word=word)
        if MARK.search(shown):
            yield sentence("a merge tag was not filled in")


def _static(edition: Edition) -> Iterator[str]:
    segments: tuple[Segment, ...] = (*edition.subject, *edition.html, *edition.text)
    return (segment.content for segment in segments if isinstance(segment.content, str))


def _lines(data: bytes) -> Iterator[Sentence]:
    ends = data.count(b"\r\n")
    if data.count(b"\n") != ends or data.count(b"\r") != ends or b"\0" in data:
        yield sentence("a bare CR or LF, or a NUL, stands in it")
    if max(map(len, data.split(b"\r\n"))) > LONGEST_LINE:
        yield sentence("a line is longer than {count} bytes", count=LONGEST_LINE)
    if not data.isascii():
        yield sentence("bytes beyond ASCII stand in it unencoded")


def head_of(data: bytes) -> tuple[dict[str, list[str]], bytes]:
    """The unfolded fields of a mail by lower-case name, and its body. Raises ValueError."""
    head, empty, body = data.partition(b"\r\n\r\n")
    if not empty and not data.endswith(b"\r\n"):
        raise ValueError("no end of the head")
    fields: dict[str, list[str]] = {}
    for line in re.split(rb"\r\n(?![ \t])", head.removesuffix(b"\r\n")):
        found = _FIELD.fullmatch(line)
        if found is None:
            raise ValueError("not a field")
        value = found[2].replace(b"\r\n", b"").strip()
        fields.setdefault(found[1].decode("ascii").lower(), []).append(value.decode("ascii"))
    return fields, body


def _fields(fields: dict[str, list[str]], *, to: str, token: str, message_id: str) -> Iterator[Sentence]:
    for name in _NEEDED:
        if name not in fields:
            yield sentence("the head has no {name}", name=name)
    for name, values in fields.items():
        if len(values) > 1 and name not in _MAY_REPEAT:
            yield sentence("the head has {name} {count} times", name=name, count=len(values))
    addressed = " ".join(fields.get("to", ()))
    found = _ANGLE.search(addressed)
    if (found[1] if found else addressed).strip() != to:
        yield sentence("it is addressed to somebody else")
    if "message-id" in fields and fields["message-id"] != [message_id]:
        yield sentence("its Message-ID is that of another mail")
    targets = " ".join(fields.get("list-unsubscribe", ()))
    if "list-unsubscribe" in fields and token not in targets:
        yield sentence("its head holds no way to unsubscribe this reader")


def _leaves(fields: dict[str, list[str]], body: bytes) -> Iterator[_Part]:
    """The parts that hold something, at any depth, in order. Raises ValueError."""
    kind = " ".join(fields.get("content-type", ("text/plain",)))
    media_type = kind.partition(";")[0].strip().lower()
    if not media_type.startswith("multipart/"):
        yield _Part(media_type, {name: values[0] for name, values in fields.items()}, body)
        return
    boundary = _BOUNDARY.search(kind)
    if boundary is None:
        raise ValueError("no boundary")
    _, *pieces = (b"\r\n" + body).split(b"\r\n--" + boundary[1].encode())
    if len(pieces) < 2 or not pieces[-1].startswith(b"--"):
        raise ValueError("no end of the parts")
    for piece in pieces[:-1]:
        yield from _leaves(*head_of(piece.partition(b"\r\n")[2]))


def _first(parts: list[_Part], media_type: str) -> str:
    """The text of the first part of that type that is no attachment; "" without any. Raises ValueError."""
    for part in parts:
        attached = part.fields.get("content-disposition", "").lower().startswith("attachment")
        if part.media_type == media_type and not attached:
            return part.text()
    return ""


def _words(html: str, plain: str, token: str) -> Iterator[Sentence]:
    for media_type, shown in (("text/html", html), ("text/plain", plain)):
        if not shown.strip():
            yield sentence("it has no part {media_type}", media_type=media_type)
    if html.strip() and token not in html:
        yield sentence("its page holds no way to unsubscribe this reader")


def _decoded(value: str) -> str:
    if "=?" not in value:
        return value
    return "".join(
        word if isinstance(word, str) else word.decode(charset or "ascii")
        for word, charset in decode_header(value)
    )

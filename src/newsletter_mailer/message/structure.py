"""The parts of a message in their MIME order (RFC 2045, 2046, 2183, 2387), encoded once for all readers."""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Iterable

from newsletter_mailer.message import headers
from newsletter_mailer.message.quoted_printable import piece
from newsletter_mailer.message.slots import Form, Gap, form
from newsletter_mailer.model.edition import Attachment, Edition, Picture, Segment

_BASE64_ROW = 57  # bytes in 76 columns


def body(edition: Edition) -> Form[bytes]:
    """Everything from Content-Type on: text before HTML, pictures beside it, attachments around it all."""
    return _in_few_pieces(_parts(edition))


def _in_few_pieces(whole: Form[bytes]) -> Form[bytes]:
    """Neighbouring pieces that all readers get as one: the fewer pieces, the faster a message is joined."""
    own = {gap.piece for gap in whole.gaps} | {number for number, _ in whole.spans}
    pieces: list[bytes] = []
    place: dict[int, int] = {}
    after_own = True
    for number, piece_ in enumerate(whole.pieces):
        if number in own or after_own:
            pieces.append(piece_)
        else:
            pieces[-1] += piece_
        place[number] = len(pieces) - 1
        after_own = number in own
    gaps = (gap._replace(piece=place[gap.piece]) for gap in whole.gaps)
    spans = ((place[number], condition) for number, condition in whole.spans)
    return Form(tuple(pieces), tuple(gaps), tuple(spans))


def _parts(edition: Edition) -> Form[bytes]:
    boundary = _boundary(edition)
    page = _written("text/html", edition.html)
    if edition.pictures:
        kind = ("multipart/related", f'boundary="{boundary}r"', 'type="text/html"')
        page = _multipart(kind, f"{boundary}r", [page, *(_picture(picture) for picture in edition.pictures)])
    both = [_written("text/plain", edition.text), page]
    whole = _multipart(("multipart/alternative", f'boundary="{boundary}a"'), f"{boundary}a", both)
    if not edition.attachments:
        return whole
    parts = [whole, *(_attachment(attachment) for attachment in edition.attachments)]
    return _multipart(("multipart/mixed", f'boundary="{boundary}m"'), f"{boundary}m", parts)


def _boundary(edition: Edition) -> str:
    """The same for the same edition; "=_" stands in no quoted-printable or base64 text (RFC 2045, 6.7)."""
    told = repr((edition.issue_id, edition.subject, edition.html, edition.text))
    return "=_" + hashlib.sha256(told.encode(errors="surrogatepass")).hexdigest()[:24]


def _static(*lines: str) -> Form[bytes]:
    return Form(("".join(lines).encode("ascii"),))


def _multipart(kind: tuple[str, ...], boundary: str, parts: Iterable[Form[bytes]]) -> Form[bytes]:
    whole = [_static(headers.media_type(*kind), "\r\n")]
    for part in parts:
        whole += [_static(f"--{boundary}\r\n"), part, _static("\r\n")]
    return _chained([*whole, _static(f"--{boundary}--\r\n")])


def _chained(forms: Iterable[Form[bytes]]) -> Form[bytes]:
    """One form after the other as a single one."""
    pieces: list[bytes] = []
    gaps: list[Gap[bytes]] = []
    spans: list[tuple[int, int]] = []
    for part in forms:
        shift = len(pieces)
        pieces += part.pieces
        gaps += (gap._replace(piece=gap.piece + shift) for gap in part.gaps)
        spans += ((number + shift, condition) for number, condition in part.spans)
    return Form(tuple(pieces), tuple(gaps), tuple(spans))


def _written(media_type: str, segments: tuple[Segment, ...]) -> Form[bytes]:
    head = (
        headers.media_type(f"{media_type}; charset=utf-8"),
        headers.verbatim("Content-Transfer-Encoding", "quoted-printable"),
    )
    return _chained([_static(*head, "\r\n"), form(ending_in_a_newline(segments), piece)])


def ending_in_a_newline(segments: tuple[Segment, ...]) -> tuple[Segment, ...]:
    """The segments, a newline added where none is sure to stand at the end.

    A soft line break must not be the last thing of an encoded part (RFC 2045 section 6.7 (5)).
    """
    last = segments[-1] if segments else Segment("")
    if last.when is None and isinstance(last.content, str) and last.content.endswith("\n"):
        return segments
    return (*segments, Segment("\n"))


def _base64(media_type: str, disposition: str, data: bytes, *more: str) -> Form[bytes]:
    rows = (base64.b64encode(data[at : at + _BASE64_ROW]) for at in range(0, len(data), _BASE64_ROW))
    head = (
        headers.media_type(media_type),
        headers.verbatim("Content-Transfer-Encoding", "base64"),
        disposition,
        *more,
        "\r\n",
    )
    return _chained([_static(*head), Form((b"\r\n".join(rows),))])


def _picture(picture: Picture) -> Form[bytes]:
    inline = headers.disposition("inline", picture.filename)
    return _base64(picture.media_type, inline, picture.data, headers.content_id(picture.cid))


def _attachment(attachment: Attachment) -> Form[bytes]:
    return _base64(
        attachment.media_type, headers.disposition("attachment", attachment.filename), attachment.data
    )

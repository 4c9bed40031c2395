"""What arrived, taken apart for looking at."""

from __future__ import annotations

import base64
from dataclasses import dataclass
from email import policy
from email.message import EmailMessage
from email.parser import BytesHeaderParser, BytesParser


@dataclass(frozen=True, slots=True)
class Mail:
    """A message as its reader's program would show it."""

    subject: str
    sender: str
    recipient: str
    headers: str  #: as they arrived
    html: str  #: pictures as data: URIs
    text: str
    attachments: tuple[str, ...]


def subject_of(raw: bytes) -> str:
    """The decoded subject alone."""
    return str(BytesHeaderParser(policy=policy.default).parsebytes(raw)["Subject"] or "")


def taken_apart(raw: bytes) -> Mail:
    """The parts of a message of ours; a part that is missing is empty."""
    message = BytesParser(policy=policy.default).parsebytes(raw)
    assert isinstance(message, EmailMessage)
    html, text = message.get_body(("html",)), message.get_body(("plain",))
    return Mail(
        subject=str(message["Subject"] or ""),
        sender=str(message["From"] or ""),
        recipient=str(message["To"] or ""),
        headers=raw.partition(b"\r\n\r\n")[0].decode("ascii", "replace"),
        html=_with_pictures(str(html.get_content()), message) if html else "",
        text=str(text.get_content()) if text else "",
        attachments=tuple(part.get_filename() or "?" for part in message.iter_attachments()),
    )


def _with_pictures(html: str, message: EmailMessage) -> str:
    for part in message.walk():
        cid = str(part["Content-ID"] or "").strip("<>")
        if cid:
            data = part.get_payload(decode=True)
            assert isinstance(data, bytes)
            html = html.replace(
                f"cid:{cid}", f"data:{part.get_content_type()};base64,{base64.b64encode(data).decode()}"
            )
    return html

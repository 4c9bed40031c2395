"""The message as it goes over the wire: checked, dot-stuffed, cut, the final dot in the last piece."""

from __future__ import annotations

from newsletter_mailer.smtp.commands import Extensions, UnfitMessage, UnfitServer
from newsletter_mailer.wording import sentence

PIECE = (
    65_536  #: bytes of a long message handed out at once, so that its dot does not count as written too early
)
ONE_PIECE = 4 * PIECE


def check_message(data: bytes, offered: Extensions) -> None:
    """Refuse what a server could read as two messages, or what this one says it does not take.

    Bare CR, bare LF and NUL are how mails are smuggled (CVE-2023-51764 and its kin; RFC 5321 section 2.3.8).
    """
    lines = data.count(b"\r\n")
    if data.count(b"\n") != lines or data.count(b"\r") != lines or b"\0" in data:
        raise UnfitMessage(sentence("the message holds a bare CR or LF, or a NUL"))
    if 0 < offered.size < len(data):
        raise UnfitServer(
            sentence(
                "the message has {bytes} bytes; the mail server takes {limit} at most",
                bytes=len(data),
                limit=offered.size,
            ),
            sentence("use smaller pictures, or host them under `public_url`"),
        )


def dot_stuffed(data: bytes) -> bytes:
    """The message with its last CRLF and leading dots doubled (RFC 5321 4.5.2), without the final dot."""
    if data.startswith(b"."):
        data = b"." + data
    if b"\r\n." in data:  # the usual message has none: one search in C and no copy
        data = data.replace(b"\r\n.", b"\r\n..")
    return data if data.endswith(b"\r\n") else data + b"\r\n"


class Body:
    """A message being handed out."""

    __slots__ = ("_at", "_stuffed")

    def __init__(self, data: bytes) -> None:
        self._stuffed = dot_stuffed(data)
        self._at = 0

    @property
    def dot_is_next(self) -> bool:
        """The next piece is the last, with the dot."""
        left = len(self._stuffed) - self._at
        return left <= PIECE or len(self._stuffed) <= ONE_PIECE

    def next_piece(self) -> bytes:
        """At most PIECE bytes of a long message, or all of a short one; the dot closes the last piece."""
        at = self._at
        if self.dot_is_next:
            self._at = len(self._stuffed)
            return self._stuffed[at:] + b".\r\n"
        self._at += PIECE
        return self._stuffed[at : at + PIECE]

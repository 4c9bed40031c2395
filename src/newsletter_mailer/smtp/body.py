"""The message as it goes over the wire: checked, dot-stuffed or counted, cut, its end in the last piece."""

from __future__ import annotations

from newsletter_mailer.smtp.commands import UnfitMessage, UnfitServer
from newsletter_mailer.wording import sentence

PIECE = (
    65_536  #: bytes of a long message handed out at once, so that its dot does not count as written too early
)
ONE_PIECE = 4 * PIECE
_DOT = b".\r\n"


def check_lines(data: bytes) -> None:
    """Refuse what a server could read as two messages.

    Bare CR, bare LF and NUL are how mails are smuggled (CVE-2023-51764 and its kin; RFC 5321 section 2.3.8).
    """
    lines = data.count(b"\r\n")
    if data.count(b"\n") != lines or data.count(b"\r") != lines or b"\0" in data:
        raise UnfitMessage(sentence("the message holds a bare CR or LF, or a NUL"))


def check_size(data: bytes, most: int) -> None:
    """Refuse what this server says it does not take; most: 0 when it does not say."""
    if 0 < most < len(data):
        raise UnfitServer(
            sentence(
                "the message has {bytes} bytes; the mail server takes {limit} at most",
                bytes=len(data),
                limit=most,
            ),
            sentence("use smaller pictures, or host them under `public_url`"),
        )


def ended(data: bytes) -> bytes:
    """The message with its last CRLF."""
    return data if data.endswith(b"\r\n") else data + b"\r\n"


def dot_stuffed(data: bytes) -> bytes:
    """The message with its last CRLF and leading dots doubled (RFC 5321 4.5.2), without the final dot."""
    if data.startswith(b"."):
        data = b"." + data
    if b"\r\n." in data:  # the usual message has none: one search in C and no copy
        data = data.replace(b"\r\n.", b"\r\n..")
    return ended(data)


class Body:
    """Bytes being handed out; `end` closes the last piece."""

    __slots__ = ("_at", "_bytes", "_end", "end_is_next")

    def __init__(self, wire: bytes, end: bytes) -> None:
        self._bytes = wire
        self._end = end
        self._at = 0
        self.end_is_next = len(wire) <= ONE_PIECE  #: the next piece is the last

    @classmethod
    def after_data(cls, data: bytes, *, clean: bool = False) -> Body:
        """A message that a dot closes."""
        return cls(ended(data) if clean else dot_stuffed(data), _DOT)

    @classmethod
    def chunk(cls, data: bytes) -> Body:
        """A message whose length was announced, as it is (RFC 3030 section 2); `data` has its last CRLF."""
        return cls(data, b"")

    def next_parts(self) -> tuple[bytes, ...]:
        """At most PIECE bytes of a long message, or all of a short one and its end; not yet joined."""
        at = self._at
        if self.end_is_next:
            return (self._bytes[at:], self._end)
        self._at += PIECE
        self.end_is_next = len(self._bytes) - self._at <= PIECE
        return (self._bytes[at : at + PIECE],)

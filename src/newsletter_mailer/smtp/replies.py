"""Bytes of a server, cut anywhere, become whole replies (RFC 5321 section 4.2)."""

from __future__ import annotations

import re

from newsletter_mailer.model.outcome import Reply
from newsletter_mailer.wording import say

MAX_LINE = 8192  # RFC 5321 4.5.3.1.5 says 512; real servers exceed it, nobody needs more than this
MAX_LINES = 128
_LINE = re.compile(rb"([2-5][0-9][0-9])(?:([ -])(.*))?", re.DOTALL)
_CONTROL = re.compile("[\x00-\x1f\x7f-\x9f\u2028\u2029]")


class Garbage(Exception):
    """The server sent something that is no SMTP reply; nothing it says from here on can be understood."""


class ReplyReader:
    """Collects bytes and gives whole replies, in order."""

    __slots__ = ("_buffer", "_code", "_texts")

    def __init__(self) -> None:
        self._buffer = bytearray()
        self._code = 0
        self._texts: list[str] = []

    def feed(self, data: bytes) -> None:
        """Add what the server sent."""
        self._buffer += data

    def forget(self) -> None:
        """Drop everything that was received and not yet read, as RFC 3207 section 4.2 wants before TLS."""
        self._buffer.clear()
        self._texts.clear()

    def next(self) -> Reply | None:
        """The next whole reply, or None until more bytes come. Raises Garbage."""
        while (line := self._next_line()) is not None:
            code, last, text = _parsed(line)
            if self._texts and code != self._code:
                raise Garbage(say("the lines of one reply have different codes"))
            self._code = code
            self._texts.append(text)
            if len(self._texts) > MAX_LINES:
                raise Garbage(say("a reply of more than {count} lines", count=MAX_LINES))
            if last:
                reply = Reply(code, "\n".join(self._texts))
                self._texts.clear()
                return reply
        return None

    def _next_line(self) -> bytes | None:
        end = self._buffer.find(b"\n", 0, MAX_LINE)
        if end < 0:
            if len(self._buffer) >= MAX_LINE:
                raise Garbage(say("a line of more than {count} bytes", count=MAX_LINE))
            return None
        line = bytes(self._buffer[:end]).removesuffix(b"\r")
        del self._buffer[: end + 1]
        return line


def _parsed(line: bytes) -> tuple[int, bool, str]:
    """Code, whether it is the reply's last line, and the text made safe for a terminal."""
    found = _LINE.fullmatch(line)
    if not found:
        raise Garbage(say("no SMTP reply: {line}", line=_readable(line[:80])))
    code, mark, text = found.groups(default=b"")
    return int(code), mark != b"-", _readable(text)


def _readable(raw: bytes) -> str:
    # A reply is shown in terminals and kept in the ledger: no escape sequence of a server may act there.
    return _CONTROL.sub("\N{REPLACEMENT CHARACTER}", raw.decode("utf-8", "replace"))

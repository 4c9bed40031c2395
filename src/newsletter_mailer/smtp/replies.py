"""Bytes of a server, cut anywhere, become whole replies (RFC 5321 section 4.2)."""

from __future__ import annotations

import re
from collections import deque

from newsletter_mailer.model.outcome import Reply
from newsletter_mailer.wording import say

MAX_LINE = 8192  # RFC 5321 4.5.3.1.5 says 512; real servers exceed it, nobody needs more than this
MAX_LINES = 128
_LINE = re.compile(rb"([2-5][0-9][0-9])(?:([ -])(.*))?", re.DOTALL)
_CONTROL = re.compile("[\x00-\x1f\x7f-\x9f\u2028\u2029]")
_KNOWN_AT_MOST = 64  # short lines that come with every message: "250 2.1.5 Ok", "354 go ahead"
_SHORT = 64


class Garbage(Exception):
    """The server sent something that is no SMTP reply; nothing it says from here on can be understood."""


class ReplyReader:
    """Collects bytes and gives whole replies, in order."""

    __slots__ = ("_code", "_known", "_lines", "_rest", "_texts")

    def __init__(self) -> None:
        self._lines: deque[bytes] = deque()  # whole ones, without LF
        self._rest = b""
        self._code = 0
        self._texts: list[str] = []
        self._known: dict[bytes, Reply] = {}

    def feed(self, data: bytes) -> None:
        """Add what the server sent."""
        *lines, self._rest = (self._rest + data).split(b"\n")
        self._lines += lines

    def forget(self) -> None:
        """Drop everything that was received and not yet read, as RFC 3207 section 4.2 wants before TLS."""
        self._lines.clear()
        self._rest = b""
        self._texts.clear()

    def next(self) -> Reply | None:
        """The next whole reply, or None until more bytes come. Raises Garbage."""
        while self._lines:
            line = self._lines.popleft()
            if not self._texts and (known := self._known.get(line)) is not None:
                return known
            reply = self._read(line)
            if reply is not None:
                return reply
        if len(self._rest) >= MAX_LINE:
            raise _too_long()
        return None

    def _read(self, line: bytes) -> Reply | None:
        if len(line) >= MAX_LINE:
            raise _too_long()
        code, last, text = _parsed(line.removesuffix(b"\r"))
        if self._texts and code != self._code:
            raise Garbage(say("the lines of one reply have different codes"))
        self._code = code
        self._texts.append(text)
        if len(self._texts) > MAX_LINES:
            raise Garbage(say("a reply of more than {count} lines", count=MAX_LINES))
        if not last:
            return None
        reply = Reply(code, "\n".join(self._texts))
        if len(self._texts) == 1 and len(line) <= _SHORT and len(self._known) < _KNOWN_AT_MOST:
            self._known[line] = reply
        self._texts.clear()
        return reply


def _too_long() -> Garbage:
    return Garbage(say("a line of more than {count} bytes", count=MAX_LINE))


def _parsed(line: bytes) -> tuple[int, bool, str]:
    """Code, whether it is the reply's last line, and the text made safe for a terminal."""
    found = _LINE.fullmatch(line)
    if not found:
        raise Garbage(say("no SMTP reply: {line}", line=_readable(line[:80])))
    code, mark, text = found.groups(default=b"")
    return int(code), mark != b"-", _readable(text)


def _readable(raw: bytes) -> str:
    # A reply is shown in terminals and kept in the ledger: no escape sequence of a server may act there.
    text = raw.decode("utf-8", "replace")
    return text if text.isprintable() else _CONTROL.sub("\N{REPLACEMENT CHARACTER}", text)

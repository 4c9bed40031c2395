"""Commands on their way to the server: those that wait for their turn, and those that wait for their reply."""

from __future__ import annotations

from collections import deque

from newsletter_mailer.model.outcome import Verb
from newsletter_mailer.smtp.events import Message

_Line = tuple[Verb, bytes, Message | None]
_Asked = tuple[Verb, Message | None]


class Script:
    """What is to be written, in order, and what each reply answers (RFC 2920).

    `waiting` and `unanswered` are open, for a property instead of each costs 2 µs a message: who reads a reply
    takes the oldest of those without one.
    """

    __slots__ = ("_out", "pipelining", "unanswered", "waiting")

    def __init__(self) -> None:
        self.pipelining = False  #: commands are written without waiting for the replies before them
        self.waiting: deque[_Line] = deque()  #: stand in line for a reply, since there is no PIPELINING
        self.unanswered: deque[_Asked] = deque()  #: written, without a reply; the oldest first
        self._out = bytearray()

    def put(self, verb: Verb, raw: bytes, message: Message | None = None) -> None:
        """Write a command as soon as it may be written."""
        if self.unanswered and not self.pipelining:
            self.waiting.append((verb, raw, message))
        else:
            self._out += raw
            self.unanswered.append((verb, message))

    def expect(self, verb: Verb, message: Message | None = None) -> None:
        """Await the reply to something that others write."""
        self.unanswered.append((verb, message))

    def go_on(self) -> None:
        """After a reply: write what waited for it."""
        while self.waiting and not self.unanswered:
            self.put(*self.waiting.popleft())

    def skip(self, message: Message) -> None:
        """Do not write the rest of this message's commands."""
        self.waiting = deque(line for line in self.waiting if line[2] is not message)

    def clear(self) -> None:
        """Nothing is written or answered any more."""
        self.waiting.clear()
        self.unanswered.clear()
        self._out.clear()

    def to_send(self) -> bytes:
        """The bytes to write now."""
        if not self._out:
            return b""
        out = bytes(self._out)
        self._out.clear()
        return out

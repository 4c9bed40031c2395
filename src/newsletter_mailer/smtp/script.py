"""Commands on their way to the server: those that wait for their turn, and those that wait for their reply."""

from __future__ import annotations

from collections import deque

from newsletter_mailer.model.outcome import Verb
from newsletter_mailer.smtp.events import Message

_Line = tuple[Verb, bytes, Message | None]
_Asked = tuple[Verb, Message | None]


class Script:
    """What is to be written, in order, and what each reply answers (RFC 2920)."""

    __slots__ = ("_out", "_unanswered", "_unwritten", "pipelining")

    def __init__(self) -> None:
        self.pipelining = False  #: commands are written without waiting for the replies before them
        self._unwritten: deque[_Line] = deque()
        self._unanswered: deque[_Asked] = deque()
        self._out = bytearray()

    @property
    def waiting(self) -> bool:
        """Commands stand in line for a reply, since there is no PIPELINING."""
        return bool(self._unwritten)

    @property
    def awaiting(self) -> _Asked | None:
        """The oldest command without a reply."""
        return self._unanswered[0] if self._unanswered else None

    def put(self, verb: Verb, raw: bytes, message: Message | None = None) -> None:
        """Write a command as soon as it may be written."""
        if self._unanswered and not self.pipelining:
            self._unwritten.append((verb, raw, message))
        else:
            self._out += raw
            self._unanswered.append((verb, message))

    def expect(self, verb: Verb, message: Message | None = None) -> None:
        """Await the reply to something that others write."""
        self._unanswered.append((verb, message))

    def answered(self) -> _Asked:
        """The oldest command, which has its reply now."""
        return self._unanswered.popleft()

    def go_on(self) -> None:
        """After a reply: write what waited for it."""
        while self._unwritten and not self._unanswered:
            self.put(*self._unwritten.popleft())

    def skip(self, message: Message) -> None:
        """Do not write the rest of this message's commands."""
        self._unwritten = deque(line for line in self._unwritten if line[2] is not message)

    def clear(self) -> None:
        """Nothing is written or answered any more."""
        self._unwritten.clear()
        self._unanswered.clear()
        self._out.clear()

    def to_send(self) -> bytes:
        """The bytes to write now."""
        if not self._out:
            return b""
        out = bytes(self._out)
        self._out.clear()
        return out

"""What all visitors of a sandbox share."""

from __future__ import annotations

import ssl
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Protocol

from newsletter_mailer.smtp.sandbox.faults import Faults
from newsletter_mailer.smtp.sandbox.log import Entry, Log

MAX_MESSAGE = 50_000_000  #: bytes, said to the client as SIZE
OFFERED = ("PIPELINING", f"SIZE {MAX_MESSAGE}", "8BITMIME", "SMTPUTF8", "ENHANCEDSTATUSCODES")
CHUNKING = (*OFFERED, "CHUNKING")  #: the same, and BDAT (RFC 3030)


class Guest(Protocol):
    """Who is connected."""

    def leave(self) -> None:
        """The server is closing."""
        ...


@dataclass(slots=True)
class House:
    """How this server behaves, and where its messages go."""

    offers: tuple[str, ...]
    lies: frozenset[str]
    faults: Faults | None
    log: Log | None
    tls: ssl.SSLContext | None
    lenient: bool
    take: Callable[[str, str, bytes], int]
    answer_to: Callable[[str], str | None]
    guests: set[Guest] = field(default_factory=set)

    def note(self, entry: Entry) -> None:
        """Into the log, where there is one."""
        if self.log is not None:
            self.log.write(entry)

    def welcome(self, *, private: bool) -> str:
        """The reply to EHLO; private: TLS stands."""
        lines = ["sandbox.invalid", *self.offers]
        if self.tls is not None and not private:
            lines.append("STARTTLS")
        return "\r\n".join([f"250-{line}" for line in lines[:-1]] + [f"250 {lines[-1]}"])

    def verdict(self, data: bytes) -> str:
        """The reply to a whole message, when nothing goes wrong: how mails are smuggled is refused."""
        ends = data.count(b"\r\n")
        clean = b"\0" not in data and data.count(b"\n") == data.count(b"\r") == ends
        return "250 2.0.0 arrived" if clean or self.lenient else "554 5.6.0 bare CR, LF or NUL"

"""The server: a thread of its own with a loop of its own, for the length of a `with`."""

from __future__ import annotations

import asyncio
import ssl
import threading
from collections import deque
from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from types import TracebackType

from newsletter_mailer.smtp.sandbox.faults import Faults
from newsletter_mailer.smtp.sandbox.house import OFFERED, House
from newsletter_mailer.smtp.sandbox.log import Log
from newsletter_mailer.smtp.sandbox.visitor import Visitor

HOST = "127.0.0.1"


@dataclass(frozen=True, slots=True)
class Arrived:
    """A message that a client handed over, as it was before dot-stuffing."""

    number: int  #: 1 for the first since the start
    mail_from: str
    rcpt_to: str
    data: bytes = field(repr=False)


@dataclass(slots=True)
class _Answer:
    reply: str
    times: int | None


class Sandbox:
    """A server on a port of its own.

    on_arrival: called in the server's thread, before the client gets its reply.
    keep: how many messages are remembered; older ones are forgotten first.
    offers: its extensions; STARTTLS comes by `tls`. lies: those of them that it refuses when they are used.
    faults: what goes wrong. log: a file for what it sees. lenient: takes a bare LF for an end of line.
    """

    def __init__(
        self,
        *,
        on_arrival: Callable[[Arrived], None] | None = None,
        keep: int = 1000,
        offers: Sequence[str] = OFFERED,
        lies: Collection[str] = (),
        faults: Faults | None = None,
        log: Path | None = None,
        tls: ssl.SSLContext | None = None,
        lenient: bool = False,
        port: int = 0,
    ) -> None:
        self.port = port  #: known once started
        self.count = 0  #: messages taken since the start, also those forgotten
        self._answers: dict[str, _Answer] = {}
        self._on_arrival = on_arrival
        self._arrived: deque[Arrived] = deque(maxlen=keep)
        self._log = None if log is None else Log(log)
        self._house = House(
            offers=tuple(offers),
            lies=frozenset(lies),
            faults=faults,
            log=self._log,
            tls=tls,
            lenient=lenient,
            take=self.take,
            answer_to=self.answer_to,
        )
        self._loop: asyncio.AbstractEventLoop | None = None
        self._connections = 0
        self._thread = threading.Thread(target=self._run, name="smtp-sandbox", daemon=True)
        self._started = threading.Event()
        self._stop = asyncio.Event()

    @property
    def arrived(self) -> tuple[Arrived, ...]:
        """The messages that are remembered, oldest first."""
        return tuple(self._arrived)

    def __enter__(self) -> Sandbox:
        self._thread.start()
        self._started.wait()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        assert self._loop is not None, "entered before left"
        self._loop.call_soon_threadsafe(self._stop.set)
        self._thread.join()
        if self._log is not None:
            self._log.close()

    def answer(self, recipient: str, reply: str, *, times: int | None = None) -> None:
        """Answer RCPT for this reader so, e.g. "550 5.1.1 no such user"; only that many times, None = always."""
        self._answers[recipient.lower()] = _Answer(reply, times)

    def answer_to(self, recipient: str) -> str | None:
        """The reply that was told for this recipient's RCPT, None to accept."""
        answer = self._answers.get(recipient.lower())
        if answer is None or answer.times == 0:
            return None
        if answer.times is not None:
            answer.times -= 1
        return answer.reply

    def take(self, mail_from: str, rcpt_to: str, data: bytes) -> int:
        """Keep a message; its number."""
        self.count += 1
        arrived = Arrived(self.count, mail_from, rcpt_to, data)
        self._arrived.append(arrived)
        if self._on_arrival is not None:
            self._on_arrival(arrived)
        return self.count

    def _run(self) -> None:
        try:
            asyncio.run(self._serve())
        finally:
            self._started.set()  # also when no port could be had: nobody waits for ever

    async def _serve(self) -> None:
        self._loop = asyncio.get_running_loop()
        server = await self._loop.create_server(self._visitor, HOST, self.port)
        self.port = server.sockets[0].getsockname()[1]
        self._started.set()
        await self._stop.wait()
        server.close()
        for guest in tuple(self._house.guests):
            guest.leave()
        await asyncio.sleep(0)  # lets asyncio close the sockets before its loop is gone

    def _visitor(self) -> Visitor:
        self._connections += 1
        return Visitor(self._house, self._connections)

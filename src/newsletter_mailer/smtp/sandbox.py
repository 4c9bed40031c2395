"""A small mail server on this machine's loopback interface, for demo and rehearsal: nothing that it takes goes on."""

from __future__ import annotations

import asyncio
import threading
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass, field
from types import TracebackType

HOST = "127.0.0.1"
MAX_MESSAGE = 50_000_000  #: bytes, said to the client as SIZE
MAX_COMMAND = 4096
_OFFERED = ("PIPELINING", f"SIZE {MAX_MESSAGE}", "8BITMIME", "SMTPUTF8", "ENHANCEDSTATUSCODES")


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
    """A server in a thread of its own, for the length of a `with`.

    on_arrival: called in the server's thread, before the client gets its reply.
    keep: how many messages are remembered; older ones are forgotten first.
    """

    def __init__(
        self,
        *,
        on_arrival: Callable[[Arrived], None] | None = None,
        keep: int = 1000,
    ) -> None:
        self.port = 0  #: known once started
        self.count = 0  #: messages taken since the start, also those forgotten
        self._answers: dict[str, _Answer] = {}
        self._on_arrival = on_arrival
        self._arrived: deque[Arrived] = deque(maxlen=keep)
        self._loop: asyncio.AbstractEventLoop | None = None
        self._clients: set[asyncio.BaseTransport] = set()
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
        server = await self._loop.create_server(lambda: _Visitor(self, self._clients), HOST, 0)
        self.port = server.sockets[0].getsockname()[1]
        self._started.set()
        await self._stop.wait()
        server.close()
        for client in tuple(self._clients):
            client.close()
        await asyncio.sleep(0)  # lets asyncio close the sockets before its loop is gone


class _Visitor(asyncio.Protocol):
    """One client's session: commands in lines, then a message up to CRLF.CRLF and nothing else."""

    def __init__(self, sandbox: Sandbox, clients: set[asyncio.BaseTransport]) -> None:
        self._sandbox = sandbox
        self._clients = clients
        self._transport: asyncio.Transport | None = None
        self._buffer = bytearray()
        self._searched = 0
        self._in_message = False
        self._mail_from: str | None = None
        self._rcpt_to: list[str] = []

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.Transport)
        self._transport = transport
        self._clients.add(transport)
        self._say("220 sandbox.invalid ESMTP: nothing leaves this machine")

    def connection_lost(self, exc: Exception | None) -> None:  # noqa: ARG002
        if self._transport is not None:
            self._clients.discard(self._transport)

    def data_received(self, data: bytes) -> None:
        self._buffer += data
        while self._take_message() if self._in_message else self._take_command():
            pass

    def _say(self, *lines: str) -> None:
        assert self._transport is not None, "connected before it speaks"
        self._transport.write("".join(f"{line}\r\n" for line in lines).encode())

    def _hang_up(self, why: str) -> bool:
        self._say(why)
        self._buffer.clear()
        if self._transport is not None:
            self._transport.close()
        return False

    # -- commands ------------------------------------------------------------------------------------------

    def _take_command(self) -> bool:
        end = self._buffer.find(b"\r\n")
        if max(end, len(self._buffer) if end < 0 else 0) > MAX_COMMAND:
            return self._hang_up("500 5.5.2 line too long")
        if end < 0:
            return False
        line = self._buffer[:end].decode("utf-8", "replace")
        del self._buffer[: end + 2]
        verb, _, argument = line.partition(" ")
        return self._obey(verb.upper(), argument)

    def _obey(self, verb: str, argument: str) -> bool:
        match verb:
            case "EHLO":
                self._forget_envelope()
                offered = [f"250-{keyword}" for keyword in _OFFERED]
                self._say("250-sandbox.invalid", *offered[:-1], f"250 {_OFFERED[-1]}")
            case "HELO" | "RSET" | "NOOP":
                self._forget_envelope()
                self._say("250 2.0.0 ok")
            case "MAIL":
                self._mail(argument)
            case "RCPT":
                self._rcpt(argument)
            case "DATA":
                self._data()
            case "QUIT":
                return self._hang_up("221 2.0.0 goodbye")
            case _:
                self._say("502 5.5.1 unknown command")
        return True

    def _mail(self, argument: str) -> None:
        if self._mail_from is not None:
            self._say("503 5.5.1 one sender at a time")
            return
        self._mail_from = _path(argument)
        self._say("250 2.1.0 ok")

    def _rcpt(self, argument: str) -> None:
        recipient = _path(argument)
        if self._mail_from is None:
            self._say("503 5.5.1 MAIL first")
        elif (answer := self._sandbox.answer_to(recipient)) is not None:
            self._say(answer)
        else:
            self._rcpt_to.append(recipient)
            self._say("250 2.1.5 ok")

    def _data(self) -> None:
        if not self._rcpt_to:
            self._say("503 5.5.1 RCPT first")
            return
        self._in_message = True
        self._buffer[:0] = b"\r\n"  # so that a dot on the first line is found like any other
        self._searched = 0
        self._say("354 end with a dot on its own line")

    def _forget_envelope(self) -> None:
        self._mail_from, self._rcpt_to = None, []

    # -- message -------------------------------------------------------------------------------------------

    def _take_message(self) -> bool:
        end = self._buffer.find(b"\r\n.\r\n", self._searched)
        if end < 0:
            self._searched = max(0, len(self._buffer) - 4)
            return len(self._buffer) > MAX_MESSAGE and self._hang_up("552 5.3.4 message too big")
        stuffed = bytes(self._buffer[: end + 2])
        del self._buffer[: end + 5]
        self._in_message = False
        self._deliver(stuffed.replace(b"\r\n.", b"\r\n")[2:])
        self._forget_envelope()
        return True

    def _deliver(self, data: bytes) -> None:
        if (
            b"\0" in data
            or data.count(b"\n") != data.count(b"\r\n")
            or data.count(b"\r") != data.count(b"\n")
        ):
            self._say("554 5.6.0 bare CR, LF or NUL")
            return
        for recipient in self._rcpt_to:
            number = self._sandbox.take(self._mail_from or "", recipient, data)
        self._say(f"250 2.0.0 arrived as number {number}")


def _path(argument: str) -> str:
    """The address between the angle brackets of FROM:<…> or TO:<…>."""
    return argument.partition("<")[2].partition(">")[0]

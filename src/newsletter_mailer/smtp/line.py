"""One socket: bytes between asyncio and the SMTP machine, and nothing else."""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Callable
from typing import cast

from newsletter_mailer.smtp.events import Event
from newsletter_mailer.smtp.protocol import Session
from newsletter_mailer.wording import say

_ROOM = 16_384  # bytes read at once; asyncio's own buffer of 256 kB costs more to make than a reply to read


class Line(asyncio.BufferedProtocol):
    """The socket's end that asyncio calls.

    While a connection opens and closes, somebody waits for `next_event`; while it carries messages, whoever is
    the `listener` is called at once with each batch of events, and `on_writable` when writing may go on.
    """

    def __init__(self, session: Session) -> None:
        self.session = session
        self.listener: Callable[[list[Event]], None] | None = None
        self.on_writable: Callable[[], None] | None = None
        self.full = False  #: more is waiting to be sent than is wise
        self._room = memoryview(bytearray(_ROOM))
        self._events: deque[Event] = deque()
        self._transport: asyncio.Transport | None = None
        self._waiter: asyncio.Future[None] | None = None
        self._gone = asyncio.Event()

    # -- called by asyncio ---------------------------------------------------------------------------------

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """The socket, or TLS over it, stands."""
        self._transport = cast("asyncio.Transport", transport)  # uvloop's is none by its bases

    def get_buffer(self, sizehint: int) -> memoryview:  # noqa: ARG002
        """Where the server's next bytes go; a view, for asyncio's TLS slices it."""
        return self._room

    def buffer_updated(self, nbytes: int) -> None:
        """The server spoke."""
        heard = self.session.replies
        self._news(self.session.receive(bytes(self._room[:nbytes])))
        if self.session.replies != heard:
            self._wake()  # another step is awaited now: its own time begins

    def eof_received(self) -> None:
        """The server will say no more, so nothing more is written; asyncio closes the socket."""
        self._news(self.session.lost(_closed()))

    def connection_lost(self, exc: Exception | None) -> None:
        """The socket is closed, by whomever."""
        why = say("the line broke: {why}", why=exc) if exc else _closed()
        self._gone.set()
        self._news(self.session.lost(why))

    def pause_writing(self) -> None:
        """More is waiting to be sent than is wise."""
        self.full = True

    def resume_writing(self) -> None:
        """Most of it has gone."""
        self.full = False
        if self.on_writable is not None:
            self.on_writable()

    # -- called by the connection --------------------------------------------------------------------------

    @property
    def transport(self) -> asyncio.Transport:
        """The socket, or TLS over it."""
        assert self._transport is not None, "connected before use"
        return self._transport

    @transport.setter
    def transport(self, upgraded: asyncio.Transport) -> None:
        self._transport = upgraded

    def listen(self, listener: Callable[[list[Event]], None] | None) -> None:
        """Who is told of events from now on, or nobody; what came before is told at once."""
        self.listener = listener
        if listener is not None and self._events:
            events = list(self._events)
            self._events.clear()
            listener(events)

    def flush(self) -> None:
        """Write what the machine has to say."""
        out = self.session.to_send()
        if out:
            self.transport.write(out)

    async def next_event(self, seconds: float) -> Event | None:
        """The next thing that happens, None when another step is awaited; silence that long ends the session."""
        self.flush()
        if not self._events:
            self._waiter = asyncio.get_running_loop().create_future()
            try:
                async with asyncio.timeout(seconds):
                    await self._waiter
            except TimeoutError:
                self._news(self.session.lost(silence(seconds)))
            finally:
                self._waiter = None
        return self._events.popleft() if self._events else None

    async def hang_up(self, seconds: float) -> None:
        """Close the socket, at the latest by force after that long."""
        self.transport.close()
        try:
            async with asyncio.timeout(seconds):
                await self._gone.wait()
        except TimeoutError:
            await self.abort()

    def cut(self) -> None:
        """Drop the socket and whatever was not yet sent."""
        if not self._gone.is_set():
            self.transport.abort()

    async def abort(self) -> None:
        """Drop the socket, and give asyncio time to close it."""
        self.cut()
        # Not `_gone.wait`: asyncio does not tell us of a socket that is dropped while TLS is being set up.
        await asyncio.sleep(0)

    def _news(self, events: list[Event]) -> None:
        if self.listener is not None:
            self.listener(events)
            return
        self._events.extend(events)
        if not self.session.closed:
            self.flush()
        if events:
            self._wake()

    def _wake(self) -> None:
        if self._waiter is not None and not self._waiter.done():
            self._waiter.set_result(None)


def silence(seconds: float) -> str:
    """Why a session ended that nobody answered."""
    return say("no answer within {seconds} s", seconds=f"{seconds:g}")


def _closed() -> str:
    return say("the server closed the connection")

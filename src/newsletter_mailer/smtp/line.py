"""One socket: bytes between asyncio and the SMTP machine, and nothing else."""

from __future__ import annotations

import asyncio
from collections import deque

from newsletter_mailer.smtp.events import Event
from newsletter_mailer.smtp.protocol import Session
from newsletter_mailer.wording import say


class Line(asyncio.Protocol):
    """The socket's end that asyncio calls; whoever waits for events is woken by it."""

    def __init__(self, session: Session) -> None:
        self.session = session
        self._events: deque[Event] = deque()
        self._transport: asyncio.Transport | None = None
        self._waiter: asyncio.Future[None] | None = None
        self._writable = asyncio.Event()
        self._writable.set()
        self._gone = asyncio.Event()

    # -- called by asyncio ---------------------------------------------------------------------------------

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """The socket, or TLS over it, stands."""
        assert isinstance(transport, asyncio.Transport)
        self._transport = transport

    def data_received(self, data: bytes) -> None:
        """The server spoke."""
        awaiting = self.session.awaiting
        self._news(self.session.receive(data))
        if self.session.awaiting is not awaiting:
            self._wake()  # another step is awaited now: its own time begins

    def eof_received(self) -> None:
        """The server will say no more, so nothing more is written; asyncio closes the socket."""
        self._news(self.session.lost(_closed()))

    def connection_lost(self, exc: Exception | None) -> None:
        """The socket is closed, by whomever."""
        why = say("the line broke: {why}", why=exc) if exc else _closed()
        self._gone.set()
        self._writable.set()
        self._news(self.session.lost(why))

    def pause_writing(self) -> None:
        """More is waiting to be sent than is wise."""
        self._writable.clear()

    def resume_writing(self) -> None:
        """Most of it has gone."""
        self._writable.set()

    # -- called by the connection --------------------------------------------------------------------------

    @property
    def transport(self) -> asyncio.Transport:
        """The socket, or TLS over it."""
        assert self._transport is not None, "connected before use"
        return self._transport

    @transport.setter
    def transport(self, upgraded: asyncio.Transport) -> None:
        self._transport = upgraded

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
                self._news(self.session.lost(say("no answer within {seconds} s", seconds=f"{seconds:g}")))
            finally:
                self._waiter = None
        return self._events.popleft() if self._events else None

    async def drain(self, seconds: float) -> None:
        """Wait until the next piece of a long message may be written; give up after that long."""
        await asyncio.sleep(0)  # hear a server that says no before the end of a long message
        try:
            async with asyncio.timeout(seconds):
                await self._writable.wait()
        except TimeoutError:
            self._news(self.session.lost(say("no answer within {seconds} s", seconds=f"{seconds:g}")))

    async def hang_up(self, seconds: float) -> None:
        """Close the socket, at the latest by force after that long."""
        self.transport.close()
        try:
            async with asyncio.timeout(seconds):
                await self._gone.wait()
        except TimeoutError:
            await self.abort()

    async def abort(self) -> None:
        """Drop the socket and whatever was not yet sent."""
        if self._gone.is_set():
            return
        self.transport.abort()
        # Not `_gone.wait`: asyncio does not tell us of a socket that is dropped while TLS is being set up.
        await asyncio.sleep(0)

    def _news(self, events: list[Event]) -> None:
        self._events.extend(events)
        if not self.session.closed:
            self.flush()
        if events:
            self._wake()

    def _wake(self) -> None:
        if self._waiter is not None and not self._waiter.done():
            self._waiter.set_result(None)


def _closed() -> str:
    return say("the server closed the connection")

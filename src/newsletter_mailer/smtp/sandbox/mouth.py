"""What a client is told: at once, late, byte by byte or not at all; and how the line ends."""

from __future__ import annotations

import asyncio
import socket
import ssl
import struct
from collections.abc import Callable, Coroutine
from typing import Any

from newsletter_mailer.smtp.sandbox.faults import Fault, Then

_BETWEEN_BYTES_S = 0.001
_RESET = struct.pack("ii", 1, 0)  # SO_LINGER of no seconds: the kernel drops what is left and says RST


class Mouth:
    """Gathers what is said until `flush`, so that replies to commands that came at once leave at once."""

    def __init__(self, *, resume: Callable[[], None], broke: Callable[[], None]) -> None:
        """resume: called when something late is said. broke: called before the line is closed as a fault has it."""
        self.over = False  #: nothing is answered any more
        self.dismissed = False  #: 421 was said
        self.private = False  #: TLS stands
        self.transport: asyncio.Transport | None = None
        self._resume = resume
        self._broke = broke
        self._out = bytearray()
        self._task: asyncio.Task[None] | None = None

    @property
    def busy(self) -> bool:
        """Something is being said late, or TLS set up: nothing is read meanwhile."""
        return self._task is not None

    def speak(self, line: str) -> None:
        """Say a reply."""
        self._out += f"{line}\r\n".encode()

    def perform(self, fault: Fault, said: bytes) -> None:
        """Say this as the fault has it, and do what comes then."""
        self.dismissed = self.dismissed or said.startswith(b"421")
        if fault.seconds or fault.bytewise:
            self.flush()
            self.wait_for(self._slowly(fault, said))
            return
        self._out += said
        self._do(fault.then)

    def wait_for(self, what: Coroutine[Any, Any, None]) -> None:
        """Be busy until that is done."""
        self._task = asyncio.get_running_loop().create_task(self._busy(what))

    def flush(self) -> None:
        """Write what was said."""
        if self._out:
            self._write(bytes(self._out))
            self._out.clear()

    def hang_up(self) -> None:
        """Close the line; what was said arrives."""
        self.over = True
        self.flush()
        transport = self._open()
        if transport.can_write_eof():
            transport.write_eof()  # a close with unread bytes would be a reset, which eats replies on their way
        else:
            transport.close()

    def shut(self) -> None:
        """The line is gone, or goes now."""
        if self._task is not None:
            self._task.cancel()
        if self.transport is not None:
            self.transport.close()

    async def secure(self, context: ssl.SSLContext, protocol: asyncio.Protocol) -> None:
        """Set up TLS."""
        loop = asyncio.get_running_loop()
        try:
            self.transport = await loop.start_tls(self._open(), protocol, context, server_side=True)
        except OSError:
            self.over = True  # the client did not trust us, or went
        else:
            self.private = True

    async def _busy(self, what: Coroutine[Any, Any, None]) -> None:
        await what
        self._task = None
        self._resume()

    async def _slowly(self, fault: Fault, said: bytes) -> None:
        await asyncio.sleep(fault.seconds)
        for at in range(len(said)) if fault.bytewise else ():
            await asyncio.sleep(_BETWEEN_BYTES_S)
            self._write(said[at : at + 1])
        self._out += b"" if fault.bytewise else said
        self._do(fault.then)

    def _do(self, then: Then) -> None:
        if then is Then.GO_ON:
            return
        self.over = True
        if then is Then.STALL:
            return
        self._broke()
        if then is Then.HANG_UP:
            self.hang_up()
            return
        self._out.clear()
        transport = self._open()
        transport.get_extra_info("socket").setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, _RESET)
        transport.abort()

    def _write(self, data: bytes) -> None:
        transport = self._open()
        if not transport.is_closing():
            transport.write(data)

    def _open(self) -> asyncio.Transport:
        assert self.transport is not None, "connected before it speaks"
        return self.transport

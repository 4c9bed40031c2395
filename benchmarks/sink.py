"""A fast SMTP sink for benchmarks: takes everything, keeps nothing, tells at the end how much that was.

Run: python benchmarks/sink.py [--late-ms 50] [--offer PIPELINING …] [--certificate FILE]. It prints its port; a line
on standard input ends it, and it prints {"messages", "bytes", "processor_s"}. It answers as fast as Python can, for it
looks for the end of a message only where a sender that waits for 354 can have put it: near the end of what it reads.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import ssl
import sys
import time
from functools import partial
from typing import cast

try:
    from uvloop import new_event_loop
except ImportError:  # slower, and the table shows it by the sink's processor time
    from asyncio import new_event_loop  # type: ignore[assignment]

END = b"\r\n.\r\n"
ENVELOPE = 2048  # more than any envelope that follows a dot
OK, GO_AHEAD = b"250 2.0.0 ok\r\n", b"354 go ahead\r\n"


class Tally:
    """What came in over all connections."""

    messages = 0
    octets = 0


class Visitor(asyncio.Protocol):
    """One connection."""

    def __init__(self, tally: Tally, hello: bytes, late_s: float) -> None:
        self._tally = tally
        self._hello = hello
        self._late_s = late_s
        self._rest = b""
        self._in_message = False
        self._chunk_left = 0
        self._transport: asyncio.Transport | None = None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Somebody calls."""
        self._transport = cast("asyncio.Transport", transport)  # uvloop's is none by its bases
        self._say(b"220 sink.example.org ready\r\n")

    def data_received(self, data: bytes) -> None:
        """Commands, or a piece of a message."""
        self._tally.octets += len(data)
        data = self._rest + data if self._rest else data
        said = bytearray()
        while data and (data := self._read(data, said)):
            if self._in_message or (not self._chunk_left and b"\r\n" not in data):
                break
        self._rest = data
        if said:
            self._say(bytes(said))

    def _read(self, data: bytes, said: bytearray) -> bytes:
        """Take one thing off the front; the rest."""
        if self._chunk_left:
            return self._chunk(data, said)
        if self._in_message:
            return self._message(data, said)
        line, _, rest = data.partition(b"\r\n")
        verb = line[:4].upper()
        if verb == b"BDAT":
            self._chunk_left = int(line.split()[1])
        elif verb == b"DATA":
            self._in_message = True
            said += GO_AHEAD
        else:
            said += self._hello if verb == b"EHLO" else b"221 bye\r\n" if verb == b"QUIT" else OK
        return rest

    def _chunk(self, data: bytes, said: bytearray) -> bytes:
        taken = min(len(data), self._chunk_left)
        self._chunk_left -= taken
        if not self._chunk_left:
            self._tally.messages += 1
            said += OK
        return data[taken:]

    def _message(self, data: bytes, said: bytearray) -> bytes:
        place = data.find(END, max(0, len(data) - ENVELOPE))
        if place < 0:
            return data[-4:]
        self._in_message = False
        self._tally.messages += 1
        said += OK
        return data[place + len(END) :]

    def _say(self, words: bytes) -> None:
        assert self._transport is not None
        if self._late_s:
            asyncio.get_running_loop().call_later(self._late_s, self._transport.write, words)
        else:
            self._transport.write(words)


async def serve(options: argparse.Namespace) -> None:
    """Until a line comes in on standard input."""
    tally = Tally()
    offers = ["sink.example.org", *options.offer]
    hello = b"".join(f"250{'-' if n < len(offers) else ' '}{w}\r\n".encode() for n, w in enumerate(offers, 1))
    context = None
    if options.certificate:
        context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
        context.load_cert_chain(options.certificate)
    loop = asyncio.get_running_loop()
    visitor = partial(Visitor, tally, hello, options.late_ms / 1000)
    server = await loop.create_server(visitor, "127.0.0.1", 0, ssl=context, backlog=200)
    print(server.sockets[0].getsockname()[1], flush=True)
    await loop.run_in_executor(None, sys.stdin.readline)
    found = {"messages": tally.messages, "bytes": tally.octets, "processor_s": time.process_time()}
    print(json.dumps(found), flush=True)


def main() -> None:
    """Read the options and serve."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--late-ms", type=float, default=0)
    parser.add_argument("--offer", nargs="*", default=["PIPELINING", "8BITMIME"])
    parser.add_argument("--certificate", default="")
    with asyncio.Runner(loop_factory=new_event_loop) as runner:
        runner.run(serve(parser.parse_args()))


if __name__ == "__main__":
    main()

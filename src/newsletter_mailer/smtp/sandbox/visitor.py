"""One client's session at the sandbox: commands in lines, messages by DATA or BDAT, and what is told to go wrong."""

from __future__ import annotations

import asyncio
import re
import socket
import ssl
import struct
from collections.abc import Callable
from dataclasses import dataclass, field

from newsletter_mailer.smtp.sandbox.faults import At, Fault, Faults, Moment, Then
from newsletter_mailer.smtp.sandbox.log import BEGAN, BREACH, BROKE, Entry, Log, received_whole

MAX_MESSAGE = 50_000_000  #: bytes, said to the client as SIZE
MAX_COMMAND = 4096
OFFERED = ("PIPELINING", f"SIZE {MAX_MESSAGE}", "8BITMIME", "SMTPUTF8", "ENHANCEDSTATUSCODES")
CHUNKING = (*OFFERED, "CHUNKING")  #: the same, and BDAT (RFC 3030)

_END = re.compile(rb"\r\n\.\r\n")
_LENIENT_END = re.compile(rb"\r?\n\.\r?\n")  # what CVE-2023-51764 and its kin took for the end of a message
_CHUNK = re.compile(r"(\d{1,9})( LAST)?", re.IGNORECASE)
_PARAMETER = {"SIZE": " SIZE=", "8BITMIME": " BODY=8BITMIME", "SMTPUTF8": " SMTPUTF8", "DSN": " RET="}
_EARLY = "did not wait for 354"
_BETWEEN_BYTES_S = 0.001
_RESET = struct.pack("ii", 1, 0)  # SO_LINGER of no seconds: the kernel drops what is left and says RST


@dataclass(slots=True)
class House:
    """What all visitors of a server share."""

    offers: tuple[str, ...]
    lies: frozenset[str]
    faults: Faults | None
    log: Log | None
    tls: ssl.SSLContext | None
    lenient: bool
    take: Callable[[str, str, bytes], int]
    answer_to: Callable[[str], str | None]
    visitors: set[Visitor] = field(default_factory=set)

    def note(self, entry: Entry) -> None:
        """Into the log, where there is one."""
        if self.log is not None:
            self.log.write(entry)


class Visitor(asyncio.Protocol):
    """What a client says, and what it is answered."""

    def __init__(self, house: House, number: int) -> None:
        self._house = house
        self._number = number
        self._pipelining = "PIPELINING" in house.offers
        self._transport: asyncio.Transport | None = None
        self._private = False
        self._read: Callable[[], bool] = self._command
        self._waiting: asyncio.Task[None] | None = None  # something is said late: nothing is read meanwhile
        self._out = bytearray()
        self._buffer = bytearray()
        self._heard = 0
        self._cut: Fault | None = None
        self._searched = 0
        self._chunk = (0, False)
        self._body_fault: Fault | None = None
        self._message = 0
        self._mail_from: str | None = None
        self._rcpt_to: list[str] = []
        self._chunks: list[bytes] = []
        self._dismissed = False  # 421 was said
        self._crowded = False  # commands came at once, to a server that lied about PIPELINING

    # -- called by asyncio ---------------------------------------------------------------------------------

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.Transport)
        self._transport = transport
        self._house.visitors.add(self)
        self._cut = self._fault(At.BYTE)
        self._answer(At.CONNECT, "220 sandbox.invalid ESMTP: nothing leaves this machine")
        self._flush()

    def connection_lost(self, exc: Exception | None) -> None:  # noqa: ARG002
        self._house.visitors.discard(self)
        if self._waiting is not None:
            self._waiting.cancel()

    def data_received(self, data: bytes) -> None:
        cut = self._cut
        if cut is not None and self._heard + len(data) >= cut.after:
            data = data[: cut.after - self._heard]
        self._heard += len(data)
        self._buffer += data
        self._work()
        if cut is not None and self._heard >= cut.after:
            self._cut = None
            self._do(cut, cut.reply(""))
            self._flush()

    def leave(self) -> None:
        """The server is closing."""
        if self._transport is not None:
            self._transport.close()

    # -- saying --------------------------------------------------------------------------------------------

    def _work(self) -> None:
        while self._waiting is None and self._read():
            pass
        self._flush()

    def _fault(self, at: At) -> Fault | None:
        if self._house.faults is None:
            return None
        recipient = self._rcpt_to[-1] if self._rcpt_to else ""
        return self._house.faults.fault(Moment(at, self._number, self._message, recipient))

    def _answer(self, at: At, own: str) -> bytes:
        """Say this, or what a fault puts in its place; what is said."""
        fault = self._fault(at)
        if fault is None:
            self._say(own)
            return own.encode()
        said = fault.reply(own)
        self._do(fault, said)
        return said

    def _say(self, *lines: str) -> None:
        self._out += "".join(f"{line}\r\n" for line in lines).encode()

    def _do(self, fault: Fault, said: bytes) -> None:
        self._dismissed = self._dismissed or said.startswith(b"421")
        if fault.seconds or fault.bytewise:
            self._flush()
            self._waiting = asyncio.get_running_loop().create_task(self._slowly(fault, said))
            return
        self._out += said
        self._then(fault.then)

    async def _slowly(self, fault: Fault, said: bytes) -> None:
        heard = self._heard
        await asyncio.sleep(fault.seconds)
        if fault.at is At.DATA and self._heard > heard:
            self._breach(_EARLY)
        for at in range(len(said)) if fault.bytewise else ():
            self._transport_write(said[at : at + 1])
            await asyncio.sleep(_BETWEEN_BYTES_S)
        self._out += b"" if fault.bytewise else said
        self._waiting = None
        self._then(fault.then)
        self._work()

    def _then(self, then: Then) -> None:
        if then is Then.GO_ON:
            return
        self._read = self._ignore
        if then is Then.STALL:
            return
        transport = self._open_transport()
        self._house.note(Entry(BROKE, self._number))
        if then is Then.RESET:
            self._out.clear()
            transport.get_extra_info("socket").setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, _RESET)
            transport.abort()
            return
        self._flush()
        self._close()

    def _close(self) -> None:
        transport = self._open_transport()
        if transport.can_write_eof():
            transport.write_eof()  # a close with unread bytes would be a reset, which eats replies on their way
        else:
            transport.close()

    def _flush(self) -> None:
        if self._out:
            self._transport_write(bytes(self._out))
            self._out.clear()

    def _transport_write(self, data: bytes) -> None:
        transport = self._open_transport()
        if not transport.is_closing():
            transport.write(data)

    def _open_transport(self) -> asyncio.Transport:
        assert self._transport is not None, "connected before it speaks"
        return self._transport

    def _hang_up(self, why: str) -> bool:
        self._say(why)
        self._buffer.clear()
        self._flush()
        self._open_transport().close()
        return False

    def _breach(self, what: str) -> None:
        self._house.note(Entry(BREACH, self._number, what=what))

    def _ignore(self) -> bool:
        """Nothing is answered any more; what a client says after a 421 is noted all the same."""
        while (end := self._buffer.find(b"\r\n")) >= 0:
            self._note_dismissed(bytes(self._buffer[:end]))
            del self._buffer[: end + 2]
        return False

    def _note_dismissed(self, line: bytes) -> None:
        # With PIPELINING it may have been said before the 421 was heard.
        if self._dismissed and not self._pipelining and line.upper() != b"QUIT":
            self._breach("went on after 421")

    # -- commands ------------------------------------------------------------------------------------------

    def _command(self) -> bool:
        end = self._buffer.find(b"\r\n")
        if max(end, len(self._buffer) if end < 0 else 0) > MAX_COMMAND:
            return self._hang_up("500 5.5.2 line too long")
        if end < 0:
            return False
        line = bytes(self._buffer[:end])
        del self._buffer[: end + 2]
        self._note_dismissed(line)
        if self._buffer and not self._pipelining and not line.upper().startswith(b"BDAT"):
            self._breach("did not wait for a reply")
        if self._refused_crowd():
            return True
        verb, _, argument = line.decode("utf-8", "replace").partition(" ")
        return self._obey(verb.upper(), argument)

    def _refused_crowd(self) -> bool:
        """Whether PIPELINING was a lie and this is not the first command of a group."""
        was, self._crowded = self._crowded, bool(self._buffer) and "PIPELINING" in self._house.lies
        if was:
            self._say("503 5.5.0 one command at a time")
        return was

    def _obey(self, verb: str, argument: str) -> bool:
        match verb:
            case "EHLO":
                self._hello()
            case "HELO" | "RSET" | "NOOP":
                self._forget_envelope()
                self._answer(At.RSET, "250 2.0.0 ok")
            case "MAIL":
                self._mail(argument)
            case "RCPT":
                self._rcpt(argument)
            case "DATA":
                self._data()
            case "BDAT" if "CHUNKING" in self._house.offers and "CHUNKING" not in self._house.lies:
                return self._bdat(argument)
            case "STARTTLS" if self._house.tls is not None and not self._private:
                self._starttls(self._house.tls)
            case "QUIT":
                self._answer(At.QUIT, "221 2.0.0 goodbye")
                if not self._is_over():
                    self._read = self._ignore
                    self._flush()
                    self._close()
            case _:
                self._say("502 5.5.1 unknown command")
        return True

    def _hello(self) -> None:
        self._forget_envelope()
        offers = ["sandbox.invalid", *self._house.offers]
        if self._house.tls is not None and not self._private:
            offers.append("STARTTLS")
        self._answer(At.EHLO, "\r\n".join([f"250-{each}" for each in offers[:-1]] + [f"250 {offers[-1]}"]))

    def _mail(self, argument: str) -> None:
        if self._mail_from is not None:
            self._say("503 5.5.1 one sender at a time")
            return
        self._message += 1
        if self._house.tls is not None and not self._private:
            self._breach("went on in clear")
            self._say("530 5.7.0 STARTTLS first")
            return
        refused = [name for name in self._house.lies if _PARAMETER.get(name, "\n") in argument.upper()]
        if refused:
            self._say(f"555 5.5.4 {refused[0]} is not supported")
        elif self._answer(At.MAIL, "250 2.1.0 ok").startswith(b"2"):
            self._mail_from = _path(argument)

    def _rcpt(self, argument: str) -> None:
        recipient = _path(argument)
        if self._mail_from is None:
            self._say("503 5.5.1 MAIL first")
            return
        answer = self._house.answer_to(recipient)
        self._rcpt_to.append(recipient)
        if not self._answer(At.RCPT, answer or "250 2.1.5 ok").startswith(b"2"):
            self._rcpt_to.pop()

    def _forget_envelope(self) -> None:
        self._mail_from, self._rcpt_to, self._chunks = None, [], []

    def _starttls(self, context: ssl.SSLContext) -> None:
        if not self._answer(At.STARTTLS, "220 2.0.0 go ahead").startswith(b"220") or self._is_over():
            return
        self._flush()
        fault = self._fault(At.HANDSHAKE)
        if fault is not None:
            self._read = lambda: bool(self._buffer) and self._cut_handshake(fault)
            return
        self._buffer.clear()
        self._read = lambda: False
        self._waiting = asyncio.get_running_loop().create_task(self._secure(context))

    def _cut_handshake(self, fault: Fault) -> bool:
        self._buffer.clear()
        self._do(fault, fault.reply(""))
        return True

    async def _secure(self, context: ssl.SSLContext) -> None:
        loop = asyncio.get_running_loop()
        try:
            upgraded = await loop.start_tls(self._open_transport(), self, context, server_side=True)
        except (OSError, ConnectionError):
            return  # the client did not trust us, or went
        self._transport, self._private = upgraded, True
        self._read, self._waiting = self._command, None
        self._work()

    def _is_over(self) -> bool:
        return self._read == self._ignore

    # -- message -------------------------------------------------------------------------------------------

    def _data(self) -> None:
        if not self._rcpt_to:
            self._say("503 5.5.1 RCPT first")
            return
        if self._buffer:
            self._breach(_EARLY)
        if self._answer(At.DATA, "354 end with a dot on its own line").startswith(b"354"):
            self._begin()
            self._buffer[:0] = b"\r\n"  # so that a dot on the first line is found like any other
            self._searched = 0
            if not self._is_over():
                self._read = self._lines

    def _begin(self) -> None:
        self._house.note(Entry(BEGAN, self._number, self._rcpt_to[-1]))
        self._body_fault = self._fault(At.BODY)

    def _breaks_off(self, heard: int) -> bool:
        """Whether the fault in the middle of the message has come."""
        fault = self._body_fault
        if fault is None or heard < fault.after:
            return False
        self._body_fault = None
        self._do(fault, fault.reply(""))
        return self._is_over()

    def _lines(self) -> bool:
        found = (_LENIENT_END if self._house.lenient else _END).search(self._buffer, self._searched)
        if self._breaks_off((len(self._buffer) if found is None else found.end()) - 2):
            return True
        if found is None:
            self._searched = max(0, len(self._buffer) - 4)
            return len(self._buffer) > MAX_MESSAGE and self._hang_up("552 5.3.4 message too big")
        stuffed = bytes(self._buffer[: found.start() + 2])
        del self._buffer[: found.end()]
        self._read = self._command
        self._deliver(stuffed.replace(b"\r\n.", b"\r\n")[2:])
        return True

    def _bdat(self, argument: str) -> bool:
        found = _CHUNK.fullmatch(argument.strip())
        if found is None:
            return self._hang_up("501 5.5.4 BDAT size [LAST]")
        self._chunk = (int(found[1]), found[2] is not None)
        if self._rcpt_to and not self._chunks:
            self._begin()
        if not self._is_over():
            self._read = self._octets
        return True

    def _octets(self) -> bool:
        size, last = self._chunk
        if self._breaks_off(min(len(self._buffer), size)):
            return True
        if len(self._buffer) < size:
            return False
        self._chunks.append(bytes(self._buffer[:size]))
        del self._buffer[:size]
        self._read = self._command
        if not self._rcpt_to:
            self._chunks.clear()
            self._say("503 5.5.1 RCPT first")
        elif last:
            self._deliver(b"".join(self._chunks))
        else:
            self._say(f"250 2.0.0 {size} octets")
        return True

    def _deliver(self, data: bytes) -> None:
        """A message is there whole: into the log, then to the house, then the reply."""
        ends = data.count(b"\r\n")
        clean = b"\0" not in data and data.count(b"\n") == data.count(b"\r") == ends
        own = "250 2.0.0 arrived" if clean or self._house.lenient else "554 5.6.0 bare CR, LF or NUL"
        fault = self._fault(At.DOT)
        said = f"{own}\r\n".encode() if fault is None else fault.reply(own)
        taken = own.startswith("2") and not said.startswith((b"4", b"5")) and (fault is None or fault.takes)
        for recipient in self._rcpt_to:
            self._house.note(received_whole(self._number, recipient, data, taken=taken, reply=said))
            if taken:
                self._house.take(self._mail_from or "", recipient, data)
        self._forget_envelope()
        if fault is None:
            self._out += said
        else:
            self._do(fault, said)


def _path(argument: str) -> str:
    """The address between the angle brackets of FROM:<…> or TO:<…>."""
    return argument.partition("<")[2].partition(">")[0]

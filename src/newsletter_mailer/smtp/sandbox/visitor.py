"""One client's session at the sandbox: commands in lines, messages by DATA or BDAT, and what is told to go wrong."""

from __future__ import annotations

import asyncio
import re
import ssl
from collections.abc import Callable

from newsletter_mailer.smtp.sandbox.faults import At, Fault, Moment
from newsletter_mailer.smtp.sandbox.house import MAX_MESSAGE, House
from newsletter_mailer.smtp.sandbox.log import BEGAN, BREACH, BROKE, Entry, received_whole
from newsletter_mailer.smtp.sandbox.mouth import Mouth

MAX_COMMAND = 4096

_END = re.compile(rb"\r\n\.\r\n")
_LENIENT_END = re.compile(rb"\r?\n\.\r?\n")  # what CVE-2023-51764 and its kin took for the end of a message
_CHUNK = re.compile(r"(\d{1,9})( LAST)?", re.IGNORECASE)
_PARAMETER = {"SIZE": " SIZE=", "8BITMIME": " BODY=8BITMIME", "SMTPUTF8": " SMTPUTF8", "DSN": " RET="}
_EARLY = "did not wait for 354"


class Visitor(asyncio.Protocol):
    """What a client says, and what it is answered."""

    def __init__(self, house: House, number: int) -> None:
        self._house = house
        self._number = number
        self._mouth = Mouth(resume=self._work, broke=lambda: house.note(Entry(BROKE, number)))
        self._pipelining = "PIPELINING" in house.offers
        self._read: Callable[[], bool] = self._command
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
        self._crowded = False  # commands came at once, to a server that lied about PIPELINING

    # -- called by asyncio ---------------------------------------------------------------------------------

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.Transport)
        self._mouth.transport = transport
        self._house.guests.add(self)
        self._cut = self._fault(At.BYTE)
        self._answer(At.CONNECT, "220 sandbox.invalid ESMTP: nothing leaves this machine")
        self._mouth.flush()

    def connection_lost(self, exc: Exception | None) -> None:  # noqa: ARG002
        self._house.guests.discard(self)
        self._mouth.shut()

    def data_received(self, data: bytes) -> None:
        if self._read == self._lines and self._mouth.busy:
            self._breach(_EARLY)  # the 354 is late
        cut = self._cut
        if cut is not None and self._heard + len(data) >= cut.after:
            data = data[: cut.after - self._heard]
        self._heard += len(data)
        self._buffer += data
        self._work()
        if cut is not None and self._heard >= cut.after:
            self._cut = None
            self._mouth.perform(cut, cut.reply(""))
            self._mouth.flush()

    def leave(self) -> None:
        """The server is closing."""
        self._mouth.shut()

    def _work(self) -> None:
        while not self._mouth.busy and (self._ignore() if self._mouth.over else self._read()):
            pass
        self._mouth.flush()

    # -- saying --------------------------------------------------------------------------------------------

    def _fault(self, at: At) -> Fault | None:
        if self._house.faults is None:
            return None
        recipient = self._rcpt_to[-1] if self._rcpt_to else ""
        return self._house.faults.fault(Moment(at, self._number, self._message, recipient))

    def _answer(self, at: At, own: str) -> bytes:
        """Say this, or what a fault puts in its place; what is said."""
        fault = self._fault(at)
        if fault is None:
            self._mouth.speak(own)
            return own.encode()
        said = fault.reply(own)
        self._mouth.perform(fault, said)
        return said

    def _hang_up(self, why: str) -> bool:
        self._mouth.speak(why)
        self._mouth.hang_up()
        return True

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
        if self._mouth.dismissed and not self._pipelining and line.upper() != b"QUIT":
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
            self._mouth.speak("503 5.5.0 one command at a time")
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
            case "STARTTLS" if self._house.tls is not None and not self._mouth.private:
                self._starttls(self._house.tls)
            case "QUIT":
                self._answer(At.QUIT, "221 2.0.0 goodbye")
                if not self._mouth.over:
                    self._mouth.hang_up()
            case _:
                self._mouth.speak("502 5.5.1 unknown command")
        return True

    def _hello(self) -> None:
        self._forget_envelope()
        self._answer(At.EHLO, self._house.welcome(private=self._mouth.private))

    def _mail(self, argument: str) -> None:
        if self._mail_from is not None:
            self._mouth.speak("503 5.5.1 one sender at a time")
            return
        self._message += 1
        if self._house.tls is not None and not self._mouth.private:
            self._breach("went on in clear")
            self._mouth.speak("530 5.7.0 STARTTLS first")
            return
        refused = [name for name in self._house.lies if _PARAMETER.get(name, "\n") in argument.upper()]
        if refused:
            self._mouth.speak(f"555 5.5.4 {refused[0]} is not supported")
        elif self._answer(At.MAIL, "250 2.1.0 ok").startswith(b"2"):
            self._mail_from = _path(argument)

    def _rcpt(self, argument: str) -> None:
        recipient = _path(argument)
        if self._mail_from is None:
            self._mouth.speak("503 5.5.1 MAIL first")
            return
        answer = self._house.answer_to(recipient)
        self._rcpt_to.append(recipient)
        if not self._answer(At.RCPT, answer or "250 2.1.5 ok").startswith(b"2"):
            self._rcpt_to.pop()

    def _forget_envelope(self) -> None:
        self._mail_from, self._rcpt_to, self._chunks = None, [], []

    def _starttls(self, context: ssl.SSLContext) -> None:
        if not self._answer(At.STARTTLS, "220 2.0.0 go ahead").startswith(b"220") or self._mouth.over:
            return
        self._mouth.flush()
        self._buffer.clear()
        fault = self._fault(At.HANDSHAKE)
        if fault is None:
            self._mouth.wait_for(self._mouth.secure(context, self))
        else:
            self._read = lambda: bool(self._buffer) and self._cut_handshake(fault)

    def _cut_handshake(self, fault: Fault) -> bool:
        self._buffer.clear()
        self._mouth.perform(fault, fault.reply(""))
        return True

    # -- message -------------------------------------------------------------------------------------------

    def _data(self) -> None:
        if not self._rcpt_to:
            self._mouth.speak("503 5.5.1 RCPT first")
            return
        if self._buffer:
            self._breach(_EARLY)
        if self._answer(At.DATA, "354 end with a dot on its own line").startswith(b"354"):
            self._begin()
            self._buffer[:0] = b"\r\n"  # so that a dot on the first line is found like any other
            self._searched = 0
            self._read = self._lines

    def _begin(self) -> None:
        self._house.note(Entry(BEGAN, self._number, self._rcpt_to[-1]))
        self._body_fault = self._fault(At.BODY)

    def _breaks_off(self, heard: int) -> bool:
        """Whether the fault in the middle of the message has come, and ends it."""
        fault = self._body_fault
        if fault is None or heard < fault.after:
            return False
        self._body_fault = None
        self._mouth.perform(fault, fault.reply(""))
        return self._mouth.over

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
            self._mouth.speak("503 5.5.1 RCPT first")
        elif last:
            self._deliver(b"".join(self._chunks))
        else:
            self._mouth.speak(f"250 2.0.0 {size} octets")
        return True

    def _deliver(self, data: bytes) -> None:
        """A message is there whole: into the log, then to the house, then the reply."""
        own = self._house.verdict(data)
        fault = self._fault(At.DOT)
        said = own.encode() if fault is None else fault.reply(own)
        taken = own.startswith("2") and not said.startswith((b"4", b"5")) and (fault is None or fault.takes)
        for recipient in self._rcpt_to:
            self._house.note(received_whole(self._number, recipient, data, taken=taken, reply=said))
            if taken:
                self._house.take(self._mail_from or "", recipient, data)
        self._forget_envelope()
        if fault is None:
            self._mouth.speak(own)
        else:
            self._mouth.perform(fault, said)


def _path(argument: str) -> str:
    """The address between the angle brackets of FROM:<…> or TO:<…>."""
    return argument.partition("<")[2].partition(">")[0]

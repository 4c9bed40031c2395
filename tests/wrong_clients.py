"""A careful client, and clients that each make one mistake, which a calm server never shows."""

from __future__ import annotations

import socket
import ssl
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass

from judgement import Claims
from newsletter_mailer.model.delivery import Event

_AGAIN = 3  # tries for a message that was surely not taken
_LINES = 10  # connections that may die before a client gives up


class Dismissed(Exception):
    """421: the server is leaving."""


@dataclass(frozen=True)
class Place:
    """Where a server is, and how long to wait for its replies."""

    port: int
    patience: float = 30
    trusted: str = ""  #: a file with the authority to trust, for STARTTLS


class Careful:
    """Right and slow: one command at a time. Each subclass gets one thing wrong."""

    def __init__(self, place: Place, messages: Iterable[tuple[str, bytes]]) -> None:
        self.place = place
        self.line: socket.socket | None = None
        self.buffer = b""
        self.dot = False  # the message in hand may have arrived
        self.messages = dict(messages)
        self.claims = Claims(self.messages, Counter())

    def run(self) -> Claims:
        """Send everything, and say what became of it."""
        waiting = list(self.messages)
        lines = 0
        while waiting and lines < _LINES:
            reader = waiting.pop(0)
            self.claims.taken[reader] += 1
            self.dot = False
            event: Event | None
            try:
                event = self.send(reader)
            except (OSError, EOFError, Dismissed) as error:
                event = self.broken(error)
                self.drop()
                lines += 1
            self.settle(reader, event)
            if event is Event.RELEASED and self.claims.taken[reader] <= _AGAIN:
                waiting.append(reader)
        self.drop()
        return self.claims

    def settle(self, reader: str, event: Event | None) -> None:
        if event is not None:
            self.claims.settled.append((reader, event))

    def send(self, reader: str) -> Event:
        if not self.is_fit(self.messages[reader]):
            return Event.REFUSED
        if self.line is None:
            self.open()
        for command in ("MAIL FROM:<a@example.org>", f"RCPT TO:<{reader}>", "DATA"):
            code = self.ask(command)
            if not self.is_yes(code):
                self.ask("RSET")
                return self.no(code)
            self.check_thread(command, code)
        self.write(self.body(reader) + b".\r\n")
        self.dot = True
        return self.after_dot()

    def after_dot(self) -> Event:
        code = self.reply()
        self.dot = False
        return Event.ACCEPTED if self.is_yes(code) else self.no(code)

    def broken(self, error: Exception) -> Event | None:
        return Event.LOST if self.dot else Event.RELEASED

    def is_fit(self, data: bytes) -> bool:
        return data.count(b"\n") == data.count(b"\r\n")

    def is_yes(self, code: int) -> bool:
        return code < 400

    def check_thread(self, command: str, code: int) -> None:
        if self.buffer or (code == 354) is not (command == "DATA"):
            raise EOFError("lost the thread")

    def no(self, code: int) -> Event:
        return Event.REFUSED if code >= 500 else Event.DEFERRED

    def body(self, reader: str) -> bytes:
        return self.messages[reader].replace(b"\r\n.", b"\r\n..")

    # -- the line ------------------------------------------------------------------------------------------

    def open(self) -> None:
        self.line = socket.create_connection(("127.0.0.1", self.place.port), timeout=self.place.patience)
        self.buffer = b""
        if self.reply() >= 400 or self.ask("EHLO client.example.org") >= 400:
            raise EOFError("not welcome")
        if self.place.trusted:
            self.secure()

    def secure(self) -> None:
        if self.ask("STARTTLS") >= 400:
            raise EOFError("no TLS")
        self.upgrade()

    def upgrade(self) -> None:
        self.buffer = b""
        self.handshake()
        if self.ask("EHLO client.example.org") >= 400:
            raise EOFError("not welcome")

    def handshake(self) -> None:
        assert self.line is not None
        context = ssl.create_default_context(cafile=self.place.trusted)
        self.line = context.wrap_socket(self.line, server_hostname="127.0.0.1")

    def drop(self) -> None:
        if self.line is not None:
            self.line.close()
            self.line = None

    def ask(self, command: str) -> int:
        self.write(f"{command}\r\n".encode())
        return self.reply()

    def write(self, data: bytes) -> None:
        assert self.line is not None
        self.line.sendall(data)

    def reply(self) -> int:
        while True:
            while b"\n" not in self.buffer:
                self.buffer += self.hear()
            line, _, self.buffer = self.buffer.partition(b"\n")
            if not line[:3].isdigit():
                raise EOFError("garbage")
            if line[3:4] != b"-":
                return self.heard(int(line[:3]))

    def heard(self, code: int) -> int:
        if code == 421:
            raise Dismissed
        return code

    def hear(self) -> bytes:
        assert self.line is not None
        data = self.line.recv(65536)
        if not data:
            raise EOFError("hung up")
        return data


class Hasty(Careful):
    """Settles when the dot is written, before the reply; that one is read at the next message."""

    def after_dot(self) -> Event:
        self.claims.settled.append((self.reader, Event.ACCEPTED))
        super().after_dot()
        return Event.ACCEPTED

    def send(self, reader: str) -> Event:
        self.reader = reader
        return super().send(reader)

    def settle(self, reader: str, event: Event | None) -> None:
        if (reader, Event.ACCEPTED) not in self.claims.settled:
            super().settle(reader, event)

    def broken(self, error: Exception) -> Event | None:
        return None if (self.reader, Event.ACCEPTED) in self.claims.settled else super().broken(error)


class Requeuer(Careful):
    """Sends the doubtful again."""

    def broken(self, error: Exception) -> Event | None:
        return Event.RELEASED


class Impatient(Careful):
    """Takes silence after the dot for a no, and sends again."""

    def broken(self, error: Exception) -> Event | None:
        return Event.RELEASED if isinstance(error, TimeoutError) else super().broken(error)


class Eager(Careful):
    """Writes the message without waiting for 354."""

    def send(self, reader: str) -> Event:
        if self.line is None:
            self.open()
        self.write(f"MAIL FROM:<a@example.org>\r\nRCPT TO:<{reader}>\r\nDATA\r\n".encode())
        self.write(self.body(reader) + b".\r\n")
        self.dot = True
        codes = [self.reply() for _ in range(4)]
        self.dot = False
        return Event.ACCEPTED if self.is_yes(codes[-1]) else self.no(codes[-1])


class Deaf(Careful):
    """Takes 421 for a word about the reader, and goes on."""

    def heard(self, code: int) -> int:
        return code


class Doubler(Careful):
    """Believes that the reply to a message is also that to the next one."""

    def __init__(self, place: Place, messages: Iterable[tuple[str, bytes]]) -> None:
        super().__init__(place, messages)
        self.last: Event | None = None

    def after_dot(self) -> Event:
        event, self.last = self.last, None
        if event is None:
            event = self.last = super().after_dot()
        else:
            super().after_dot()
        return event


class Bold(Careful):
    """Goes on in clear where TLS fails."""

    def secure(self) -> None:
        try:
            super().secure()
        except (OSError, EOFError):
            self.drop()
            self.line = socket.create_connection(("127.0.0.1", self.place.port), timeout=self.place.patience)
            self.buffer = b""
            self.reply()
            self.ask("EHLO client.example.org")


class Smuggler(Careful):
    """Lets a bare LF through."""

    def is_fit(self, data: bytes) -> bool:
        return True


class Blind(Careful):
    """Does not see whether a reply fits the command."""

    def check_thread(self, command: str, code: int) -> None:
        pass


class Truster(Blind):
    """Keeps what came before TLS."""

    def upgrade(self) -> None:
        self.handshake()
        if self.ask("EHLO client.example.org") >= 400:
            raise EOFError("not welcome")


class YesMan(Careful):
    """Any reply is good."""

    def is_yes(self, code: int) -> bool:
        return True

    def check_thread(self, command: str, code: int) -> None:
        pass

    def reply(self) -> int:
        while b"\n" not in self.buffer:
            self.buffer += self.hear()
        while b"\n" in self.buffer:
            line, _, self.buffer = self.buffer.partition(b"\n")
        return self.heard(int(line[:3]) if line[:3].isdigit() else 250)


class Crowder(YesMan):
    """Writes the envelope at once, and looks at the last reply only, whatever it is."""

    def send(self, reader: str) -> Event:
        if self.line is None:
            self.open()
        self.write(f"MAIL FROM:<a@example.org>\r\nRCPT TO:<{reader}>\r\nDATA\r\n".encode())
        for _ in range(3):
            Careful.reply(self)
        self.write(self.body(reader) + b".\r\n")
        self.dot = True
        return self.after_dot()


class Chunker(YesMan):
    """The same, with BDAT."""

    def send(self, reader: str) -> Event:
        if self.line is None:
            self.open()
        data = self.messages[reader]
        self.write(f"MAIL FROM:<a@example.org>\r\nRCPT TO:<{reader}>\r\n".encode())
        self.write(f"BDAT {len(data)} LAST\r\n".encode() + data)
        self.dot = True
        codes = [Careful.reply(self) for _ in range(3)]
        self.dot = False
        return Event.ACCEPTED if self.is_yes(codes[-1]) else self.no(codes[-1])


class Sizer(YesMan):
    """Uses what was offered and does not hear the no."""

    def ask(self, command: str) -> int:
        return super().ask(command + (" SIZE=100 BODY=8BITMIME" if command.startswith("MAIL") else ""))


class Lumper(YesMan):
    """Takes whatever comes at once for one reply."""

    def reply(self) -> int:
        heard = self.hear()
        return self.heard(int(heard[:3]) if heard[:3].isdigit() else 250)


class Pessimist(Careful):
    """Calls everything doubtful that did not end well."""

    def broken(self, error: Exception) -> Event | None:
        return Event.LOST


class Forgetful(Careful):
    """Says nothing of a reader whose line died."""

    def broken(self, error: Exception) -> Event | None:
        return None

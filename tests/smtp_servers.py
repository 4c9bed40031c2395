"""Mail servers for tests that do what they are told, byte by byte, and remember every byte."""

from __future__ import annotations

import random
import re
import socket
import ssl
import threading
import time
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from types import TracebackType
from typing import Any

import trustme

from newsletter_mailer.model.delivery import Event
from newsletter_mailer.model.outcome import Outcome
from newsletter_mailer.smtp.account import Account, Security, Timeouts
from newsletter_mailer.smtp.pool import Later, Outgoing

HANG_UP = "<hang up>"  #: instead of a reply
SILENCE = "<silence>"  #: no reply, and the line stays open
PIPELINING = ("PIPELINING", "SIZE 1000000", "8BITMIME")
CHUNKING = (*PIPELINING, "CHUNKING")
QUICK = Timeouts(connect=5, handshake=5, greeting=5, hello=5, mail=5, rcpt=5, data=5, block=5, dot=5, quit=1)

_STRICT_END = re.compile(rb"\r\n\.\r\n")
_LENIENT_END = re.compile(
    rb"\r?\n\.\r?\n|\r\.\r|\n\.\r\n"
)  # what CVE-2023-51764 and its kin took for the end
_DEFAULT = {
    "CONNECT": "220 test.example.org ready",
    "STARTTLS": "220 go ahead",
    "AUTH": "235 welcome",
    "MAIL": "250 sender ok",
    "RCPT": "250 recipient ok",
    "DATA": "354 go on",
    "DOT": "250 queued",
    "RSET": "250 reset",
    "QUIT": "221 bye",
    "HELO": "250 test.example.org",
}

Reply = str | bytes


@dataclass(frozen=True, slots=True)
class Message:
    """A message as the server understood it."""

    mail_from: str
    rcpt_to: str
    data: bytes


@dataclass(slots=True)
class Talk:
    """One connection."""

    heard: bytearray = field(default_factory=bytearray)  #: every byte the client wrote, after decryption
    in_clear: bytearray = field(default_factory=bytearray)  #: those written before TLS
    lines: list[str] = field(default_factory=list)
    taken: list[str] = field(default_factory=list)  #: whose messages it took
    verbs_at_once: list[int] = field(default_factory=list)  #: commands that had arrived when one was read
    error: str = ""


class ScriptedServer:
    """Answers each verb from its script; a list is used up in order over all connections, then comes the default.

    Verbs: CONNECT EHLO HELO STARTTLS AUTH (each of its lines) MAIL RCPT DATA BODY DOT RSET QUIT. Anything but a string
    may be HANG_UP or SILENCE; BODY: HANG_UP hangs up after `body_bytes` of the message.
    """

    def __init__(
        self,
        replies: Mapping[str, Reply | Sequence[Reply]] | None = None,
        *,
        offers: Iterable[str] = PIPELINING,
        tls: ssl.SSLContext | None = None,
        starttls: ssl.SSLContext | None = None,
        close_after: int = 0,
        body_bytes: int = 100,
        lenient: bool = False,
    ) -> None:
        self.talks: list[Talk] = []
        self.messages: list[Message] = []
        self._replies = {verb: _queue(reply) for verb, reply in (replies or {}).items()}
        self._offers = tuple(offers)
        self._tls = tls
        self._starttls = starttls
        self._close_after = close_after
        self._body_bytes = body_bytes
        self._end = _LENIENT_END if lenient else _STRICT_END
        self._socket = socket.create_server(("127.0.0.1", 0))
        self._threads: list[threading.Thread] = []
        self._open: list[socket.socket] = []
        self._closing = threading.Event()
        self.failed = threading.Event()  #: set when it hangs up or falls silent
        self.port: int = self._socket.getsockname()[1]

    def __enter__(self) -> ScriptedServer:
        self._start(self._accept)
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._closing.set()
        with suppress(OSError):
            self._socket.shutdown(socket.SHUT_RDWR)
        self._socket.close()
        for line in self._open:
            with suppress(OSError):
                line.shutdown(socket.SHUT_RDWR)
        for thread in self._threads:
            thread.join(5)
        for line in self._open:
            line.close()

    @property
    def heard(self) -> bytes:
        """Every byte of every client."""
        return b"".join(bytes(talk.heard) for talk in self.talks)

    def _start(self, target: object, *args: object) -> None:
        thread = threading.Thread(target=target, args=args, daemon=True)  # type: ignore[arg-type]
        self._threads.append(thread)
        thread.start()

    def _accept(self) -> None:
        while not self._closing.is_set():
            try:
                line, _ = self._socket.accept()
            except OSError:
                return
            line.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            self._open.append(line)
            self._start(self._serve, line)

    def _serve(self, line: socket.socket) -> None:
        talk = Talk()
        self.talks.append(talk)
        try:
            if self._tls is not None:
                line = self._tls.wrap_socket(line, server_side=True)
                self._open.append(line)
            _Dialogue(self, line, talk).run()
        except (OSError, EOFError) as error:
            talk.error = repr(error)
        finally:
            line.close()

    def reply_to(self, verb: str) -> bytes | None:
        """The next scripted reply in bytes, None for HANG_UP. Raises EOFError for SILENCE, when the test is over."""
        queue = self._replies.get(verb)
        scripted: Reply = "" if not queue else queue.pop(0) if len(queue) > 1 else queue[0]
        reply = scripted or self._default(verb)
        if reply in (HANG_UP, SILENCE):
            self.failed.set()
        if reply == HANG_UP:
            return None
        if reply == SILENCE:
            self._closing.wait(120)
            raise EOFError("silent to the end")
        return reply if isinstance(reply, bytes) else f"{reply}\r\n".encode() if reply else b""

    def _default(self, verb: str) -> str:
        if verb != "EHLO":
            return _DEFAULT.get(verb, "")
        lines = ["test.example.org", *self._offers]
        return "\r\n".join([f"250-{line}" for line in lines[:-1]] + [f"250 {lines[-1]}"])

    def remember(self, line: socket.socket) -> None:
        """Close this socket, too, at the end."""
        self._open.append(line)

    def scripted(self, verb: str) -> bool:
        """The script says something about this verb."""
        return verb in self._replies

    @property
    def closing(self) -> bool:
        """The test is over."""
        return self._closing.is_set()

    @property
    def upgrade(self) -> ssl.SSLContext | None:
        """TLS for STARTTLS."""
        return self._starttls

    @property
    def close_after(self) -> int:
        """Messages after which a connection is closed without a word; 0 = never."""
        return self._close_after

    @property
    def end(self) -> re.Pattern[bytes]:
        """What this server takes for the end of a message."""
        return self._end

    @property
    def body_bytes(self) -> int:
        """Bytes of a message after which BODY happens."""
        return self._body_bytes


class PatientServer(ScriptedServer):
    """Answers no message before that many connections have been made, so that they are all open at once."""

    patience = 1

    def reply_to(self, verb: str) -> bytes | None:
        if verb == "DOT":
            for _ in range(6000):
                if len(self.talks) >= self.patience or self.closing:
                    break
                time.sleep(0.02)
        return super().reply_to(verb)


def patient(connections: int, **options: Any) -> PatientServer:
    """A `ScriptedServer` that waits for that many connections; two minutes are a hang."""
    server = PatientServer(**options)
    server.patience = connections
    return server


def _queue(reply: Reply | Sequence[Reply]) -> list[Reply]:
    # A single reply is given for ever; a list ends with the default again.
    return [reply] if isinstance(reply, (str, bytes)) else [*reply, ""]


class _HungUp(Exception):
    pass


class _Dialogue:
    """One connection, spoken with blocking sockets."""

    def __init__(self, server: ScriptedServer, line: socket.socket, talk: Talk) -> None:
        self._server = server
        self._line = line
        self._talk = talk
        self._buffer = b""
        self._envelope = ["", ""]
        self._refused = False
        self._taken = 0

    def run(self) -> None:
        try:
            self._answer("CONNECT")
            while (command := self._command()) is not None:
                self._obey(command)
        except _HungUp:
            self._hang_up()

    def _obey(self, command: str) -> None:
        verb = command.partition(" ")[0].upper()
        if verb in ("MAIL", "RCPT"):
            found = re.search(r"<(.*?)>", command)
            self._envelope[verb == "RCPT"] = found.group(1) if found else ""
        if verb == "BDAT":
            self._chunk(int(command.split()[1]))
            return
        said = self._answer(verb)
        if verb == "MAIL":
            self._refused = False
        self._refused = self._refused or (verb in ("MAIL", "RCPT") and not said.startswith(b"2"))
        if verb == "STARTTLS" and said.startswith(b"220") and self._server.upgrade is not None:
            self._upgrade(self._server.upgrade)
        elif verb == "AUTH":
            while said.startswith(b"334") and (answer := self._command()) is not None:
                said = self._answer("AUTH")
                assert answer is not None
        elif verb == "DATA" and said.startswith(b"354"):
            self._message()
        elif verb == "QUIT":
            raise _HungUp

    def _upgrade(self, context: ssl.SSLContext) -> None:
        self._line = context.wrap_socket(self._line, server_side=True)
        self._server.remember(self._line)
        self._talk.in_clear = bytearray(self._talk.heard)

    def _message(self) -> None:
        if self._server.scripted("BODY"):
            while len(self._buffer) < self._server.body_bytes:
                self._hear()
            self._answer("BODY")
        self._buffer = b"\r\n" + self._buffer
        while (found := self._server.end.search(self._buffer)) is None:
            self._hear()
        data = self._buffer[2 : found.start() + 2]
        self._buffer = self._buffer[found.end() :]
        # Un-stuffed line by line, by other means than the client stuffs.
        lines = [line.removeprefix(b".") for line in data.split(b"\r\n")]
        self._keep(b"\r\n".join(lines))

    def _chunk(self, octets: int) -> None:
        while len(self._buffer) < octets:
            if self._server.scripted("BODY") and len(self._buffer) >= self._server.body_bytes:
                self._answer("BODY")
            self._hear()
        data, self._buffer = self._buffer[:octets], self._buffer[octets:]
        if self._refused:
            self._line.sendall(b"503 5.5.1 no envelope\r\n")
            return
        self._keep(data)

    def _keep(self, data: bytes) -> None:
        self._server.messages.append(Message(self._envelope[0], self._envelope[1], data))
        self._talk.taken.append(self._envelope[1])
        self._answer("DOT")
        self._taken += 1
        if self._taken == self._server.close_after:
            raise _HungUp

    def _answer(self, verb: str) -> bytes:
        reply = self._server.reply_to(verb)
        if reply is None:
            raise _HungUp
        self._line.sendall(reply)
        return reply

    def _command(self) -> str | None:
        while b"\r\n" not in self._buffer:
            if not self._hear(end_ok=True):
                return None
        self._talk.verbs_at_once.append(self._buffer.count(b"\r\n"))
        raw, _, self._buffer = self._buffer.partition(b"\r\n")
        self._talk.lines.append(raw.decode("utf-8", "replace"))
        return self._talk.lines[-1]

    def _hear(self, *, end_ok: bool = False) -> bytes:
        data = self._line.recv(65536)
        self._talk.heard += data
        self._buffer += data
        if not data and not end_ok:
            raise EOFError("the client hung up")
        return data

    def _hang_up(self) -> None:
        # A plain close with unread bytes would be a reset, which eats replies on their way.
        with suppress(OSError):
            self._line.shutdown(socket.SHUT_WR)
        self._line.settimeout(2)
        with suppress(OSError):
            while data := self._line.recv(65536):
                self._talk.heard += data


@dataclass
class Tray:
    """A desk for tests: gives its messages in order, a released one again, and remembers what became of each."""

    waiting: list[Outgoing]
    settled: list[tuple[str, Outcome]] = field(default_factory=list)
    dots: list[str] = field(default_factory=list)
    stop: bool = False
    again: bool = True  #: what is released goes back into the tray
    most: int = 1000  #: connections that may be open
    out: list[Outgoing] = field(default_factory=list)  #: taken and not yet settled

    def take(self) -> Outgoing | Later | None:
        if not self.waiting:
            return None
        self.out.append(self.waiting.pop(0))
        return self.out[-1]

    def before_dot(self, outgoing: Outgoing) -> None:
        self.dots.append(outgoing.rcpt_to)

    def settle(self, outgoing: Outgoing, outcome: Outcome) -> None:
        self.out.remove(outgoing)  # fails for what was settled before, or never taken
        self.settled.append((outgoing.rcpt_to, outcome))
        if outcome.event is Event.RELEASED and self.again:
            self.waiting.insert(0, outgoing)

    def stopping(self) -> bool:
        return self.stop

    def connections(self) -> int:
        return self.most

    @property
    def events(self) -> list[tuple[str, Event]]:
        """Who, and what happened, in order."""
        return [(reader, outcome.event) for reader, outcome in self.settled]


def letters(*readers: str, data: bytes = b"Subject: hello\r\n\r\nGood morning.\r\n") -> list[Outgoing]:
    """A message for each of them."""
    return [
        Outgoing(number, 1, "bounces@example.org", reader, data) for number, reader in enumerate(readers, 1)
    ]


def readers(count: int) -> list[str]:
    """That many addresses."""
    return [f"reader{number}@example.org" for number in range(1, count + 1)]


def account(
    port: int,
    security: Security = "none",
    *,
    host: str = "127.0.0.1",
    username: str = "",
    password: str = "",
    ca_file: str = "",
    timeouts: Timeouts = QUICK,
    connections: int = 1,
    per_connection: int = 0,
    window: int = 1,
) -> Account:
    """An account on this machine, with timeouts fit for tests."""
    return Account(
        host,
        port,
        security,
        username=username,
        password=password,
        ehlo="client.example.org",
        ca_file=ca_file,
        timeouts=timeouts,
        connections=connections,
        per_connection=per_connection,
        window=window,
    )


@dataclass(frozen=True, slots=True)
class Certificates:
    """A private authority, and servers with every kind of certificate."""

    ca_file: str
    good: ssl.SSLContext
    expired: ssl.SSLContext
    wrong_name: ssl.SSLContext
    stranger: ssl.SSLContext  #: signed by an authority nobody knows


def certificates(folder: Path) -> Certificates:
    """Made afresh below `folder`, for 127.0.0.1."""
    authority, stranger = trustme.CA(), trustme.CA()
    ca_file = folder / "ca.pem"
    authority.cert_pem.write_to_path(ca_file)
    yesterday = datetime.now(UTC) - timedelta(days=1)
    return Certificates(
        str(ca_file),
        good=_server_side(authority.issue_cert("127.0.0.1")),
        expired=_server_side(authority.issue_cert("127.0.0.1", not_after=yesterday)),
        wrong_name=_server_side(authority.issue_cert("elsewhere.example.org")),
        stranger=_server_side(stranger.issue_cert("127.0.0.1")),
    )


def _server_side(certificate: trustme.LeafCert) -> ssl.SSLContext:
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    certificate.configure_cert(context)
    return context


@contextmanager
def free_port() -> Iterator[int]:
    """A port that nobody listens on, held until the block ends.

    Below those that the system gives away, so that nobody gets it by chance when it is held no more.
    """
    with socket.socket() as holder:
        while True:
            with suppress(OSError):
                holder.bind(("127.0.0.1", random.randrange(20_000, 32_000)))
                break
        yield holder.getsockname()[1]


def when(happened: threading.Event, act: Callable[[], object]) -> None:
    """Do it in another thread, a moment after that has happened; two minutes are a hang."""

    def wait() -> None:
        if happened.wait(120):
            time.sleep(0.2)  # so that whoever made it happen waits again
            act()

    threading.Thread(target=wait, daemon=True).start()


def wait_for_port(port: int) -> None:
    """Until somebody listens there; a minute is a hang."""
    for _ in range(1200):
        try:
            socket.create_connection(("127.0.0.1", port), timeout=5).close()
        except ConnectionRefusedError:
            time.sleep(0.05)
        else:
            return
    raise AssertionError(f"nobody listens on port {port}")

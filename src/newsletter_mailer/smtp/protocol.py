"""SMTP as a client speaks, without socket, clock or asyncio: the server's bytes in, events and our bytes out.

The tables in `states` are the machine. Whatever the server says that no row expects ends the session, and
then a message is in doubt exactly when its end has been handed out (`dot_written`). Commands of a group are
written at once where PIPELINING is offered, one by one elsewhere, and every reply is matched with the oldest
command (RFC 2920). Nothing follows DATA before its 354; a next envelope may follow a dot. Where CHUNKING is
offered, too, and the window is larger than one, messages go as chunks that ask for no leave (RFC 3030).
"""

from __future__ import annotations

from newsletter_mailer.model.outcome import Reply, Verb
from newsletter_mailer.smtp import login
from newsletter_mailer.smtp.commands import MAX_AUTH, Extensions, command
from newsletter_mailer.smtp.events import Answered, Ended, Event, Message
from newsletter_mailer.smtp.replies import Garbage, ReplyReader
from newsletter_mailer.smtp.script import Script
from newsletter_mailer.smtp.states import SESSION, Phase, Step
from newsletter_mailer.smtp.transactions import Transactions
from newsletter_mailer.wording import say


class Misuse(RuntimeError):
    """The caller asked for a step that the tables do not allow: our mistake, not the server's."""


class Session:
    """One connection's conversation.

    private: nobody can listen (TLS from the start, or loopback). window: messages that may be under way at
    once where chunks are possible.
    """

    def __init__(self, *, private: bool = False, window: int = 1) -> None:
        self.phase = Phase.GREETING
        self.offered = Extensions()
        self.closed = False  #: nothing can be said or heard any more
        self.replies = 0  #: read so far: with each of them another step is awaited
        self._private = private
        self._reader = ReplyReader()
        self._name = ""
        self._mechanism: login.Mechanism | None = None
        self._script = Script()
        self._script.expect(Verb.CONNECT)
        self._events: list[Event] = []
        self._mail = Transactions(self._script, self._events, window)

    # -- what the caller may do ------------------------------------------------------------------------------

    def hello(self, name: str) -> None:
        """Say EHLO, and HELO if that is refused. name: our full domain name or address literal."""
        self._name = name
        self._say(Verb.EHLO, command(f"EHLO {name}"))

    def starttls(self) -> None:
        """Ask for TLS; after a 2xx the owner of the socket runs the handshake and says `secured`."""
        self._say(Verb.STARTTLS, command("STARTTLS"))

    def secured(self) -> None:
        """TLS stands: nothing that was said before it counts (RFC 3207 section 4.2)."""
        if self.phase is not Phase.HANDSHAKE:
            raise Misuse(f"no handshake is due while {self.phase.value}")
        self._reader.forget()
        self._offer(Extensions())
        self._private = True
        self.phase = Phase.GREETED

    def login(self, mechanism: login.Mechanism) -> None:
        """Log in, where nobody can listen."""
        if not self._private:
            raise Misuse("a password is never written without TLS")
        self._mechanism = mechanism
        first = mechanism.first()
        line = f"AUTH {mechanism.name}" + (f" {login.initial(first)}" if first is not None else "")
        self._say(Verb.AUTH, command(line, limit=MAX_AUTH))

    def begin(self, message: Message) -> None:
        """Write the envelope. Raises UnfitMessage or UnfitServer, and then nothing was written.

        With chunks the message follows at once: hand it out with `next_piece`.
        """
        if not self.ready:
            raise Misuse(f"no message can begin while {self.phase.value}")
        self._mail.begin(message)

    def next_parts(self) -> tuple[bytes, ...]:
        """The next bytes of the message that is being handed out, not joined; see `dot_is_next`."""
        return self._mail.next_parts()

    def next_piece(self) -> bytes:
        """The next bytes of the message that is being handed out, b"" when all are out. See `dot_is_next`."""
        return b"".join(self._mail.next_parts())

    def quit(self) -> None:
        """Say goodbye."""
        self._say(Verb.QUIT, command("QUIT"))

    def receive(self, data: bytes) -> list[Event]:
        """What the server's bytes mean, in order; they may be cut anywhere."""
        if self.closed or self.phase is Phase.HANDSHAKE:
            return []  # before the handshake: someone on the line speaks for the server
        reader = self._reader
        reader.feed(data)
        try:
            while not self.closed and (reply := reader.next()) is not None:
                self._read(reply)
        except Garbage as garbage:
            echo = self.awaiting is Verb.AUTH  # maybe of the password: not quoted
            self._end(say("no SMTP reply") if echo else str(garbage))
        return self._take_events()

    def lost(self, detail: str) -> list[Event]:
        """The line closed, a timeout struck or the caller gives up: what became of what was on its way."""
        if not self.closed:
            self._end(detail)
        return self._take_events()

    def to_send(self) -> bytes:
        """The bytes to write now; never the end of a message, for that comes from `next_piece` alone."""
        return self._script.to_send()

    # -- what the caller may ask -----------------------------------------------------------------------------

    @property
    def ready(self) -> bool:
        """A message may begin: the session is open and every earlier message is handed out whole."""
        return self.phase is Phase.OPEN and self._mail.ready

    @property
    def follows_a_dot(self) -> bool:
        """Once the message that is being handed out is out, another may begin, in the same write."""
        return self._mail.follows_a_dot

    @property
    def under_way(self) -> int:
        """Messages begun and not yet settled."""
        return len(self._mail.under_way)

    @property
    def handing_out(self) -> bool:
        """A message waits to be handed out, or is being."""
        return self._mail.body is not None

    @property
    def awaiting(self) -> Verb | None:
        """The oldest step without a reply, by which the timeout goes; None when nothing is expected."""
        if not self._script.unanswered:
            return None
        verb, _ = self._script.unanswered[0]
        return None if verb is Verb.DOT and self._mail.body is not None else verb

    @property
    def body_begun(self) -> bool:
        """The server has, or may have, something of a message itself."""
        return any(message.step is not Step.ENVELOPE for message in self._mail.under_way)

    @property
    def in_doubt(self) -> bool:
        """If the line died now, nobody could know of some message whether it arrived."""
        return any(message.dot_written for message in self._mail.under_way)

    @property
    def dot_is_next(self) -> bool:
        """The next piece holds the end of the message: the moment to write it into the journal."""
        return self._mail.body is not None and self._mail.body.end_is_next

    # -- the machine -----------------------------------------------------------------------------------------

    def _say(self, verb: Verb, raw: bytes) -> None:
        step = SESSION.get((self.phase, verb))
        if step is None or self._script.unanswered or self._mail.under_way:
            raise Misuse(f"no {verb.name} while {self.phase.value}")
        self.phase = step
        self._script.put(verb, raw)

    def _read(self, reply: Reply) -> None:
        self.replies += 1
        script = self._script
        if reply.code == 421:
            self._end("", reply)
        elif script.unanswered:
            verb, message = script.unanswered.popleft()
            if message is None:
                self._session_reply(reply, verb)
            elif ending := self._mail.reply(reply, verb, message):
                self._end_at(verb, ending)
        elif self._mail.body is not None and reply.code >= 400:
            self._end_at(Verb.DATA, self._mail.reply(reply, Verb.DATA, self._mail.under_way[0]))
        else:
            self._end(say("the server answered what nobody asked: {reply}", reply=reply))
        if script.waiting:
            script.go_on()

    def _session_reply(self, reply: Reply, verb: Verb) -> None:
        step = SESSION.get((self.phase, verb, reply.code // 100))
        if step is None:
            self._end_at(verb, say("not an answer to {verb}: {reply}", verb=verb.name, reply=reply))
            return
        self.phase = step
        if step is Phase.OLD_HELLO:
            self._script.put(Verb.EHLO, command(f"HELO {self._name}"))
        elif step is Phase.AUTHENTICATING:
            self._script.put(Verb.AUTH, self._auth_answer(reply))
        elif verb is not Verb.RSET:
            self._session_news(reply, verb, step)

    def _session_news(self, reply: Reply, verb: Verb, step: Phase) -> None:
        if verb is Verb.EHLO and step is Phase.OPEN:
            self._offer(Extensions.read(reply))
        if step is Phase.HANDSHAKE:
            self._reader.forget()  # injected in clear behind the 220 (CVE-2011-0411 and its kin)
        self._events.append(Answered(verb, reply))
        if step is Phase.CLOSED:
            self._end("", reply)

    def _offer(self, offered: Extensions) -> None:
        self.offered = offered
        self._script.pipelining = "PIPELINING" in offered
        self._mail.offer(offered)

    def _auth_answer(self, reply: Reply) -> bytes:
        challenge = login.decoded(reply.text)
        answer = self._mechanism.answer(challenge) if self._mechanism and challenge is not None else None
        return command("*" if answer is None else login.encoded(answer), limit=MAX_AUTH)

    def _end(self, detail: str, reply: Reply | None = None) -> None:
        self._end_at(self.awaiting or Verb.DATA, detail, reply)

    def _end_at(self, verb: Verb, detail: str, reply: Reply | None = None) -> None:
        self._mail.end(verb, detail, reply)
        self._script.clear()
        self.phase = Phase.CLOSED
        self.closed = True
        self._events.append(Ended(detail, reply))

    def _take_events(self) -> list[Event]:
        events = self._events[:]
        self._events.clear()
        return events

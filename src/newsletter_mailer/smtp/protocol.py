"""SMTP as a client speaks, without socket, clock or asyncio: the server's bytes in, events and our bytes out.

The tables in `states` are the machine. Whatever the server says that no row expects ends the session, and
then a message is in doubt exactly when its dot has been handed out (`dot_written`). Commands of a group are
written at once where PIPELINING is offered, one by one elsewhere, and every reply is matched with the oldest
command (RFC 2920). Nothing follows DATA before its 354; a next envelope may follow a dot.
"""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass, field

from newsletter_mailer.model.delivery import Event as Happened
from newsletter_mailer.model.outcome import Outcome, Reply, Verb, read_reply
from newsletter_mailer.smtp import login
from newsletter_mailer.smtp.body import Body, check_message
from newsletter_mailer.smtp.commands import (
    MAX_AUTH,
    Extensions,
    command,
    mail,
    rcpt,
)
from newsletter_mailer.smtp.events import Answered, Ended, Event, GoAhead, Message, Settled
from newsletter_mailer.smtp.replies import Garbage, ReplyReader
from newsletter_mailer.smtp.states import MESSAGE, SESSION, Phase, Step
from newsletter_mailer.wording import say


class Misuse(RuntimeError):
    """The caller asked for a step that the tables do not allow: our mistake, not the server's."""


@dataclass(frozen=True, slots=True)
class _Line:
    verb: Verb
    raw: bytes = field(repr=False)  # may hold a password
    message: Message | None = None


class Session:
    """One connection's conversation. `private`: nobody can listen (TLS from the start, or loopback)."""

    def __init__(self, *, private: bool = False) -> None:
        self.phase = Phase.GREETING
        self.offered = Extensions()
        self._private = private
        self._replies = ReplyReader()
        self._name = ""
        self._mechanism: login.Mechanism | None = None
        self._unwritten: deque[_Line] = deque()  # waiting for a reply, where there is no PIPELINING
        self._unanswered: deque[_Line] = deque([_Line(Verb.CONNECT, b"")])
        self._out = bytearray()
        self._messages: deque[Message] = deque()
        self._body: Body | None = None
        self._reset_first = False  # the server may still hold the envelope of a refused message
        self._events: list[Event] = []

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
        self._replies.forget()
        self.offered = Extensions()
        self._private = True
        self.phase = Phase.GREETED

    def login(self, mechanism: login.Mechanism) -> None:
        """Log in, where nobody can listen."""
        if not self._private:
            raise Misuse("a password is never written without TLS")
        self._mechanism = mechanism
        first = mechanism.first()
        line = f"AUTH {mechanism.name}" + (f" {login.encoded(first)}" if first is not None else "")
        self._say(Verb.AUTH, command(line, limit=MAX_AUTH))

    def begin(self, message: Message) -> None:
        """Write the envelope. Raises UnfitMessage or UnfitServer, and then nothing was written."""
        if not self.ready:
            raise Misuse(f"no message can begin while {self.phase.value}")
        check_message(message.data, self.offered)
        lines = [
            _Line(
                Verb.MAIL,
                mail(message.mail_from, message.rcpt_to, message.data, self.offered, envid=message.envid),
                message,
            ),
            _Line(Verb.RCPT, rcpt(message.rcpt_to, self.offered), message),
            _Line(Verb.DATA, command("DATA"), message),
        ]
        if self._reset_first:
            lines.insert(0, _Line(Verb.RSET, command("RSET")))
            self._reset_first = False
        self._messages.append(message)
        self._unwritten.extend(lines)
        self._pump()

    def next_piece(self) -> bytes:
        """The next bytes of the message that got its 354, b"" when all are out. See `dot_is_next`."""
        if self._body is None:
            return b""
        if self._body.dot_is_next:
            message = self._messages[-1]
            message.step = Step.DOT
            self._unanswered.append(_Line(Verb.DOT, b"", message))
            body, self._body = self._body, None
            return body.next_piece()
        return self._body.next_piece()

    def quit(self) -> None:
        """Say goodbye."""
        self._say(Verb.QUIT, command("QUIT"))

    def receive(self, data: bytes) -> list[Event]:
        """What the server's bytes mean, in order; they may be cut anywhere."""
        if self.closed or self.phase is Phase.HANDSHAKE:
            return []  # before the handshake: someone on the line speaks for the server
        self._replies.feed(data)
        try:
            while not self.closed and (reply := self._replies.next()) is not None:
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
        """The bytes to write now; never the dot of a message, for that comes from `next_piece` alone."""
        out = bytes(self._out)
        self._out.clear()
        return out

    # -- what the caller may ask -----------------------------------------------------------------------------

    @property
    def ready(self) -> bool:
        """A message may begin: the session is open and every earlier message is handed out whole."""
        return (
            self.phase is Phase.OPEN
            and not self._unwritten
            and all(message.dot_written for message in self._messages)
            and (not self._messages or "PIPELINING" in self.offered)
        )

    @property
    def closed(self) -> bool:
        """Nothing can be said or heard any more."""
        return self.phase is Phase.CLOSED

    @property
    def awaiting(self) -> Verb | None:
        """The oldest step without a reply, by which the timeout goes; None when nothing is expected."""
        return self._unanswered[0].verb if self._unanswered else None

    @property
    def dot_is_next(self) -> bool:
        """The next piece holds the final dot: the moment to write it into the journal."""
        return self._body is not None and self._body.dot_is_next

    # -- the machine -----------------------------------------------------------------------------------------

    def _say(self, verb: Verb, raw: bytes) -> None:
        step = SESSION.get((self.phase, verb))
        if step is None or self._unanswered or self._messages:
            raise Misuse(f"no {verb.name} while {self.phase.value}")
        self.phase = step
        self._unwritten.append(_Line(verb, raw))
        self._pump()

    def _pump(self) -> None:
        while self._unwritten and (not self._unanswered or "PIPELINING" in self.offered):
            line = self._unwritten.popleft()
            self._out += line.raw
            self._unanswered.append(line)

    def _read(self, reply: Reply) -> None:
        message = self._messages[0] if self._messages else None
        if reply.code == 421:
            self._end("", reply)
        elif self._unanswered:
            line = self._unanswered.popleft()
            self._match(reply, line.verb, line.message)
        elif message is not None and message.step is Step.BODY and reply.code >= 400:
            self._match(reply, Verb.DATA, message)
            self._end(say("the server answered before the message was handed over"))
        else:
            self._end(say("the server answered what nobody asked: {reply}", reply=reply))
        if not self.closed:
            self._pump()

    def _match(self, reply: Reply, verb: Verb, message: Message | None) -> None:
        if message is not None:
            self._message_reply(reply, verb, message)
        else:
            self._session_reply(reply, verb)

    def _session_reply(self, reply: Reply, verb: Verb) -> None:
        step = SESSION.get((self.phase, verb, reply.code // 100))
        if step is None:
            self._end_at(verb, say("not an answer to {verb}: {reply}", verb=verb.name, reply=reply))
            return
        self.phase = step
        if step is Phase.OLD_HELLO:
            self._unwritten.append(_Line(Verb.EHLO, command(f"HELO {self._name}")))
        elif step is Phase.AUTHENTICATING:
            self._unwritten.append(_Line(Verb.AUTH, self._auth_answer(reply)))
        elif verb is not Verb.RSET:
            self._session_news(reply, verb, step)

    def _session_news(self, reply: Reply, verb: Verb, step: Phase) -> None:
        if verb is Verb.EHLO and step is Phase.OPEN:
            self.offered = Extensions.read(reply)
        if step is Phase.HANDSHAKE:
            self._replies.forget()  # injected in clear behind the 220 (CVE-2011-0411 and its kin)
        self._events.append(Answered(verb, reply))
        if step is Phase.CLOSED:
            self._end("", reply)

    def _auth_answer(self, reply: Reply) -> bytes:
        challenge = login.decoded(reply.text)
        answer = self._mechanism.answer(challenge) if self._mechanism and challenge is not None else None
        return command("*" if answer is None else login.encoded(answer), limit=MAX_AUTH)

    def _message_reply(self, reply: Reply, verb: Verb, message: Message) -> None:
        message.answered = True
        step = MESSAGE.get((message.step, verb, reply.code // 100))
        if step is None:
            self._end_at(verb, say("not an answer to {verb}: {reply}", verb=verb.name, reply=reply))
            return
        if message.verdict is None and (verb is Verb.DOT or reply.code >= 400):
            message.verdict = Outcome(read_reply(reply, verb), verb, reply)
        before, message.step = message.step, step
        if step is Step.BODY:
            self._body = Body(message.data)
            self._events.append(GoAhead(message))
        elif step is Step.EMPTY:
            self._out += b".\r\n"
            self._unanswered.append(_Line(Verb.DOT, b"", message))
        elif step in (Step.DECIDED, Step.CROSSED, Step.OVER):
            self._finish_if_over(message, before)

    def _finish_if_over(self, message: Message, before: Step) -> None:
        self._unwritten = deque(line for line in self._unwritten if line.message is not message)
        if any(line.message is message for line in self._unanswered):
            return
        if before not in (Step.DOT, Step.EMPTY):
            self._reset_first = True
        self._messages.remove(message)
        self._settle(message, Verb.DOT, "")

    def _settle(self, message: Message, verb: Verb, detail: str) -> None:
        happened = Happened.LOST if message.dot_written else Happened.RELEASED
        outcome = message.verdict or Outcome(happened, verb, detail=detail)
        message.step = Step.OVER
        self._events.append(Settled(message, outcome))

    def _end(self, detail: str, reply: Reply | None = None) -> None:
        self._end_at(self.awaiting or Verb.DATA, detail, reply)

    def _end_at(self, verb: Verb, detail: str, reply: Reply | None = None) -> None:
        if reply is not None and self._messages:
            # 421 answers the oldest command only: of a later message it says nothing.
            oldest = self._messages[0]
            oldest.verdict = oldest.verdict or Outcome(read_reply(reply, verb), verb, reply)
        for message in self._messages:
            self._settle(message, verb, detail)
        self._messages.clear()
        self._unwritten.clear()
        self._unanswered.clear()
        self._out.clear()
        self._body = None
        self.phase = Phase.CLOSED
        self._events.append(Ended(detail, reply))

    def _take_events(self) -> list[Event]:
        events, self._events = self._events, []
        return events

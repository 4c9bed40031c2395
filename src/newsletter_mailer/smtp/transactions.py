"""The messages of one session that are under way: begun, handed out, answered, settled, in that order.

The table MESSAGE in `states` says what each reply means; replies come in the order of the messages.
"""

from __future__ import annotations

from collections import deque

from newsletter_mailer.model.delivery import Event as Happened
from newsletter_mailer.model.outcome import Outcome, Reply, Verb, read_reply
from newsletter_mailer.smtp.body import Body, check_lines, check_size, ended
from newsletter_mailer.smtp.commands import Envelopes, Extensions
from newsletter_mailer.smtp.events import Event, GoAhead, Message, Settled
from newsletter_mailer.smtp.script import Script
from newsletter_mailer.smtp.states import MESSAGE, Step
from newsletter_mailer.wording import say

_DATA, _RSET = b"DATA\r\n", b"RSET\r\n"


class Transactions:
    """See the module. window: messages that may be under way at once where chunks are possible."""

    def __init__(self, script: Script, events: list[Event], window: int) -> None:
        self.under_way: deque[Message] = deque()  #: oldest first
        self.body: Body | None = None  #: of the youngest of them, while it is being handed out
        self._script = script
        self._events = events
        self._window = window
        self._chunks = False
        self._envelopes = Envelopes(Extensions())
        self._usual: Outcome | None = None  # the last verdict
        self._reset_first = False  # the server may still hold the envelope of a refused message

    def offer(self, offered: Extensions) -> None:
        """The server has said what it can."""
        self._envelopes = Envelopes(offered)
        self._chunks = self._window > 1 and "PIPELINING" in offered and "CHUNKING" in offered

    @property
    def ready(self) -> bool:
        """Another may begin."""
        if self.body is not None or self._script.waiting:
            return False
        if not self.under_way:
            return True
        if self._chunks:
            return len(self.under_way) < self._window
        return self.follows_a_dot and self.under_way[-1].step is Step.DOT

    @property
    def follows_a_dot(self) -> bool:
        """An envelope may follow the dot of the message before it, in the same write."""
        return self._script.pipelining and not self._chunks

    def begin(self, message: Message) -> None:
        """Write the envelope. Raises UnfitMessage or UnfitServer, and then nothing was written."""
        clean, data, envelopes = message.clean, message.data, self._envelopes
        if not clean:
            check_lines(data)
        check_size(data, envelopes.most)
        chunk = ended(data) if self._chunks else b""
        mail = envelopes.mail(
            message.mail_from, message.rcpt_to, chunk or data, envid=message.envid, clean=clean
        )
        rcpt = envelopes.rcpt(message.rcpt_to)
        script = self._script
        # Behind a message that may yet be refused, only a reset makes sure that its envelope is gone.
        if self._reset_first or (chunk and self.under_way):
            script.put(Verb.RSET, _RSET)
            self._reset_first = False
        self.under_way.append(message)
        script.put(Verb.MAIL, mail, message)
        script.put(Verb.RCPT, rcpt, message)
        if chunk:
            message.step = Step.CHUNK
            script.put(Verb.DOT, b"BDAT %d LAST\r\n" % len(chunk), message)
            self.body = Body.chunk(chunk)
        else:
            script.put(Verb.DATA, _DATA, message)

    def next_parts(self) -> tuple[bytes, ...]:
        """The next bytes of the message that is being handed out, not joined."""
        body = self.body
        if body is None:
            return ()
        if body.end_is_next:
            self._end_handed_out(self.under_way[-1])
        return body.next_parts()

    def _end_handed_out(self, message: Message) -> None:
        self.body = None
        if message.step is Step.BODY:
            message.step = Step.DOT
            self._script.expect(Verb.DOT, message)
        elif message.step is Step.CHUNK:
            message.step = Step.LAST

    def reply(self, reply: Reply, verb: Verb, message: Message) -> str:
        """A reply to one of a message's commands; why the session must end now, "" when it need not."""
        message.answered = True
        step = MESSAGE.get((message.step, verb, reply.code // 100))
        if step is None:
            return say("not an answer to {verb}: {reply}", verb=verb.name, reply=reply)
        if message.verdict is None and (verb is Verb.DOT or reply.code >= 400):
            message.verdict = self._verdict(reply, verb)
        before = message.step
        if step is before:  # two of a message's four replies
            return ""
        message.step = step
        if step is Step.BODY:
            self.body = Body.after_data(message.data, clean=message.clean)
            self._events.append(GoAhead(message))
        elif step is Step.EMPTY:
            self._script.put(Verb.DOT, b".\r\n", message)
        elif step is Step.OVER or (step is Step.DECIDED and not self._script.pipelining):
            return self._finish(message, before)
        return ""

    def _verdict(self, reply: Reply, verb: Verb) -> Outcome:
        """What a reply decides; the usual "250 ok" is the same object each time, and so is its outcome."""
        known = self._usual
        if known is None or known.reply is not reply or known.verb is not verb:
            known = self._usual = Outcome(read_reply(reply, verb), verb, reply)
        return known

    def _finish(self, message: Message, before: Step) -> str:
        if before not in (Step.DOT, Step.EMPTY, Step.LAST):
            self._reset_first = True
            self._script.skip(message)
        self.under_way.popleft()
        self._settle(message, Verb.DOT, "")
        if self.body is not None and not self.under_way:
            return say("the server answered before the message was handed over")
        return ""

    def _settle(self, message: Message, verb: Verb, detail: str) -> None:
        happened = Happened.LOST if message.dot_written else Happened.RELEASED
        known = None if message.step is Step.STRAY else message.verdict
        message.step = Step.OVER
        self._events.append(Settled(message, known or Outcome(happened, verb, detail=detail)))

    def end(self, verb: Verb, detail: str, reply: Reply | None) -> None:
        """The session is over: what became of each that is under way."""
        if reply is not None and self.under_way:
            # 421 answers the oldest command only: of a later message it says nothing.
            oldest = self.under_way[0]
            oldest.verdict = oldest.verdict or Outcome(read_reply(reply, verb), verb, reply)
        for message in self.under_way:
            self._settle(message, verb, detail)
        self.under_way.clear()
        self.body = None

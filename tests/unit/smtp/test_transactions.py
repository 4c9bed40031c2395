"""Messages on one session, one after the other and several at once, as a server sees and answers them."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field

import pytest
from hypothesis import given
from hypothesis import strategies as st

from newsletter_mailer.model.delivery import Event as Happened
from newsletter_mailer.model.outcome import Outcome, Reply, Verb
from newsletter_mailer.smtp.body import ONE_PIECE
from newsletter_mailer.smtp.events import Event, Message, Settled
from newsletter_mailer.smtp.protocol import Misuse, Session
from newsletter_mailer.smtp.states import Step

DATA = b"Subject: hello\r\n\r\n.Good morning.\r\n"
CHUNKS = ("PIPELINING", "CHUNKING")
ENVELOPE = b"MAIL FROM:<a0@example.org>\r\nRCPT TO:<b@example.org>\r\nBDAT 34 LAST\r\n"


def _open(*offers: str, window: int = 4) -> Session:
    session = Session(private=True, window=window)
    session.receive(b"220 ready\r\n")
    session.hello("client.example.org")
    session.receive("\r\n".join(["250-host", *(f"250-{offer}" for offer in offers), "250 HELP\r\n"]).encode())
    session.to_send()
    return session


def _message(number: int = 0, data: bytes = DATA) -> Message:
    return Message(f"a{number}@example.org", "b@example.org", data)


def _outcomes(events: list[Event]) -> list[Outcome]:
    return [event.outcome for event in events if isinstance(event, Settled)]


def _begun(count: int = 1, data: bytes = DATA) -> Session:
    session = _open(*CHUNKS)
    for number in range(count):
        session.begin(_message(number, data))
        session.to_send()
        session.next_piece()
    return session


def test_a_chunk_is_announced_with_its_length_and_follows_at_once_without_stuffing() -> None:
    session, message = _open(*CHUNKS), _message()

    session.begin(message)

    assert session.to_send() == ENVELOPE
    assert [session.dot_is_next, message.dot_written] == [True, False]
    assert session.next_piece() == DATA
    assert [message.step, message.dot_written] == [Step.LAST, True]
    assert session.receive(b"250 ok\r\n250 ok\r\n250 queued\r\n") == [
        Settled(message, Outcome(Happened.ACCEPTED, Verb.DOT, Reply(250, "queued")))
    ]


def test_a_chunk_gets_its_last_line_end() -> None:
    session = _open(*CHUNKS)

    session.begin(_message(data=b"x"))

    assert session.to_send().endswith(b"BDAT 3 LAST\r\n")
    assert session.next_piece() == b"x\r\n"


@pytest.mark.parametrize(
    ("offers", "window"), [(("PIPELINING",), 4), (("CHUNKING",), 4), (CHUNKS, 1), ((), 4)]
)
def test_without_both_extensions_or_with_a_window_of_one_data_is_used(
    offers: tuple[str, ...], window: int
) -> None:
    session = _open(*offers, window=window)

    session.begin(_message())

    assert b"BDAT" not in session.to_send()
    assert not session.handing_out


def test_as_many_as_the_window_are_under_way_with_a_reset_before_each_that_follows() -> None:
    session = _open(*CHUNKS, window=3)
    written = []

    for number in range(3):
        session.begin(_message(number))
        written.append(session.to_send())
        session.next_piece()

    assert [out.startswith(b"RSET\r\n") for out in written] == [False, True, True]
    assert session.under_way == 3
    with pytest.raises(Misuse):
        session.begin(_message(3))
    session.receive(b"250 ok\r\n" * 3)
    session.begin(_message(3))


def test_a_refused_reader_ends_that_message_alone() -> None:
    session = _begun(3)
    one, reset = b"250 ok\r\n250 ok\r\n250 queued\r\n", b"250 reset\r\n"

    events = session.receive(one + reset + b"250 ok\r\n550 5.1.1 who\r\n503 no\r\n" + reset + one)

    assert [outcome.event for outcome in _outcomes(events)] == [
        Happened.ACCEPTED,
        Happened.REFUSED,
        Happened.ACCEPTED,
    ]
    assert not session.closed
    assert not session.body_begun


def test_after_a_refusal_the_next_begins_with_a_reset() -> None:
    session = _begun()
    session.receive(b"250 ok\r\n550 5.1.1 who\r\n503 no\r\n")

    session.begin(_message(0))

    assert session.to_send() == b"RSET\r\n" + ENVELOPE


@pytest.mark.parametrize("heard", [b"", b"250 ok\r\n", b"250 ok\r\n250 ok\r\n", b"250 ok\r\n250 ok\r\n250"])
def test_a_line_lost_after_the_last_octet_is_in_doubt(heard: bytes) -> None:
    session = _begun(2)
    session.receive(heard)
    assert session.in_doubt

    assert [outcome.event for outcome in _outcomes(session.lost("gone"))] == [Happened.LOST] * 2


def test_a_line_lost_within_a_long_chunk_is_not_in_doubt() -> None:
    session = _begun()
    session.begin(_message(1, b"x" * ONE_PIECE + b"\r\n"))
    session.next_piece()
    assert session.handing_out

    outcomes = _outcomes(session.lost("gone"))

    assert [outcome.event for outcome in outcomes] == [Happened.LOST, Happened.RELEASED]


def test_a_refused_message_is_not_in_doubt_when_the_line_dies_before_its_chunk_is_answered() -> None:
    session = _begun()
    session.receive(b"250 ok\r\n550 5.1.1 who\r\n")

    (outcome,) = _outcomes(session.lost("gone"))

    assert (outcome.event, outcome.verb) == (Happened.REFUSED, Verb.RCPT)


@pytest.mark.parametrize(
    ("last", "event"), [(b"250 ok\r\n", Happened.LOST), (b"503 no\r\n", Happened.DEFERRED)]
)
def test_a_reader_accepted_behind_a_refused_sender_is_in_doubt_unless_the_chunk_is_refused(
    last: bytes, event: Happened
) -> None:
    session = _begun()

    (outcome,) = _outcomes(session.receive(b"451 later\r\n250 crossed\r\n" + last))

    assert outcome.event is event
    assert session.closed is (event is Happened.LOST)


def test_421_in_the_window_releases_the_oldest_and_leaves_the_others_in_doubt() -> None:
    session = _begun(3)

    outcomes = _outcomes(session.receive(b"250 ok\r\n250 ok\r\n250 queued\r\n250 reset\r\n421 closing\r\n"))

    assert [outcome.event for outcome in outcomes] == [Happened.ACCEPTED, Happened.RELEASED, Happened.LOST]
    assert session.closed


def test_an_answer_before_the_end_of_a_long_chunk_ends_the_session() -> None:
    session = _open(*CHUNKS)
    session.begin(_message(0, b"x" * ONE_PIECE + b"\r\n"))
    session.next_piece()

    (outcome,) = _outcomes(session.receive(b"250 ok\r\n250 ok\r\n451 disk full\r\n"))

    assert (outcome.event, outcome.verb) == (Happened.DEFERRED, Verb.DOT)
    assert session.closed
    assert session.next_piece() == b""


def test_while_a_long_chunk_is_handed_out_no_reply_is_awaited_but_those_to_its_envelope() -> None:
    session = _open(*CHUNKS)
    session.begin(_message(0, b"x" * ONE_PIECE + b"\r\n"))
    awaited = [session.awaiting]

    for reply in (b"250 ok\r\n", b"250 ok\r\n"):
        session.receive(reply)
        awaited.append(session.awaiting)
    while session.handing_out:
        session.next_piece()

    assert awaited == [Verb.MAIL, Verb.RCPT, None]
    assert session.awaiting is Verb.DOT


# -- any replies, cut anywhere ------------------------------------------------------------------------------


@dataclass
class _Server:
    """Answers each message by its number as its script says; keeps what it has taken."""

    scripts: list[tuple[int, int, int]]  #: to MAIL, RCPT and the end
    said: bytearray = field(default_factory=bytearray)
    taken: list[int] = field(default_factory=list)
    _heard: bytes = b""
    _number: int = 0
    _standing: int = 0  # of MAIL and RCPT, how many were accepted
    _in_message: bool = False

    def hear(self, data: bytes) -> None:
        self._heard += data
        while self._message() if self._in_message else self._command():
            pass

    def _command(self) -> bool:
        line, end, rest = self._heard.partition(b"\r\n")
        verb = line[:4]
        if not end:
            return False
        if verb == b"BDAT":
            octets = int(line.split()[1])
            if len(rest) < octets:
                return False
            assert rest[:octets] == DATA
            rest = rest[octets:]
            self._end()
        elif verb == b"DATA":
            self._in_message = self._standing == 2
            self._say(354 if self._in_message else 503)
        elif verb == b"RSET":
            self._standing = 0
            self._say(250)
        elif verb == b"MAIL":
            assert self._standing == 0, "an envelope in an envelope"
            self._number = int(re.findall(rb"\d+", line)[0])
            self._envelope(self.scripts[self._number][0])
        else:
            self._envelope(self.scripts[self._number][1] if self._standing == 1 else 503)
        self._heard = rest
        return True

    def _envelope(self, code: int) -> None:
        self._standing += code < 300
        self._say(code)

    def _message(self) -> bool:
        data, end, rest = self._heard.partition(b"\r\n.\r\n")
        if end:
            assert data.replace(b"\r\n..", b"\r\n.") + b"\r\n" == DATA
            self._in_message = False
            self._heard = rest
            self._end()
        return bool(end)

    def _end(self) -> None:
        code = self.scripts[self._number][2] if self._standing == 2 else 503
        if code < 300:
            self.taken.append(self._number)
        self._standing = 0 if self._standing == 2 else self._standing
        self._say(code)

    def _say(self, code: int) -> None:
        self.said += b"%d-%d\r\n%d end\r\n" % (code, self._number, code) if code % 2 else b"%d ok\r\n" % code


CODES = st.sampled_from([250, 250, 250, 450, 550])
SCRIPTS = st.lists(st.tuples(CODES, CODES, CODES), min_size=1, max_size=8)
MODES = [((), 1), (("PIPELINING",), 1), (CHUNKS, 2), (CHUNKS, 4)]


def _run(
    server: _Server, offers: tuple[str, ...], window: int, cuts: Iterator[int]
) -> tuple[Session, list[tuple[int, Outcome]]]:
    """Everything that can be said is said at once; the server's bytes come in pieces of these lengths."""
    session, messages = _open(*offers, window=window), [_message(n) for n in range(len(server.scripts))]
    waiting, events = list(messages), list[Event]()
    while True:
        while session.handing_out or (session.ready and waiting):
            if not session.handing_out:
                session.begin(waiting.pop(0))
            server.hear(session.to_send() + session.next_piece())
        server.hear(session.to_send())
        if not server.said or (cut := next(cuts, 0)) <= 0:
            break
        events += session.receive(bytes(server.said[:cut]))
        del server.said[:cut]
    events += session.lost("gone")
    settled = [event for event in events if isinstance(event, Settled)]
    return session, [(messages.index(event.message), event.outcome) for event in settled]


def _forever(length: int) -> Iterator[int]:
    while True:
        yield length


def _expected(script: tuple[int, int, int]) -> tuple[Verb, int]:
    for verb, code in zip((Verb.MAIL, Verb.RCPT), script, strict=False):
        if code >= 400:
            return verb, code
    return Verb.DOT, script[2]


@given(SCRIPTS, st.sampled_from(MODES), st.lists(st.integers(1, 40), max_size=30))
def test_any_chunking_gives_the_same_outcomes_in_every_mode(
    scripts: list[tuple[int, int, int]], mode: tuple[tuple[str, ...], int], cuts: list[int]
) -> None:
    server = _Server(scripts)

    def lengths() -> Iterator[int]:
        yield from cuts
        yield from _forever(1000)

    _, found = _run(server, *mode, lengths())

    told = [(number, outcome.verb, outcome.reply.code) for number, outcome in found if outcome.reply]
    assert told == [(number, *_expected(script)) for number, script in enumerate(scripts)]
    assert server.taken == [number for number, outcome in found if outcome.event is Happened.ACCEPTED]


@given(SCRIPTS, st.sampled_from(MODES), st.integers(0, 60), st.integers(1, 30))
def test_wherever_the_line_dies_each_message_is_settled_once_and_none_is_taken_unknown(
    scripts: list[tuple[int, int, int]], mode: tuple[tuple[str, ...], int], pieces: int, length: int
) -> None:
    server = _Server(scripts)

    _, found = _run(server, *mode, iter([length] * pieces))

    numbers = [number for number, _ in found]
    known = {number for number, outcome in found if outcome.event in (Happened.ACCEPTED, Happened.LOST)}
    assert numbers == sorted(set(numbers))
    assert set(server.taken) <= known
    assert len([outcome for _, outcome in found if outcome.event is Happened.LOST]) <= mode[1]

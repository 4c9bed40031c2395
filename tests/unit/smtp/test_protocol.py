"""The SMTP machine, byte by byte: no socket, no clock."""

from __future__ import annotations

from collections.abc import Callable
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from newsletter_mailer.model.delivery import Event as Happened
from newsletter_mailer.model.outcome import Outcome, Reply, Verb
from newsletter_mailer.smtp.body import ONE_PIECE
from newsletter_mailer.smtp.commands import UnfitMessage, UnfitServer
from newsletter_mailer.smtp.events import Answered, Ended, Event, GoAhead, Message, Settled
from newsletter_mailer.smtp.login import Login, Plain
from newsletter_mailer.smtp.protocol import Misuse, Session
from newsletter_mailer.smtp.states import MESSAGE, SESSION, Phase, Step

DATA = b"Subject: hello\r\n\r\nGood morning.\r\n"
ENVELOPE = b"MAIL FROM:<a@example.org>\r\nRCPT TO:<b@example.org>\r\nDATA\r\n"
YES = b"250 ok\r\n250 ok\r\n354 go\r\n"


def _open(*offers: str, private: bool = True) -> Session:
    """A session that has said EHLO to a server with these extensions."""
    session = Session(private=private)
    session.receive(b"220 ready\r\n")
    session.hello("client.example.org")
    assert session.to_send() == b"EHLO client.example.org\r\n"
    lines = ["test.example.org", *offers]
    session.receive(
        "".join(f"250{'-' if n < len(lines) else ' '}{x}\r\n" for n, x in enumerate(lines, 1)).encode()
    )
    return session


def _message(data: bytes = DATA) -> Message:
    return Message("a@example.org", "b@example.org", data)


def _begun(*offers: str) -> tuple[Session, Message]:
    session, message = _open(*offers), _message()
    session.begin(message)
    return session, message


def _settled(events: list[Event]) -> list[Outcome]:
    return [event.outcome for event in events if isinstance(event, Settled)]


def _outcome(events: list[Event]) -> Outcome:
    (outcome,) = _settled(events)
    return outcome


def test_a_pipelined_envelope_is_one_write_and_the_message_follows_its_354() -> None:
    session, message = _begun("PIPELINING")

    assert session.to_send() == ENVELOPE
    assert session.next_piece() == b""
    assert session.receive(b"250 ok\r\n250 ok\r\n") == []
    assert session.next_piece() == b""
    assert session.receive(b"354 go\r\n") == [GoAhead(message)]
    assert session.dot_is_next
    assert message.step is Step.BODY
    assert session.next_piece() == DATA + b".\r\n"
    assert message.dot_written
    assert session.next_piece() == b""
    assert session.receive(b"250 2.0.0 queued\r\n") == [
        Settled(message, Outcome(Happened.ACCEPTED, Verb.DOT, Reply(250, "2.0.0 queued")))
    ]
    assert session.ready
    assert session.to_send() == b""


def test_without_pipelining_every_command_waits_for_the_reply_before_it() -> None:
    session, message = _begun()
    written = [session.to_send()]

    for reply in (b"250 ok\r\n", b"250 ok\r\n"):
        assert session.receive(reply) == []
        written.append(session.to_send())

    assert written == [b"MAIL FROM:<a@example.org>\r\n", b"RCPT TO:<b@example.org>\r\n", b"DATA\r\n"]
    assert session.receive(b"354 go\r\n") == [GoAhead(message)]


SCRIPTS = [
    # replies to MAIL, RCPT, DATA and the dot; what is decided at which step
    (YES, b"250 ok\r\n", Happened.ACCEPTED, Verb.DOT),
    (YES, b"451 later\r\n", Happened.DEFERRED, Verb.DOT),
    (YES, b"552 too big\r\n", Happened.REFUSED, Verb.DOT),
    (YES, b"554-5.6.0 no\r\n554 5.6.0 really\r\n", Happened.RELEASED, Verb.DOT),
    (YES, b"421 closing\r\n", Happened.RELEASED, Verb.DOT),
    (b"250 ok\r\n550 5.1.1 who\r\n503 no\r\n", b"", Happened.REFUSED, Verb.RCPT),
    (b"250 ok\r\n552 full\r\n503 no\r\n", b"", Happened.DEFERRED, Verb.RCPT),
    (b"250 ok\r\n450 greylisted\r\n554 no\r\n", b"", Happened.DEFERRED, Verb.RCPT),
    (b"550 no such sender\r\n503 no\r\n503 no\r\n", b"", Happened.RELEASED, Verb.MAIL),
    (b"452 later\r\n503 no\r\n503 no\r\n", b"", Happened.DEFERRED, Verb.MAIL),
    (b"550 no\r\n250 crossed\r\n503 no\r\n", b"", Happened.RELEASED, Verb.MAIL),
    (b"250 ok\r\n250 ok\r\n451 later\r\n", b"", Happened.DEFERRED, Verb.DATA),
    (b"250 ok\r\n250 ok\r\n554 no\r\n", b"", Happened.REFUSED, Verb.DATA),
    (b"421 closing\r\n", b"", Happened.RELEASED, Verb.MAIL),
    (b"250 ok\r\n421 closing\r\n", b"", Happened.RELEASED, Verb.RCPT),
    (b"250 ok\r\n250 ok\r\n421 closing\r\n", b"", Happened.RELEASED, Verb.DATA),
    (b"250 ok\r\n550 5.1.1 who\r\n421 closing\r\n", b"", Happened.REFUSED, Verb.RCPT),
]


def _play(
    session: Session, before: bytes, after: bytes, chunk: Callable[[bytes], list[bytes]]
) -> list[Event]:
    events: list[Event] = []
    for piece in chunk(before):
        events += session.receive(piece)
    if session.next_piece():
        for piece in chunk(after):
            events += session.receive(piece)
    return events


@pytest.mark.parametrize("before, after, happened, verb", SCRIPTS)  # noqa: PT006
def test_each_reply_decides_at_its_step_however_the_bytes_are_cut(
    before: bytes, after: bytes, happened: Happened, verb: Verb
) -> None:
    def whole(data: bytes) -> list[bytes]:
        return [data]

    def bytewise(data: bytes) -> list[bytes]:
        return [bytes([byte]) for byte in data]

    found = [_outcome(_play(_begun("PIPELINING")[0], before, after, chunk)) for chunk in (whole, bytewise)]

    assert found[0] == found[1]
    assert (found[0].event, found[0].verb) == (happened, verb)
    assert found[0].reply is not None


@given(st.sampled_from(SCRIPTS), st.data())
def test_any_chunking_gives_the_same_events(
    script: tuple[bytes, bytes, Happened, Verb], draw: st.DataObject
) -> None:
    def chunk(data: bytes) -> list[bytes]:
        cuts = sorted(draw.draw(st.sets(st.integers(0, len(data)), max_size=4)) | {0, len(data)})
        return [data[start:end] for start, end in pairwise(cuts)]

    events = _play(_begun("PIPELINING")[0], script[0], script[1], chunk)

    assert (_outcome(events).event, _outcome(events).verb) == script[2:]


@pytest.mark.parametrize("before, after, happened, verb", SCRIPTS)  # noqa: PT006
def test_one_by_one_gives_the_same_outcome_as_pipelined(
    before: bytes, after: bytes, happened: Happened, verb: Verb
) -> None:
    session, _ = _begun()
    events: list[Event] = []

    # A server without PIPELINING is not asked for more once it has refused: fewer replies are read.
    for reply in before.splitlines(keepends=True):
        if not _settled(events):
            events += session.receive(reply)
    if session.next_piece():
        events += session.receive(after)

    assert (_outcome(events).event, _outcome(events).verb) == (happened, verb)


def test_a_refused_recipient_whose_data_is_accepted_gets_a_lone_dot_and_no_message() -> None:
    session, message = _begun("PIPELINING")
    session.to_send()

    assert session.receive(b"250 ok\r\n550 who\r\n354 go\r\n") == []
    assert session.next_piece() == b""
    assert session.to_send() == b".\r\n"
    assert _outcome(session.receive(b"554 no recipients\r\n")).reply == Reply(550, "who")
    session.begin(_message())
    assert session.to_send() == ENVELOPE
    assert message.step is Step.OVER


def test_a_refused_sender_whose_reader_is_accepted_never_gets_a_dot() -> None:
    session, _ = _begun("PIPELINING")
    session.to_send()

    events = session.receive(b"550 no\r\n250 ok\r\n354 go\r\n")

    assert _outcome(events).reply == Reply(550, "no")
    assert session.closed
    assert session.to_send() == session.next_piece() == b""


def test_after_a_refusal_the_envelope_is_reset_before_the_next() -> None:
    session, _ = _begun("PIPELINING")
    session.receive(b"250 ok\r\n550 who\r\n503 no\r\n")
    session.to_send()

    session.begin(_message())

    assert session.to_send() == b"RSET\r\n" + ENVELOPE
    assert session.receive(b"250 reset\r\n" + YES) != []
    session.next_piece()
    session.receive(b"250 ok\r\n")
    session.begin(_message())
    assert session.to_send() == ENVELOPE


def test_one_by_one_the_reset_has_its_own_round_trip() -> None:
    session, _ = _begun()
    for reply in (b"250 ok\r\n", b"550 who\r\n"):
        session.receive(reply)
    session.to_send()

    session.begin(_message())

    assert session.to_send() == b"RSET\r\n"
    session.receive(b"250 reset\r\n")
    assert session.to_send() == b"MAIL FROM:<a@example.org>\r\n"


def test_a_refused_reset_ends_the_session_and_leaves_the_next_message_untouched() -> None:
    session, _ = _begun("PIPELINING")
    session.receive(b"250 ok\r\n550 who\r\n503 no\r\n")
    second = _message()
    session.begin(second)

    outcome = _outcome(session.receive(b"500 what\r\n"))

    assert (outcome.event, second.answered) == (Happened.RELEASED, False)
    assert session.closed


def test_the_next_envelope_may_follow_a_dot_and_never_an_unanswered_data() -> None:
    session, first = _begun("PIPELINING")
    session.to_send()
    second = _message()

    with pytest.raises(Misuse):
        session.begin(second)
    session.receive(YES)
    with pytest.raises(Misuse):
        session.begin(second)
    session.next_piece()
    session.begin(second)

    assert session.to_send() == ENVELOPE
    events = session.receive(b"550 5.7.1 no\r\n" + YES)
    assert [type(event) for event in events] == [Settled, GoAhead]
    assert events[1] == GoAhead(second)
    assert first.verdict == Outcome(Happened.REFUSED, Verb.DOT, Reply(550, "5.7.1 no"))


def test_a_line_lost_with_two_on_the_way_is_in_doubt_for_the_one_with_a_dot() -> None:
    session, first = _begun("PIPELINING")
    session.receive(YES)
    session.next_piece()
    second = _message()
    session.begin(second)

    events = session.lost("gone")

    assert [(e.message, e.outcome.event) for e in events if isinstance(e, Settled)] == [
        (first, Happened.LOST),
        (second, Happened.RELEASED),
    ]


def test_421_to_a_dot_releases_its_message_and_says_nothing_of_the_next() -> None:
    session, _ = _begun("PIPELINING")
    session.receive(YES)
    session.next_piece()
    session.begin(_message())

    outcomes = _settled(session.receive(b"421 closing\r\n"))

    assert [outcome.event for outcome in outcomes] == [Happened.RELEASED, Happened.RELEASED]
    assert [outcome.reply is None for outcome in outcomes] == [False, True]


def test_one_by_one_no_envelope_follows_a_dot_without_its_reply() -> None:
    session, _ = _begun()
    for reply in YES.splitlines(keepends=True):
        session.receive(reply)
    session.next_piece()

    with pytest.raises(Misuse):
        session.begin(_message())


# -- in doubt exactly after the dot ------------------------------------------------------------------------


@pytest.mark.parametrize("heard", [b"", b"250 ok\r\n", b"250 ok\r\n250 ok\r\n", YES])
def test_a_line_lost_before_the_dot_releases_the_message(heard: bytes) -> None:
    session, message = _begun("PIPELINING")
    session.receive(heard)

    outcome = _outcome(session.lost("gone"))

    assert (outcome.event, outcome.reply, outcome.detail) == (Happened.RELEASED, None, "gone")
    assert message.answered == bool(heard)
    assert session.next_piece() == b""


@pytest.mark.parametrize("heard", [b"", b"25", b"250", b"250-almost\r\n", b"250 ok\r"])
def test_a_line_lost_after_the_dot_is_in_doubt(heard: bytes) -> None:
    session, _ = _begun("PIPELINING")
    session.receive(YES)
    session.next_piece()
    session.receive(heard)

    outcome = _outcome(session.lost("gone"))

    assert (outcome.event, outcome.verb, outcome.reply) == (Happened.LOST, Verb.DOT, None)


def test_a_long_message_is_in_doubt_only_once_its_last_piece_is_out() -> None:
    def halfway() -> tuple[Session, Message]:
        session, message = _open("PIPELINING"), _message(b"x" * ONE_PIECE + b"\r\n")
        session.begin(message)
        session.receive(YES)
        while not session.dot_is_next:
            session.next_piece()
        return session, message

    session, _ = halfway()
    assert _outcome(session.lost("gone")).event is Happened.RELEASED
    session, _ = halfway()
    session.next_piece()
    assert _outcome(session.lost("gone")).event is Happened.LOST


GARBAGE = [b"hello\r\n", b"999 x\r\n", b"\x16\x03\x01\r\n", b"250-a\r\n251 b\r\n", b"x" * 9000]


@pytest.mark.parametrize("garbage", [*GARBAGE, b"354 again\r\n"])
def test_garbage_after_the_dot_is_in_doubt(garbage: bytes) -> None:
    session, _ = _begun("PIPELINING")
    session.receive(YES)
    session.next_piece()

    outcome = _outcome(session.receive(garbage))

    assert (outcome.event, outcome.verb) == (Happened.LOST, Verb.DOT)
    assert outcome.detail
    assert session.closed


@pytest.mark.parametrize("garbage", [*GARBAGE, b"354 too early\r\n", b"334 what\r\n"])
def test_garbage_before_the_dot_releases_the_message(garbage: bytes) -> None:
    session, _ = _begun("PIPELINING")

    events = session.receive(garbage)

    assert _outcome(events).event is Happened.RELEASED
    assert isinstance(events[-1], Ended)
    assert session.receive(b"250 ok\r\n") == []


def test_a_yes_to_data_is_no_permission_to_send_the_message() -> None:
    session, _ = _begun("PIPELINING")

    outcome = _outcome(session.receive(b"250 ok\r\n250 ok\r\n250 ok\r\n"))

    assert (outcome.event, outcome.verb) == (Happened.RELEASED, Verb.DATA)


@pytest.mark.parametrize(
    "reply, happened",  # noqa: PT006
    [
        (b"552 too big already\r\n", Happened.REFUSED),
        (b"451 disk full\r\n", Happened.DEFERRED),
        (b"250 queued\r\n", Happened.RELEASED),
        (b"421 closing\r\n", Happened.RELEASED),
    ],
)
def test_an_answer_before_the_dot_ends_the_session_and_no_dot_follows(
    reply: bytes, happened: Happened
) -> None:
    session, _ = _begun("PIPELINING")
    session.receive(YES)

    outcome = _outcome(session.receive(reply))

    assert (outcome.event, outcome.verb) == (happened, Verb.DATA)
    assert session.closed
    assert session.next_piece() == b""


def test_a_reply_to_nothing_ends_the_session() -> None:
    session = _open("PIPELINING")

    (ended,) = session.receive(b"250 surprise\r\n")

    assert isinstance(ended, Ended)
    assert "surprise" in ended.detail
    assert session.closed


def test_421_between_messages_ends_the_session_with_the_servers_words() -> None:
    session = _open()

    assert session.receive(b"421 4.4.2 timeout\r\n") == [Ended("", Reply(421, "4.4.2 timeout"))]
    assert session.lost("and gone") == []


# -- opening -------------------------------------------------------------------------------------------


def test_a_server_that_knows_no_ehlo_is_greeted_with_helo() -> None:
    session = Session()
    session.receive(b"220 ready\r\n")
    session.hello("client.example.org")
    session.to_send()

    assert session.receive(b"502 what\r\n") == []
    assert session.to_send() == b"HELO client.example.org\r\n"
    assert session.receive(b"250-host\r\n250 PIPELINING\r\n") != []
    assert session.ready


@pytest.mark.parametrize("replies", [[b"554 go away\r\n"], [b"450 later\r\n"]])
def test_a_server_that_refuses_the_connection_ends_it(replies: list[bytes]) -> None:
    session = Session()

    events = [event for reply in replies for event in session.receive(reply)]

    assert [type(event) for event in events] == [Answered, Ended]
    assert session.closed


@pytest.mark.parametrize(
    "replies", [[b"450 later\r\n"], [b"502 no\r\n", b"502 no\r\n"], [b"502 no\r\n", b"450 no\r\n"]]
)
def test_a_server_that_takes_no_greeting_ends_the_session(replies: list[bytes]) -> None:
    session = Session()
    session.receive(b"220 ready\r\n")
    session.hello("client.example.org")

    events = [event for reply in replies for event in session.receive(reply)]

    assert [type(event) for event in events] == [Answered, Ended]


def test_after_starttls_nothing_said_before_counts() -> None:
    session = _open("STARTTLS", "PIPELINING", "AUTH PLAIN", private=False)

    session.starttls()
    assert session.to_send() == b"STARTTLS\r\n"
    (answered,) = session.receive(b"220 go\r\n250-evil\r\n250 AUTH PLAIN\r\n")
    assert session.receive(b"250 more from the clear\r\n") == []
    session.secured()

    assert answered == Answered(Verb.STARTTLS, Reply(220, "go"))
    assert session.offered.values == {}
    assert session.phase is Phase.GREETED
    session.hello("client.example.org")
    assert session.to_send() == b"EHLO client.example.org\r\n"
    session.receive(b"250 host\r\n")
    assert session.offered.logins == frozenset()


@pytest.mark.parametrize("reply", [b"454 not now\r\n", b"502 what\r\n"])
def test_a_refused_starttls_is_told(reply: bytes) -> None:
    session = _open("STARTTLS", private=False)
    session.starttls()

    (answered,) = session.receive(reply)

    assert isinstance(answered, Answered)
    assert session.phase is Phase.OPEN


def test_a_password_is_never_written_in_clear() -> None:
    session = _open("AUTH PLAIN", private=False)

    with pytest.raises(Misuse, match="TLS"):
        session.login(Plain("ann", "s3cret"))

    assert session.to_send() == b""


def test_plain_is_one_line_and_login_three() -> None:
    plain = _open("AUTH PLAIN")
    plain.login(Plain("ann", "pw"))
    assert plain.to_send() == b"AUTH PLAIN AGFubgBwdw==\r\n"
    assert plain.receive(b"235 welcome\r\n") == [Answered(Verb.AUTH, Reply(235, "welcome"))]
    assert plain.ready

    login = _open("AUTH LOGIN")
    login.login(Login("ann", "pw"))
    written = [login.to_send()]
    for reply in (b"334 VXNlcm5hbWU6\r\n", b"334 UGFzc3dvcmQ6\r\n"):
        assert login.receive(reply) == []
        written.append(login.to_send())
    assert written == [b"AUTH LOGIN\r\n", b"YW5u\r\n", b"cHc=\r\n"]


@pytest.mark.parametrize("challenge", [b"334 not base64!\r\n", b"334 bW9yZQ==\r\n"])
def test_a_challenge_that_makes_no_sense_is_broken_off(challenge: bytes) -> None:
    session = _open("AUTH PLAIN")
    session.login(Plain("ann", "pw"))
    session.to_send()

    session.receive(challenge)

    assert session.to_send() == b"*\r\n"
    assert session.receive(b"501 cancelled\r\n") == [Answered(Verb.AUTH, Reply(501, "cancelled"))]


def test_goodbye_ends_the_session() -> None:
    session = _open()
    session.quit()

    events = session.receive(b"221 bye\r\n")

    assert [type(event) for event in events] == [Answered, Ended]
    assert session.awaiting is None


# -- refusals and misuse -----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "message",
    [
        Message("a@example.org", "b@example.org\r\nRCPT TO:<c@example.org>", DATA),
        Message("a@example.org>\n", "b@example.org", DATA),
        Message("a@example.org", "b@example.org", b"x\n.\nMAIL FROM:<evil@example.org>\r\n"),
        Message("a@example.org", "é@example.org", DATA),
    ],
)
def test_an_unfit_message_leaves_no_byte_and_the_session_as_it_was(message: Message) -> None:
    session = _open("PIPELINING")

    with pytest.raises(UnfitMessage):
        session.begin(message)

    assert session.to_send() == b""
    session.begin(_message())
    assert session.to_send() == ENVELOPE


def test_a_message_over_size_leaves_no_byte() -> None:
    session = _open("PIPELINING", "SIZE 10")

    with pytest.raises(UnfitServer):
        session.begin(_message())

    assert session.to_send() == b""


def test_what_the_tables_do_not_hold_cannot_be_asked() -> None:
    fresh, busy = Session(), _begun("PIPELINING")[0]
    misuses: list[Callable[[], None]] = [
        fresh.quit,
        fresh.starttls,
        fresh.secured,
        lambda: fresh.hello("client.example.org"),
        lambda: fresh.begin(_message()),
        busy.quit,
        busy.starttls,
        lambda: busy.hello("client.example.org"),
    ]

    for misuse in misuses:
        with pytest.raises(Misuse):
            misuse()


def test_nothing_is_said_while_a_message_is_being_handed_over() -> None:
    session, _ = _begun("PIPELINING")
    session.receive(YES)

    with pytest.raises(Misuse):
        session.quit()


@pytest.mark.parametrize(
    "heard, awaiting",  # noqa: PT006
    [(b"", Verb.MAIL), (b"250 ok\r\n", Verb.RCPT), (b"250 ok\r\n250 ok\r\n", Verb.DATA), (YES, None)],
)
def test_the_oldest_unanswered_step_names_the_timeout(heard: bytes, awaiting: Verb | None) -> None:
    session, _ = _begun("PIPELINING")

    session.receive(heard)

    assert session.awaiting is awaiting


def test_after_the_dot_its_reply_is_awaited() -> None:
    session, _ = _begun("PIPELINING")
    session.receive(YES)
    session.next_piece()

    assert session.awaiting is Verb.DOT


@given(st.binary(max_size=200), st.integers(0, 3))
def test_whatever_a_server_sends_each_message_is_settled_once(noise: bytes, replies: int) -> None:
    session, _ = _begun("PIPELINING")

    events = session.receive(b"".join(YES.splitlines(keepends=True)[:replies]))
    handed_over = bool(session.next_piece())
    events += session.receive(noise)
    events += session.lost("gone")

    outcome = _outcome(events)
    assert outcome.event is not Happened.ACCEPTED or handed_over
    assert outcome.event is not Happened.LOST or handed_over


def test_every_row_of_the_tables_leads_somewhere_known() -> None:
    assert {key[0] for key in SESSION} | set(SESSION.values()) == set(Phase)
    assert {key[0] for key in MESSAGE} | set(MESSAGE.values()) == set(Step)
    assert not [key for key in MESSAGE if key[0] is Step.OVER]


def test_nothing_of_a_message_or_password_shows_in_a_repr() -> None:
    assert "Good morning" not in repr(_message())

"""Every message taken is settled exactly once, whatever the server does."""

from __future__ import annotations

import signal
import threading
import time
from dataclasses import replace
from typing import NoReturn

import pytest

from newsletter_mailer.errors import LoginRefused, NewsletterError, ServerUnreachable, Stopped
from newsletter_mailer.model.delivery import Event
from newsletter_mailer.model.outcome import Reply, Verb
from newsletter_mailer.smtp.body import ONE_PIECE
from newsletter_mailer.smtp.pool import Outgoing, Timeouts, send_all, send_one
from smtp_servers import (
    HANG_UP,
    PIPELINING,
    QUICK,
    SILENCE,
    ScriptedServer,
    Tray,
    account,
    free_port,
    letters,
    readers,
    when,
)

ANN, BOB, EVE = "ann@example.org", "bob@example.org", "eve@example.org"
AT_ONCE = (0.0, 0.0)


def _received(server: ScriptedServer) -> list[str]:
    return [message.rcpt_to for message in server.messages]


@pytest.mark.parametrize("offers", [PIPELINING, ("SIZE 1000000",)])
def test_each_reader_gets_one_message_over_one_connection(offers: tuple[str, ...]) -> None:
    tray = Tray(letters(*readers(5)))

    with ScriptedServer(offers=offers) as server:
        send_all(tray, account(server.port))

    assert _received(server) == readers(5)
    assert tray.events == [(reader, Event.ACCEPTED) for reader in readers(5)]
    assert tray.dots == readers(5)
    assert [talk.lines[-1] for talk in server.talks] == ["QUIT"]


def test_the_envelope_is_one_write_where_pipelining_is_offered() -> None:
    with ScriptedServer() as piped, ScriptedServer(offers=()) as stepwise:
        for server in (piped, stepwise):
            send_all(Tray(letters(ANN)), account(server.port))

    assert piped.talks[0].verbs_at_once == [1, 3, 2, 1, 1]
    assert set(stepwise.talks[0].verbs_at_once) == {1}


def test_a_refused_and_a_deferred_reader_do_not_hold_up_the_others() -> None:
    tray = Tray(letters(ANN, BOB, EVE))
    rcpt = ["550 5.1.1 who", "450 4.2.1 slowly", "250 ok"]

    with ScriptedServer({"RCPT": rcpt, "DATA": ["503 no", "503 no", "354 go"]}) as server:
        send_all(tray, account(server.port))

    assert tray.events == [(ANN, Event.REFUSED), (BOB, Event.DEFERRED), (EVE, Event.ACCEPTED)]
    assert tray.settled[0][1].reply == Reply(550, "5.1.1 who")
    assert tray.dots == _received(server) == [EVE]
    assert len(server.talks) == 1


def test_with_nothing_to_send_no_connection_is_made() -> None:
    with ScriptedServer() as server:
        send_all(Tray([]), account(server.port))

    assert server.talks == []


# -- the line dies ---------------------------------------------------------------------------------------


@pytest.mark.parametrize("verb", ["MAIL", "RCPT", "DATA"])
@pytest.mark.parametrize("offers", [PIPELINING, ()])
def test_a_line_lost_before_the_dot_is_tried_again_on_a_new_one(verb: str, offers: tuple[str, ...]) -> None:
    tray = Tray(letters(ANN, BOB))

    with ScriptedServer({verb: [HANG_UP]}, offers=offers) as server:
        send_all(tray, account(server.port), waits=AT_ONCE)

    assert _received(server) == tray.dots == [ANN, BOB]
    assert [event for event in tray.events if event[1] is not Event.RELEASED] == [
        (ANN, Event.ACCEPTED),
        (BOB, Event.ACCEPTED),
    ]
    assert len(server.talks) == 2


def test_a_line_lost_after_the_dot_is_in_doubt_and_not_sent_again() -> None:
    tray = Tray(letters(ANN, BOB))

    with ScriptedServer({"DOT": [HANG_UP]}) as server:
        send_all(tray, account(server.port), waits=AT_ONCE)

    assert tray.events == [(ANN, Event.LOST), (BOB, Event.ACCEPTED)]
    assert tray.settled[0][1].verb is Verb.DOT
    assert tray.settled[0][1].detail == "the server closed the connection"
    assert _received(server) == [ANN, BOB]


def test_a_line_lost_within_a_long_message_is_not_in_doubt() -> None:
    data = (b"x" * 70 + b"\r\n") * 200_000
    tray = Tray(letters(ANN, data=data))

    with ScriptedServer({"BODY": [HANG_UP]}, offers=("PIPELINING",)) as server:
        send_all(tray, account(server.port), waits=AT_ONCE)

    assert tray.events == [(ANN, Event.RELEASED), (ANN, Event.ACCEPTED)]
    assert tray.dots == [ANN]
    assert server.messages[-1].data == data


def test_a_server_that_stops_reading_a_long_message_is_not_in_doubt() -> None:
    tray = Tray(letters(ANN, data=b"x" * 20_000_000), again=False)
    quick = replace(QUICK, block=0.3, quit=0.1)

    with ScriptedServer({"BODY": SILENCE}, offers=("PIPELINING",)) as server:
        send_all(tray, account(server.port, timeouts=quick))

    assert tray.events == [(ANN, Event.RELEASED)]
    assert tray.settled[0][1].detail == "no answer within 0.3 s"
    assert tray.dots == []


def test_a_server_that_does_not_say_goodbye_is_left_all_the_same() -> None:
    tray = Tray(letters(ANN))

    with ScriptedServer({"QUIT": SILENCE}) as server:
        send_all(tray, account(server.port, timeouts=replace(QUICK, quit=0.1)))

    assert tray.events == [(ANN, Event.ACCEPTED)]


def test_without_a_name_of_our_own_the_greeting_is_never_localhost() -> None:
    with ScriptedServer() as server:
        send_one(replace(account(server.port), ehlo=""), letters(ANN)[0])

    assert server.talks[0].lines[0].startswith("EHLO ")
    assert "localhost" not in server.talks[0].lines[0]


def test_a_long_message_arrives_whole() -> None:
    data = b"Subject: long\r\n\r\n" + b".dotted line\r\n" * (ONE_PIECE // 5)

    with ScriptedServer(offers=("PIPELINING",)) as server:
        outcome = send_one(account(server.port), letters(ANN, data=data)[0])

    assert outcome.event is Event.ACCEPTED
    assert server.messages[0].data == data


@pytest.mark.parametrize("garbage", [b"hello\r\n", b"HTTP/1.0 200 OK\r\n", b"250", b"\xff" * 9000])
def test_garbage_after_the_dot_is_in_doubt(garbage: bytes) -> None:
    tray = Tray(letters(ANN, BOB))

    with ScriptedServer({"DOT": [garbage]}) as server:
        send_all(tray, account(server.port, timeouts=replace(QUICK, dot=1.5)), waits=AT_ONCE)

    assert tray.events == [(ANN, Event.LOST), (BOB, Event.ACCEPTED)]


@pytest.mark.parametrize(
    "verb, event",  # noqa: PT006
    [("MAIL", Event.RELEASED), ("RCPT", Event.RELEASED), ("DATA", Event.RELEASED), ("DOT", Event.LOST)],
)
def test_silence_is_a_lost_line_after_the_timeout_of_that_step(verb: str, event: Event) -> None:
    quick = replace(QUICK, **{verb.lower(): 0.2})
    tray = Tray(letters(ANN), again=False)

    with ScriptedServer({verb: SILENCE}) as server:
        if verb == "MAIL":  # nothing at all was answered: not worth settling before giving up
            with pytest.raises(ServerUnreachable):
                send_all(tray, account(server.port, timeouts=quick), waits=())
        else:
            send_all(tray, account(server.port, timeouts=quick), waits=())

    assert tray.events == [(ANN, event)]
    assert verb == "MAIL" or tray.settled[0][1].detail == "no answer within 0.2 s"


def test_a_server_that_closes_without_a_word_after_some_messages_loses_nobody() -> None:
    everyone = readers(20)
    tray = Tray(letters(*everyone))

    with ScriptedServer(close_after=3) as server:
        send_all(tray, account(server.port), waits=())

    assert _received(server) == everyone
    assert tray.events == [(reader, Event.ACCEPTED) for reader in everyone]
    assert len(server.talks) == 7


@pytest.mark.parametrize("verb", ["MAIL", "RCPT", "DATA", "DOT"])
def test_421_anywhere_releases_the_message_and_a_new_line_takes_it(verb: str) -> None:
    tray = Tray(letters(ANN, BOB))

    with ScriptedServer({verb: ["421 4.7.0 closing"]}) as server:
        send_all(tray, account(server.port), waits=AT_ONCE)

    assert tray.events[0] == (ANN, Event.RELEASED)
    assert set(tray.events[1:]) == {(ANN, Event.ACCEPTED), (BOB, Event.ACCEPTED)}
    assert tray.settled[0][1].reply == Reply(421, "4.7.0 closing")


def test_a_server_that_never_gets_anything_done_is_given_up() -> None:
    tray = Tray(letters(ANN, BOB))

    with ScriptedServer({"MAIL": HANG_UP}) as server, pytest.raises(ServerUnreachable, match="3 connections"):
        send_all(tray, account(server.port), waits=AT_ONCE)

    assert len(server.talks) == 3
    assert tray.events == [(ANN, Event.RELEASED)]
    assert server.messages == []


def test_a_server_that_dies_after_every_dot_is_given_up_before_it_costs_many_readers() -> None:
    tray = Tray(letters(*readers(10)))

    with ScriptedServer({"DOT": HANG_UP}) as server, pytest.raises(Stopped, match="3 times"):
        send_all(tray, account(server.port), waits=AT_ONCE * 10)

    assert [event for _, event in tray.events] == [Event.LOST] * 3 + [Event.RELEASED]
    assert len(tray.waiting) == 7


def test_losses_far_apart_do_not_stop_a_run() -> None:
    tray = Tray(letters(*readers(310)))
    replies = (["250 ok"] * 101 + [HANG_UP]) * 3

    with ScriptedServer({"DOT": replies}) as server:
        send_all(tray, account(server.port), waits=AT_ONCE)

    assert [event for _, event in tray.events].count(Event.LOST) == 3
    assert len(server.messages) == 310


def test_a_server_that_comes_back_is_waited_for() -> None:
    tray = Tray(letters(ANN, BOB))
    greetings: list[str | bytes] = ["220 hello", "421 too busy", "220 hello"]

    with ScriptedServer({"CONNECT": greetings, "DOT": [HANG_UP]}) as server:
        send_all(tray, account(server.port), waits=(0.01, 0.01))

    assert tray.events == [(ANN, Event.LOST), (BOB, Event.ACCEPTED)]
    assert len(server.talks) == 3


# -- about us, not about the reader --------------------------------------------------------------------------


def test_a_refused_sender_stops_the_run_and_refuses_nobody() -> None:
    tray = Tray(letters(ANN, BOB))

    with (
        ScriptedServer({"MAIL": "553 5.7.1 not yours", "RCPT": "503 no", "DATA": "503 no"}) as server,
        pytest.raises(Stopped, match=r"553 5\.7\.1 not yours"),
    ):
        send_all(tray, account(server.port))

    assert tray.events == [(ANN, Event.RELEASED)]
    assert tray.settled[0][1].reply == Reply(553, "5.7.1 not yours")


@pytest.mark.parametrize("verb", ["MAIL", "RCPT", "DATA", "DOT"])
@pytest.mark.parametrize("code", [530, 535])
def test_a_demand_to_log_in_stops_the_run_at_any_step(verb: str, code: int) -> None:
    tray = Tray(letters(ANN))

    with ScriptedServer({verb: f"{code} 5.7.0 who are you"}) as server, pytest.raises(LoginRefused):
        send_all(tray, account(server.port))

    assert tray.events == [(ANN, Event.RELEASED)]


def test_a_message_over_the_servers_size_stops_the_run_with_one_clear_error() -> None:
    tray = Tray(letters(ANN, BOB, data=b"x" * 2000))

    with ScriptedServer(offers=("SIZE 1000",)) as server, pytest.raises(Stopped, match="2000 bytes"):
        send_all(tray, account(server.port))

    assert tray.events == [(ANN, Event.RELEASED)]
    assert b"MAIL" not in server.heard


def test_an_address_the_server_cannot_take_is_refused_and_the_others_go_on() -> None:
    tray = Tray(letters("josé@example.org", BOB))

    with ScriptedServer() as server:
        send_all(tray, account(server.port))

    assert tray.events == [("josé@example.org", Event.REFUSED), (BOB, Event.ACCEPTED)]
    assert "5.6.7" in tray.settled[0][1].detail


def test_such_an_address_is_used_where_it_can_be() -> None:
    with ScriptedServer(offers=("SMTPUTF8",)) as server:
        outcome = send_one(account(server.port), letters("josé@example.org")[0])

    assert outcome.event is Event.ACCEPTED
    assert _received(server) == ["josé@example.org"]
    assert "MAIL FROM:<bounces@example.org> SMTPUTF8" in server.talks[0].lines


@pytest.mark.parametrize("end", ["\n.\n", "\r.\r", "\n.\r\n", "\r\n.\n", "\r\n.\r\n"])
def test_smuggling_counts_one_message_even_with_a_lenient_server(end: str) -> None:
    evil = f"Subject: x\r\n\r\nhello{end}MAIL FROM:<evil@example.org>\r\nRCPT TO:<victim@example.org>\r\nDATA\r\nboo\r\n"
    tray = Tray(letters(ANN, data=evil.encode()) + letters(BOB))

    with ScriptedServer(lenient=True) as server:
        send_all(tray, account(server.port))

    assert "victim@example.org" not in _received(server)
    assert len(server.messages) == len(tray.dots) <= 2
    assert not [line for talk in server.talks for line in talk.lines if "evil" in line]


def test_no_bare_line_end_and_no_nul_ever_leaves() -> None:
    with ScriptedServer() as server:
        send_all(Tray(letters(*readers(3))), account(server.port))

    assert server.heard.count(b"\n") == server.heard.count(b"\r") == server.heard.count(b"\r\n")
    assert b"\0" not in server.heard


# -- no server -------------------------------------------------------------------------------------------


def test_no_connection_is_said_at_once_and_nobody_is_marked() -> None:
    tray = Tray(letters(ANN))

    with (
        free_port() as port,
        pytest.raises(ServerUnreachable, match=f"127.0.0.1:{port}: nobody answers there"),
    ):
        send_all(tray, account(port), waits=(60.0,))

    assert tray.events == [(ANN, Event.RELEASED)]


def test_an_unknown_host_is_said_with_what_to_check() -> None:
    with pytest.raises(ServerUnreachable, match=r"smtp\.host"):
        send_one(account(25, "tls", host="mail.invalid"), letters(ANN)[0])


@pytest.mark.parametrize(
    "greeting", ["554 5.7.1 your address is listed", "421 too many", HANG_UP, b"hello\r\n"]
)
def test_a_server_that_sends_us_away_is_unreachable(greeting: str | bytes) -> None:
    tray = Tray(letters(ANN))

    with ScriptedServer({"CONNECT": greeting}) as server, pytest.raises(ServerUnreachable):
        send_all(tray, account(server.port))

    assert tray.events == [(ANN, Event.RELEASED)]
    assert server.heard == b""


def test_a_greeting_with_a_close_behind_it_is_no_session() -> None:
    with ScriptedServer({"EHLO": HANG_UP}) as server, pytest.raises(ServerUnreachable, match="closed"):
        send_one(account(server.port), letters(ANN)[0])


def test_clear_text_is_refused_beyond_this_machine() -> None:
    tray = Tray(letters(ANN))

    with pytest.raises(NewsletterError, match="security: none"):
        send_all(tray, account(25, host="192.0.2.1"))

    assert tray.events == [(ANN, Event.RELEASED)]


# -- the officer and the desk --------------------------------------------------------------------------------


class _StopsAfter(Tray):
    """Ctrl-C while a message is in flight."""

    def before_dot(self, outgoing: Outgoing) -> None:
        super().before_dot(outgoing)
        self.stop = True


def test_a_stop_finishes_the_message_in_flight_and_takes_no_other() -> None:
    tray = _StopsAfter(letters(ANN, BOB))

    with ScriptedServer() as server:
        send_all(tray, account(server.port))

    assert tray.events == [(BOB, Event.RELEASED), (ANN, Event.ACCEPTED)]
    assert tray.settled[0][1].detail == "stopped before it was sent"
    assert [outgoing.rcpt_to for outgoing in tray.waiting] == [BOB]
    assert _received(server) == [ANN]
    assert server.talks[0].lines[-1] == "QUIT"


def test_a_stop_while_waiting_for_a_new_connection_does_not_wait() -> None:
    tray = Tray(letters(ANN))
    started = time.monotonic()

    with ScriptedServer({"MAIL": HANG_UP}) as server:
        when(server.failed, lambda: setattr(tray, "stop", True))
        send_all(tray, account(server.port), waits=(600.0,))

    assert time.monotonic() - started < 300
    assert tray.events == [(ANN, Event.RELEASED)]


class _FullDisk(Tray):
    def before_dot(self, outgoing: Outgoing) -> NoReturn:
        raise OSError(28, "No space left on device")


def test_a_journal_that_cannot_be_written_keeps_the_dot_back() -> None:
    tray = _FullDisk(letters(ANN, BOB))

    with ScriptedServer() as server, pytest.raises(OSError, match="No space"):
        send_all(tray, account(server.port))

    assert tray.events == [(ANN, Event.RELEASED), (BOB, Event.RELEASED)]
    assert server.messages == []
    assert b"Good morning" not in server.heard


@pytest.mark.parametrize(
    "verb, event",  # noqa: PT006
    [("CONNECT", Event.RELEASED), ("RCPT", Event.RELEASED), ("DOT", Event.LOST)],
)
def test_a_hard_interrupt_settles_what_is_on_the_way(verb: str, event: Event) -> None:
    tray = Tray(letters(ANN))
    main = threading.main_thread().ident or 0

    with ScriptedServer({verb: SILENCE}) as server:
        when(server.failed, lambda: signal.pthread_kill(main, signal.SIGINT))
        with pytest.raises(KeyboardInterrupt):
            send_all(tray, account(server.port))

    assert tray.events == [(ANN, event)]
    assert tray.settled[0][1].detail == "interrupted"


# -- one message -----------------------------------------------------------------------------------------


def test_one_message_gives_its_outcome() -> None:
    with ScriptedServer({"RCPT": ["550 5.1.1 who"]}) as server:
        outcome = send_one(account(server.port), letters(ANN)[0])

    assert (outcome.event, outcome.verb, str(outcome.reply)) == (Event.REFUSED, Verb.RCPT, "550 5.1.1 who")


def test_one_message_whose_line_dies_after_the_dot_is_reported_lost() -> None:
    with ScriptedServer({"DOT": HANG_UP}) as server:
        outcome = send_one(account(server.port), letters(ANN)[0])

    assert outcome.event is Event.LOST


def test_one_message_that_nobody_answers_is_not_tried_twice() -> None:
    with ScriptedServer({"MAIL": HANG_UP}) as server, pytest.raises(ServerUnreachable):
        send_one(account(server.port), letters(ANN)[0])

    assert len(server.talks) == 1


def test_after_ctrl_c_nobody_waits_for_a_server_that_says_nothing_and_the_reader_stays_queued() -> None:
    with ScriptedServer({"MAIL": SILENCE}) as server:
        tray = Tray(letters(ANN, BOB))
        when(server.failed, lambda: setattr(tray, "stop", True))
        began = time.monotonic()

        send_all(tray, account(server.port, timeouts=Timeouts()))

    assert time.monotonic() - began < 60  # RFC 5321 gives the server five minutes
    assert tray.events == [(ANN, Event.RELEASED)]
    assert tray.dots == []


def test_after_ctrl_c_a_mail_whose_dot_was_written_still_gets_its_answer() -> None:
    with ScriptedServer({"DOT": SILENCE}) as server:
        tray = Tray(letters(ANN, BOB))
        when(server.failed, lambda: setattr(tray, "stop", True))

        send_all(tray, account(server.port, timeouts=replace(QUICK, dot=2.5)))

    assert set(tray.events) == {(ANN, Event.LOST), (BOB, Event.RELEASED)}


def test_a_message_that_is_printed_does_not_show_what_it_says() -> None:
    outgoing = Outgoing(7, 2, "b@example.org", "ann@example.org", b"Subject: a word\r\n")

    shown = repr(outgoing)

    assert shown == "Outgoing(7.2 to ann@example.org)"

"""Many connections at once: opened as there is work, given up with patience, and nobody is told of twice."""

from __future__ import annotations

import random
import threading
from collections import Counter
from dataclasses import dataclass, field, replace

import pytest

from newsletter_mailer.errors import LoginRefused, ServerUnreachable, Stopped
from newsletter_mailer.model.delivery import Event
from newsletter_mailer.model.outcome import Outcome
from newsletter_mailer.smtp.body import ONE_PIECE
from newsletter_mailer.smtp.pool import Later, Outgoing, send_all
from smtp_servers import (
    CHUNKING,
    HANG_UP,
    PIPELINING,
    QUICK,
    SILENCE,
    ScriptedServer,
    Tray,
    account,
    letters,
    patient,
    readers,
    when,
)

AT_ONCE = (0.0, 0.0)
MODES = [(PIPELINING, 1), (("SIZE 1000000",), 1), (CHUNKING, 3)]


def _received(server: ScriptedServer) -> list[str]:
    return [message.rcpt_to for message in server.messages]


@pytest.mark.parametrize(("offers", "window"), MODES)
def test_all_connections_carry_and_each_reader_gets_one(offers: tuple[str, ...], window: int) -> None:
    everyone = readers(60)
    tray = Tray(letters(*everyone))

    with patient(4, offers=offers) as server:
        send_all(tray, account(server.port, connections=4, window=window))

    assert sorted(_received(server)) == sorted(everyone)
    assert Counter(tray.events) == Counter((reader, Event.ACCEPTED) for reader in everyone)
    assert sorted(tray.dots) == sorted(everyone)
    assert len(server.talks) == 4
    assert all(talk.lines[-1] == "QUIT" for talk in server.talks)


def test_no_connection_is_opened_without_a_message_for_it() -> None:
    with ScriptedServer() as server:
        send_all(Tray(letters(*readers(3))), account(server.port, connections=50))

    assert len(server.talks) <= 3
    assert len(_received(server)) == 3


def test_no_more_connections_than_the_desk_allows_just_now() -> None:
    tray = Tray(letters(*readers(30)), most=2)

    with patient(2) as server:
        send_all(tray, account(server.port, connections=9))

    assert len(server.talks) == 2
    assert len(_received(server)) == 30


class _FallsToOne(Tray):
    """After the tenth outcome only one connection may be open."""

    def settle(self, outgoing: Outgoing, outcome: Outcome) -> None:
        super().settle(outgoing, outcome)
        if len(self.settled) == 10:
            self.most = 1


def test_when_fewer_connections_are_allowed_the_others_say_goodbye() -> None:
    tray = _FallsToOne(letters(*readers(60)), most=3)
    tenth = ["250 queued"] * 9 + ["450 later"]

    with patient(3, replies={"DOT": tenth}) as server:
        send_all(tray, account(server.port, connections=3))

    last = {number for number, talk in enumerate(server.talks) if set(talk.taken) & set(readers(60)[-10:])}
    assert len(tray.settled) == 60
    assert len(last) == 1
    assert all(talk.lines[-1] == "QUIT" for talk in server.talks)


@pytest.mark.parametrize(("offers", "window"), MODES)
def test_a_connection_that_is_used_up_says_goodbye_and_a_new_one_goes_on(
    offers: tuple[str, ...], window: int
) -> None:
    with ScriptedServer(offers=offers) as server:
        send_all(Tray(letters(*readers(10))), account(server.port, per_connection=3, window=window), waits=())

    assert _received(server) == readers(10)
    assert [len(talk.taken) for talk in server.talks] == [3, 3, 3, 1]
    assert all(talk.lines[-1] == "QUIT" for talk in server.talks)


# -- the pace -----------------------------------------------------------------------------------------------


@dataclass
class _Paced(Tray):
    """After each message nothing goes out for a while."""

    pause: float = 0.05
    due: bool = True
    waits: threading.Event = field(default_factory=threading.Event)  #: a pause has begun

    def take(self) -> Outgoing | Later | None:
        self.due = not self.due
        if not (self.due and self.waiting):
            return super().take()
        self.waits.set()
        return Later(self.pause)


def test_the_pace_is_waited_for_on_the_same_connection() -> None:
    tray = _Paced(letters(*readers(5)))

    with ScriptedServer() as server:
        send_all(tray, account(server.port, connections=3))

    assert _received(server) == readers(5)
    assert not tray.out


def test_a_connection_that_the_pace_leaves_idle_says_goodbye_and_another_comes() -> None:
    tray = _Paced(letters(*readers(2)), pause=1.5)

    with ScriptedServer() as server:
        send_all(tray, account(server.port, timeouts=replace(QUICK, idle=0.2)), waits=())

    assert [talk.taken for talk in server.talks] == [[reader] for reader in readers(2)]
    assert [talk.lines[-1] for talk in server.talks] == ["QUIT", "QUIT"]


def test_a_stop_ends_the_wait_for_the_pace() -> None:
    tray = _Paced(letters(*readers(2)), pause=600)
    when(tray.waits, lambda: setattr(tray, "stop", True))

    with ScriptedServer() as server:
        send_all(tray, account(server.port))

    assert tray.events == [(readers(2)[0], Event.ACCEPTED)]
    assert not tray.out


# -- connections that fail ------------------------------------------------------------------------------------


def test_a_server_that_lets_no_other_connection_in_is_used_over_the_first() -> None:
    tray = Tray(letters(*readers(20)))
    greetings = ["220 hello"] + ["421 too many connections"] * 50

    with patient(3, replies={"CONNECT": greetings}) as server:
        send_all(tray, account(server.port, connections=5), waits=AT_ONCE)

    assert sorted(_received(server)) == sorted(readers(20))
    assert [event for _, event in tray.events] == [Event.ACCEPTED] * 20


def test_a_server_that_leaves_right_after_its_greeting_is_tried_again() -> None:
    tray = Tray(letters(*readers(2)))

    with ScriptedServer({"EHLO": [b"250 host\r\n421 closing\r\n"]}) as server:
        send_all(tray, account(server.port), waits=AT_ONCE)

    assert tray.events == [(reader, Event.ACCEPTED) for reader in readers(2)]
    assert len(server.talks) == 2


def test_a_login_refused_to_the_second_connection_stops_the_run_and_the_first_still_gets_its_reply() -> None:
    tray = Tray(letters(*readers(20)))

    with (
        patient(
            2, replies={"AUTH": ["235 welcome", "535 5.7.8 no"]}, offers=(*PIPELINING, "AUTH PLAIN")
        ) as server,
        pytest.raises(LoginRefused),
    ):
        send_all(tray, account(server.port, connections=2, username="ann", password="secret"))

    assert not tray.out
    assert {reader for reader, event in tray.events if event is Event.ACCEPTED} == set(_received(server))


def test_connections_that_fail_together_are_one_failure() -> None:
    tray = Tray(letters(*readers(8)))
    replies = [HANG_UP] * 4

    with patient(4, replies={"MAIL": replies}) as server:
        send_all(tray, account(server.port, connections=4), waits=AT_ONCE)

    assert sorted(_received(server)) == sorted(readers(8))


@pytest.mark.parametrize(("offers", "window"), MODES)
def test_lines_that_die_after_the_dot_stop_the_run_whichever_they_are(
    offers: tuple[str, ...], window: int
) -> None:
    tray = Tray(letters(*readers(40)))

    with (
        patient(3, replies={"DOT": HANG_UP}, offers=offers) as server,
        pytest.raises(Stopped, match="times right after"),
    ):
        send_all(tray, account(server.port, connections=3, window=window), waits=AT_ONCE * 10)

    lost = [reader for reader, event in tray.events if event is Event.LOST]
    assert 3 <= len(lost) <= 3 * window + 2
    assert set(_received(server)) <= set(lost)
    assert not tray.out


def test_a_refused_sender_stops_all_connections() -> None:
    tray = Tray(letters(*readers(20)))

    with (
        patient(3, replies={"MAIL": ["250 ok"] * 6 + ["550 5.7.1 sender not owned by user"] * 9}) as server,
        pytest.raises(Stopped, match="sender not owned"),
    ):
        send_all(tray, account(server.port, connections=3))

    assert not tray.out
    assert {reader for reader, event in tray.events if event is Event.ACCEPTED} == set(_received(server))
    assert not [event for _, event in tray.events if event is Event.REFUSED]


def test_an_issue_that_the_server_does_not_take_stops_the_run_and_refuses_nobody() -> None:
    tray = Tray(letters(*readers(3)))

    with (
        ScriptedServer({"DOT": "554 5.6.0 malformed message"}) as server,
        pytest.raises(Stopped, match="malformed"),
    ):
        send_all(tray, account(server.port))

    assert not [event for _, event in tray.events if event is not Event.RELEASED]


# -- the desk ---------------------------------------------------------------------------------------------------


class _Broken(Tray):
    """A desk whose disk is full from some call of one of its doors on."""

    door = ""
    calls = 0
    enough = 30

    def _fail_at(self, door: str) -> None:
        if door == self.door:
            self.calls += 1
            if self.calls >= self.enough:
                raise OSError(28, "No space left on device")

    def take(self) -> Outgoing | Later | None:
        self._fail_at("take")
        return super().take()

    def before_dot(self, outgoing: Outgoing) -> None:
        self._fail_at("before_dot")
        super().before_dot(outgoing)

    def settle(self, outgoing: Outgoing, outcome: Outcome) -> None:
        super().settle(outgoing, outcome)
        self._fail_at("settle")

    def connections(self) -> int:
        self._fail_at("connections")
        return super().connections()


@pytest.mark.parametrize("door", ["take", "before_dot", "settle", "connections"])
@pytest.mark.parametrize(("offers", "window"), MODES)
def test_whatever_the_desk_raises_all_that_was_taken_is_settled_and_no_dot_is_written_unknown(
    door: str, offers: tuple[str, ...], window: int
) -> None:
    tray = _Broken(letters(*readers(200)), again=False)
    tray.door = door
    tray.enough = 2 if door == "connections" else 30  # asked when something changes, not for each message

    with patient(3, offers=offers) as server, pytest.raises(OSError, match="No space"):
        send_all(tray, account(server.port, connections=3, window=window))

    assert not tray.out
    assert set(_received(server)) <= set(tray.dots)
    assert {reader for reader, event in tray.events if event is Event.ACCEPTED} == set(_received(server))


# -- chunks ------------------------------------------------------------------------------------------------------


def test_chunks_arrive_octet_by_octet_as_they_are() -> None:
    data = b"Subject: dots\r\n\r\n.\r\n..two\r\n.\r\nMAIL FROM:<evil@example.org>\r\n"
    long = data + b".x" * ONE_PIECE + b"\r\n"
    tray = Tray(letters(*readers(3), data=data) + letters("long@example.org", data=long))

    with ScriptedServer(offers=("PIPELINING", "CHUNKING")) as server:
        send_all(tray, account(server.port, window=4))

    assert [message.data for message in server.messages] == [data, data, data, long]
    assert not [line for line in server.talks[0].lines if line.startswith("DATA") or "evil" in line]


def test_a_refused_reader_is_passed_over_in_the_window() -> None:
    tray = Tray(letters(*readers(6)))

    with ScriptedServer({"RCPT": ["250 ok", "550 5.1.1 who", "450 4.2.1 later"]}, offers=CHUNKING) as server:
        send_all(tray, account(server.port, window=4))

    first, second, third, *rest = readers(6)
    assert tray.events[:3] == [(first, Event.ACCEPTED), (second, Event.REFUSED), (third, Event.DEFERRED)]
    assert _received(server) == [first, *rest]
    assert len(server.talks) == 1


def test_a_line_lost_within_a_long_chunk_is_not_in_doubt() -> None:
    data = b"x" * 20_000_000 + b"\r\n"
    tray = Tray(letters("long@example.org", data=data))

    with ScriptedServer({"BODY": [HANG_UP]}, offers=("PIPELINING", "CHUNKING")) as server:
        send_all(tray, account(server.port, window=4), waits=AT_ONCE)

    assert [event for _, event in tray.events] == [Event.RELEASED, Event.ACCEPTED]
    assert tray.dots == ["long@example.org"]
    assert server.messages[-1].data == data


def test_silence_leaves_no_more_in_doubt_than_the_window() -> None:
    tray = Tray(letters(*readers(9)), again=False)

    with ScriptedServer({"DOT": SILENCE}, offers=CHUNKING) as server, pytest.raises(Stopped):
        send_all(tray, account(server.port, window=3, timeouts=replace(QUICK, dot=1, mail=1.5)), waits=())

    assert [event for _, event in tray.events].count(Event.LOST) == 3
    assert not tray.out


# -- everything at once ------------------------------------------------------------------------------------------


def _weather(chance: random.Random, good: str, bad: list[str]) -> list[str | bytes]:
    return [chance.choice(bad) if chance.random() < 0.08 else good for _ in range(400)]


@pytest.mark.parametrize("seed", range(6))
@pytest.mark.parametrize(("offers", "window"), MODES)
def test_in_any_weather_nobody_is_lost_or_gets_it_twice(
    seed: int, offers: tuple[str, ...], window: int
) -> None:
    chance = random.Random(seed)
    everyone = readers(80)
    tray = Tray(letters(*everyone))
    replies: dict[str, list[str | bytes]] = {
        "MAIL": _weather(chance, "250 ok", [HANG_UP, "421 closing", "451 later"]),
        "RCPT": _weather(chance, "250 ok", [HANG_UP, "421 closing", "450 4.2.1 later", "550 5.1.1 who"]),
        "DOT": _weather(chance, "250 queued", [HANG_UP, "421 closing", "451 later"]),
        "CONNECT": _weather(chance, "220 hello", [HANG_UP, "421 busy"]),
    }

    with ScriptedServer(replies, offers=offers, close_after=7) as server:
        while tray.waiting:
            try:
                send_all(tray, account(server.port, connections=4, window=window), waits=AT_ONCE)
            except (Stopped, ServerUnreachable):  # as the officer would: go on with the same command
                assert not tray.out

    final = {reader: event for reader, event in tray.events if event is not Event.RELEASED}
    settled = Counter(reader for reader, event in tray.events if event is not Event.RELEASED)
    assert set(final) == set(everyone)
    assert set(settled.values()) == {1}
    arrived = Counter(_received(server))
    assert all(arrived[reader] for reader, event in final.items() if event is Event.ACCEPTED)

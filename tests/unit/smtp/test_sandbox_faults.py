"""What goes wrong goes wrong as the script or the seed says, and at no other time."""

from __future__ import annotations

import socket
import subprocess
import sys
from collections import Counter
from pathlib import Path

import pytest

from newsletter_mailer.smtp.sandbox import (
    KINDS,
    NOTHING,
    At,
    Fault,
    Moment,
    Sandbox,
    Script,
    Then,
    Turn,
    Weather,
    entries,
    received,
)

_MAIL = (
    b"MAIL FROM:<a@example.org>\r\nRCPT TO:<%s@example.org>\r\nDATA\r\nMessage-ID: <m@x>\r\n\r\nhi\r\n.\r\n"
)
NO = Fault(At.RCPT, "550 no")


def _talk(port: int, *lines: bytes) -> bytes:
    """What the server says until it hangs up, or b"reset"."""
    heard = b""
    try:
        with socket.create_connection(("127.0.0.1", port), timeout=60) as line:
            for sent in lines:
                line.sendall(sent)
            while data := line.recv(65536):
                heard += data
    except ConnectionError:
        return b"reset"
    return heard


@pytest.mark.parametrize(
    "turn, places",  # noqa: PT006
    [
        (Turn(NO), [(1, 1), (1, 2), (2, 1), (2, 2)]),
        (Turn(NO, connection=2), [(2, 1), (2, 2)]),
        (Turn(NO, message=1), [(1, 1), (2, 1)]),
        (Turn(NO, times=3), [(1, 1), (1, 2), (2, 1)]),
        (Turn(NO, recipient="b@example.org"), []),
    ],
)
def test_a_turn_comes_at_its_place_and_no_oftener(turn: Turn, places: list[tuple[int, int]]) -> None:
    script = Script(turn)

    happened = [
        (connection, message)
        for connection in (1, 2)
        for message in (1, 2)
        for at in (At.MAIL, At.RCPT)
        if script.fault(Moment(at, connection, message, "a@example.org"))
    ]

    assert happened == places


def test_the_first_of_several_turns_happens() -> None:
    script = Script(Turn(NO, times=1), Fault(At.RCPT, "450 later"))

    said = [script.fault(Moment(At.RCPT, 1, message)) for message in (1, 2)]

    assert [fault.says for fault in said if fault] == ["550 no", "450 later"]


def test_weather_is_the_same_for_the_same_seed_and_as_frequent_as_told() -> None:
    rates = {"hang_up": 0.1, "defer": 0.2, "closed_door": 0.5, "refuse": 0.3}

    def seen(seed: int) -> list[Fault | None]:
        weather = Weather(seed, rates)
        return [
            weather.fault(Moment(at, connection, message, f"{connection}.{message}@example.org"))
            for connection in range(1, 41)
            for message in range(21)
            for at in ((At.CONNECT, At.BYTE) if message == 0 else (At.MAIL, At.RCPT, At.DATA, At.DOT))
        ]

    counts = Counter(next((kind for kind, all_ in KINDS.items() if fault in all_), "") for fault in seen(1))
    assert seen(1) == seen(1)
    assert seen(1) != seen(2)
    assert 10 <= counts["closed_door"] <= 30
    assert 160 <= counts["refuse"] <= 320
    assert 0 < counts["hang_up"] < counts["defer"] < counts["refuse"]


def test_a_reader_whom_the_weather_refuses_is_refused_at_every_try() -> None:
    weather = Weather(1, {"refuse": 0.5})

    tries = {
        number: {weather.fault(Moment(At.RCPT, at, at, f"{number}@example.org")) for at in range(1, 9)}
        for number in range(50)
    }

    assert all(len(verdicts) == 1 for verdicts in tries.values())
    assert {verdict for verdicts in tries.values() for verdict in verdicts} == {None, KINDS["refuse"][0]}


def test_weather_that_nobody_knows_is_refused() -> None:
    with pytest.raises(ValueError, match="hail"):
        Weather(1, {"hail": 0.1})


@pytest.mark.parametrize(
    "fault, heard",  # noqa: PT006
    [
        (Fault(At.CONNECT, NOTHING, Then.HANG_UP), b""),
        (Fault(At.CONNECT, NOTHING, Then.RESET), b"reset"),
        (Fault(At.CONNECT, b"\xff\r\n", Then.HANG_UP), b"\xff\r\n"),
        (Fault(At.CONNECT, "421 no", Then.HANG_UP, bytewise=True), b"421 no\r\n"),
        (Fault(At.CONNECT, "421 no", Then.HANG_UP, seconds=0.01), b"421 no\r\n"),
    ],
)
def test_the_line_ends_as_told(fault: Fault, heard: bytes) -> None:
    with Sandbox(faults=Script(fault)) as sandbox:
        assert _talk(sandbox.port) == heard


def test_after_so_many_bytes_nothing_more_is_heard(tmp_path: Path) -> None:
    talk = _MAIL % b"b"
    log = tmp_path / "log"

    with Sandbox(
        faults=Script(Fault(At.BYTE, NOTHING, Then.HANG_UP, after=len(talk) - 1)), log=log
    ) as sandbox:
        heard = _talk(sandbox.port, talk)

    assert heard.endswith(b"354 end with a dot on its own line\r\n")
    assert [entry.kind for entry in entries(log) if entry.kind != "breach"] == ["began", "broke"]


@pytest.mark.parametrize(
    "fault, taken",  # noqa: PT006
    [
        (Fault(At.DOT, NOTHING, Then.HANG_UP), True),
        (Fault(At.DOT, NOTHING, Then.HANG_UP, takes=False), False),
        (Fault(At.DOT, "451 later", Then.HANG_UP), False),
        (Fault(At.DOT, b"what?\r\n", Then.HANG_UP), True),
        (Fault(At.DOT, seconds=0.01, then=Then.HANG_UP), True),
    ],
)
def test_the_log_says_who_has_a_message_and_what_was_replied(
    fault: Fault, taken: bool, tmp_path: Path
) -> None:
    log = tmp_path / "log"

    with Sandbox(faults=Script(fault), log=log) as sandbox:
        _talk(sandbox.port, _MAIL % b"b")

    [whole] = [entry for entry in entries(log) if entry.kind == "message"]
    assert (whole.to, whole.message_id, whole.connection) == ("b@example.org", "<m@x>", 1)
    assert whole.taken is taken
    assert whole.reply == fault.reply("250 2.0.0 arrived").decode().rstrip()
    assert received(log) == (Counter({"b@example.org": 1}) if taken else Counter())


def test_the_log_is_written_before_the_reply_and_only_its_whole_lines_count(tmp_path: Path) -> None:
    log = tmp_path / "log"

    with Sandbox(log=log) as sandbox, socket.create_connection(("127.0.0.1", sandbox.port)) as line:
        line.sendall(_MAIL % b"b")
        heard = b""
        while b"arrived" not in heard:
            heard += line.recv(65536)
        count = received(log)["b@example.org"]
    with log.open("ab") as file:
        file.write(b'{"kind": "mess')

    assert count == 1
    assert received(log) == Counter({"b@example.org": 1})


def test_what_no_client_may_do_is_in_the_log(tmp_path: Path) -> None:
    log = tmp_path / "log"
    late = Script(Fault(At.DATA, seconds=0.05))

    with Sandbox(faults=late, log=log) as sandbox:
        _talk(sandbox.port, _MAIL % b"b", b"QUIT\r\n")
    with Sandbox(offers=(), log=log) as sandbox:
        _talk(sandbox.port, b"NOOP\r\nQUIT\r\n")

    assert {entry.what for entry in entries(log) if entry.kind == "breach"} == {
        "did not wait for 354",
        "did not wait for a reply",
    }


@pytest.mark.parametrize("lie", ["SIZE", "8BITMIME"])
def test_what_was_offered_may_be_refused(lie: str) -> None:
    talk = b"MAIL FROM:<a@example.org> SIZE=100 BODY=8BITMIME\r\nQUIT\r\n"

    with Sandbox(lies=[lie]) as sandbox:
        heard = _talk(sandbox.port, talk)

    assert f"555 5.5.4 {lie} is not supported".encode() in heard


def test_commands_at_once_may_be_refused_though_pipelining_was_offered() -> None:
    with (
        Sandbox(lies=["PIPELINING"]) as sandbox,
        socket.create_connection(("127.0.0.1", sandbox.port), timeout=60) as line,
    ):
        line.sendall(b"NOOP\r\nNOOP\r\n")
        heard = b""
        while heard.count(b"\r\n") < 3:
            heard += line.recv(65536)

    assert heard.endswith(b"\r\n250 2.0.0 ok\r\n503 5.5.0 one command at a time\r\n")


def test_it_runs_as_a_program_until_its_input_is_closed(tmp_path: Path) -> None:
    log = tmp_path / "log"
    command = [sys.executable, "-m", "newsletter_mailer.smtp.sandbox", "--log", str(log), "--seed", "1"]
    options = ["--rate", "refuse=1", "--offer", "CHUNKING", "--without", "PIPELINING", "--lie", "SIZE"]

    with subprocess.Popen([*command, *options], stdin=subprocess.PIPE, stdout=subprocess.PIPE) as program:
        assert program.stdin is not None
        assert program.stdout is not None
        port = int(program.stdout.readline())
        heard = _talk(port, b"EHLO x\r\n", b"MAIL FROM:<>\r\n", b"RCPT TO:<b@example.org>\r\n", b"QUIT\r\n")
        program.stdin.close()

    assert program.returncode == 0
    assert b"CHUNKING" in heard
    assert b"PIPELINING" not in heard
    assert b"550 5.1.1" in heard


@pytest.mark.parametrize("rate", ["hail=0.1", "defer=often"])
def test_the_program_refuses_weather_that_nobody_knows(rate: str) -> None:
    command = [sys.executable, "-m", "newsletter_mailer.smtp.sandbox", "--rate", rate]

    done = subprocess.run(command, capture_output=True, text=True)

    assert done.returncode == 2
    assert "--rate" in done.stderr

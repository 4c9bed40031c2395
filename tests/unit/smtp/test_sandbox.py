"""The sandbox takes mail like a server, keeps it, and lets nothing out."""

from __future__ import annotations

import socket

import pytest

from newsletter_mailer.model.delivery import Event
from newsletter_mailer.smtp import sandbox as sandbox_module
from newsletter_mailer.smtp.pool import send_all
from newsletter_mailer.smtp.sandbox import CHUNKING, Arrived, Sandbox, visitor
from smtp_servers import Tray, account, letters, readers


def _say(port: int, *lines: bytes, goodbye: bytes = b"QUIT\r\n") -> bytes:
    """Say these bytes and QUIT; everything the server answered. No goodbye to a server that hangs up by itself."""
    with socket.create_connection(("127.0.0.1", port), timeout=60) as line:
        for sent in (*lines, goodbye):
            line.sendall(sent)
        heard = b""
        while data := line.recv(65536):
            heard += data
    return heard


def test_what_is_sent_arrives_with_its_envelope() -> None:
    data = b"Subject: x\r\n\r\n.dot\r\n..\r\n.\r\nend\r\n"

    with Sandbox() as sandbox:
        send_all(Tray(letters(*readers(3), data=data)), account(sandbox.port))

    assert sandbox.arrived == tuple(
        Arrived(number, "bounces@example.org", reader, data) for number, reader in enumerate(readers(3), 1)
    )


def test_it_answers_particular_readers_as_told() -> None:
    full, gone, fine = readers(3)
    tray = Tray(letters(full, gone, fine, full))

    with Sandbox() as sandbox:
        sandbox.answer(full.upper(), "452 4.2.2 mailbox full", times=1)
        sandbox.answer(gone, "550 5.1.1 no such user")
        send_all(tray, account(sandbox.port))

    assert tray.events == [
        (full, Event.DEFERRED),
        (gone, Event.REFUSED),
        (fine, Event.ACCEPTED),
        (full, Event.ACCEPTED),
    ]
    assert [arrived.rcpt_to for arrived in sandbox.arrived] == [fine, full]


def test_arrivals_are_told_and_only_the_newest_are_kept() -> None:
    told: list[int] = []

    with Sandbox(on_arrival=lambda arrived: told.append(arrived.number), keep=2) as sandbox:
        send_all(Tray(letters(*readers(5))), account(sandbox.port))

    assert told == [1, 2, 3, 4, 5]
    assert [arrived.number for arrived in sandbox.arrived] == [4, 5]
    assert sandbox.count == 5


def test_it_listens_on_this_machine_only() -> None:
    with Sandbox() as sandbox, socket.socket() as other:
        other.bind(("0.0.0.0", 0))

        assert sandbox_module.HOST == "127.0.0.1"
        assert _say(sandbox.port).startswith(b"220 ")


def test_a_message_that_comes_byte_by_byte_is_the_same_message() -> None:
    talk = b"EHLO x\r\nMAIL FROM:<a@example.org>\r\nRCPT TO:<b@example.org>\r\nDATA\r\n.\x2e\r\nhi\r\n.\r\n"

    with Sandbox() as sandbox:
        _say(sandbox.port, *(bytes([byte]) for byte in talk))

    assert [arrived.data for arrived in sandbox.arrived] == [b".\r\nhi\r\n"]


def test_an_empty_message_is_a_message() -> None:
    with Sandbox() as sandbox:
        heard = _say(sandbox.port, b"MAIL FROM:<>\r\nRCPT TO:<b@example.org>\r\nDATA\r\n.\r\n")

    assert b"250 2.0.0 arrived" in heard
    assert sandbox.arrived[0].data == b""


@pytest.mark.parametrize("body", [b"x\ny", b"x\ry", b"x\0y", b"x\n.\ny"])
def test_bare_line_ends_and_nul_are_refused(body: bytes) -> None:
    with Sandbox() as sandbox:
        heard = _say(
            sandbox.port, b"MAIL FROM:<>\r\nRCPT TO:<b@example.org>\r\nDATA\r\n" + body + b"\r\n.\r\n"
        )

    assert b"554 5.6.0" in heard
    assert sandbox.arrived == ()


@pytest.mark.parametrize(
    "said, answer",  # noqa: PT006
    [
        (b"DATA\r\n", b"503 5.5.1 RCPT first"),
        (b"RCPT TO:<b@example.org>\r\n", b"503 5.5.1 MAIL first"),
        (b"MAIL FROM:<>\r\nMAIL FROM:<>\r\n", b"503 5.5.1 one sender"),
        (b"MAIL FROM:<>\r\nRSET\r\nMAIL FROM:<>\r\n", b"250 2.1.0 ok\r\n250 2.0.0 ok\r\n250 2.1.0 ok"),
        (b"VRFY ann\r\n", b"502 5.5.1"),
        (b"HELO x\r\nNOOP\r\n", b"250 2.0.0 ok\r\n250 2.0.0 ok"),
    ],
)
def test_commands_out_of_order_are_refused(said: bytes, answer: bytes) -> None:
    with Sandbox() as sandbox:
        heard = _say(sandbox.port, said)

    assert answer in heard


@pytest.mark.parametrize("end", [b"", b"\r\n"])
def test_a_command_without_end_is_cut_off(end: bytes) -> None:
    with Sandbox() as sandbox:
        heard = _say(sandbox.port, b"x" * 5000 + end, goodbye=b"")

    assert b"500 5.5.2 line too long" in heard


def test_a_message_without_end_is_cut_off(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(visitor, "MAX_MESSAGE", 1000)

    with Sandbox() as sandbox:
        heard = _say(
            sandbox.port, b"MAIL FROM:<>\r\nRCPT TO:<b@example.org>\r\nDATA\r\n", b"x" * 2000, goodbye=b""
        )

    assert b"552 5.3.4" in heard
    assert sandbox.arrived == ()


def test_it_ends_while_a_client_is_still_connected() -> None:
    with Sandbox() as sandbox:
        line = socket.create_connection(("127.0.0.1", sandbox.port), timeout=60)
        line.recv(100)

    with line:
        assert line.recv(100) == b""


_MAIL = b"EHLO x\r\nMAIL FROM:<a@example.org>\r\nRCPT TO:<b@example.org>\r\n"


def test_a_message_in_chunks_is_the_same_message() -> None:
    chunks = b"BDAT 7\r\n.one\r\n.BDAT 5 LAST\r\ntwo\r\n"

    with Sandbox(offers=CHUNKING) as sandbox:
        heard = _say(sandbox.port, _MAIL + chunks)
        _say(sandbox.port, *(bytes([byte]) for byte in _MAIL + chunks))

    assert b"250-SMTPUTF8\r\n250-ENHANCEDSTATUSCODES\r\n250 CHUNKING\r\n" in heard
    assert b"250 2.0.0 7 octets\r\n250 2.0.0 arrived\r\n221 " in heard
    assert [arrived.data for arrived in sandbox.arrived] == [b".one\r\n.two\r\n"] * 2


def test_chunks_of_several_messages_may_follow_each_other_at_once() -> None:
    talk = b"".join(
        b"MAIL FROM:<>\r\nRCPT TO:<%s@example.org>\r\nBDAT 3 LAST\r\nx\r\n" % name for name in (b"b", b"c")
    )

    with Sandbox(offers=CHUNKING) as sandbox:
        heard = _say(sandbox.port, talk)

    assert heard.count(b"arrived") == 2
    assert [arrived.rcpt_to for arrived in sandbox.arrived] == ["b@example.org", "c@example.org"]


def test_a_chunk_without_a_reader_is_swallowed_and_refused() -> None:
    with Sandbox(offers=CHUNKING) as sandbox:
        heard = _say(sandbox.port, b"MAIL FROM:<>\r\nBDAT 6 LAST\r\nQUIT\r\n", b"NOOP\r\n")

    assert b"503 5.5.1 RCPT first\r\n250 2.0.0 ok\r\n221 " in heard
    assert sandbox.arrived == ()


@pytest.mark.parametrize("command", [b"BDAT\r\n", b"BDAT x LAST\r\n", b"BDAT -1\r\n"])
def test_a_chunk_of_no_size_ends_the_session(command: bytes) -> None:
    with Sandbox(offers=CHUNKING) as sandbox:
        heard = _say(sandbox.port, command, goodbye=b"")

    assert b"501 5.5.4" in heard


def test_chunks_are_unknown_where_they_are_not_offered() -> None:
    with Sandbox() as sandbox:
        heard = _say(sandbox.port, b"EHLO x\r\nBDAT 0 LAST\r\n")

    assert b"CHUNKING" not in heard
    assert b"502 5.5.1 unknown command" in heard

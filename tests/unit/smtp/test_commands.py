"""Nothing is written to a server that could be read as more than one command."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from hypothesis import given
from hypothesis import strategies as st

from newsletter_mailer.model.outcome import Reply
from newsletter_mailer.smtp.commands import Envelopes, Extensions, UnfitMessage, UnfitServer, command, xtext

NOTHING = Extensions()
ASCII = b"Subject: x\r\n\r\nx\r\n"


def mail(mail_from: str, rcpt_to: str, data: bytes, offered: Extensions, *, envid: str = "") -> bytes:
    return Envelopes(offered).mail(mail_from, rcpt_to, data, envid=envid)


def rcpt(rcpt_to: str, offered: Extensions) -> bytes:
    return Envelopes(offered).rcpt(rcpt_to)


def _offering(*keywords: str) -> Extensions:
    return Extensions.read(Reply(250, "\n".join(["test.example.org", *keywords])))


@pytest.mark.parametrize(
    "control", ["\r", "\n", "\r\n", "\0", "\x0b", "\x1b", "\x7f", "\x85", "\u2028", "\u2029"]
)
def test_control_characters_are_refused_in_every_command(control: str) -> None:
    address = f"ann{control}RCPT@example.org"

    attempts: list[Callable[[], bytes]] = [
        lambda: command(f"EHLO x{control}y"),
        lambda: mail(address, "bob@example.org", ASCII, NOTHING),
        lambda: rcpt(address, NOTHING),
    ]

    for attempt in attempts:
        with pytest.raises(UnfitMessage):
            attempt()


@pytest.mark.parametrize(
    "address", ["a> NOTIFY=NEVER <b@example.org", "a b@example.org", "<a@example.org>", "\ud800@example.org"]
)
def test_an_address_cannot_leave_its_brackets(address: str) -> None:
    with pytest.raises(UnfitMessage):
        rcpt(address, _offering("SMTPUTF8"))


def test_a_command_has_a_limit() -> None:
    assert len(command("x" * 510)) == 512
    with pytest.raises(UnfitMessage, match="512"):
        command("x" * 511)


@given(st.text(max_size=80))
def test_any_address_gives_one_line_or_none(address: str) -> None:
    try:
        line = rcpt(address, _offering("SMTPUTF8", "DSN"))
    except UnfitMessage:
        return

    assert line.count(b"\r") == line.count(b"\n") == 1
    assert line.endswith(b"\r\n")
    assert line.count(b">") == 1


def test_parameters_are_written_only_where_offered_and_needed() -> None:
    everything = _offering("SIZE 1000", "8BITMIME", "SMTPUTF8", "DSN", "PIPELINING")

    assert mail("a@example.org", "b@example.org", ASCII, NOTHING) == b"MAIL FROM:<a@example.org>\r\n"
    assert mail("", "b@example.org", ASCII, NOTHING) == b"MAIL FROM:<>\r\n"
    assert (
        mail("a@example.org", "b@example.org", ASCII, everything, envid="7.1=x")
        == b"MAIL FROM:<a@example.org> SIZE=17 RET=HDRS ENVID=7.1+3Dx\r\n"
    )
    assert (
        mail("a@example.org", "é@example.org", "é".encode(), everything)
        == b"MAIL FROM:<a@example.org> SIZE=2 BODY=8BITMIME SMTPUTF8 RET=HDRS\r\n"
    )
    assert rcpt("b@example.org", NOTHING) == b"RCPT TO:<b@example.org>\r\n"
    assert (
        rcpt("b+1@example.org", everything)
        == b"RCPT TO:<b+1@example.org> NOTIFY=FAILURE,DELAY ORCPT=rfc822;b+2B1@example.org\r\n"
    )
    assert rcpt("é@example.org", everything) == "RCPT TO:<é@example.org> NOTIFY=FAILURE,DELAY\r\n".encode()


def test_letters_beyond_ascii_need_a_server_that_takes_them() -> None:
    with pytest.raises(UnfitMessage, match=r"5\.6\.7"):
        mail("a@example.org", "é@example.org", ASCII, NOTHING)
    with pytest.raises(UnfitServer, match="7-bit"):
        mail("a@example.org", "b@example.org", "é".encode(), NOTHING)


def test_xtext_hides_everything_special() -> None:
    assert xtext("a+b=c é d") == "a+2Bb+3Dc+20+C3+A9+20d"


def test_extensions_are_read_from_ehlo() -> None:
    offered = _offering("size 1000", "pipelining", "AUTH PLAIN LOGIN", "AUTH=LOGIN CRAM-MD5", "8bitmime")

    assert "PIPELINING" in offered
    assert "8BITMIME" in offered
    assert "STARTTLS" not in offered
    assert offered.size == 1000
    assert offered.logins == {"PLAIN", "LOGIN", "CRAM-MD5"}


@pytest.mark.parametrize("size", ["SIZE", "SIZE 0", "SIZE many", "SIZE -5", "SIZE ²"])
def test_a_size_that_says_nothing_is_no_limit(size: str) -> None:
    assert _offering(size).size == 0

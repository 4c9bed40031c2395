"""Bytes become replies wherever they are cut, and what is no reply is said to be none."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from newsletter_mailer.model.outcome import Reply
from newsletter_mailer.smtp.replies import MAX_LINE, MAX_LINES, Garbage, ReplyReader

TALK = b"220 ready\r\n250-host\r\n250-SIZE 1000\r\n250 PIPELINING\r\n354\r\n451 4.3.0 pas maintenant\r\n"
REPLIES = [
    Reply(220, "ready"),
    Reply(250, "host\nSIZE 1000\nPIPELINING"),
    Reply(354, ""),
    Reply(451, "4.3.0 pas maintenant"),
]


def _all(reader: ReplyReader) -> list[Reply]:
    replies = []
    while (reply := reader.next()) is not None:
        replies.append(reply)
    return replies


@pytest.mark.parametrize("cut", range(len(TALK) + 1))
def test_replies_cut_at_any_byte_are_the_same_replies(cut: int) -> None:
    reader = ReplyReader()

    reader.feed(TALK[:cut])
    early = _all(reader)
    reader.feed(TALK[cut:])

    assert early + _all(reader) == REPLIES


def test_replies_that_come_byte_by_byte_are_the_same_replies() -> None:
    reader, replies = ReplyReader(), []

    for byte in TALK:
        reader.feed(bytes([byte]))
        replies += _all(reader)

    assert replies == REPLIES


def test_a_bare_line_feed_ends_a_line_too() -> None:
    reader = ReplyReader()

    reader.feed(b"250-one\n250 two\n")

    assert reader.next() == Reply(250, "one\ntwo")


@pytest.mark.parametrize(
    "garbage",
    [
        b"hello\r\n",
        b"\r\n",
        b"25 ok\r\n",
        b"2500 ok\r\n",
        b"150 not in SMTP\r\n",
        b"650 not in SMTP\r\n",
        b"250_ok\r\n",
        b"\xff\xfe\xfd\r\n",
        b"250-one\r\n251 two\r\n",
        b"HTTP/1.1 400 Bad Request\r\n",
        b"x" * MAX_LINE,
        b"250 " + b"x" * MAX_LINE + b"\r\n",
        b"250-more\r\n" * (MAX_LINES + 1),
    ],
)
def test_what_is_no_reply_is_refused(garbage: bytes) -> None:
    reader = ReplyReader()
    reader.feed(garbage)

    with pytest.raises(Garbage):
        _all(reader)


def test_a_long_line_and_many_lines_are_read() -> None:
    reader = ReplyReader()
    reader.feed(
        b"250-" + b"x" * (MAX_LINE - 6) + b"\r\n" + b"250-more\r\n" * (MAX_LINES - 2) + b"250 end\r\n"
    )

    reply = reader.next()

    assert reply is not None
    assert reply.text.count("\n") == MAX_LINES - 1


def test_a_servers_escape_sequences_do_not_reach_a_terminal() -> None:
    reader = ReplyReader()

    reader.feed(b"550 \x1b[2Jgone\x07 \xc3\xa9 \xff \xc2\x9b\r\n")

    assert reader.next() == Reply(550, "�[2Jgone� é � �")


def test_what_was_received_can_be_forgotten() -> None:
    reader = ReplyReader()
    reader.feed(b"250-injec")
    reader.feed(b"ted\r\n250-")
    reader.next()

    reader.forget()
    reader.feed(b"220 fresh\r\n")

    assert reader.next() == Reply(220, "fresh")


@given(st.binary(max_size=300))
def test_any_bytes_give_replies_or_are_refused(data: bytes) -> None:
    reader = ReplyReader()
    reader.feed(data)

    try:
        replies = _all(reader)
    except Garbage:
        return

    assert all(200 <= reply.code <= 599 for reply in replies)

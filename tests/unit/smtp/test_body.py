"""A message arrives as it was, once, whatever stands in it."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from newsletter_mailer.smtp.body import ONE_PIECE, PIECE, Body, check_lines, check_size, dot_stuffed
from newsletter_mailer.smtp.commands import UnfitMessage, UnfitServer

DOTTY_LINES = st.lists(st.text(alphabet=".a \t\xe9", max_size=6), max_size=12)


def _received(wire: bytes) -> bytes:
    """What a strict server keeps of the bytes after its 354; they must end exactly at the end of the message."""
    lines = wire.split(b"\r\n")
    end = lines.index(b".")
    assert lines[end + 1 :] == [b""], "bytes after the final dot"
    return b"".join(line.removeprefix(b".") + b"\r\n" for line in lines[:end])


@given(DOTTY_LINES)
def test_any_message_is_received_as_it_was(lines: list[str]) -> None:
    data = "".join(f"{line}\r\n" for line in lines).encode() or b"\r\n"

    assert _received(dot_stuffed(data) + b".\r\n") == data


def test_a_message_without_dots_is_not_copied() -> None:
    data = b"Subject: x\r\n\r\nno line begins with a dot.\r\n"

    assert dot_stuffed(data) is data


def test_a_last_line_gets_its_end() -> None:
    assert dot_stuffed(b"x") == b"x\r\n"
    assert dot_stuffed(b"") == b"\r\n"
    assert dot_stuffed(b".") == b"..\r\n"


@pytest.mark.parametrize(
    "end", [b"\n.\n", b"\r.\r", b"\n.\r\n", b"\r\n.\n", b"\r\n.\r", b"\r\n\0.\r\n", b"\0"]
)
def test_what_some_servers_take_for_the_end_is_refused(end: bytes) -> None:
    with pytest.raises(UnfitMessage):
        check_lines(b"Subject: x\r\n\r\nx" + end + b"MAIL FROM:<evil@example.org>\r\n")


def test_a_message_over_the_servers_size_is_refused_before_anything_is_sent() -> None:
    check_size(b"x" * 1000, 1000)
    check_size(b"x" * 1001, 0)
    with pytest.raises(UnfitServer, match="1001 bytes"):
        check_size(b"x" * 1001, 1000)


@pytest.mark.parametrize("length", [0, 1, PIECE, ONE_PIECE, ONE_PIECE + 1, 5 * PIECE, 5 * PIECE + 1])
def test_the_dot_is_in_the_last_piece_alone(length: int) -> None:
    data = b"x" * length + b"\r\n"
    body, pieces = Body.after_data(data), []

    while not body.end_is_next:
        pieces.append(b"".join(body.next_parts()))
    last = b"".join(body.next_parts())

    assert b"".join(pieces) + last == data + b".\r\n"
    assert all(len(piece) == PIECE for piece in pieces)
    assert len(pieces) == (0 if length + 2 <= ONE_PIECE else (length + 2 - 1) // PIECE)

"""What is called clean needs no search on the wire."""

from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from message_samples import NASTY, ON_THE_WEB, copy, edition, reader
from newsletter_mailer.message.clean import clean_lines, has_clean_lines, is_clean
from newsletter_mailer.message.headers import HeaderError
from newsletter_mailer.message.mime import MessageTemplate
from newsletter_mailer.message.slots import Form, Gap
from newsletter_mailer.smtp.body import check_lines, dot_stuffed
from newsletter_mailer.smtp.commands import UnfitMessage

WIRE = st.lists(st.sampled_from([b"\r\n", b"\r", b"\n", b".", b"\0", b"a", b"\xe9"]), max_size=8).map(
    b"".join
)


def _with_gap(*pieces: bytes, gap: int, spans: tuple[tuple[int, int], ...] = ()) -> Form[bytes]:
    return Form(pieces, (Gap(gap, 0, {}, None),), spans)


@given(WIRE)
def test_clean_lines_pass_the_search_of_the_wire_and_need_no_stuffing(data: bytes) -> None:
    if not is_clean(data):
        return

    check_lines(data)
    assert not data or dot_stuffed(data) is data
    assert data.isascii()


@given(WIRE)
def test_what_the_wire_refuses_or_stuffs_is_not_clean(data: bytes) -> None:
    try:
        check_lines(data)
    except UnfitMessage:
        assert not is_clean(data)
    if re.search(rb"(?:^|\r\n)\.", data):
        assert not is_clean(data)


@pytest.mark.parametrize(
    ("form", "clean"),
    [
        (_with_gap(b"a\r\n", b"", b"b\r\n", gap=1), True),
        (_with_gap(b"", b"b\r\n", gap=0), True),
        (_with_gap(b"a\r\n", b"", b"", b"b\r\n", gap=2), True),
        (_with_gap(b"a", b"", b"b\r\n", gap=1), False),
        (_with_gap(b"a", b"", b"", b"b\r\n", gap=2), False),
        (_with_gap(b"a\r\n", b"", b".b\r\n", gap=1), False),
        (_with_gap(b"a\r\n", b"", b"b\r\n", b"\xe9\r\n", gap=1), False),
        (_with_gap(b"a\r\n", b"", b"b\r\n", b"c\r\n", gap=1, spans=((2, 0),)), True),
        (_with_gap(b"a\r\n", b"", b"b", b"c\r\n", gap=1, spans=((2, 0),)), False),
    ],
)
def test_gaps_and_spans_stand_between_whole_lines(form: Form[bytes], clean: bool) -> None:
    assert has_clean_lines(form) is clean


@pytest.mark.parametrize("name", NASTY)
def test_no_readers_name_makes_a_message_that_is_not_clean(name: str) -> None:
    template = MessageTemplate(edition(), ON_THE_WEB)

    try:
        _, raw = template.build(reader(first_name=name), copy())
    except HeaderError:
        return

    assert template.clean
    assert is_clean(raw)


@pytest.mark.parametrize(
    "lines", [b"a\nb\r\n", b"a\rb\r\n", b".\r\n", b"a\r\n.\r\n", b"a", b"\0\r\n", b"\xe9\r\n"]
)
def test_what_could_end_a_message_is_no_clean_line(lines: bytes) -> None:
    with pytest.raises(ValueError, match="break a line"):
        clean_lines(lines)


@pytest.mark.parametrize("lines", [b"a\r\n", b"a=\r\nb.\r\n", b"\r\n", b""])
def test_clean_lines_are_given_back(lines: bytes) -> None:
    assert clean_lines(lines) is lines

"""Encoded pieces can be put together in any order and come back unchanged."""

from __future__ import annotations

import quopri

import pytest
from hypothesis import given
from hypothesis import strategies as st

from message_samples import NASTY
from newsletter_mailer.message.quoted_printable import piece
from newsletter_mailer.message.relaxed import relaxed_body
from strict_mail import read_quoted_printable

ANY_TEXT = st.text(st.characters(codec="utf-8"), max_size=300)
TRICKY = st.text("aé= .\n\tFrom ‑€😀", max_size=300)


def with_lf(text: str) -> str:
    return text.replace("\r\n", "\n").replace("\r", "\n")


@given(st.lists(ANY_TEXT | TRICKY, max_size=8))
def test_pieces_in_any_order_decode_to_their_texts(texts: list[str]) -> None:
    body = b"".join(map(piece, [*texts, "\n"]))

    decoded = read_quoted_printable(body)

    assert decoded.decode() == "".join(map(with_lf, texts)) + "\n"
    assert quopri.decodestring(body).replace(b"\r\n", b"\n") == decoded


@given(st.lists(ANY_TEXT | TRICKY, max_size=8))
def test_relaxed_canonicalisation_finds_nothing_to_change(texts: list[str]) -> None:
    body = b"".join(map(piece, [*texts, "x\n"]))

    assert relaxed_body(body) == body


@given(ANY_TEXT | TRICKY)
def test_a_piece_ends_where_a_line_ends(text: str) -> None:
    assert piece(text) == b"" or piece(text).endswith(b"\r\n")
    assert (piece(text) == b"") == (text == "")


@pytest.mark.parametrize(
    ("text", "encoded"),
    [
        ("Zoé", b"Zo=C3=A9=\r\n"),
        ("Zoe", b"Zoe=\r\n"),
        (".", b"=2E=\r\n"),
        ("From here", b"=46rom here=\r\n"),
        ("Fromage", b"Fromage=\r\n"),
        ("a = b \n", b"a =3D b=20\r\n"),
        (" ", b" =\r\n"),
        ("\n.\n", b"\r\n=2E\r\n"),
        ("a\tb", b"a=09b=\r\n"),
        ("a  b   c", b"a =20b =20 c=\r\n"),
        ("é  ", b"=C3=A9 =20=\r\n"),
        ("a  \n", b"a =20\r\n"),
        ("x" * 75, b"x" * 75 + b"=\r\n"),
        ("x" * 76, b"x" * 75 + b"=\r\nx=\r\n"),
        ("x" * 74 + "é", b"x" * 74 + b"=\r\n=C3=A9=\r\n"),
        ("x" * 75 + ".y", b"x" * 75 + b"=\r\n=2Ey=\r\n"),
    ],
)
def test_a_piece_is_encoded_no_more_than_needed(text: str, encoded: bytes) -> None:
    assert piece(text) == encoded


@pytest.mark.parametrize("value", [value for value in NASTY if value != "\ud800"])
def test_no_line_of_a_nasty_value_begins_with_a_dot(value: str) -> None:
    body = piece(value) + piece(value) + piece("\n")

    assert not body.startswith(b".")
    assert b"\n." not in body
    assert read_quoted_printable(body).decode() == with_lf(value) * 2 + "\n"

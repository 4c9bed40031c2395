"""Mails taken apart: how they nest, what they hold, and how little is done for those made to cost time."""

from __future__ import annotations

import base64
import sys

import pytest

from newsletter_mailer.inbox import parts
from newsletter_mailer.inbox.classify import read_mail
from newsletter_mailer.inbox.parts import take_apart

MANY = 20_000


def multipart(boundary: str, *inside: str) -> str:
    rows = "".join(f"--{boundary}\n{one}\n" for one in inside)
    return f'Content-Type: multipart/mixed; boundary="{boundary}"\n\n{rows}--{boundary}--\n'


def test_parts_within_parts_come_in_their_order() -> None:
    inner = multipart("b1", "\none", "Content-Type: text/html\n\n<p>two<br>lines</p>")

    mail = take_apart(f"Subject: x\n{multipart('b', inner, 'Content-Type: image/png', 'X: y')}".encode())

    assert [part.kind for part in mail.parts] == ["text/plain", "text/html", "image/png", "text/plain"]
    assert [text.split() for text in mail.texts()] == [["one"], [], ["two", "lines"]]


@pytest.mark.parametrize(
    ("encoding", "body"),
    [
        ("base64", base64.encodebytes("déjà vu".encode()).decode()),
        ("quoted-printable", "d=C3=A9j=C3=A0 v=\nu"),
        ("8bit", "déjà vu"),
    ],
)
def test_a_text_is_decoded(encoding: str, body: str) -> None:
    head = f"Content-Type: text/plain; charset=utf-8\nContent-Transfer-Encoding: {encoding}"

    (text,) = take_apart(f"{head}\n\n{body}".encode()).texts()

    assert text.strip() == "déjà vu"


@pytest.mark.parametrize("charset", ["unicode_escape", "punycode", "idna", "zip", "undefined", "no-such"])
def test_a_charset_that_is_none_does_no_harm(charset: str) -> None:
    (text,) = take_apart(f"Content-Type: text/plain; charset={charset}\n\n\\x41 b\\".encode()).texts()

    assert "b" in text


def test_a_returned_mail_without_a_part_of_its_own_is_no_text() -> None:
    mail = take_apart(multipart("b", "\nsorry", "Message-ID: <1@example.org>\n\nLa lettre").encode())

    assert list(mail.texts()) == ["sorry"]
    assert [part.kind for part in mail.of(parts.ORIGINALS)] == [parts.HEADERS]


def nested(depth: int) -> bytes:
    return b"".join(
        f'Content-Type: multipart/mixed; boundary="{n}"\n\n--{n}\n'.encode() for n in range(depth)
    )


HOSTILE = {
    "parts within parts": nested(MANY),
    "parts": multipart("b", *["\nx"] * MANY).encode(),
    "boundaries of boundaries": multipart("b", *["--bb\nx"] * MANY).encode(),
    "fields": b"X: y\n" * MANY,
    "one long field": b"Subject: " + b"=?utf-8?q?a?= " * MANY,
    "parameters": b"Content-Type: multipart/mixed" + b'; a="' * MANY,
    "tags": b"Content-Type: text/html\n\n" + b"<br <p <a" * MANY,
    "addresses": b"From: MAILER-DAEMON\n\n" + b"!@!a@" * MANY,
    "recipients": b"From: MAILER-DAEMON\nSubject: failure notice\n\n"
    + b"".join(b"<a%d@example.org>: 550 5.1.1 user unknown\n" % n for n in range(MANY)),
    "lists within lists": b"Subject: AWS\n\n" + b'{"notificationType":' * MANY + b"[" * MANY,
    "groups": b"Content-Type: message/delivery-status\n\n"
    + b"".join(
        b"Final-Recipient: rfc822;a%d@example.org\nAction: failed\nStatus: 5.1.1\n\n" % n for n in range(MANY)
    ),
}


@pytest.mark.parametrize("name", HOSTILE)
def test_a_mail_made_to_cost_time_costs_little(name: str) -> None:
    raw, steps = HOSTILE[name], 0

    def count(*_: object) -> None:
        nonlocal steps
        steps += 1

    sys.setprofile(count)
    try:
        found = read_mail(raw)
    finally:
        sys.setprofile(None)

    assert len(found.recipients) <= 50
    assert len(found.tokens) <= 40
    assert steps < 2_000_000  # calls of functions: 400 kB of anything stay below


def test_what_is_beyond_the_caps_is_not_looked_at() -> None:
    mail = take_apart(HOSTILE["parts"])

    assert len(mail.parts) <= parts.MOST_PARTS

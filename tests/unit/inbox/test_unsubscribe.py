"""What the head of a mail asks for, however mail programs and people have bent it."""

from __future__ import annotations

import base64
import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from newsletter_mailer.inbox.unsubscribe import candidates_in, wish
from newsletter_mailer.tokens import Secret, sign

TOKEN = sign(Secret(bytes(32)), "unsubscribe", 42)


def head(subject: str, *more: str) -> bytes:
    rows = (f"Subject: {subject}", "From: Ann <ann@example.org>", "To: lettre@example.org", *more)
    return "\r\n".join(rows).encode()


def encoded(text: str) -> str:
    return f"=?utf-8?B?{base64.b64encode(text.encode()).decode()}?="


@pytest.mark.parametrize(
    "subject",
    [
        f"unsubscribe {TOKEN}",
        f"UNSUBSCRIBE {TOKEN.upper()}",
        f"  Unsubscribe:  <{TOKEN}> ",
        f'Re: "unsubscribe {TOKEN}"',
        f"Tr : Fwd: Re: unsubscribe {TOKEN}",
        f"unsubscribe%20{TOKEN}",
        f"unsubscribe\r\n {TOKEN}",
        f"unsubscribe {TOKEN[:30]} {TOKEN[30:]}",
        encoded(f"unsubscribe {TOKEN}"),
        f"[adhérents] unsubscribe {TOKEN} merci",
    ],
)
def test_a_token_is_found_in_the_subject_however_it_was_bent(subject: str) -> None:
    said = wish(head(subject))

    assert TOKEN in said.candidates
    assert not said.automatic


def test_a_token_is_found_in_the_address_that_was_written_to() -> None:
    said = wish(head("", f"Delivered-To: lettre+unsubscribe-{TOKEN}@example.org"))

    assert said.candidates == (TOKEN,)


@pytest.mark.parametrize(
    "subject",
    [
        "unsubscribe",
        "Re: Désinscription",
        encoded("Désinscription"),
        "De\u0301sabonnement",
        "je souhaite me désinscrire de votre liste",
        "« unsubscribe »",
    ],
)
def test_a_wish_without_a_token_is_heard(subject: str) -> None:
    said = wish(head(subject))

    assert said.asks
    assert said.candidates == ()
    assert said.sender == "ann@example.org"


@pytest.mark.parametrize(
    "subject", ["", "La lettre de novembre", "Le lien pour me désinscrire est mort", f"Merci {TOKEN}", "Re:"]
)
def test_other_mail_asks_for_nothing(subject: str) -> None:
    said = wish(head(subject))

    assert not said.asks
    assert said.candidates == ()


@pytest.mark.parametrize(
    "field",
    [
        "Auto-Submitted: auto-replied",
        "Auto-Submitted: auto-generated (rejected); owner-email=x",
        "X-Auto-Response-Suppress: All",
        "Precedence: auto_reply",
        "Return-Path: <>",
        'Content-Type: multipart/report; report-type=delivery-status; boundary="x"',
    ],
)
def test_what_a_program_answers_wishes_nothing(field: str) -> None:
    assert wish(head(f"unsubscribe {TOKEN}", field)).automatic


def test_what_steers_a_terminal_is_no_part_of_an_address() -> None:
    found = wish(b"From: \x1b[31m\x07ann@example.org\x1b]0;x\nSubject: unsubscribe\n\n")

    assert "\x1b" not in found.sender
    assert "\x07" not in found.sender
    assert "ann@example.org" in found.sender


@pytest.mark.parametrize("field", ["Auto-Submitted: no", "Precedence: list", "Precedence: bulk"])
def test_a_mail_that_came_through_a_group_is_a_persons(field: str) -> None:
    assert not wish(head(f"unsubscribe {TOKEN}", field)).automatic


def test_the_same_mail_is_known_again_under_another_number() -> None:
    first = head("unsubscribe x", "Message-ID: <1@example.org>")

    again = wish(b"X-Moved: yes\r\n" + first)

    assert again.fingerprint == wish(first).fingerprint
    assert again.fingerprint != wish(head("unsubscribe x", "Message-ID: <2@example.org>")).fingerprint


def test_a_token_is_found_in_quoted_html() -> None:
    body = (
        f'<a href=3D"mailto:lettre@example.org?subject=3Dunsubscribe%20{TOKEN[:20]}=\r\n{TOKEN[20:]}">x</a>'
    )
    mail = (
        head("unsubscribe", "Content-Type: multipart/alternative; boundary=b")
        + b"\r\n\r\n--b\r\nContent-Type: text/plain\r\n\r\nmerci\r\n--b\r\nContent-Type: text/html\r\n"
        + f"Content-Transfer-Encoding: quoted-printable\r\n\r\n{body}\r\n--b--\r\n".encode()
    )

    assert TOKEN in candidates_in(mail)


@given(st.binary(max_size=2000))
def test_no_bytes_break_the_reading(raw: bytes) -> None:
    wish(raw)
    candidates_in(raw)


@pytest.mark.parametrize(
    "mail",
    [
        b"Subject: " + b"unsubscribe " * 20_000,
        b"Subject: " + b"=?utf-8?q?=" * 10_000,
        b"From: " + b"(" * 60_000,
        b"Subject: re: " + b"re: " * 15_000,
        b"".join(b"Content-Type: multipart/mixed; boundary=b%d\n\n--b%d\n" % (n, n) for n in range(4_000)),
        b"Content-Type: text/html; charset=utf-7\n\n" + b"unsubscribe%20" * 14_000,
        b"Content-Type: text/plain; charset=\xff\xfe\nContent-Transfer-Encoding: base64\n\n!!!!",
        b"Subject: x\nContent-Type: multipart/mixed; boundary=b\n\n" + b"--b\n\nx\n" * 20_000,
        b"".join(b"Content-Type: multipart/mixed; boundary=b%d\n\n--b%d\n" % (n, n) for n in range(900))
        + b"\nx\n" * 40_000,
        b'Content-Type: text/plain; x="' + b";" * 190_000 + b"\n\nx",
        b"Content-Type: text/plain; charset=punycode\n\n" + b"9" * 190_000,
    ],
)
def test_mails_made_to_break_programs_cost_little(mail: bytes) -> None:
    begun = time.process_time()

    wish(mail)
    found = candidates_in(mail)

    assert len(found) <= 50
    assert time.process_time() - begun < 5

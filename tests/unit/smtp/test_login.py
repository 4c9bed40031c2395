"""Passwords go where they belong and nowhere else."""

from __future__ import annotations

import base64

import pytest

from newsletter_mailer.errors import LoginRefused
from newsletter_mailer.smtp.login import Login, Plain, choose, decoded, encoded, redacted

HOST = "smtp.example.org"


def _choose(*offered: str, password: str = "s3cret") -> str:
    return choose(frozenset(offered), username="ann", password=password, host=HOST).name


def test_plain_comes_before_login() -> None:
    assert _choose("LOGIN", "XOAUTH2", "PLAIN") == "PLAIN"
    assert _choose("LOGIN", "XOAUTH2") == "LOGIN"


def test_a_server_without_login_or_without_passwords_says_what_to_do() -> None:
    with pytest.raises(LoginRefused, match="offers no login"):
        _choose()
    with pytest.raises(LoginRefused, match="only GSSAPI, XOAUTH2"):
        _choose("XOAUTH2", "GSSAPI")


def test_a_nul_would_shift_the_password_and_is_refused() -> None:
    with pytest.raises(LoginRefused, match="NUL") as refused:
        _choose("PLAIN", password="s3c\0ret")

    assert "s3c" not in str(refused.value)


def test_plain_says_everything_at_once_and_again_only_when_asked() -> None:
    plain = Plain("ann", "pâté")

    assert plain.first() == "\0ann\0pâté".encode()
    assert plain.answer(b"") == plain.first()
    assert plain.answer(b"more?") is None


def test_login_answers_two_questions_and_no_third() -> None:
    login = Login("ann", "s3cret")

    assert [login.answer(b"Username:"), login.answer(b"Password:"), login.answer(b"Again:")] == [
        b"ann",
        b"s3cret",
        None,
    ]


def test_challenges_and_answers_are_base64() -> None:
    assert encoded(b"") == "="
    assert decoded("VXNlcm5hbWU6") == b"Username:"
    assert decoded("") == b""
    assert decoded("not base64!") is None
    assert decoded("é") is None


def test_no_password_is_shown() -> None:
    assert "s3cret" not in repr([Plain("ann", "s3cret"), Login("ann", "s3cret")])


def test_a_server_that_repeats_the_password_is_not_quoted() -> None:
    said = ["s3cret", base64.b64encode(b"s3cret").decode(), base64.b64encode(b"\0ann\0s3cret").decode()]

    words = redacted(f"535 wrong: {' '.join(said)}", username="ann", password="s3cret")

    assert words == "535 wrong: … … …"
    assert redacted("535 no", username="ann", password="") == "535 no"

"""Passwords go where they belong and nowhere else."""

from __future__ import annotations

import base64

import pytest

from newsletter_mailer.errors import LoginRefused
from newsletter_mailer.model.outcome import Reply
from newsletter_mailer.smtp.login import (
    Login,
    Plain,
    XOAuth2,
    choose,
    decoded,
    doubts,
    encoded,
    initial,
    redacted,
)
from newsletter_mailer.smtp.scram import Scram

HOST = "smtp.example.org"


def _choose(*offered: str, username: str = "ann", password: str = "s3cret", token: str = "") -> str:
    way = choose(
        frozenset(offered), username=username, password=password, token=token, nonce="fyko", host=HOST
    )
    return way.name


def test_scram_comes_before_plain_and_plain_before_login() -> None:
    assert _choose("LOGIN", "XOAUTH2", "PLAIN", "SCRAM-SHA-256", "SCRAM-SHA-1") == "SCRAM-SHA-256"
    assert _choose("LOGIN", "XOAUTH2", "PLAIN", "SCRAM-SHA-256-PLUS") == "PLAIN"
    assert _choose("LOGIN", "XOAUTH2") == "LOGIN"


def test_a_password_that_scram_cannot_take_goes_by_plain() -> None:
    assert _choose("PLAIN", "SCRAM-SHA-256", password="s3c\ue000ret") == "PLAIN"


def test_a_token_goes_by_xoauth2_and_never_as_a_password() -> None:
    assert _choose("PLAIN", "XOAUTH2", "SCRAM-SHA-256", token="ya29.x") == "XOAUTH2"
    with pytest.raises(LoginRefused, match=r"no login by OAuth \(XOAUTH2\), only LOGIN, PLAIN") as refused:
        _choose("PLAIN", "LOGIN", token="ya29.x")
    with pytest.raises(LoginRefused, match="no login by OAuth"):
        _choose("XOAUTH2", username="ann\1auth=x", token="ya29.x")
    assert "ya29" not in str(refused.value)


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


def test_xoauth2_is_what_google_and_microsoft_document() -> None:
    way = XOAuth2("someuser@example.com", "ya29.vF9dft4qmTc2Nvb3RlckBhdHRhdmlzdGEuY29tCg")

    assert initial(way.first()) == (
        "dXNlcj1zb21ldXNlckBleGFtcGxlLmNvbQFhdXRoPUJlYXJlciB5YTI5LnZGOWRmdDRxbVRjMk52Y"
        "jNSbGNrQmhkSFJoZG1semRHRXVZMjl0Q2cBAQ=="
    )


@pytest.mark.parametrize(
    ("challenge", "said"),
    [
        (b'{"status":"400","schemes":"Bearer"}', "status 400, schemes Bearer"),
        (b'{"status":401}', "status 401"),
        (b"[1]", "[1]"),
        (b"not today", "not today"),
        (b'{"status":"\\u001b[31m"}', "status \N{REPLACEMENT CHARACTER}[31m"),
        (b"\xff\x1b", "\N{REPLACEMENT CHARACTER}\N{REPLACEMENT CHARACTER}"),
        (b"", "no reason given"),
        (b"[" * 100_000, "[" * 300),
    ],
)
def test_the_error_of_xoauth2_is_answered_with_nothing_once_and_told(challenge: bytes, said: str) -> None:
    way = XOAuth2("ann", "ya29.x")

    assert [way.answer(challenge), way.answer(challenge)] == [b"", None]
    assert doubts(way, Reply(535, "5.7.8 no")) == f"535 5.7.8 no ({said})"


def test_a_yes_counts_when_the_server_has_proved_itself() -> None:
    scram = Scram("ann", "s3cret", "fyko")

    assert doubts(Plain("ann", "s3cret"), Reply(235, "welcome")) == ""
    assert "does not prove" in doubts(scram, Reply(235, "welcome"))
    assert doubts(scram, Reply(535, "no")) == "535 no"
    scram.complete = True
    assert doubts(scram, Reply(235, "welcome")) == ""
    assert doubts(scram, Reply(535, "no")) == "535 no"


def test_challenges_and_answers_are_base64() -> None:
    assert (encoded(b""), initial(b"")) == ("", "=")
    assert encoded(b"ann") == initial(b"ann") == "YW5u"
    assert decoded("VXNlcm5hbWU6") == b"Username:"
    assert decoded("") == b""
    assert decoded("not base64!") is None
    assert decoded("é") is None


def test_no_password_is_shown() -> None:
    assert "s3cret" not in repr([Plain("ann", "s3cret"), Login("ann", "s3cret"), XOAuth2("ann", "s3cret")])


def test_a_server_that_repeats_the_password_is_not_quoted() -> None:
    at_once = (b"s3cret", b"\0ann\0s3cret", b"user=ann\1auth=Bearer s3cret\1\1")
    said = ["s3cret", *(base64.b64encode(words).decode() for words in at_once)]

    words = redacted(f"535 wrong: {' '.join(said)}", username="ann", password="s3cret")

    assert words == "535 wrong: … … … …"
    assert redacted("535 no", username="ann", password="") == "535 no"

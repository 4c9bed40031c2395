"""SCRAM-SHA-256: the example of RFC 7677, what a lying server gets, and what passwords may hold."""

from __future__ import annotations

import base64
import hashlib
import hmac

import pytest
from hypothesis import given
from hypothesis import strategies as st

from newsletter_mailer.smtp.scram import LEAST_ITERATIONS, MOST_ITERATIONS, Scram, Unfit, fits, saslprep

# RFC 7677 section 3
NONCE = "rOprNGfwEbeRWgbNEkqO"
SERVER_FIRST = b"r=rOprNGfwEbeRWgbNEkqO%hvYDpWUa2RaTCAfuxFIlj)hNlF$k0,s=W22ZaJ0SNY7soEsUEjb6gQ==,i=4096"
CLIENT_FINAL = (
    b"c=biws,r=rOprNGfwEbeRWgbNEkqO%hvYDpWUa2RaTCAfuxFIlj)hNlF$k0,"
    b"p=dHzbZapWIk4jUhN+Ute9ytag9zjfMHgsqmmiz7AndVQ="
)
SERVER_FINAL = b"v=6rriTRBi23WpRR/wtup+mMhUZUn/dB5nLTJRsjl95G4="


def _scram() -> Scram:
    return Scram("user", "pencil", NONCE)


def test_the_example_of_the_standard_is_spoken_byte_for_byte() -> None:
    scram = _scram()

    said = [scram.first(), scram.answer(SERVER_FIRST), scram.answer(SERVER_FINAL)]

    assert said == [b"n,,n=user,r=rOprNGfwEbeRWgbNEkqO", CLIENT_FINAL, b""]
    assert (scram.complete, scram.said) == (True, "")


@pytest.mark.parametrize(
    ("final", "words"),
    [
        (b"v=" + base64.b64encode(bytes(32)), "does not know the password either"),
        (SERVER_FINAL.replace(b"v=6", b"v=7"), "does not know the password either"),
        (b"v=6rri", "does not know the password either"),
        (b"v=====", "none of SCRAM-SHA-256"),
        (b"v=", "none of SCRAM-SHA-256"),
        (b"", "none of SCRAM-SHA-256"),
        (SERVER_FIRST, "none of SCRAM-SHA-256"),
        (b"e=invalid-proof", "invalid-proof"),
    ],
)
def test_a_server_that_proves_nothing_hears_nothing_more(final: bytes, words: str) -> None:
    scram = _scram()
    scram.answer(SERVER_FIRST)

    assert scram.answer(final) is None
    assert not scram.complete
    assert words in scram.said
    assert scram.answer(SERVER_FINAL) is None
    assert not scram.complete


def test_a_proof_is_taken_once() -> None:
    scram = _scram()
    scram.answer(SERVER_FIRST)
    scram.answer(SERVER_FINAL)

    assert scram.answer(SERVER_FINAL) is None
    assert not scram.complete


@pytest.mark.parametrize(
    "first",
    [
        SERVER_FIRST.replace(b"r=rOpr", b"r=rOpX"),
        b"r=rOprNGfwEbeRWgbNEkqO,s=W22ZaJ0SNY7soEsUEjb6gQ==,i=4096",
        SERVER_FIRST.replace(b"i=4096", b"i=4095"),
        SERVER_FIRST.replace(b"i=4096", b"i=1"),
        SERVER_FIRST.replace(b"i=4096", b"i=9999999999"),
        SERVER_FIRST.replace(b"i=4096", b"i=-4096"),
        SERVER_FIRST.replace(b"i=4096", b"i=04096"),
        SERVER_FIRST.replace(b"W22ZaJ0SNY7soEsUEjb6gQ==", b"==="),
        SERVER_FIRST.replace(b"W22ZaJ0SNY7soEsUEjb6gQ==", b""),
        b"m=must-understand," + SERVER_FIRST,
        SERVER_FINAL,
        b"",
        "r=é".encode(),
    ],
)
def test_a_first_challenge_that_is_not_right_gets_no_proof(first: bytes) -> None:
    scram = _scram()

    assert scram.answer(first) is None
    assert scram.said
    assert scram.answer(SERVER_FIRST) is None


def test_the_rounds_are_bounded_below_and_above() -> None:
    assert (LEAST_ITERATIONS, MOST_ITERATIONS) == (4096, 2_000_000)
    assert "9999999" in _said_of(SERVER_FIRST.replace(b"i=4096", b"i=9999999"))


def _said_of(first: bytes) -> str:
    scram = _scram()
    scram.answer(first)
    return scram.said


def test_extensions_that_may_be_ignored_are() -> None:
    scram = _scram()

    assert (scram.answer(SERVER_FIRST + b",x=more") or b"").startswith(b"c=biws,r=")


def test_signs_that_mean_something_are_written_otherwise_in_the_name() -> None:
    assert Scram("a=b,c", "pw", NONCE).first() == b"n,,n=a=3Db=2Cc,r=" + NONCE.encode()


@given(
    username=st.text(min_size=1).filter(fits),
    password=st.text().filter(fits),
    salt=st.binary(min_size=1, max_size=40),
    server_nonce=st.text("abcXYZ019+/!$", min_size=1, max_size=20),
)
def test_a_server_that_knows_the_keys_and_not_the_password_is_convinced_and_convinces(
    username: str, password: str, salt: bytes, server_nonce: str
) -> None:
    scram = Scram(username, password, NONCE)
    salted = hashlib.pbkdf2_hmac("sha256", saslprep(password).encode(), salt, 4096)
    stored = hashlib.sha256(hmac.digest(salted, b"Client Key", "sha256")).digest()
    server_key = hmac.digest(salted, b"Server Key", "sha256")

    bare = scram.first().removeprefix(b"n,,")
    first = f"r={NONCE}{server_nonce},s={base64.b64encode(salt).decode()},i=4096".encode()
    final = scram.answer(first)

    assert final is not None
    without, _, proof = final.rpartition(b",p=")
    talk = b",".join([bare, first, without])
    signature = hmac.digest(stored, talk, "sha256")
    key = bytes(a ^ b for a, b in zip(base64.b64decode(proof), signature, strict=True))
    assert hashlib.sha256(key).digest() == stored
    assert scram.answer(b"v=" + base64.b64encode(hmac.digest(server_key, talk, "sha256"))) == b""
    assert scram.complete


@given(challenges=st.lists(st.binary(max_size=60), max_size=4))
def test_no_server_gets_the_better_of_it_with_nonsense(challenges: list[bytes]) -> None:
    scram = _scram()

    answers = [scram.answer(challenge) for challenge in challenges]

    assert answers == [None] * len(challenges)
    assert not scram.complete


# -- SASLprep: RFC 4013 section 3, and what people type ---------------------------------------------------------


@pytest.mark.parametrize(
    ("typed", "prepared"),
    [
        ("I\u00adX", "IX"),
        ("user", "user"),
        ("USER", "USER"),
        ("\u00aa", "a"),
        ("\u2168", "IX"),
        ("pa\u0302te\u0301", "p\u00e2t\u00e9"),
        ("a\u00a0b", "a b"),
        ("\u0627\u0628", "\u0627\u0628"),
        ("\U0001fae0", "\U0001fae0"),  # newer than Unicode 3.2
        ("\u00ad", ""),
    ],
)
def test_words_are_written_one_way(typed: str, prepared: str) -> None:
    assert saslprep(typed) == prepared


@pytest.mark.parametrize("typed", ["\u0007", "\u06271", "1\u0627", "\u0627a\u0627", "\ue000", "\ufffd"])
def test_what_no_password_may_hold_is_refused(typed: str) -> None:
    with pytest.raises(Unfit):
        saslprep(typed)
    assert not fits("user", typed)


@given(st.text())
def test_what_is_prepared_stays_as_it_is(typed: str) -> None:
    if fits(typed):
        assert saslprep(saslprep(typed)) == saslprep(typed)


def test_no_secret_is_shown() -> None:
    scram = _scram()
    scram.answer(SERVER_FIRST)

    assert "pencil" not in repr(scram)
    assert "_signature" not in repr(scram)

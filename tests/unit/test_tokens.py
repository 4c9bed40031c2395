"""Fingerprints and signed tokens: the same for the same person, useless to anyone else."""

from __future__ import annotations

import random

import pytest

from newsletter_mailer import tokens
from newsletter_mailer.tokens import Secret

SECRET = Secret(bytes(range(32)))
OTHER = Secret(bytes(32))


@pytest.mark.parametrize("spelling", ["Ann@Example.org", " ann@example.org ", "ANN@EXAMPLE.ORG"])
def test_every_spelling_of_an_address_is_one_reader(spelling: str) -> None:
    assert tokens.recipient_key(SECRET, spelling) == tokens.recipient_key(SECRET, "ann@example.org")


def test_plus_tags_are_other_readers_and_another_secret_gives_other_keys() -> None:
    key = tokens.recipient_key(SECRET, "ann@example.org")

    assert tokens.recipient_key(SECRET, "ann+news@example.org") != key
    assert tokens.recipient_key(OTHER, "ann@example.org") != key
    assert "ann" not in key


def test_composed_and_decomposed_letters_are_one_reader() -> None:
    assert tokens.recipient_key(SECRET, "rene\u0301@example.org") == tokens.recipient_key(
        SECRET, "rené@example.org"
    )


def test_a_signed_token_gives_its_number_back_in_any_case_of_letters() -> None:
    token = tokens.sign(SECRET, "unsubscribe", 4812)

    assert tokens.verify(SECRET, "unsubscribe", token) == 4812
    assert tokens.verify(SECRET, "unsubscribe", token.upper()) == 4812


def test_a_token_serves_one_purpose_of_one_secret_only() -> None:
    token = tokens.sign(SECRET, "click", 4812)

    assert tokens.verify(SECRET, "unsubscribe", token) is None
    assert tokens.verify(OTHER, "click", token) is None


def test_no_changed_letter_and_no_random_text_passes() -> None:
    token = tokens.sign(SECRET, "unsubscribe", 7)
    chance = random.Random(7)
    letters = "abcdefghijklmnopqrstuvwxyz234567"

    changed = [
        token[:n] + chance.choice(letters.replace(token[n], "")) + token[n + 1 :]
        for n in range(len(token) - 1)
    ]
    invented = ["".join(chance.choices(letters, k=len(token))) for _ in range(10_000)]

    assert all(
        tokens.verify(SECRET, "unsubscribe", wrong) is None
        for wrong in (*changed, *invented, "", "é", "a" * 10_000)
    )


def test_a_message_id_is_the_same_for_a_delivery_and_different_for_every_copy() -> None:
    first = tokens.message_id(SECRET, "ledger", 1, "example.org")

    assert first == tokens.message_id(SECRET, "ledger", 1, "example.org")
    assert len({tokens.message_id(SECRET, "ledger", n, "example.org") for n in range(1000)}) == 1000
    assert first != tokens.message_id(SECRET, "another", 1, "example.org")
    assert first.startswith("<1.")
    assert first.endswith("@example.org>")


def test_a_secret_shows_itself_nowhere() -> None:
    assert "00" not in repr(SECRET)
    with pytest.raises(ValueError, match="32 bytes"):
        Secret(b"short")

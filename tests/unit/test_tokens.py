"""Fingerprints and signed tokens: the same for the same person, useless to anyone else."""

from __future__ import annotations

import hmac
import random
import re

import pytest

from newsletter_mailer import tokens
from newsletter_mailer.tokens import Secret

SECRET = Secret(bytes(range(32)))
OTHER = Secret(bytes(32))


@pytest.mark.parametrize("spelling", ["Ann@Example.org", " ann@example.org ", "ANN@EXAMPLE.ORG"])
def test_every_spelling_of_an_address_is_one_reader(spelling: str) -> None:
    assert tokens.recipient_key(SECRET, spelling) == tokens.recipient_key(SECRET, "ann@example.org")


@pytest.mark.parametrize(
    "spelling",
    [
        "ann@xn--exmple-cua.org",
        "ANN@XN--EXMPLE-CUA.ORG",
        "ann@EXÄMPLE.org",
        "ann@exämple。org",
        "ann@ｅxämple.org",
    ],
)
def test_a_domain_is_the_same_in_letters_and_as_the_dns_writes_it(spelling: str) -> None:
    assert tokens.recipient_key(SECRET, spelling) == tokens.recipient_key(SECRET, "ann@exämple.org")


def test_a_full_stop_of_another_script_makes_no_other_reader() -> None:
    assert tokens.recipient_key(SECRET, "ann@example。org") == tokens.recipient_key(SECRET, "ann@example.org")


def test_a_domain_that_cannot_be_is_left_as_it_is() -> None:
    assert tokens.recipient_key(SECRET, "ann@xn--zzzzz-9999.org") != tokens.recipient_key(
        SECRET, "ann@é..org"
    )


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


def test_a_signature_is_an_hmac_of_sha_256() -> None:
    key = hmac.digest(SECRET.raw, b"newsletter-mailer/1/unsubscribe", "sha256")

    token = bytes.fromhex(tokens.sign(SECRET, "unsubscribe", 4812))

    assert token[9:] == hmac.digest(key, token[:9], "sha256")[:16]


def test_a_token_serves_one_purpose_of_one_secret_only() -> None:
    token = tokens.sign(SECRET, "click", 4812)

    assert tokens.verify(SECRET, "unsubscribe", token) is None
    assert tokens.verify(OTHER, "click", token) is None


def test_a_token_of_an_earlier_version_still_leads_to_its_reader() -> None:
    token = "aeaaaaaaaaaaab7mu3sqitpnih7rjozwkxtfkixc"

    assert tokens.verify(SECRET, "unsubscribe", token) == 7
    assert tokens.verify(SECRET, "unsubscribe", token.upper()) == 7
    assert tokens.verify(SECRET, "unsubscribe", token.replace("b7", "b6")) is None


def test_no_changed_letter_and_no_random_text_passes() -> None:
    token = tokens.sign(SECRET, "unsubscribe", 7)
    chance = random.Random(7)
    letters = "0123456789abcdef"

    changed = [
        token[:n] + chance.choice(letters.replace(token[n], "")) + token[n + 1 :] for n in range(len(token))
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


def test_after_a_rotation_old_links_are_read_new_ones_signed_anew_and_readers_stay_the_same() -> None:
    rotated = Secret(SECRET.raw, (bytes(32), b"k" * 32))
    old, new = tokens.sign(SECRET, "unsubscribe", 9), tokens.sign(rotated, "unsubscribe", 9)

    assert tokens.verify(rotated, "unsubscribe", old) == tokens.verify(rotated, "unsubscribe", new) == 9
    assert new != old
    assert tokens.verify(SECRET, "unsubscribe", new) is None
    assert tokens.is_newer(SECRET, new)
    assert not tokens.is_newer(rotated, new)
    assert not tokens.is_newer(SECRET, "nothing of ours")
    assert tokens.recipient_key(rotated, "a@example.org") == tokens.recipient_key(SECRET, "a@example.org")
    assert tokens.message_id(rotated, "l", 1, "d.org") == tokens.message_id(SECRET, "l", 1, "d.org")
    assert tokens.secret_check(rotated) == tokens.secret_check(SECRET)


def test_a_key_of_one_number_reads_nothing_that_another_signed() -> None:
    one, other = Secret(SECRET.raw, (b"a" * 32,)), Secret(SECRET.raw, (b"b" * 32,))

    assert tokens.verify(other, "unsubscribe", tokens.sign(one, "unsubscribe", 9)) is None


def test_a_secret_is_read_as_it_was_written() -> None:
    rotated = Secret(SECRET.raw, (bytes(32),))

    assert Secret.read(rotated.written()) == rotated
    assert Secret.read(SECRET.raw.hex() + "\n") == SECRET
    for wrong in ("", "zz", "00" * 31, f"{SECRET.raw.hex()} 00"):
        with pytest.raises(ValueError, match=r"bytes|hexadecimal|unpack"):
            Secret.read(wrong)


def test_of_a_million_tokens_of_chance_none_is_right() -> None:
    """Of the right length, with the number of a key that there is; every second one names a row that there is."""
    secret, chance = Secret(SECRET.raw, (bytes(32),)), random.Random(8058)
    purposes = ("unsubscribe", "preferences", "view", "confirm", "person")
    hits = 0

    for number in range(1_000_000):
        row = number % 10_000 + 1 if number % 2 else chance.getrandbits(64)
        token = (bytes((1 + number % 2,)) + row.to_bytes(8, "big") + chance.randbytes(16)).hex()
        hits += tokens.verify(secret, purposes[number % len(purposes)], token) is not None

    assert hits == 0


def test_a_seal_proves_its_words_for_its_purpose_alone() -> None:
    sealed = tokens.seal(SECRET, "link", "3/7")

    assert re.fullmatch(r"[0-9a-f]{34}", sealed)
    assert tokens.is_sealed(SECRET, "link", "3/7", sealed)
    assert not tokens.is_sealed(SECRET, "picture", "3/7", sealed)
    assert not tokens.is_sealed(SECRET, "link", "3/8", sealed)
    for place in range(34):
        other = "0" if sealed[place] != "0" else "1"
        assert not tokens.is_sealed(SECRET, "link", "3/7", sealed[:place] + other + sealed[place + 1 :])
    assert not any(
        tokens.is_sealed(SECRET, "link", "3/7", given) for given in ("", "x", "0" * 34, "0" * 50, "é" * 34)
    )


def test_a_seal_outlives_the_rotation_of_its_key_and_names_a_newer_one() -> None:
    rotated = Secret(SECRET.raw, (bytes(31) + b"\x01",))
    old, new = tokens.seal(SECRET, "link", "1/1"), tokens.seal(rotated, "link", "1/1")

    assert old != new
    assert tokens.is_sealed(rotated, "link", "1/1", old)
    assert tokens.is_sealed(rotated, "link", "1/1", new)
    assert tokens.is_newer(SECRET, new)
    assert not tokens.is_newer(rotated, new)
    assert not tokens.is_sealed(SECRET, "link", "1/1", new)

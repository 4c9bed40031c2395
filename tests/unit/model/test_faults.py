"""What is held against us, each with what can be done about it."""

from __future__ import annotations

import pytest

from newsletter_mailer.model.faults import Fault, different, remedy


@pytest.mark.parametrize(
    ("code", "status", "words", "hint"),
    [
        (421, "4.7.28", "421 4.7.28 an unusual rate of mail, rate limited", "more slowly"),
        (450, "", "450 mailbox unavailable. Mail send limit exceeded", "more slowly"),
        (421, "", "421 Trop de connexions. OFR_104", "more slowly"),
        (550, "5.7.26", "550 5.7.26 this mail is unauthenticated: DKIM did not pass", "DNS"),
        (550, "", "550 spam detected", "words and links"),
        (552, "5.3.4", "552 5.3.4 message too big", "pictures"),
        (550, "5.7.1", "550 5.7.1 not for you", "provider"),
    ],
)
def test_each_fault_has_its_remedy(code: int, status: str, words: str, hint: str) -> None:
    fault = Fault("example.org", code, status, words)

    said, remedied = remedy(fault)

    assert "example.org" in str(said)
    assert str(said).endswith(words)
    assert hint in str(remedied)


def test_a_thousand_refusals_of_a_house_are_one_fault() -> None:
    many = [Fault("example.org", 421, "", f"421 trop de connexions, essai {number}") for number in range(9)]

    assert different([*many, Fault("example.net", 550, "", "550 spam detected")]) == [
        many[0],
        Fault("example.net", 550, "", "550 spam detected"),
    ]

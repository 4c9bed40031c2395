"""Accounts keep their password to themselves; this machine is told from others."""

from __future__ import annotations

import pytest

from newsletter_mailer.model.outcome import Verb
from newsletter_mailer.smtp.account import Account, Timeouts, is_loopback, own_name


def test_an_account_does_not_show_its_password() -> None:
    assert "s3cret" not in repr(Account("smtp.example.org", 465, "tls", username="ann", password="s3cret"))


@pytest.mark.parametrize(
    "host", ["127.0.0.1", "127.9.9.9", "::1", "localhost", "LOCALHOST", "::ffff:127.0.0.1"]
)
def test_loopback_is_this_machine(host: str) -> None:
    assert is_loopback(host)


@pytest.mark.parametrize(
    "host",
    ["192.168.1.1", "fe80::1%eth0", "smtp.example.org", "localhost.example.org", "::ffff:192.0.2.1", ""],
)
def test_everything_else_is_not(host: str) -> None:
    assert not is_loopback(host)


@pytest.mark.parametrize(
    "host_name, address, said",  # noqa: PT006
    [
        ("mail.example.org", "192.0.2.7", "mail.example.org"),
        ("mail.example.org.", "192.0.2.7", "mail.example.org"),
        ("laptop", "192.0.2.7", "[192.0.2.7]"),
        ("laptop.local", "192.0.2.7", "[192.0.2.7]"),
        ("localhost.localdomain", "fe80::1%eth0", "[IPv6:fe80::1]"),
        ("portable.maison-d'été.fr", "192.0.2.7", "[192.0.2.7]"),
        ("", "127.0.0.1", "[127.0.0.1]"),
    ],
)
def test_this_machine_says_its_full_name_or_its_address(host_name: str, address: str, said: str) -> None:
    assert own_name(host_name, address) == said


def test_timeouts_are_at_least_those_of_rfc_5321() -> None:
    waits = Timeouts()

    assert {verb: waits.of(verb) for verb in [*Verb, None] if verb is not Verb.QUIT} == {
        Verb.CONNECT: 300,
        Verb.EHLO: 300,
        Verb.STARTTLS: 300,
        Verb.AUTH: 300,
        Verb.MAIL: 300,
        Verb.RSET: 300,
        Verb.RCPT: 300,
        Verb.DATA: 120,
        Verb.DOT: 600,
        None: 180,
    }
    assert waits.of(Verb.QUIT) == 5

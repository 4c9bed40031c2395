"""Questions to a DNS server: what it says, what it does not know, and silence."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from dns_server import DnsServer, dns_server
from newsletter_mailer.checks.dns import Dns, NoDnsAnswer, reverse_name
from newsletter_mailer.errors import NewsletterError

_COMMANDS = "v=spf1\t\x1b]0;title\x07 é \x9b31m ~all"  # to a terminal


@pytest.fixture(scope="module")
def server() -> Iterator[DnsServer]:
    with dns_server({"long.example": "x" * 900, "command.example": _COMMANDS}) as running:
        yield running


@pytest.fixture
def asking(server: DnsServer) -> Dns:
    return Dns(server.address)


def test_records_of_every_kind_are_read(asking: Dns) -> None:
    assert asking.texts("monclub.asso.fr") == (
        "some-site-verification=abc",
        "v=spf1 include:mx.ovh.com ~all",
    )
    assert asking.mail_servers("monclub.asso.fr") == ("mx1.mail.ovh.example",)
    assert asking.mail_servers("nullmx.example") == (".",)
    assert asking.addresses("mail.example") == ("192.0.2.10",)
    assert asking.names_of("192.0.2.10") == ("mail.example",)


def test_a_long_text_comes_whole_over_tcp(asking: Dns) -> None:
    assert asking.texts("long.example") == ("x" * 900,)


def test_what_is_not_there_is_told_from_silence(asking: Dns, server: DnsServer) -> None:
    impatient = Dns(server.address, seconds=0.2)

    assert asking.texts("nowhere.example") == ()
    assert asking.texts("mail.example") == ()
    assert asking.texts(f"{'x' * 64}.example") == ()
    assert (asking.exists("mail.example"), asking.exists("nowhere.example")) == (True, False)
    with pytest.raises(NoDnsAnswer, match=r"no answer about broken\.example"):
        asking.texts("broken.example")
    with pytest.raises(NoDnsAnswer, match=r"no answer about silent\.example"):
        impatient.texts("silent.example")


def test_nothing_is_asked_twice(asking: Dns, server: DnsServer) -> None:
    for _ in range(3):
        asking.texts("once.example")

    assert server.asked.count("once.example TXT") == 1


def test_silence_is_waited_for_once(server: DnsServer) -> None:
    impatient = Dns(server.address, seconds=0.2)
    with pytest.raises(NoDnsAnswer):
        impatient.texts("silent.example")
    asked = len(server.asked)

    with pytest.raises(NoDnsAnswer, match=r"silent\.example"):
        impatient.texts("silent.example")

    assert len(server.asked) == asked


def test_a_record_gives_the_terminal_no_commands(asking: Dns) -> None:
    (record,) = asking.texts("command.example")

    assert record == "v=spf1 \ufffd]0;title\ufffd é \ufffd31m ~all"


@pytest.mark.parametrize(
    ("name", "zone"),
    [
        ("monclub.asso.fr", "monclub.asso.fr"),
        ("lettre.monclub.asso.fr", "monclub.asso.fr"),
        ("lettre.mairie.gouv.example", "gouv.example"),
        ("nomx.example", "nomx.example"),
    ],
)
def test_the_registrars_domain_is_found_from_any_below_it(asking: Dns, name: str, zone: str) -> None:
    assert asking.zone_of(name) == zone


@pytest.mark.parametrize("server", ["nine", "9.9.9.9:x", "dns.example", "[::1]"])
def test_an_address_that_is_none_is_refused_with_the_way_to_write_it(server: str) -> None:
    with pytest.raises(NewsletterError, match=r"NEWSLETTER_DNS like 9\.9\.9\.9 or 127\.0\.0\.1:5353"):
        Dns(server)


def test_addresses_of_both_kinds_have_a_name_in_reverse() -> None:
    assert reverse_name("192.0.2.1") == "1.2.0.192.in-addr.arpa"
    assert reverse_name("2001:db8::1").endswith(".8.b.d.0.1.0.0.2.ip6.arpa")

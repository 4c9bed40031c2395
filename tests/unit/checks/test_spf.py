"""Where an SPF record leads: counted, followed, and told when it counts as broken (RFC 7208)."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dns_server import DnsServer, dns_server
from newsletter_mailer.checks.dns import Dns
from newsletter_mailer.checks.domain.spf import merged, survey, with_term


@pytest.fixture(scope="module")
def server() -> Iterator[DnsServer]:
    chain = {f"chain{n}.example": f"v=spf1 include:chain{n + 1}.example ~all" for n in range(60)}
    with dns_server({"endless.example": "v=spf1 include:chain0.example ~all", **chain}) as running:
        yield running


@pytest.fixture
def asking(server: DnsServer) -> Dns:
    return Dns(server.address)


def test_a_good_record_is_followed_to_its_networks(asking: Dns) -> None:
    found = survey(asking, "monclub.asso.fr")

    assert (found.problems, found.lookups, found.otherwise) == ([], 2, "~")
    assert found.includes == ["mx.ovh.com"]
    assert found.allows("192.0.2.70")
    assert not found.allows("192.0.2.10")
    assert not found.allows("2001:db8::1")
    assert found.unseen  # ptr: depends on the server that sends


def test_hosts_and_mail_servers_are_allowed_by_their_addresses(asking: Dns) -> None:
    relay, redirected = survey(asking, "relay.example"), survey(asking, "redirected.example")

    assert relay.allows("192.0.2.10")
    assert redirected.allows("192.0.2.10")
    assert (redirected.otherwise, redirected.elsewhere, redirected.lookups) == ("", "relay.example", 3)


def test_what_a_record_does_not_say_yes_to_is_not_allowed(asking: Dns) -> None:
    found = survey(asking, "doubted.example")

    assert not found.allows("192.0.2.10")
    assert not found.allows("192.0.2.50")
    assert survey(asking, "everyone.example").allows("198.51.100.1")


@pytest.mark.parametrize(
    ("domain", "problem"),
    [
        ("eleven.example", "it needs 11 look-ups; 10 are allowed"),
        ("typo.example", "“ipv4:192.0.2.1” in it means nothing"),
        ("loop.example", "it leads back to loop.example"),
        ("gone.example", "nothing.example, to which it leads, has no SPF record"),
        ("void.example", "3 of its look-ups find nothing; 2 may"),
        ("badip.example", "“ip4:192.0.2.300” in it means nothing"),
        ("mixed.example", "“ip6:192.0.2.1” in it means nothing"),
        ("widenet.example", "“a:mail.example/33” in it means nothing"),
        ("crowd.example", "“mx” stands for more than 10 hosts"),
    ],
)
def test_a_record_that_counts_as_broken_says_why(asking: Dns, domain: str, problem: str) -> None:
    assert [str(one) for one in survey(asking, domain).problems] == [problem]


def test_networks_and_other_words_are_read(asking: Dns) -> None:
    found = survey(asking, "networks.example")

    assert found.problems == []
    assert found.allows("198.51.100.77")
    assert found.allows("2001:db8:7::1")
    assert found.allows("192.0.2.99")  # the network of a host
    assert not found.allows("198.51.101.1")
    assert [term.name for term in found.terms] == ["ip4", "ip6", "a", "modifier", "all"]


def test_a_record_without_end_is_given_up(asking: Dns, server: DnsServer) -> None:
    before = len(server.asked)

    found = survey(asking, "endless.example")

    assert found.lookups > 40
    assert len(server.asked) - before < 50


def test_none_and_two_records_are_no_record(asking: Dns) -> None:
    assert survey(asking, "autreclub.asso.fr").records == ()
    assert len(survey(asking, "twospf.example").records) == 2
    assert survey(asking, "twospf.example").terms == ()


def test_what_depends_on_the_mail_is_counted_and_not_followed(asking: Dns) -> None:
    found = survey(asking, "macro.example")

    assert (found.unseen, found.problems, found.lookups) == (True, [], 3)


@pytest.mark.parametrize(
    ("record", "mended"),
    [
        ("v=spf1 mx -all", "v=spf1 mx include:new.example -all"),
        ("v=spf1 mx", "v=spf1 mx include:new.example"),
        ("v=spf1 redirect=x.example", "v=spf1 include:new.example redirect=x.example"),
        ("v=spf1 include:new.example ?all", "v=spf1 include:new.example ?all"),
    ],
)
def test_a_term_is_added_before_what_is_said_of_all_others(record: str, mended: str) -> None:
    assert with_term(record, "include:new.example") == mended


def test_two_records_become_one_that_says_what_both_say() -> None:
    records = ("v=spf1 mx include:a.example -all", "v=spf1 mx include:b.example ~all")

    assert merged(records) == "v=spf1 mx include:a.example include:b.example -all"
    assert merged(("v=spf1 mx", "v=spf1 a")) == "v=spf1 mx a ~all"


class Written:
    """A DNS in which one domain's record is what somebody typed, and every name leads to the same place."""

    def __init__(self, record: str) -> None:
        self._record = record

    def texts(self, name: str) -> tuple[str, ...]:
        return (f"v=spf1 {self._record}",)

    def addresses(self, name: str) -> tuple[str, ...]:
        return ("192.0.2.1", "2001:db8::1")

    def mail_servers(self, name: str) -> tuple[str, ...]:
        return ("mail.example",)


WORDS = st.sampled_from(
    ("include:", "a", "mx/", "ip4:", "ip6:", "redirect=", "exists:", "all", "-", "?", "//", "192.0.2.1")
)


@given(st.lists(st.lists(WORDS | st.text(max_size=5), max_size=4).map("".join), max_size=6).map(" ".join))
def test_any_record_at_all_is_followed_without_an_error(record: str) -> None:
    found = survey(Written(record), "typed.example")

    assert found.lookups < 1000
    assert found.allows("192.0.2.1") in (True, False)
    assert with_term(f"v=spf1 {record}", "mx").split().count("mx") == 1


@pytest.mark.parametrize("term", ["a/{}", "a//{}", "mx/{}", "ip4:192.0.2.1/{}"])
def test_a_number_of_thousands_of_digits_means_nothing(term: str) -> None:
    found = survey(Written(term.format("9" * 5000)), "typed.example")

    assert "means nothing" in str(found.problems[0])

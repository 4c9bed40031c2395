"""The walk up the tree of names (RFC 9989): which record holds, and what counts as one organisation."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from dns_server import DnsServer, dns_server
from newsletter_mailer.checks.dns import Dns
from newsletter_mailer.checks.domain.dmarc import (
    aligned,
    faults,
    organisation_of,
    policy_for,
    record_at,
)


@pytest.fixture(scope="module")
def server() -> Iterator[DnsServer]:
    with dns_server() as running:
        yield running


@pytest.fixture
def asking(server: DnsServer) -> Dns:
    return Dns(server.address)


@pytest.mark.parametrize(
    ("domain", "organisation"),
    [
        ("monclub.asso.fr", "monclub.asso.fr"),
        ("lettre.monclub.asso.fr", "monclub.asso.fr"),
        ("autreclub.asso.fr", "autreclub.asso.fr"),  # no record: each is its own
        ("lettre.autreclub.asso.fr", "lettre.autreclub.asso.fr"),
        ("lettre.mairie.gouv.example", "mairie.gouv.example"),  # psd=y: one label below it
        ("mairie.gouv.example", "mairie.gouv.example"),
        ("gouv.example", "gouv.example"),
        ("news.parent.example", "parent.example"),
        ("apart.parent.example", "apart.parent.example"),  # psd=n: here the walk ends
        ("a.b.c.d.e.f.g.h.deep.example", "deep.example"),
    ],
)
def test_the_organisation_of_a_domain(asking: Dns, domain: str, organisation: str) -> None:
    assert organisation_of(asking, domain) == organisation


def test_a_long_name_is_walked_in_eight_questions_at_most(server: DnsServer) -> None:
    before = len(server.asked)

    found = policy_for(Dns(server.address), "a.b.c.d.e.f.g.h.deep.example")

    walked = [question for question in server.asked[before:] if question.startswith("_dmarc.")]
    assert len(walked) == 8
    assert walked[:2] == ["_dmarc.a.b.c.d.e.f.g.h.deep.example TXT", "_dmarc.d.e.f.g.h.deep.example TXT"]
    assert walked[-1] == "_dmarc.example TXT"
    assert found is not None
    assert found.domain == "deep.example"


@pytest.mark.parametrize(
    ("one", "other", "strict", "same"),
    [
        ("monclub.asso.fr", "monclub.asso.fr", True, True),
        ("monclub.asso.fr", "lettre.monclub.asso.fr", False, True),
        ("monclub.asso.fr", "lettre.monclub.asso.fr", True, False),
        ("monclub.asso.fr", "autreclub.asso.fr", False, False),  # both below asso.fr, which is nobody's
        ("mairie.gouv.example", "ecole.gouv.example", False, False),
        ("news.parent.example", "parent.example", False, True),
        ("apart.parent.example", "parent.example", False, False),
    ],
)
def test_what_counts_for_whom(asking: Dns, one: str, other: str, strict: bool, same: bool) -> None:
    assert aligned(asking, one, other, strict=strict) is same


@pytest.mark.parametrize(
    ("domain", "at", "policy"),
    [
        ("monclub.asso.fr", "monclub.asso.fr", "quarantine"),
        ("lettre.monclub.asso.fr", "monclub.asso.fr", "quarantine"),
        ("news.parent.example", "parent.example", "quarantine"),
        ("parent.example", "parent.example", "reject"),
        ("mairie.gouv.example", "gouv.example", "reject"),
        ("nopolicy.example", "nopolicy.example", "none"),
        ("reports.example", "reports.example", "none"),
        ("badpolicy.example", "badpolicy.example", ""),
    ],
)
def test_the_record_that_holds_and_what_it_asks(asking: Dns, domain: str, at: str, policy: str) -> None:
    found = policy_for(asking, domain)

    assert found is not None
    assert (found.domain, found.policy(domain)) == (at, policy)


@pytest.mark.parametrize(
    "domain", ["autreclub.asso.fr", "twice.example", "almost.example", "nowhere.example"]
)
def test_no_record_two_and_a_misspelled_one_are_none(asking: Dns, domain: str) -> None:
    assert policy_for(asking, domain) is None


@pytest.mark.parametrize(
    ("domain", "told"),
    [
        ("monclub.asso.fr", []),
        ("badpolicy.example", ["“p=quarantene” is no policy"]),
        ("nopolicy.example", ["it has no p=, which older programs need"]),
        (
            "old.example",
            [
                "“pct=” counts no more since 2026 (RFC 9989)",
                "“rf=” counts no more since 2026 (RFC 9989)",
                "“https://x.example/” is no address for reports: it begins with mailto:",
            ],
        ),
    ],
)
def test_what_is_wrong_with_a_record_is_told(asking: Dns, domain: str, told: list[str]) -> None:
    record, _ = record_at(asking, domain)

    assert record is not None
    assert [str(one) for one in faults(record)] == told

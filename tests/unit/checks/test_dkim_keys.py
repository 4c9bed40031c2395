"""A published DKIM key, and everything because of which nobody can verify a signature with it."""

from __future__ import annotations

import base64
from collections.abc import Iterator

import pytest
from cryptography.hazmat.primitives.asymmetric.rsa import generate_private_key
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from dns_server import DnsServer, dns_server
from newsletter_mailer.checks.dns import Dns
from newsletter_mailer.checks.domain.dkim import published_key

WEAK = (  # 512 bits
    "MFwwDQYJKoZIhvcNAQEBBQADSwAwSAJBAIAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA"
    "AAAAAAAAAAMDkCAwEAAQ=="
)


def key(bits: int) -> str:
    public = generate_private_key(65537, bits).public_key()
    return base64.b64encode(public.public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)).decode()


@pytest.fixture(scope="module")
def server() -> Iterator[DnsServer]:
    texts = {f"b{bits}._domainkey.keys.example": f"v=DKIM1; p={key(bits)}" for bits in (1024, 2048)}
    with dns_server({**texts, "short._domainkey.keys.example": f"p={WEAK}"}) as running:
        yield running


@pytest.mark.parametrize(
    ("selector", "problem", "doubts"),
    [
        ("b2048", "None", []),
        ("b1024", "None", ["its key has 1024 bits; 2048 are asked for today"]),
        ("trial", "None", ["it says that it is only a trial (t=y): some pass it over"]),
        (
            "selector1",
            "None",
            ["it says that it is only a trial (t=y): some pass it over"],
        ),  # by another name
        ("none", "the key was withdrawn", []),
        ("cut", "its key is damaged: perhaps it was cut off when it was pasted", []),
        ("short", "its key has 512 bits: nobody accepts less than 1024", []),
        ("other", "it is no DKIM record", []),
        ("twice", "there are 2 records", []),
        ("old", "it allows old signatures only (h=sha1)", []),
    ],
)
def test_a_key_is_judged_as_a_verifier_would(
    server: DnsServer, selector: str, problem: str, doubts: list[str]
) -> None:
    found = published_key(Dns(server.address), "keys.example", selector)

    assert found.texts
    assert str(found.problem) == problem
    assert [str(doubt) for doubt in found.doubts] == doubts


def test_a_selector_without_record_has_no_texts_and_no_problem(server: DnsServer) -> None:
    found = published_key(Dns(server.address), "keys.example", "nobody")

    assert (found.name, found.texts, found.problem) == ("nobody._domainkey.keys.example", (), None)

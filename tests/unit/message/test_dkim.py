"""Signatures are believed by another implementation, and stop being believed when something is added."""

from __future__ import annotations

import random
import re
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.asymmetric.ec import SECP256R1
from cryptography.hazmat.primitives.asymmetric.ec import generate_private_key as generate_ec_key
from cryptography.hazmat.primitives.asymmetric.rsa import (
    RSAPrivateKey,
    RSAPrivateNumbers,
    RSAPublicNumbers,
    generate_private_key,
)
from cryptography.hazmat.primitives.serialization import (
    BestAvailableEncryption,
    Encoding,
    KeySerializationEncryption,
    NoEncryption,
    PrivateFormat,
)
from dkim.util import parse_tag_value
from hypothesis import given
from hypothesis import strategies as st

from newsletter_mailer.config import write_private
from newsletter_mailer.errors import SecretError
from newsletter_mailer.message.dkim import (
    Signer,
    bits_of,
    dns_record,
    load_signer,
    new_key,
    read_key,
)
from newsletter_mailer.smtp.pool import Outgoing, send_one
from program import AnyPort, Postbox
from signed_mail import AT, nasty_mails, verified, written_by_hand, written_by_us
from smtp_servers import account

KEY = generate_private_key(65537, 2048)
SIGNER = Signer("example.org", "news1", KEY)
LETTER = (
    b"From: News <news@example.org>\r\n"
    b"To: Ann <ann@example.org>\r\n"
    b"Subject: A letter\r\n"
    b" of winter\r\n"
    b"Date: Mon, 23 Nov 2026 12:00:05 +0100\r\n"
    b"Message-ID: <1@example.org>\r\n"
    b"List-Unsubscribe: <https://example.org/u/abc>,\r\n"
    b" <mailto:leave@example.org?subject=abc>\r\n"
    b"List-Unsubscribe-Post: List-Unsubscribe=One-Click\r\n"
    b"List-Id: <members.example.org>\r\n"
    b"MIME-Version: 1.0\r\n"
    b"Content-Type: text/plain; charset=utf-8\r\n"
    b"\r\n"
    b"Good morning.\r\n"
    b".\r\n"
    b"..two\r\n"
    b".three  dots \r\n"
    b"\r\n"
    b"\r\n"
)


def signed(message: bytes, by: Signer = SIGNER) -> bytes:
    return by.sign(message, at=AT) + message


def tags(signature: bytes) -> dict[bytes, bytes]:
    """The tags of a signature, without the white space of its folding."""
    name, _, value = signature.partition(b":")
    assert name == b"DKIM-Signature"
    return {tag: re.sub(rb"\s", b"", said) for tag, said in parse_tag_value(value).items()}


def private_file(path: Path, pem: bytes) -> Path:
    write_private(path, pem)
    return path


def pem_of(
    key: RSAPrivateKey,
    form: PrivateFormat = PrivateFormat.PKCS8,
    encryption: KeySerializationEncryption | None = None,
) -> bytes:
    return key.private_bytes(Encoding.PEM, form, encryption or NoEncryption())


def short_key() -> RSAPrivateKey:
    """A key of 648 bits, which no library would make any more."""
    p, q, e = 2**521 - 1, 2**127 - 1, 65537
    d = pow(e, -1, (p - 1) * (q - 1))
    public = RSAPublicNumbers(e, p * q)
    return RSAPrivateNumbers(p, q, d, d % (p - 1), d % (q - 1), pow(q, -1, p), public).private_key()


@pytest.mark.parametrize("seed", range(10))
def test_another_implementation_believes_mails_of_every_kind(seed: int) -> None:
    chance = random.Random(seed)
    mails = [written_by_us(chance) for _ in range(60)] + [written_by_hand(chance) for _ in range(40)]

    refused = [mail for mail in mails if not verified(SIGNER, signed(mail))]

    assert refused == []


def test_our_own_bodies_need_not_be_searched() -> None:
    chance = random.Random(1)
    mails = [*(written_by_us(chance) for _ in range(100)), *nasty_mails()]

    assert [mail for mail in mails if SIGNER.sign(mail, relaxed=True) != SIGNER.sign(mail)] == []


def test_mails_with_nasty_values_are_believed_too() -> None:
    mails = nasty_mails()

    assert len(mails) > 20
    assert [mail for mail in mails if not verified(SIGNER, signed(mail))] == []


def test_the_signature_covers_what_bulk_senders_must_cover() -> None:
    message = (
        b"Received: from a\r\nReturn-Path: <b@example.org>\r\nFeedback-ID: a:b\r\nX-More: c\r\n" + LETTER
    )

    told = tags(SIGNER.sign(message, at=AT))

    covered = told[b"h"].split(b":")
    twice = b"from to subject date message-id content-type list-unsubscribe list-unsubscribe-post".split()
    assert [name for name in covered if covered.count(name) == 2] == [
        name for name in twice for _ in range(2)
    ]
    assert [name for name in covered if covered.count(name) == 1] == [
        b"cc",
        b"reply-to",
        b"feedback-id",
        b"list-id",
        b"mime-version",
    ]
    assert told[b"a"] == b"rsa-sha256"
    assert told[b"c"] == b"relaxed/relaxed"
    assert (told[b"d"], told[b"s"], told[b"t"]) == (b"example.org", b"news1", b"%d" % AT)
    assert b"l" not in told


def test_a_signature_is_a_header_whose_lines_fit() -> None:
    long = Signer(f"{'long-label.' * 10}example.org", "news1", KEY)

    for signature in (SIGNER.sign(LETTER, at=AT), SIGNER.sign(LETTER), long.sign(LETTER)):
        assert signature.startswith(b"DKIM-Signature: v=1;")
        assert re.fullmatch(rb"[!-~](?:[ -~]|\r\n [!-~])*\r\n", signature)
    assert max(map(len, SIGNER.sign(LETTER, at=AT).split(b"\r\n"))) <= 76
    assert b"t=" not in SIGNER.sign(LETTER).partition(b"bh=")[0]


@pytest.mark.parametrize(
    "extra",
    [
        b"From: Other <other@example.org>",
        b"To: other@example.org",
        b"Cc: other@example.org",
        b"Reply-To: other@example.org",
        b"Subject: Other",
        b"Date: Mon, 23 Nov 2026 13:00:05 +0100",
        b"Message-ID: <2@example.org>",
        b"Content-Type: text/html",
        b"List-Unsubscribe: <https://other.example.org/>",
        b"List-Unsubscribe-Post: List-Unsubscribe=One-Click",
    ],
)
def test_no_second_header_can_be_added(extra: bytes) -> None:
    signature = SIGNER.sign(LETTER, at=AT)

    assert verified(SIGNER, signature + LETTER)
    assert not verified(SIGNER, extra + b"\r\n" + signature + LETTER)
    assert not verified(SIGNER, signature + extra + b"\r\n" + LETTER)
    assert not verified(SIGNER, signature + LETTER.replace(b"\r\n\r\n", b"\r\n" + extra + b"\r\n\r\n", 1))


@pytest.mark.parametrize(
    ("what", "by"),
    [
        (b"Good morning.", b"Good evening."),
        (b"..two", b".two"),
        (b".three  dots", b".threedots"),
        (b"A letter\r\n of winter", b"A letterof winter"),
        (b"List-Id: <members.example.org>\r\n", b""),
        (b"List-Unsubscribe-Post: List-Unsubscribe=One-Click\r\n", b""),
        (b"Ann <ann@example.org>", b"Ann <bob@example.org>"),
    ],
)
def test_whoever_changes_what_is_said_breaks_the_signature(what: bytes, by: bytes) -> None:
    assert what in LETTER

    assert not verified(SIGNER, SIGNER.sign(LETTER, at=AT) + LETTER.replace(what, by))


def test_bytes_appended_break_the_signature() -> None:
    assert not verified(SIGNER, signed(LETTER) + b"More.\r\n")
    assert not verified(SIGNER, signed(LETTER) + b"\r\n.\r\n")


@pytest.mark.parametrize(
    ("what", "by"),
    [
        (b"Subject: A letter\r\n of winter", b"SUBJECT:A  letter\t of\r\n\twinter  "),
        (b"From: News", b"from:\t News"),
        (b".three  dots \r\n", b".three dots\t\t\r\n"),
        (b"\r\n\r\n\r\n", b"\r\n"),
        (b"From: News", b"Received: from a by b\r\nReturn-Path: <c@example.org>\r\nX-Spam: no\r\nFrom: News"),
    ],
)
def test_what_servers_do_on_the_way_does_not_break_it(what: bytes, by: bytes) -> None:
    assert what in LETTER

    assert verified(SIGNER, SIGNER.sign(LETTER, at=AT) + LETTER.replace(what, by))


def test_another_key_is_not_believed() -> None:
    stranger = Signer("example.org", "news1", generate_private_key(65537, 2048))

    assert not verified(SIGNER, signed(LETTER, stranger))


@pytest.mark.parametrize("ending", [b"", b"The end", b"The end \t", b"\r\n", b"\r\n\r\n\r\n"])
def test_a_body_that_ends_anyhow_is_believed_as_it_arrives(ending: bytes) -> None:
    head = LETTER.partition(b"\r\n\r\n")[0]

    message = head + b"\r\n\r\n" + ending

    arrived = message if message.endswith(b"\r\n") else message + b"\r\n"  # the line end before the final dot
    assert verified(SIGNER, SIGNER.sign(message, at=AT) + arrived)


def test_a_mail_of_headers_only_is_believed() -> None:
    head = LETTER.partition(b"\r\n\r\n")[0] + b"\r\n"

    assert verified(SIGNER, signed(head))


def test_a_signed_mail_with_dots_is_believed_after_its_transfer(tmp_path: Path) -> None:
    postbox = Postbox()
    controller = AnyPort(postbox, hostname="127.0.0.1", port=0)
    controller.start()
    mails = [LETTER, *(written_by_us(random.Random(seed)) for seed in range(10))]
    try:
        for mail in mails:
            send_one(
                account(controller.port), Outgoing(1, 1, "news@example.org", "ann@example.org", signed(mail))
            )
    finally:
        controller.stop()

    arrived = [data for _, data in postbox.received]
    assert arrived == [signed(mail) for mail in mails]
    assert all(verified(SIGNER, mail) for mail in arrived)


LINES = st.lists(st.text("ab.= \t", max_size=12), max_size=12)


@given(
    st.lists(st.tuples(st.sampled_from(["Subject", "Cc", "X-a", "to", "LIST-HELP"]), LINES), max_size=6),
    LINES,
)
def test_any_head_and_body_can_be_signed(fields: list[tuple[str, list[str]]], lines: list[str]) -> None:
    rows = "".join(f"{name}: {f'{chr(13)}{chr(10)} '.join(said)}x\r\n" for name, said in fields)
    message = f"From: news@example.org\r\n{rows}\r\n{''.join(f'{line}{chr(13)}{chr(10)}' for line in lines)}".encode()

    assert verified(SIGNER, signed(message))


@pytest.mark.parametrize("form", [PrivateFormat.PKCS8, PrivateFormat.TraditionalOpenSSL])
def test_a_key_is_read_in_both_forms(tmp_path: Path, form: PrivateFormat) -> None:
    path = private_file(tmp_path / "key.pem", pem_of(KEY, form))

    signer = load_signer("example.org", "news1", path)

    assert verified(SIGNER, signed(LETTER, signer))
    assert signer.warnings("example.org") == []


def test_a_key_that_others_may_read_is_refused(tmp_path: Path) -> None:
    path = private_file(tmp_path / "key.pem", pem_of(KEY))
    path.chmod(0o640)

    with pytest.raises(SecretError, match="can be read by others"):
        read_key(path)


def test_a_short_key_is_refused_and_a_weak_one_warned_about(tmp_path: Path) -> None:
    short = private_file(tmp_path / "short.pem", pem_of(short_key()))
    weak = private_file(tmp_path / "weak.pem", pem_of(generate_private_key(65537, 1024)))

    with pytest.raises(SecretError, match="648 bits"):
        read_key(short)
    signer = load_signer("example.org", "news1", weak)
    assert [str(warning) for warning in signer.warnings("example.org")] == [
        "the DKIM key has 1024 bits; 2048 are asked for today"
    ]
    assert verified(signer, signed(LETTER, signer))


@pytest.mark.parametrize(
    ("pem", "why"),
    [
        (b"", "does not hold a key"),
        (b"-----BEGIN PRIVATE KEY-----\nAAAA\n-----END PRIVATE KEY-----\n", "does not hold a key"),
        (pem_of(KEY, encryption=BestAvailableEncryption(b"secret")), "does not hold a key"),
        (
            generate_ec_key(SECP256R1()).private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()),
            "is not an RSA key",
        ),
    ],
    ids=["empty", "damaged", "locked", "another-kind"],
)
def test_a_file_that_holds_no_fitting_key_is_told(tmp_path: Path, pem: bytes, why: str) -> None:
    path = private_file(tmp_path / "key.pem", pem)

    with pytest.raises(SecretError, match=why) as refused:
        read_key(path)

    assert "--make-key" in str(refused.value)


def test_a_missing_key_is_told_with_the_command_that_makes_one(tmp_path: Path) -> None:
    with pytest.raises(SecretError, match=r"no DKIM key in .*newsletter doctor --make-key"):
        read_key(tmp_path / "absent.pem")


def test_a_domain_is_signed_for_as_the_dns_knows_it(tmp_path: Path) -> None:
    path = private_file(tmp_path / "key.pem", pem_of(KEY))

    assert load_signer("Médiathèque.example", "news1", path).domain == "xn--mdiathque-53af.example"
    with pytest.raises(SecretError, match="nothing can be signed"):
        load_signer("a_b..example", "news1", path)


@pytest.mark.parametrize(
    ("sender", "aligned"),
    [
        ("example.org", True),
        ("news.example.org", True),
        ("notexample.org", False),
        ("org", False),
        ("example.com", False),
    ],
)
def test_a_sender_of_another_domain_is_warned_about(sender: str, aligned: bool) -> None:
    warnings = [str(warning) for warning in SIGNER.warnings(sender)]

    assert (
        warnings == []
        if aligned
        else f"mail comes from {sender} but is signed for example.org" in warnings[0]
    )


def test_a_new_key_is_long_enough_and_its_record_fits_the_dns(tmp_path: Path) -> None:
    key = read_key(private_file(tmp_path / "key.pem", new_key()))

    record = dns_record(key)

    assert key.key_size == 2048
    assert re.fullmatch(r"v=DKIM1; k=rsa; p=[A-Za-z0-9+/]+={0,2}", record)
    assert bits_of(record.partition("p=")[2]) == 2048
    assert bits_of(record.partition("p=")[2][:-40]) == 0

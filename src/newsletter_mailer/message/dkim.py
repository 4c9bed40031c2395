"""DKIM signatures (RFC 6376, 8301): rsa-sha256, relaxed/relaxed, the whole body, what bulk senders must cover."""

from __future__ import annotations

import base64
import hashlib
from binascii import b2a_base64
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives.asymmetric.padding import PKCS1v15
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey, RSAPublicKey, generate_private_key
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    PublicFormat,
    load_der_public_key,
    load_pem_private_key,
)

from newsletter_mailer.config import read_private
from newsletter_mailer.errors import SecretError
from newsletter_mailer.message.headers import HeaderError, a_domain
from newsletter_mailer.message.relaxed import relaxed_body, relaxed_headers
from newsletter_mailer.message.words import LONGEST_LINE
from newsletter_mailer.wording import Sentence, sentence

FEWEST_BITS = 1024  #: RFC 8301 section 3.2
ENOUGH_BITS = 2048  #: same place; Gmail recommends it

# Signed once more than they stand there, so that none can be added on the way (RFC 6376 section 8.15).
OVERSIGNED = (
    *(b"from", b"to", b"cc", b"subject", b"date", b"reply-to", b"message-id", b"content-type"),
    *(b"list-unsubscribe", b"list-unsubscribe-post"),  # RFC 8058 section 4 wants both covered
)
SIGNED = (b"mime-version", b"content-transfer-encoding", b"feedback-id")  #: and every other List-*

_PADDING, _HASH = PKCS1v15(), SHA256()


class Signer:
    """Signs for one domain with one key; the same for a whole run."""

    def __init__(self, domain: str, selector: str, key: RSAPrivateKey) -> None:
        self.domain = domain  #: A-labels
        self.key = key
        self._who = ("v=1;", "a=rsa-sha256;", "c=relaxed/relaxed;", f"d={domain};", f"s={selector};")

    def sign(self, data: bytes, *, at: int | None = None, relaxed: bool = False) -> bytes:
        """The DKIM-Signature header, folded and CRLF-ended, to be put in front of the message.

        data: the message as it goes out, CRLF only, not yet dot-stuffed. at: seconds since 1970, said in `t=`.
        relaxed: the body is known to be its own relaxed form, as of every copy of a `MessageTemplate.relaxed`.
        """
        head, _, body = data.partition(b"\r\n\r\n")
        names, rows = relaxed_headers(head)
        signed = _signed(self._who, names)
        digest = hashlib.sha256(body if relaxed else relaxed_body(body)).digest()
        digest = b2a_base64(digest, newline=False)
        time = b"" if at is None else b"t=%d; " % at
        own = b"%s %sbh=%s; b=" % (signed.relaxed, time, digest)
        told = b"\r\n".join([*map(rows.__getitem__, signed.order), own])
        proof = b2a_base64(self.key.sign(told, _PADDING, _HASH), newline=False)
        return b"%s\r\n %sbh=%s;\r\n%s\r\n" % (signed.written, time, digest, _value(b" b=", proof))

    def warnings(self, sender_domain: str) -> list[Sentence]:
        """What makes this signature worth less for mail from that domain (A-labels)."""
        found = []
        if self.key.key_size < ENOUGH_BITS:
            found.append(
                sentence(
                    "the DKIM key has {bits} bits; {enough} are asked for today",
                    bits=self.key.key_size,
                    enough=ENOUGH_BITS,
                )
            )
        if sender_domain != self.domain and not sender_domain.endswith(f".{self.domain}"):
            found.append(
                sentence(
                    "mail comes from {sender} but is signed for {domain}: such a signature may count for nothing",
                    sender=sender_domain,
                    domain=self.domain,
                )
            )
        return found


def load_signer(domain: str, selector: str, key_file: Path) -> Signer:
    """A signer with the key in that file. Raises SecretError as `read_key`, and for what is no domain."""
    try:
        ascii_domain = a_domain(domain)
    except HeaderError as error:
        raise SecretError(
            sentence("nothing can be signed for {domain}: {reason}", domain=domain, reason=error),
            sentence("correct smtp.dkim.domain in newsletter.yaml"),
        ) from error
    return Signer(ascii_domain, selector, read_key(key_file))


def read_key(path: Path) -> RSAPrivateKey:
    """The RSA key in a PEM file that only its owner may read, PKCS#1 or PKCS#8.

    Raises SecretError when there is none, others may read it, or it has less than 1024 bits.
    """
    make = sentence("`newsletter doctor --make-key` makes one where there is none")
    if not path.exists():
        raise SecretError(sentence("there is no DKIM key in {path}", path=path), make)
    raw = read_private(path)
    try:
        key = load_pem_private_key(raw, password=None)
    except (ValueError, TypeError, UnsupportedAlgorithm) as error:  # TypeError: under a passphrase
        raise SecretError(
            sentence("{path} does not hold a key in PEM that opens without a passphrase", path=path), make
        ) from error
    if not isinstance(key, RSAPrivateKey):
        raise SecretError(sentence("the key in {path} is not an RSA key", path=path), make)
    if key.key_size < FEWEST_BITS:
        raise SecretError(
            sentence(
                "the key in {path} has {bits} bits: nobody accepts less than {fewest}",
                path=path,
                bits=key.key_size,
                fewest=FEWEST_BITS,
            ),
            make,
        )
    return key


def new_key() -> bytes:
    """A new key of 2048 bits as PEM (PKCS#8)."""
    key = generate_private_key(65537, ENOUGH_BITS)
    return key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())


def dns_record(key: RSAPrivateKey) -> str:
    """The text to publish at `<selector>._domainkey.<domain>` (RFC 6376 section 3.6.1)."""
    public = key.public_key().public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)
    return f"v=DKIM1; k=rsa; p={base64.b64encode(public).decode()}"


def bits_of(public: str) -> int:
    """The size of an RSA key as it is published, in base64; 0 when it is none."""
    try:
        key = load_der_public_key(base64.b64decode(public, validate=True))
    except (ValueError, TypeError, UnsupportedAlgorithm):
        return 0
    return key.key_size if isinstance(key, RSAPublicKey) else 0


@dataclass(frozen=True, slots=True)
class _Signed:
    """What is signed of a head with certain headers, and how the signature's own header says so."""

    order: tuple[int, ...]  #: numbers of the headers, of equal ones the last first (section 5.4.2)
    written: bytes  #: DKIM-Signature from its name down to `h=`
    relaxed: bytes  #: the same in its relaxed form


@lru_cache(maxsize=64)  # the mails of a run have few kinds of heads
def _signed(who: tuple[str, ...], names: tuple[bytes, ...]) -> _Signed:
    listed: list[bytes] = []
    order: list[int] = []
    for name in dict.fromkeys((*OVERSIGNED, *names)):
        found = [number for number, other in enumerate(names) if other == name]
        if name in OVERSIGNED or name in SIGNED or name.startswith(b"list-"):
            listed += [name] * (len(found) + (name in OVERSIGNED))
            order += reversed(found)
    told = b":\n".join(listed).decode("ascii")
    rows = [*_rows(("DKIM-Signature:", *who), " "), *_rows(f"h={told};".split("\n"), "")]
    relaxed = " ".join(rows).replace("DKIM-Signature: ", "dkim-signature:", 1)
    return _Signed(tuple(order), "\r\n ".join(rows).encode("ascii"), relaxed.encode("ascii"))


def _rows(words: Iterable[str], between: str) -> Iterator[str]:
    """The words on rows that fit below each other, a space before each."""
    row = ""
    for word in words:
        if row and len(row) + len(between) + len(word) > LONGEST_LINE - 1:
            yield row
            row = word
        else:
            row = f"{row}{between}{word}" if row else word
    yield row


def _value(tag: bytes, coded: bytes) -> bytes:
    """The tag with its value on rows of at most 76 columns."""
    first = LONGEST_LINE - len(tag)
    cuts = range(first, len(coded), LONGEST_LINE - 1)
    return b"\r\n ".join((tag + coded[:first], *(coded[at : at + LONGEST_LINE - 1] for at in cuts)))

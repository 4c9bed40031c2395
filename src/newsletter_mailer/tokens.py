"""Fingerprints, signed links and Message-IDs: pure functions of a secret."""

from __future__ import annotations

import base64
import hmac
from dataclasses import dataclass
from functools import lru_cache

from newsletter_mailer.model.audience import normalise_address

SECRET_BYTES = 32
_MAC_BYTES = 16  # 128 bits: standards 7-7
_LETTERS = "abcdefghijklmnopqrstuvwxyz234567"  # RFC 4648, case-insensitive: survives any mail system
_PAIRS = [first + second for first in _LETTERS for second in _LETTERS]
_KEY_ID = 1  # of the signing key; raised by rotation, old keys stay readable


@dataclass(frozen=True, slots=True)
class Secret:
    """The workspace's secret, 32 random bytes kept in `var/secret`."""

    raw: bytes

    def __post_init__(self) -> None:
        if len(self.raw) != SECRET_BYTES:
            raise ValueError(f"a secret has {SECRET_BYTES} bytes, not {len(self.raw)}")

    def __repr__(self) -> str:
        return "Secret(…)"  # never in a log or a traceback


def _mac(secret: Secret, purpose: str, message: bytes) -> bytes:
    mac = _keyed(secret, purpose).copy()  # half the time of a new one: there is one for every message
    mac.update(message)
    return mac.digest()


@lru_cache(maxsize=64)
def _keyed(secret: Secret, purpose: str) -> hmac.HMAC:
    key = hmac.digest(secret.raw, b"newsletter-mailer/1/" + purpose.encode(), "sha256")
    return hmac.new(key, digestmod="sha256")


def _text(raw: bytes) -> str:
    """In base 32 without padding, two letters at a time: `base64.b32encode` works in Python too, and longer."""
    bits = len(raw) * 8
    spare = -bits % 10
    number = int.from_bytes(raw, "big") << spare
    pairs = [_PAIRS[number >> place & 1023] for place in range(bits + spare - 10, -1, -10)]
    return "".join(pairs)[: -(-bits // 5)]


def _raw(text: str) -> bytes:
    return base64.b32decode(text.upper() + "=" * (-len(text) % 8))


def recipient_key(secret: Secret, address: str) -> str:
    """The reader's fingerprint, 52 letters: the same for every spelling of the address, useless without the secret."""
    return _text(_mac(secret, "fingerprint", normalise_address(address).encode()))


def secret_check(secret: Secret) -> str:
    """A value for the ledger by which a wrong secret is noticed."""
    return _text(_mac(secret, "check", b""))[:26]


def sign(secret: Secret, purpose: str, number: int) -> str:
    """An opaque token for one purpose ("unsubscribe", "preferences" …) and one delivery; holds no address."""
    body = bytes([_KEY_ID]) + number.to_bytes(8, "big")
    return _text(body + _mac(secret, purpose, body)[:_MAC_BYTES])


def verify(secret: Secret, purpose: str, token: str) -> int | None:
    """The number that was signed for this purpose, or None. Takes the same steps for every wrong token."""
    try:
        raw = _raw(token)
    except ValueError:
        raw = b""
    body, given = raw[:-_MAC_BYTES], raw[-_MAC_BYTES:]
    right = hmac.compare_digest(_mac(secret, purpose, body)[:_MAC_BYTES], given)
    whole = len(raw) == 9 + _MAC_BYTES and raw[:1] == bytes([_KEY_ID])
    return int.from_bytes(body[1:], "big") if right and whole else None


def message_id(secret: Secret, ledger: str, delivery: int, domain: str) -> str:
    """The Message-ID of a delivery, with angle brackets: the same for every attempt, different for every copy."""
    mac = _text(_mac(secret, "message-id", f"{ledger}/{delivery}".encode())[:_MAC_BYTES])
    return f"<{delivery}.{mac}@{domain}>"

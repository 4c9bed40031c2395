"""Fingerprints, signed links and Message-IDs: pure functions of a secret."""

from __future__ import annotations

import base64
import hashlib
import hmac
from collections.abc import Callable
from dataclasses import dataclass
from functools import lru_cache
from typing import Self

from newsletter_mailer.model.audience import normalise_address

SECRET_BYTES = 32
MOST_KEYS = 255  #: a token says in one byte with which it was signed
_MAC_BYTES = 16  # 128 bits: standards 7-7
_TOKEN_BYTES = 1 + 8 + _MAC_BYTES  # which key, the number, its proof
SHORT = 40  #: letters of a token in base 32: mails of the first version carry them, and return paths
_LETTERS = "abcdefghijklmnopqrstuvwxyz234567"  # RFC 4648, case-insensitive: survives any mail system
_PAIRS = [first + second for first in _LETTERS for second in _LETTERS]


@dataclass(frozen=True, slots=True)
class Secret:
    """The workspace's secret, kept in `var/secret`: 32 random bytes, and as many more for each rotation.

    Fingerprints and Message-IDs are of the first for ever; new tokens are signed with the last, and all are read.
    """

    raw: bytes
    later: tuple[bytes, ...] = ()

    def __post_init__(self) -> None:
        if len(self.keys) > MOST_KEYS:
            raise ValueError(f"a secret has at most {MOST_KEYS} keys")
        for key in self.keys:
            if len(key) != SECRET_BYTES:
                raise ValueError(f"a secret has {SECRET_BYTES} bytes, not {len(key)}")

    def __repr__(self) -> str:
        return "Secret(…)"  # never in a log or a traceback

    @classmethod
    def read(cls, text: str) -> Self:
        """The secret that was written so: a key a line. Raises ValueError for anything else."""
        first, *later = (bytes.fromhex(line) for line in text.split("\n") if line.strip())
        return cls(first, tuple(later))

    def written(self) -> str:
        """As it stands in its file: a key a line, the oldest first."""
        return "".join(f"{key.hex()}\n" for key in self.keys)

    @property
    def keys(self) -> tuple[bytes, ...]:
        """All keys, the oldest first."""
        return (self.raw, *self.later)


@lru_cache(maxsize=64)
def _mac(key: bytes, purpose: str) -> Callable[[bytes], bytes]:
    """HMAC-SHA256 (RFC 2104) for a purpose, its key hashed once: a third of the time of `hmac.digest`."""
    block = hmac.digest(key, b"newsletter-mailer/1/" + purpose.encode(), "sha256").ljust(64, b"\0")
    keyed_in = hashlib.sha256(bytes(byte ^ 0x36 for byte in block))
    keyed_out = hashlib.sha256(bytes(byte ^ 0x5C for byte in block))

    def mac(message: bytes) -> bytes:
        inner, outer = keyed_in.copy(), keyed_out.copy()
        inner.update(message)
        outer.update(inner.digest())
        return outer.digest()

    return mac


def _text(raw: bytes) -> str:
    """In base 32 without padding, two letters at a time: `base64.b32encode` works in Python too, and longer."""
    bits = len(raw) * 8
    spare = -bits % 10
    number = int.from_bytes(raw, "big") << spare
    pairs = [_PAIRS[number >> place & 1023] for place in range(bits + spare - 10, -1, -10)]
    return "".join(pairs)[: -(-bits // 5)]


def recipient_key(secret: Secret, address: str) -> str:
    """The reader's fingerprint, 52 letters: the same for every spelling of the address, useless without the secret."""
    return _text(_mac(secret.raw, "fingerprint")(normalise_address(address).encode()))


def secret_check(secret: Secret) -> str:
    """A value for the ledger by which a wrong secret is noticed."""
    return _text(_mac(secret.raw, "check")(b""))[:26]


def sign(secret: Secret, purpose: str, number: int) -> str:
    """An opaque token for one purpose ("unsubscribe", "preferences" …) and one number; holds no address."""
    return signing(secret, purpose)(number)


def signing(secret: Secret, purpose: str) -> Callable[[int], str]:
    """What signs tokens for one purpose: `sign`, for who signs one for every message.

    A token is 50 hexadecimal digits: in any case of letters, so that it survives every mail system.
    """
    mac = _mac(secret.keys[-1], purpose)
    key = bytes([len(secret.keys)])

    def signed(number: int) -> str:
        body = key + number.to_bytes(8, "big")
        return (body + mac(body)[:_MAC_BYTES]).hex()

    return signed


def signing_short(secret: Secret, purpose: str) -> Callable[[int], str]:
    """The same token in 40 letters and digits, in any case as well: for the part before the @, which holds 64."""
    signed = signing(secret, purpose)
    return lambda number: _text(bytes.fromhex(signed(number)))


def verify(secret: Secret, purpose: str, token: str) -> int | None:
    """The number that was signed for this purpose, or None. Takes the same steps for every wrong token."""
    raw = _raw(token)
    body, given = raw[:-_MAC_BYTES], raw[-_MAC_BYTES:]
    known = 1 <= raw[0] <= len(secret.keys)
    key = secret.keys[raw[0] - 1 if known else 0]
    right = hmac.compare_digest(_mac(key, purpose)(body)[:_MAC_BYTES], given)
    return int.from_bytes(body[1:], "big") if right and known else None


def seal(secret: Secret, purpose: str, words: str) -> str:
    """A proof that we wrote these words, for addresses that all readers share: 34 hexadecimal digits."""
    mac = _mac(secret.keys[-1], f"seal/{purpose}")(words.encode())
    return (bytes([len(secret.keys)]) + mac[:_MAC_BYTES]).hex()


def is_sealed(secret: Secret, purpose: str, words: str, given: str) -> bool:
    """Whether it is our proof of these words. Takes the same steps for every wrong one."""
    raw = _bytes(given, 1 + _MAC_BYTES)
    known = 1 <= raw[0] <= len(secret.keys)
    key = secret.keys[raw[0] - 1 if known else 0]
    right = hmac.compare_digest(_mac(key, f"seal/{purpose}")(words.encode())[:_MAC_BYTES], raw[1:])
    return right and known


def is_newer(secret: Secret, token: str) -> bool:
    """Whether a token says that it was signed with a key that came after these: then var/secret has more by now."""
    length = 1 + _MAC_BYTES if len(token) == 2 * (1 + _MAC_BYTES) else _TOKEN_BYTES
    return _bytes(token, length)[0] > len(secret.keys)


def _raw(token: str) -> bytes:
    return _bytes(token, _TOKEN_BYTES)


def _bytes(token: str, length: int) -> bytes:
    """A token's bytes; zeros, which nobody signed, for what has not the form of one."""
    try:
        raw = base64.b32decode(token.upper()) if len(token) == SHORT else bytes.fromhex(token)
    except ValueError:
        raw = b""
    return raw if len(raw) == length else bytes(length)


def message_id(secret: Secret, ledger: str, delivery: int, domain: str) -> str:
    """The Message-ID of a delivery, with angle brackets: the same for every attempt, different for every copy."""
    mac = _mac(secret.raw, "message-id")(f"{ledger}/{delivery}".encode())[:_MAC_BYTES]
    return f"<{delivery}.{mac.hex()}@{domain}>"

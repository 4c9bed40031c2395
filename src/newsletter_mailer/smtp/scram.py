"""SCRAM-SHA-256 (RFC 5802, RFC 7677): both sides prove that they know the password, and nobody says it."""

from __future__ import annotations

import base64
import binascii
import hashlib
import hmac
import re
import stringprep
from dataclasses import dataclass, field
from functools import lru_cache
from unicodedata import ucd_3_2_0

from newsletter_mailer.wording import say

LEAST_ITERATIONS = 4096  # RFC 7677 section 4; fewer would make a listener's guessing cheap
MOST_ITERATIONS = 2_000_000  # about a second; a server could otherwise keep us reckoning for ever
_NO_CHANNEL_BINDING = b"n,,"  # we know none; "y" would claim that we do (RFC 5802 section 7)
_FIRST = re.compile(rb"r=([!-+\--~]+),s=([A-Za-z0-9+/=]+),i=([1-9][0-9]{0,9})(?:,.*)?", re.DOTALL)
_ERROR = re.compile(rb"e=([!-+\--~]{1,80})")
_FINAL = re.compile(rb"v=([A-Za-z0-9+/=]+)(?:,.*)?", re.DOTALL)
_PROHIBITED = (
    stringprep.in_table_c12,
    stringprep.in_table_c21_c22,
    stringprep.in_table_c3,
    stringprep.in_table_c4,
    stringprep.in_table_c5,
    stringprep.in_table_c6,
    stringprep.in_table_c7,
    stringprep.in_table_c8,
    stringprep.in_table_c9,
)


class Unfit(ValueError):
    """A user name or password that SASLprep does not let through."""


@dataclass(slots=True)
class Scram:
    """One login, with words that it `fits`. nonce: printable ASCII without a comma, new and random each time."""

    username: str = field(repr=False)
    password: str = field(repr=False)
    nonce: str
    name: str = "SCRAM-SHA-256"
    complete: bool = False  #: the server has proved that it knows the password, too
    said: str = ""
    asked: bool = False  #: the server has posed its challenge
    _signature: bytes = field(default=b"", repr=False)  #: what the server must prove itself with

    def first(self) -> bytes:
        """Channel binding (none), user name, our nonce."""
        return _NO_CHANNEL_BINDING + self._first_bare()

    def answer(self, challenge: bytes) -> bytes | None:
        """Our proof to the server's first challenge, nothing more to its second when that proves right."""
        self.asked = True
        if self.said:
            return None
        if found := _ERROR.match(challenge):
            return self._broken_off(found[1].decode())
        return self._verified(challenge) if self._signature else self._proof(challenge)

    def _first_bare(self) -> bytes:
        name = saslprep(self.username).replace("=", "=3D").replace(",", "=2C")
        return f"n={name},r={self.nonce}".encode()

    def _proof(self, challenge: bytes) -> bytes | None:
        found = _FIRST.fullmatch(challenge)
        salt = _unpacked(found[2]) if found else None
        if found is None or not salt:
            return self._broken_off(say("its challenge is none of SCRAM-SHA-256"))
        nonce, iterations = found[1], int(found[3])
        if not nonce.startswith(self.nonce.encode()) or len(nonce) <= len(self.nonce):
            return self._broken_off(say("it answered somebody else's question"))
        if not LEAST_ITERATIONS <= iterations <= MOST_ITERATIONS:
            return self._broken_off(say("it wants {count} rounds of reckoning", count=iterations))
        salted = _salted(saslprep(self.password).encode(), salt, iterations)
        bare = b"c=" + base64.b64encode(_NO_CHANNEL_BINDING) + b",r=" + nonce
        talk = b",".join((self._first_bare(), challenge, bare))
        key = _hmac(salted, b"Client Key")
        proof = _either(key, _hmac(hashlib.sha256(key).digest(), talk))
        self._signature = _hmac(_hmac(salted, b"Server Key"), talk)
        return bare + b",p=" + base64.b64encode(proof)

    def _verified(self, challenge: bytes) -> bytes | None:
        found = _FINAL.fullmatch(challenge)
        shown = _unpacked(found[1]) if found else None
        if shown is None or self.complete:
            return self._broken_off(say("its proof is none of SCRAM-SHA-256"))
        if not hmac.compare_digest(shown, self._signature):
            return self._broken_off(say("its proof is wrong: it does not know the password either"))
        self.complete = True
        return b""

    def _broken_off(self, why: str) -> bytes | None:
        self.complete = False
        self.said = why
        return None


def fits(*words: str) -> bool:
    """Whether user name and password can be used for SCRAM at all."""
    try:
        return bool([saslprep(word) for word in words])
    except Unfit:
        return False


def saslprep(text: str) -> str:
    """User name or password in the one spelling that both sides reckon with (RFC 4013). Raises Unfit.

    Letters newer than Unicode 3.2 are let through as they are, as for a query (RFC 3454 section 7).
    """
    if text.isascii() and text.isprintable():
        return text
    mapped = "".join(
        " " if stringprep.in_table_c12(letter) else letter
        for letter in text
        if not stringprep.in_table_b1(letter)
    )
    prepared = ucd_3_2_0.normalize("NFKC", mapped)
    if any(prohibited(letter) for letter in prepared for prohibited in _PROHIBITED):
        raise Unfit("a letter that no password may have")
    if any(map(stringprep.in_table_d1, prepared)) and not (
        stringprep.in_table_d1(prepared[0])
        and stringprep.in_table_d1(prepared[-1])
        and not any(map(stringprep.in_table_d2, prepared))
    ):
        raise Unfit("letters of both directions")
    return prepared


@lru_cache(maxsize=4)  # every connection of a run asks for the same; reckoned once (RFC 5802 section 3)
def _salted(password: bytes, salt: bytes, iterations: int) -> bytes:
    return hashlib.pbkdf2_hmac("sha256", password, salt, iterations)


def _hmac(key: bytes, message: bytes) -> bytes:
    return hmac.digest(key, message, "sha256")


def _either(left: bytes, right: bytes) -> bytes:
    return bytes(a ^ b for a, b in zip(left, right, strict=True))


def _unpacked(word: bytes) -> bytes | None:
    try:
        return base64.b64decode(word, validate=True)
    except (binascii.Error, ValueError):
        return None

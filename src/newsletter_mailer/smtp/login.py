"""Ways to log in (RFC 4954). A new one is a class with `first` and `answer`, and its place in `choose`."""

from __future__ import annotations

import base64
import binascii
import json
import re
from dataclasses import dataclass, field
from typing import Protocol

from newsletter_mailer.errors import LoginRefused
from newsletter_mailer.model.outcome import Reply
from newsletter_mailer.smtp import scram
from newsletter_mailer.wording import say, sentence

_CONTROL = re.compile("[\x00-\x1f\x7f-\x9f\u2028\u2029]")


class Mechanism(Protocol):
    """One login, for one connection."""

    @property
    def name(self) -> str:
        """As the server writes it after AUTH."""
        ...

    @property
    def complete(self) -> bool:
        """Whether a yes of the server may be believed."""
        ...

    @property
    def said(self) -> str:
        """What is known of a failure beside the server's reply; the server's own words may be in it."""
        ...

    def first(self) -> bytes | None:
        """What goes along with AUTH itself, or None when the server speaks first."""
        ...

    def answer(self, challenge: bytes) -> bytes | None:
        """The answer to a challenge (both without base64), or None to break off."""
        ...


@dataclass(slots=True)
class Plain:
    """User name and password at once (RFC 4616)."""

    username: str = field(repr=False)
    password: str = field(repr=False)
    name: str = "PLAIN"
    complete: bool = True
    said: str = ""

    def first(self) -> bytes:
        """Authorisation identity (none), user name, password."""
        return f"\0{self.username}\0{self.password}".encode()

    def answer(self, challenge: bytes) -> bytes | None:
        """A server may ask for what it overlooked, with an empty challenge."""
        return None if challenge else self.first()


@dataclass(slots=True)
class Login:
    """User name, then password, each when asked (no standard, yet all that some servers know)."""

    username: str = field(repr=False)
    password: str = field(repr=False)
    name: str = "LOGIN"
    complete: bool = True
    said: str = ""
    asked: int = 0

    def first(self) -> None:
        """Nothing: the server asks for the user name."""

    def answer(self, challenge: bytes) -> bytes | None:  # noqa: ARG002  the questions' wording is not fixed
        """The first question is for the name, the second for the password."""
        self.asked += 1
        if self.asked > 2:
            return None
        return (self.username if self.asked == 1 else self.password).encode()


@dataclass(slots=True)
class XOAuth2:
    """User name and access token at once, as Google and Microsoft want it."""

    username: str = field(repr=False)
    token: str = field(repr=False)
    name: str = "XOAUTH2"
    complete: bool = True
    said: str = ""

    def first(self) -> bytes:
        """Fields that end with the control character 1."""
        return f"user={self.username}\1auth=Bearer {self.token}\1\1".encode()

    def answer(self, challenge: bytes) -> bytes | None:
        """The only challenge says in JSON what is wrong; after an empty answer comes the refusal itself."""
        if self.said:
            return None
        self.said = _told(challenge)
        return b""


def _told(challenge: bytes) -> str:
    """What a challenge says: the fields of a JSON object, or its text; short, and safe for a terminal."""
    text = challenge.decode("utf-8", "replace")
    try:
        told = json.loads(text)
    except (ValueError, RecursionError):
        told = None
    if isinstance(told, dict):
        text = ", ".join(f"{name} {value}" for name, value in told.items())
    return _CONTROL.sub("\N{REPLACEMENT CHARACTER}", text[:300]) or say("no reason given")


def choose(
    offered: frozenset[str], *, username: str, host: str, nonce: str, password: str = "", token: str = ""
) -> Mechanism:
    """The best way to log in that the server offers. Raises LoginRefused when there is none.

    token: where there is one, nothing but it is used. nonce: new and random, for SCRAM.
    """
    if "\0" in username + password:
        raise LoginRefused(sentence("the user name or password of {host} holds a NUL", host=host))
    ways = _with_token(username, token) if token else _with_password(username, password, nonce)
    for mechanism in ways:
        if mechanism.name in offered:
            return mechanism
    raise _no_way(offered, host, token=bool(token))


def _with_token(username: str, token: str) -> list[Mechanism]:
    return [] if "\1" in username + token else [XOAuth2(username, token)]


def _with_password(username: str, password: str, nonce: str) -> list[Mechanism]:
    ways: list[Mechanism] = [Plain(username, password), Login(username, password)]
    # What SASLprep refuses, the server cannot have prepared either; PLAIN hands it over as it is.
    return [scram.Scram(username, password, nonce), *ways] if scram.fits(username, password) else ways


def _no_way(offered: frozenset[str], host: str, *, token: bool) -> LoginRefused:
    if not offered:
        return LoginRefused(
            sentence("{host} offers no login", host=host),
            sentence("leave `smtp.username` empty, or use its submission port (465 or 587)"),
        )
    ways = ", ".join(sorted(offered))
    if token:
        return LoginRefused(
            sentence("{host} offers no login by OAuth (XOAUTH2), only {ways}", host=host, ways=ways),
            sentence("remove `smtp.oauth` and use a password"),
        )
    return LoginRefused(
        sentence("{host} offers no login by password, only {ways}", host=host, ways=ways),
        sentence("ask your provider for an application password or for another server"),
    )


def other_ways(mechanism: Mechanism, reply: Reply, offered: frozenset[str]) -> frozenset[str]:
    """What is left to try, for nothing has been tried yet; empty as soon as it was.

    Cyrus SASL offers SCRAM also where it has no keys for it, and refuses it before its challenge.
    """
    if reply.code < 500 or not isinstance(mechanism, scram.Scram) or mechanism.asked:
        return frozenset()
    return offered & {"PLAIN", "LOGIN"}


def doubts(mechanism: Mechanism, reply: Reply) -> str:
    """Why the reply to the last answer is no login, in words; "" when it is one."""
    if reply.code < 400 and mechanism.complete:
        return ""
    said = mechanism.said
    if reply.code < 400 and not said:
        said = say("it does not prove that it knows the password")
    return f"{reply} ({said})" if said else str(reply)


def initial(answer: bytes) -> str:
    """What goes along with AUTH, as it goes over the wire; "=" when it is empty (RFC 4954 section 4)."""
    return encoded(answer) or "="


def encoded(answer: bytes) -> str:
    """An answer to a challenge, as it goes over the wire; an empty one is an empty line."""
    return base64.b64encode(answer).decode()


def decoded(challenge: str) -> bytes | None:
    """A challenge without its base64, None when it is none."""
    try:
        return base64.b64decode(challenge.strip(), validate=True)
    except (binascii.Error, ValueError):
        return None


def redacted(words: str, *, username: str, password: str) -> str:
    """A server's words without the password or token, for servers that repeat what they refuse."""
    at_once = (Plain(username, password).first(), XOAuth2(username, password).first())
    secrets = (*map(encoded, at_once), encoded(password.encode()), password)  # the longest first
    for secret in secrets if password else ():
        words = words.replace(secret, "…")
    return words

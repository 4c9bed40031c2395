"""Ways to log in (RFC 4954). A new one is a class with `first` and `answer`, and its place in `choose`."""

from __future__ import annotations

import base64
import binascii
from dataclasses import dataclass, field
from typing import Protocol

from newsletter_mailer.errors import LoginRefused
from newsletter_mailer.wording import sentence


class Mechanism(Protocol):
    """One login, for one connection."""

    @property
    def name(self) -> str:
        """As the server writes it after AUTH."""
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
    asked: int = 0

    def first(self) -> None:
        """Nothing: the server asks for the user name."""

    def answer(self, challenge: bytes) -> bytes | None:  # noqa: ARG002  the questions' wording is not fixed
        """The first question is for the name, the second for the password."""
        self.asked += 1
        if self.asked > 2:
            return None
        return (self.username if self.asked == 1 else self.password).encode()


def choose(offered: frozenset[str], *, username: str, password: str, host: str) -> Mechanism:
    """The best way to log in that the server offers. Raises LoginRefused when there is none."""
    if "\0" in username + password:
        raise LoginRefused(sentence("the user name or password of {host} holds a NUL", host=host))
    for mechanism in (Plain(username, password), Login(username, password)):
        if mechanism.name in offered:
            return mechanism
    if not offered:
        raise LoginRefused(
            sentence("{host} offers no login", host=host),
            sentence("leave `smtp.username` empty, or use its submission port (465 or 587)"),
        )
    raise LoginRefused(
        sentence(
            "{host} offers no login by password, only {ways}", host=host, ways=", ".join(sorted(offered))
        ),
        sentence("ask your provider for an application password or for another server"),
    )


def encoded(answer: bytes) -> str:
    """An answer as it goes over the wire; "=" is an empty first one (RFC 4954 section 4)."""
    return base64.b64encode(answer).decode() or "="


def decoded(challenge: str) -> bytes | None:
    """A challenge without its base64, None when it is none."""
    try:
        return base64.b64decode(challenge.strip(), validate=True)
    except (binascii.Error, ValueError):
        return None


def redacted(words: str, *, username: str, password: str) -> str:
    """A server's words without the password, for servers that repeat what they refuse."""
    plain = Plain(username, password).first()
    secrets = (password, encoded(password.encode()), encoded(plain))
    for secret in secrets if password else ():
        words = words.replace(secret, "…")
    return words

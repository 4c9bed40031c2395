"""Who may see the officer's pages: who has the link that the terminal showed, once, or knows the password."""

from __future__ import annotations

import hashlib
import secrets
from collections.abc import Callable
from typing import Final

from newsletter_mailer.actions.officer.password import Password

LINK_MS: Final = 30 * 60_000  #: as long as a link waits to be opened
STAY_MS: Final = 12 * 3_600_000  #: a working day; then one signs in again
_MOST = 20  # signed in at once: who signs in beyond that ends the oldest stay
_BY_LINK = ""


class Door:
    """Remembers who came in, until the program ends; of keys only hashes."""

    def __init__(self, kept: Callable[[], Password | None]) -> None:
        """kept: reads the password as it is now; None when there is none."""
        self._kept = kept
        self._link = b""
        self._link_until = 0
        self._linked = False
        self._stays: dict[bytes, tuple[int, str]] = {}  # until when, and by which password

    @property
    def has_password(self) -> bool:
        """Whether a form to sign in makes sense."""
        return self._kept() is not None

    @property
    def is_there(self) -> bool:
        """Whether anybody can come in at all; otherwise there is nothing to be seen."""
        return self._linked or self.has_password

    def new_link(self, *, now: int) -> str:
        """The token of a link that opens once. now: milliseconds since 1970, UTC."""
        token = secrets.token_urlsafe(32)
        self._link, self._link_until, self._linked = _hash(token), now + LINK_MS, True
        return token

    def knows_link(self, token: str, *, now: int) -> bool:
        """Whether the link would open; it stays as it is."""
        return (
            bool(self._link) and now < self._link_until and secrets.compare_digest(_hash(token), self._link)
        )

    def by_link(self, token: str, *, now: int) -> str | None:
        """The key of a stay, for the one who opens the link first."""
        if not self.knows_link(token, now=now):
            return None
        self._link = b""
        return self._begin(_BY_LINK, now)

    def by_password(self, typed: str, *, now: int) -> str | None:
        """The key of a stay, for who knows the password."""
        password = self._kept()
        if password is None or not password.is_(typed):
            return None
        return self._begin(password.mark, now)

    def lets_in(self, key: str, *, now: int) -> bool:
        """Whether the stay goes on: a new password ends those of the old one."""
        until, mark = self._stays.get(_hash(key), (0, _BY_LINK))
        if now >= until:
            return False
        if mark == _BY_LINK:
            return True
        password = self._kept()
        return password is not None and secrets.compare_digest(mark, password.mark)

    def leave(self, key: str) -> None:
        """End the stay."""
        self._stays.pop(_hash(key), None)

    def _begin(self, mark: str, now: int) -> str:
        key = secrets.token_urlsafe(32)
        self._stays = {old: stay for old, stay in self._stays.items() if now < stay[0]}
        while len(self._stays) >= _MOST:
            self._stays.pop(next(iter(self._stays)))
        self._stays[_hash(key)] = now + STAY_MS, mark
        return key


def _hash(given: str) -> bytes:
    return hashlib.sha256(given.encode()).digest()

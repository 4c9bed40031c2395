"""Which row a signed link names."""

from __future__ import annotations

from collections.abc import Callable

from newsletter_mailer.message.specimen import DEAD_TOKEN
from newsletter_mailer.tokens import Secret, is_newer, is_sealed, sign, verify

NOBODY = 0  #: the number of no row: who comes with a forged link goes the same way, and finds nothing


class SignedLinks:
    """Reads and writes tokens; a key that was added meanwhile is noticed by the first link signed with it."""

    def __init__(self, secret: Secret, again: Callable[[], Secret]) -> None:
        """again: gives the secret as the file has it now."""
        self._secret = secret
        self._again = again

    def number(self, purpose: str, token: str) -> int:
        """The number that was signed for this purpose, NOBODY for a token that is not ours."""
        if is_newer(self._secret, token):
            self._secret = self._again()
        return verify(self._secret, purpose, token) or NOBODY

    def is_sealed(self, purpose: str, words: str, seal: str) -> bool:
        """Whether it is our proof of these words."""
        if is_newer(self._secret, seal):
            self._secret = self._again()
        return is_sealed(self._secret, purpose, words, seal)

    def token(self, purpose: str, number: int) -> str:
        """A token for a link of our own pages and mails."""
        return sign(self._secret, purpose, number)

    @property
    def secret(self) -> Secret:
        """For fingerprints."""
        return self._secret


def is_test(token: str) -> bool:
    """Whether this is the dead link of a test, about which everybody may know that it does nothing."""
    return token == DEAD_TOKEN

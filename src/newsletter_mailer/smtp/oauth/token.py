"""The permission as it is kept: a file that only its owner may read, renewed shortly before it runs out."""

from __future__ import annotations

import json
import threading
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

from newsletter_mailer.config import (
    OAuthSettings,
    Workspace,
    oauth_client_secret,
    read_private,
    replace_private,
)
from newsletter_mailer.smtp.oauth.asking import NoPermission, Refused, again, ask, not_oauth
from newsletter_mailer.smtp.oauth.provider import Provider, Purpose, provider_of
from newsletter_mailer.wording import sentence

MARGIN_MS = 120_000  # before the end, so that a login does not meet a token that has just run out
_UNSAID_S = 1800  # how long a token is used whose end nobody told
_LONGEST_S = 10 * 365 * 86_400


@dataclass(frozen=True, slots=True)
class Token:
    """What stands for the permission, and until when."""

    access: str = field(repr=False)
    refresh: str = field(repr=False)  #: "" = it cannot be renewed
    expires_at: int  #: milliseconds since 1970, UTC

    def fresh(self, now: int) -> bool:
        """Whether it will still be taken when it arrives."""
        return now < self.expires_at - MARGIN_MS


def clock() -> int:
    """Milliseconds since 1970, UTC."""
    return time.time_ns() // 1_000_000


def token_file(workspace: Workspace, purpose: Purpose = "send") -> Path:
    """Where the permission is kept."""
    return workspace.var / ("oauth-token.json" if purpose == "send" else "oauth-inbox-token.json")


def settings_of(workspace: Workspace, purpose: Purpose) -> OAuthSettings | None:
    """Who gives that permission, as the settings have it."""
    settings = workspace.settings
    return settings.smtp.oauth if purpose == "send" else settings.inbox.oauth


def read_token(answer: Mapping[str, Any], provider: Provider, *, now: int, refresh: str = "") -> Token:
    """The token in a provider's answer. refresh: what renews it when the answer brings nothing new."""
    access, kind = answer.get("access_token"), answer.get("token_type", "bearer")
    if not (isinstance(access, str) and access and access.isascii() and access.isprintable()):
        raise not_oauth(provider.token_url)
    if str(kind).lower() != "bearer":
        raise not_oauth(provider.token_url)
    renewed = answer.get("refresh_token")
    return Token(
        access,
        renewed if isinstance(renewed, str) and renewed else refresh,
        now + seconds(answer.get("expires_in"), _UNSAID_S) * 1000,
    )


def seconds(given: object, otherwise: int) -> int:
    """A length of time in a provider's answer: a number, or one written as a text."""
    try:
        return max(0, min(int(str(given)), _LONGEST_S))
    except ValueError:
        return otherwise


def store(token: Token, provider: Provider, path: Path) -> None:
    """Keep the token, in one step and for its owner alone."""
    kept = {"provider": provider.name, "client_id": provider.client_id, **asdict(token)}
    replace_private(path, json.dumps(kept, indent=1).encode() + b"\n")


def load(provider: Provider, path: Path) -> Token | None:
    """The token that was kept, None without one. Raises SecretError when it is of no use."""
    if not path.exists():
        return None
    try:
        kept = json.loads(read_private(path))
        token = Token(str(kept["access"]), str(kept["refresh"]), int(kept["expires_at"]))
        of = (kept["provider"], kept["client_id"])
    except (ValueError, KeyError, TypeError, RecursionError) as error:
        raise NoPermission(sentence("{path} does not hold a permission", path=path), again()) from error
    if of != (provider.name, provider.client_id):
        raise NoPermission(
            sentence("the permission in {path} was given to another application", path=path), again()
        )
    return token


class AccessToken:
    """The access token, fresh each time it is called for; many connections may call at once."""

    def __init__(self, provider: Provider, path: Path, *, clock: Callable[[], int] = clock) -> None:
        self._provider = provider
        self._path = path
        self._clock = clock
        self._one_at_a_time = threading.Lock()

    def __call__(self) -> str:
        """Raises NoPermission when it cannot be renewed, ServerUnreachable when it cannot be now."""
        with self._one_at_a_time:
            token = load(self._provider, self._path)
            if token is None:
                raise no_permission_yet(self._provider)
            if not token.fresh(self._clock()):
                token = self._renewed(token)
                store(token, self._provider, self._path)
            return token.access

    def _renewed(self, token: Token) -> Token:
        provider = self._provider
        if not token.refresh:
            raise NoPermission(sentence("the permission of {host} has run out", host=provider.host), again())
        form = provider.form(grant_type="refresh_token", refresh_token=token.refresh, scope=provider.scope)
        try:
            answer = ask(provider.token_url, form)
        except Refused as refused:
            raise NoPermission(
                sentence(
                    "{host} does not renew the permission: {words}", host=provider.host, words=refused.words
                ),
                again(),
            ) from refused
        return read_token(answer, provider, now=self._clock(), refresh=token.refresh)


def access_token(workspace: Workspace, purpose: Purpose = "send") -> AccessToken | None:
    """What to log in with, as the settings have it; None for a login by password. Raises SecretError."""
    settings = settings_of(workspace, purpose)
    if settings is None:
        return None
    provider = provider_of(settings, oauth_client_secret(workspace, settings), purpose)
    path = token_file(workspace, purpose)
    if load(provider, path) is None:
        raise no_permission_yet(provider)
    return AccessToken(provider, path)


@contextmanager
def for_the_inbox() -> Iterator[None]:
    """What to do when the permission that is missing is the one to read."""
    try:
        yield
    except NoPermission as error:
        raise NoPermission(error.what, sentence("run: newsletter secret set oauth --inbox")) from error


def no_permission_yet(provider: Provider) -> NoPermission:
    """Nobody has asked for it."""
    return NoPermission(sentence("there is no permission of {host} yet", host=provider.host), again())

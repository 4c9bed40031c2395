"""What the program logs in with: whether it is there, and the permission of a provider, asked for."""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping
from contextlib import nullcontext
from dataclasses import dataclass

from newsletter_mailer.config import PASSWORD_VARIABLE, Workspace, oauth_client_secret, smtp_password
from newsletter_mailer.errors import SecretError, UsageError
from newsletter_mailer.smtp.oauth.asking import NoPermission
from newsletter_mailer.smtp.oauth.provider import Provider, Purpose, provider_of
from newsletter_mailer.smtp.oauth.token import Token, for_the_inbox, load, settings_of, store, token_file
from newsletter_mailer.wording import sentence


@dataclass(frozen=True, slots=True)
class Permission:
    """A provider's permission."""

    provider: str  #: its host
    file: str  #: where it is kept, as people know it
    expires_at: int  #: milliseconds since 1970, UTC
    renews: bool  #: the program renews it by itself


@dataclass(frozen=True, slots=True)
class Login:
    """What there is to log in with."""

    username: str  #: "" = nothing logs in
    by_oauth: bool
    password_in: str  #: the variable or the file, "" = there is no password
    permission: Permission | None

    @property
    def missing(self) -> bool:
        """A login is wanted and there is nothing to do it with."""
        return bool(self.username) and not (self.permission if self.by_oauth else self.password_in)


def check(workspace: Workspace, environment: Mapping[str, str] = os.environ) -> Login:
    """What there is; nothing is asked of any server. Raises SecretError for a file that is of no use."""
    smtp = workspace.settings.smtp
    password = smtp_password(workspace, environment)
    where = PASSWORD_VARIABLE if PASSWORD_VARIABLE in environment else smtp.password_file
    return Login(
        username=smtp.username,
        by_oauth=smtp.oauth is not None,
        password_in=where if password else "",
        permission=_permission(workspace, "send"),
    )


def check_inbox(workspace: Workspace) -> Permission | None:
    """The permission to read the mailbox; None where none is wanted. Raises SecretError when it is missing."""
    with for_the_inbox():
        permission = _permission(workspace, "read")
        if permission is None and workspace.settings.inbox.oauth is not None:
            raise NoPermission(sentence("there is no permission to read the mailbox yet"))
    return permission


def _permission(workspace: Workspace, purpose: Purpose) -> Permission | None:
    if settings_of(workspace, purpose) is None:
        return None
    provider = _provider(workspace, purpose)
    token = load(provider, token_file(workspace, purpose))
    return _kept(token, provider, workspace, purpose) if token else None


def _kept(token: Token, provider: Provider, workspace: Workspace, purpose: Purpose) -> Permission:
    file = workspace.display(token_file(workspace, purpose))
    return Permission(provider.host, file, token.expires_at, bool(token.refresh))


def set_oauth(
    workspace: Workspace,
    show: Callable[[str, str], None],
    *,
    purpose: Purpose = "send",
    clock: Callable[[], int],
    sleep: Callable[[float], None],
) -> Permission:
    """Ask the provider for its permission, and keep it.

    show: gets the address to open, and the code to type there ("" = none). Raises UsageError without settings,
    NoPermission when it was not given, ServerUnreachable.
    """
    provider = _provider(workspace, purpose)
    with for_the_inbox() if purpose == "read" else nullcontext():
        token = _asked(provider, show, clock=clock, sleep=sleep)
    store(token, provider, token_file(workspace, purpose))
    return _kept(token, provider, workspace, purpose)


def _asked(
    provider: Provider,
    show: Callable[[str, str], None],
    *,
    clock: Callable[[], int],
    sleep: Callable[[float], None],
) -> Token:
    if provider.name == "microsoft":
        from newsletter_mailer.smtp.oauth.device import ask_by_code

        return ask_by_code(provider, lambda prompt: show(prompt.url, prompt.code), clock=clock, sleep=sleep)
    from newsletter_mailer.smtp.oauth.browser import ask_in_browser

    return ask_in_browser(provider, lambda url: show(url, ""), clock=clock)


def _provider(workspace: Workspace, purpose: Purpose) -> Provider:
    settings = settings_of(workspace, purpose)
    if settings is None:
        missing_words = sentence("there is no `smtp.oauth` in the settings")
        if purpose == "read":
            missing_words = sentence("there is no `inbox.oauth` in the settings")
        raise UsageError(
            missing_words,
            sentence("write who gives the permission and your client id: docs/reference.md, “Login”"),
        )
    return provider_of(settings, oauth_client_secret(workspace, settings), purpose)


def missing(login: Login) -> SecretError:
    """What is missing, and how it is given."""
    if login.by_oauth:
        return SecretError(
            sentence("there is no permission to send yet"), sentence("run: newsletter secret set oauth")
        )
    return SecretError(
        sentence("there is no password for “{username}”", username=login.username),
        sentence("set NEWSLETTER_SMTP__PASSWORD, or name a file in smtp.password_file"),
    )

"""The mail server's account, as the settings have it."""

from __future__ import annotations

import os
from collections.abc import Mapping

from newsletter_mailer.config import Workspace, smtp_password
from newsletter_mailer.errors import SecretError
from newsletter_mailer.model.pace import Profile
from newsletter_mailer.smtp.oauth.token import access_token
from newsletter_mailer.smtp.pool import Account
from newsletter_mailer.wording import sentence

ONE_CONNECTION = Profile("")


def account_of(
    workspace: Workspace, environment: Mapping[str, str] = os.environ, *, profile: Profile = ONE_CONNECTION
) -> Account:
    """Host, port, encryption and login, and the connections that the provider's profile allows.

    Raises SecretError when there is a user name but no password, or no permission where OAuth is set.
    """
    smtp = workspace.settings.smtp
    token = access_token(workspace)
    password = "" if token else smtp_password(workspace, environment)
    if smtp.username and not (password or token):
        raise SecretError(
            sentence(
                "there is no password for “{username}” at {host}", username=smtp.username, host=smtp.host
            ),
            sentence("set NEWSLETTER_SMTP__PASSWORD, or name a file in smtp.password_file"),
        )
    return Account(
        host=smtp.host,
        port=smtp.port,
        security=smtp.security,
        username=smtp.username,
        password=password,
        access_token=token,
        ehlo=smtp.ehlo,
        ca_file=smtp.ca_file,
        connections=profile.connections,
        per_connection=profile.per_connection,
        window=profile.window,
    )

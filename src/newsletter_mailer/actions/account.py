"""The mail server's account, as the settings have it."""

from __future__ import annotations

import os
from collections.abc import Mapping

from newsletter_mailer.config import Workspace, smtp_password
from newsletter_mailer.errors import SecretError
from newsletter_mailer.smtp.pool import Account
from newsletter_mailer.wording import sentence


def account_of(workspace: Workspace, environment: Mapping[str, str] = os.environ) -> Account:
    """Host, port, encryption and login. Raises SecretError when there is a user name but no password."""
    smtp = workspace.settings.smtp
    password = smtp_password(workspace, environment)
    if smtp.username and not password:
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
        ehlo=smtp.ehlo,
        ca_file=smtp.ca_file,
    )

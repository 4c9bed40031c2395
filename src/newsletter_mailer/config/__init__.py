"""`newsletter.yaml` and the environment become settings; everything wrong with them is told at once."""

from newsletter_mailer.config.loading import load_workspace
from newsletter_mailer.config.oauth import OAuthSettings
from newsletter_mailer.config.private import (
    PASSWORD_VARIABLE,
    oauth_client_secret,
    private_file,
    read_private,
    replace_private,
    smtp_password,
    write_private,
)
from newsletter_mailer.config.profiles import profile_of, route_of
from newsletter_mailer.config.providers import providers
from newsletter_mailer.config.settings import Identity, SenderSettings, Settings, SmtpSettings
from newsletter_mailer.config.workspace import SETTINGS_FILE, Workspace, find_workspace, shipped

__all__ = [
    "PASSWORD_VARIABLE",
    "SETTINGS_FILE",
    "Identity",
    "OAuthSettings",
    "SenderSettings",
    "Settings",
    "SmtpSettings",
    "Workspace",
    "find_workspace",
    "load_workspace",
    "oauth_client_secret",
    "private_file",
    "profile_of",
    "providers",
    "read_private",
    "replace_private",
    "route_of",
    "shipped",
    "smtp_password",
    "write_private",
]

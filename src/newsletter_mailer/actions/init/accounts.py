"""The mail servers of well-known providers: what to write under `smtp:` for each."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class MailAccount:
    """A server that takes mail, as the settings name it."""

    name: str  #: as people know the provider; "" for a server of one's own
    host: str
    port: int = 587
    security: str = "starttls"
    profile: str = ""  #: where the host alone does not tell which limits hold


OWN_MACHINE = MailAccount("", "127.0.0.1", 1025, "none")
ACCOUNTS = (
    MailAccount("OVHcloud", "ssl0.ovh.net"),
    MailAccount("Infomaniak", "mail.infomaniak.com"),
    MailAccount("Gandi", "mail.gandi.net"),
    MailAccount("IONOS", "smtp.ionos.fr"),
    MailAccount("Google Workspace", "smtp.gmail.com", profile="workspace"),
    MailAccount("Gmail", "smtp.gmail.com", profile="gmail"),
    MailAccount("Microsoft 365", "smtp.office365.com"),
    MailAccount("Brevo", "smtp-relay.brevo.com"),
    MailAccount("Mailjet", "in-v3.mailjet.com"),
    MailAccount("Orange", "smtp.orange.fr", 465, "tls"),
)
_LOCAL = frozenset({"127.0.0.1", "localhost", "::1"})


def account_at(host: str) -> MailAccount:
    """What is meant by the name of a server: a provider's, this machine's, or one that nobody here knows."""
    for account in ACCOUNTS:
        if account.host == host.lower():
            return account
    return MailAccount("", host, 1025, "none") if host in _LOCAL else MailAccount("", host)

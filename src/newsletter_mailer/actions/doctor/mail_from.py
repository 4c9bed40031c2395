"""Who the mails say they are from: the domains on which their belief depends."""

from __future__ import annotations

from dataclasses import dataclass

from newsletter_mailer.actions.doctor.houses import house_of
from newsletter_mailer.actions.doctor.signing import Published
from newsletter_mailer.config import Workspace, profile_of, providers
from newsletter_mailer.config.providers import Provider
from newsletter_mailer.message.headers import a_domain
from newsletter_mailer.message.letterhead import sender_domain
from newsletter_mailer.smtp.account import is_loopback

_OWN = frozenset(("unlimited", "new-relay"))  # profiles of who has a mail server of their own


@dataclass(frozen=True, slots=True)
class MailFrom:
    """The domains of a mail, and the server that takes it first."""

    author: str  #: of the address that readers see
    returns: str  #: of the address to which servers return it: SPF is about this one
    signed: str  #: for which we sign, "" where we do not
    host: str  #: of the mail server
    profile: str
    provider: Provider

    @property
    def of_everybody(self) -> bool:
        """Whether it is an address such as those of Gmail or Orange."""
        return bool(house_of(self.author))

    @property
    def here(self) -> bool:
        """Whether the mail server is this computer."""
        return is_loopback(self.host)

    @property
    def own_server(self) -> bool:
        """Whether the mail server's name and address are ours to look after."""
        return self.profile in _OWN and not self.here


def mail_from(workspace: Workspace, key: Published | None, *, now: int) -> MailFrom:
    """As the settings have it. Raises NewsletterError when no mail can come from that address."""
    settings = workspace.settings
    author = sender_domain(workspace)
    returning = settings.return_mailbox.rpartition("@")[2]
    profile, _ = profile_of(settings.smtp, now=now)
    return MailFrom(
        author=author,
        returns=a_domain(returning) if returning else author,
        signed=key.dns.name.partition("._domainkey.")[2] if key else "",
        host=settings.smtp.host.lower(),
        profile=profile.name,
        provider=providers()[profile.name],
    )

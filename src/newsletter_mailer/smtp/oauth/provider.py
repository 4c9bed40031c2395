"""Who gives the permission to send, or to read: addresses and words of Microsoft and Google, or those of the settings."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Literal
from urllib.parse import urlsplit

from newsletter_mailer.config import OAuthSettings

# learn.microsoft.com/entra/identity-platform/v2-oauth2-device-code, developers.google.com/identity/protocols/oauth2
_MICROSOFT = "https://login.microsoftonline.com/{tenant}/oauth2/v2.0/{what}"
Purpose = Literal["send", "read"]
_MICROSOFT_SCOPES: dict[Purpose, str] = {
    "send": "https://outlook.office.com/SMTP.Send offline_access",
    "read": "https://outlook.office.com/IMAP.AccessAsUser.All offline_access",
}
_GOOGLE_SCOPE = "https://mail.google.com/"


@dataclass(frozen=True, slots=True)
class Provider:
    """Where a permission is asked for and redeemed, and by whom."""

    name: Literal["microsoft", "google"]
    client_id: str
    authorise_url: str
    token_url: str
    scope: str
    client_secret: str = field(default="", repr=False)

    @property
    def host(self) -> str:
        """Its name, for sentences."""
        return urlsplit(self.token_url).netloc

    def form(self, **fields: str) -> dict[str, str]:
        """The fields of a request of ours."""
        secret = {"client_secret": self.client_secret} if self.client_secret else {}
        return {"client_id": self.client_id, **secret, **fields}


def provider_of(settings: OAuthSettings, client_secret: str, purpose: Purpose = "send") -> Provider:
    """The provider that the settings name, with its own addresses where they name no others."""
    if settings.provider == "microsoft":
        authorise = _MICROSOFT.format(tenant=settings.tenant, what="devicecode")
        redeem = _MICROSOFT.format(tenant=settings.tenant, what="token")
        scope = _MICROSOFT_SCOPES[purpose]
    else:
        authorise = "https://accounts.google.com/o/oauth2/v2/auth"
        redeem = "https://oauth2.googleapis.com/token"
        scope = _GOOGLE_SCOPE
    return Provider(
        name=settings.provider,
        client_id=settings.client_id,
        authorise_url=settings.authorise_url or authorise,
        token_url=settings.token_url or redeem,
        scope=settings.scope or scope,
        client_secret=client_secret,
    )

"""What newsletter.yaml may say of a provider's permission: to send, or to read the mailbox."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import StringConstraints

from newsletter_mailer.config.kinds import Endpoint, Plain, Section


class OAuthSettings(Section):
    """A permission of the provider instead of a password; `newsletter secret set oauth` asks for it."""

    provider: Literal["microsoft", "google"]
    client_id: Annotated[Plain, StringConstraints(min_length=1)]
    """Of the application that the association registered with its provider."""
    client_secret_file: Plain = ""
    """What Google gives beside the client id, alone in a file that only you can read (mode 0600)."""
    tenant: Annotated[Plain, StringConstraints(pattern=r"^[A-Za-z0-9.-]+$")] = "common"
    """Microsoft's name or number of the organisation, for an application that is for it alone."""
    authorise_url: Endpoint = ""
    """Where the permission is asked for, instead of the provider's own address."""
    token_url: Endpoint = ""
    """Where it is redeemed and renewed."""
    scope: Plain = ""
    """What is asked for; by default to send mail, or to read the mailbox."""

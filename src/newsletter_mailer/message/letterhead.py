"""The workspace's own letterhead: by what name readers know the list, where they leave, and what signs for it."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from newsletter_mailer.config import Workspace
from newsletter_mailer.errors import NewsletterError
from newsletter_mailer.message.headers import HeaderError, a_label
from newsletter_mailer.message.mime import Letterhead, MessageTemplate
from newsletter_mailer.model.campaign import Campaign
from newsletter_mailer.model.edition import Edition
from newsletter_mailer.wording import sentence

if TYPE_CHECKING:
    from newsletter_mailer.message.dkim import Signer


def sender_domain(workspace: Workspace) -> str:
    """The domain of the sender's address, as it stands on the wire. Raises NewsletterError."""
    address = workspace.settings.sender.email
    try:
        return a_label(address).rpartition("@")[2]
    except HeaderError as error:
        raise NewsletterError(
            sentence("mail cannot come from {address}: {reason}", address=address, reason=error),
            sentence("correct sender.email in newsletter.yaml"),
        ) from error


def letterhead(workspace: Workspace, slug: str, *, web_base: str = "", test: bool = False) -> Letterhead:
    """What all copies to the list with that slug share; List-Id stays the same from issue to issue (RFC 2919)."""
    settings = workspace.settings
    return Letterhead(
        list_id=f"{slug}.{sender_domain(workspace)}",
        list_name=settings.identity.name,
        unsubscribe_mailbox=settings.inbox.address or settings.sender.email,
        web_base=web_base,
        test=test,
    )


def planned_letterhead(campaign: Campaign, slug: str, *, return_mailbox: str = "") -> Letterhead:
    """What all copies of a campaign to that list's readers share, as it was when the campaign was planned.

    return_mailbox: where mails return to, as the account has it now.
    """
    return Letterhead(
        list_id=f"{slug}.{campaign.domain}",
        list_name=campaign.list_name,
        unsubscribe_mailbox=campaign.unsubscribe_mailbox,
        web_base=campaign.web_base,
        return_mailbox=return_mailbox,
    )


def message_template(edition: Edition, on: Letterhead) -> MessageTemplate:
    """The edition on that letterhead, or a NewsletterError that says which setting cannot stand in a header."""
    try:
        return MessageTemplate(edition, on)
    except HeaderError as error:
        raise NewsletterError(
            sentence("the head of the mail cannot be written: {reason}", reason=error),
            sentence("look at sender, identity.name and inbox.address in newsletter.yaml"),
        ) from error


def signer(workspace: Workspace) -> Signer | None:
    """What signs the mails, None when `smtp.dkim` is not set. Raises SecretError as `dkim.load_signer`."""
    dkim = workspace.settings.smtp.dkim
    if dkim is None:
        return None
    from newsletter_mailer.message.dkim import (
        load_signer,
    )  # cryptography takes time and memory: only who signs

    return load_signer(dkim.domain, dkim.selector, key_file(workspace, dkim.key_file))


def key_file(workspace: Workspace, name: str) -> Path:
    """Where a key of the settings is kept: a relative path counts from the workspace."""
    return workspace.root / Path(name).expanduser()

"""What must be published for the mails to be believed: the record of the DKIM key."""

from __future__ import annotations

from dataclasses import dataclass
from urllib.parse import urlsplit

from newsletter_mailer.checks.domain.dkim import key_name
from newsletter_mailer.config import Workspace, write_private
from newsletter_mailer.errors import UsageError
from newsletter_mailer.message import dkim
from newsletter_mailer.message.letterhead import key_file, sender_domain
from newsletter_mailer.model.health import DnsRecord
from newsletter_mailer.smtp.account import is_loopback
from newsletter_mailer.wording import Sentence, sentence


@dataclass(frozen=True, slots=True)
class Published:
    """The record of our key."""

    dns: DnsRecord
    key_file: str  #: as people know it
    bits: int
    warnings: tuple[Sentence, ...]


def dkim_record(workspace: Workspace) -> Published | None:
    """What to publish for the workspace's DKIM key; None when `smtp.dkim` is not set. Raises SecretError."""
    settings = workspace.settings.smtp.dkim
    if settings is None:
        return None
    path = key_file(workspace, settings.key_file)
    signer = dkim.load_signer(settings.domain, settings.selector, path)
    return Published(
        dns=DnsRecord(key_name(signer.domain, settings.selector), "TXT", dkim.dns_record(signer.key)),
        key_file=workspace.display(path),
        bits=signer.key.key_size,
        warnings=tuple(signer.warnings(sender_domain(workspace))),
    )


def make_key(workspace: Workspace) -> bool:
    """Make the DKIM key where the settings look for it; whether there was none. Raises UsageError without settings."""
    settings = workspace.settings.smtp.dkim
    if settings is None:
        raise UsageError(not_signed(), how_to_sign(workspace))
    try:
        write_private(key_file(workspace, settings.key_file), dkim.new_key())
    except FileExistsError:
        return False
    return True


def without_certificate(workspace: Workspace) -> Sentence | None:
    """That readers reach the pages unencrypted, and what that costs; None where `public_url` is as it should be."""
    url = workspace.settings.public_url or ""
    if not url.startswith("http://") or is_loopback(urlsplit(url).hostname or ""):
        return None
    return sentence(
        "public_url begins with http://: your letters go without the header for unsubscribing with one click, which "
        "Gmail and others ask for, and what readers type can be read on its way. Get a certificate for {host} "
        "(docs/serving.md shows how), then write https:// in public_url",
        host=urlsplit(url).hostname,
    )


def not_signed() -> Sentence:
    """That there is nothing to publish."""
    return sentence("mails are not signed here: newsletter.yaml has no smtp.dkim")


def how_to_sign(workspace: Workspace) -> Sentence:
    """What to write into the settings, ready to be copied."""
    selector = "news1"
    line = f"dkim: {{ domain: {sender_domain(workspace)}, selector: {selector}, key_file: var/dkim-{selector}.pem }}"
    return sentence("if your provider does not sign them, add below `smtp:` this line: {line}", line=line)

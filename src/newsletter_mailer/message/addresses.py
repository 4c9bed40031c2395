"""Whether an address can be written to, asked of nobody: probing servers for addresses is forbidden."""

from __future__ import annotations

from newsletter_mailer.message.headers import mailable
from newsletter_mailer.wording import Sentence, sentence


def why_unmailable(address: str) -> Sentence | None:
    """Why the address cannot be mailed, or None. address: trimmed."""
    from email_validator import EmailNotValidError, validate_email  # takes a third of the time of `--help`

    if not address:
        return sentence("no address")
    try:
        validate_email(address, check_deliverability=False, globally_deliverable=False)
    except EmailNotValidError:
        return sentence("“{address}” is not an e-mail address", address=address)
    if mailable(address):
        return None
    strange = next((letter for letter in address.rpartition("@")[0] if not letter.isascii()), None)
    if strange is not None:
        return sentence(
            "“{address}” has “{letter}” before the @, which many mail servers refuse",
            address=address,
            letter=strange,
        )
    return sentence("“{address}” cannot be written on an envelope", address=address)

"""What the ledger says in words of its own, in the reader's language."""

from __future__ import annotations

from newsletter_mailer.model.names import reason as reason
from newsletter_mailer.wording import say


def basis_name(basis: str) -> str:
    """Why the readers of a list may be written to, in the reader's language."""
    names = {
        "consent": say("consent"),
        "soft_opt_in": say("customers"),
        "legitimate_interest_assoc": say("the association's legitimate interest"),
        "b2b": say("professionals"),
    }
    return names[basis]


def source_name(source: str) -> str:
    """Where something comes from, where the program itself noted it; what people wrote stays as it is."""
    names = {
        "subscribe form": say("subscribe form"),
        "preference page": say("preference page"),
        "one-click": say("link at the foot of a letter"),
        "mail": say("mail to your inbox"),
        "smtp": say("answer of a mail server"),
        "retention": say("retention"),
    }
    return names.get(source, source)

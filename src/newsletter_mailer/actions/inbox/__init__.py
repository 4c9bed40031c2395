"""Reading the mailbox to which readers answer: who leaves, and what came back."""

from newsletter_mailer.actions.inbox.opening import has_inbox
from newsletter_mailer.actions.inbox.reading import Doubt, Fetched, fetch, fetch_first

__all__ = ["Doubt", "Fetched", "fetch", "fetch_first", "has_inbox"]

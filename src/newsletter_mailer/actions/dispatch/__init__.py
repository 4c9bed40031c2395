"""A planned campaign leaves: claimed row by row, journalled, settled, and continued after any stop."""

from newsletter_mailer.actions.dispatch.outbox import Outbox, Tools
from newsletter_mailer.actions.dispatch.running import dispatch, ensure_alone, exit_code

__all__ = ["Outbox", "Tools", "dispatch", "ensure_alone", "exit_code"]

"""A planned campaign leaves: claimed row by row, journalled, settled, and continued after any stop."""

from newsletter_mailer.actions.dispatch.holds import confirm_doubts, doubted
from newsletter_mailer.actions.dispatch.outbox import Outbox
from newsletter_mailer.actions.dispatch.running import dispatch, ensure_alone, exit_code
from newsletter_mailer.actions.dispatch.stopping import StopFlag
from newsletter_mailer.actions.dispatch.tools import Tools, Wait, Why

__all__ = [
    "Outbox",
    "StopFlag",
    "Tools",
    "Wait",
    "Why",
    "confirm_doubts",
    "dispatch",
    "doubted",
    "ensure_alone",
    "exit_code",
]

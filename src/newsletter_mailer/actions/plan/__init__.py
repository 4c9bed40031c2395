"""A dispatch is proposed, then planned, and perhaps corrected: nothing leaves here, and nobody is planned unseen."""

from newsletter_mailer.actions.plan.approving import check_approved, unapproved
from newsletter_mailer.actions.plan.choosing import chosen
from newsletter_mailer.actions.plan.correcting import changed_since, continue_with, correction, unfinished
from newsletter_mailer.actions.plan.planning import check_number, plan
from newsletter_mailer.actions.plan.proposing import Proposal, Wishes, propose
from newsletter_mailer.store.campaigns import Audience

__all__ = [
    "Audience",
    "Proposal",
    "Wishes",
    "changed_since",
    "check_approved",
    "check_number",
    "chosen",
    "continue_with",
    "correction",
    "plan",
    "propose",
    "unapproved",
    "unfinished",
]

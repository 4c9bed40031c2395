"""Somebody looks at an edition before it leaves: says yes to it, or what should be otherwise."""

from newsletter_mailer.actions.reviewing.approving import approve
from newsletter_mailer.actions.reviewing.page import Reviewed, Reviews, Section, remark, say_yes
from newsletter_mailer.actions.reviewing.standing import Remark, Standing, standing

__all__ = ["Remark", "Reviewed", "Reviews", "Section", "Standing", "approve", "remark", "say_yes", "standing"]

"""Somebody looks at an edition before it leaves: says yes to it, or what should be otherwise."""

from newsletter_mailer.actions.reviewing.approving import approve
from newsletter_mailer.actions.reviewing.standing import Remark, Standing, remarks, standing

__all__ = ["Remark", "Standing", "approve", "remarks", "standing"]

"""Sections that authors write in MJML themselves: read strictly, and written anew for the page."""

from newsletter_mailer.compose.own_mjml.reading import Target, faults, targets
from newsletter_mailer.compose.own_mjml.writing import Dress, written

__all__ = ["Dress", "Target", "faults", "targets", "written"]

"""A text from elsewhere becomes blocks to arrange: a Word document, Markdown, or the HTML of a page."""

from newsletter_mailer.actions.importing_text.arranging import AS_IS
from newsletter_mailer.actions.importing_text.opening import LARGEST, Taken, take
from newsletter_mailer.actions.importing_text.pieces import Found

__all__ = ["AS_IS", "LARGEST", "Found", "Taken", "take"]

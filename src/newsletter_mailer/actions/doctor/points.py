"""How an error becomes a point of the sheet."""

from __future__ import annotations

from newsletter_mailer.errors import NewsletterError
from newsletter_mailer.model.health import Mark, Point


def wrong(code: str, error: NewsletterError) -> Point:
    """What stands in the way, and how to mend it."""
    return Point(code, Mark.WRONG, error.what, error.hint)


def unanswered(code: str, error: NewsletterError) -> Point:
    """Nothing is known: nobody answered."""
    return Point(code, Mark.UNKNOWN, error.what, error.hint)

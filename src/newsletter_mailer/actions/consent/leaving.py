"""Leaving by the link of a letter: one click, no question."""

from __future__ import annotations

from newsletter_mailer.store import audience
from newsletter_mailer.store.database import Connection

ONE_CLICK = "one-click"


def leave(connection: Connection, delivery_id: int, *, now: int) -> None:
    """End the ties by which that delivery reached its reader. What it came to is told to nobody.

    Valid, used and forged links take the same steps: a number that names no delivery changes nothing.
    """
    audience.leave_delivery(connection, delivery_id, now=now, source=ONE_CLICK)

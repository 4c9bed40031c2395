"""Moments as people and programs read them."""

from __future__ import annotations

from datetime import datetime
from zoneinfo import ZoneInfo

from newsletter_mailer.model.moments import iso as iso


def local(at: int | None, zone: ZoneInfo) -> str:
    """In the workspace's time zone, "" for never. at: milliseconds since 1970, UTC."""
    return f"{datetime.fromtimestamp(at / 1000, zone):%Y-%m-%d %H:%M}" if at else ""


def clock_time(at: int, zone: ZoneInfo) -> str:
    """The time of day with its seconds. at: milliseconds since 1970, UTC."""
    return f"{datetime.fromtimestamp(at / 1000, zone):%H:%M:%S}"

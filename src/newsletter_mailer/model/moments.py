"""Moments as people and programs read them."""

from __future__ import annotations

from datetime import UTC, datetime
from zoneinfo import ZoneInfo


def iso(at: int | None) -> str | None:
    """ISO 8601 in UTC with milliseconds, None for never. at: milliseconds since 1970, UTC."""
    return datetime.fromtimestamp(at / 1000, UTC).isoformat(timespec="milliseconds") if at else None


def local(at: int | None, zone: ZoneInfo) -> str:
    """In the workspace's time zone, "" for never. at: milliseconds since 1970, UTC."""
    return f"{datetime.fromtimestamp(at / 1000, zone):%Y-%m-%d %H:%M}" if at else ""


def clock_time(at: int, zone: ZoneInfo) -> str:
    """The time of day with its seconds. at: milliseconds since 1970, UTC."""
    return f"{datetime.fromtimestamp(at / 1000, zone):%H:%M:%S}"

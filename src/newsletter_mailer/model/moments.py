"""Moments as programs read them."""

from __future__ import annotations

from datetime import UTC, datetime


def iso(at: int | None) -> str | None:
    """ISO 8601 in UTC with milliseconds, None for never. at: milliseconds since 1970, UTC."""
    return datetime.fromtimestamp(at / 1000, UTC).isoformat(timespec="milliseconds") if at else None

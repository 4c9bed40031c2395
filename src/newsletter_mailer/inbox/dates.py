"""When a mail was written, as it says itself."""

from __future__ import annotations

from datetime import UTC
from email.utils import parsedate_to_datetime

_LONGEST = 100  # letters of a date


def written_at(head: bytes, *, now: int) -> int:
    """Milliseconds since 1970, UTC; `now` when the head tells no time, or one to come. head: with any line ends."""
    for line in head.splitlines():
        name, _, value = line.partition(b":")
        if name.strip().lower() == b"date":
            return min(moment(value[:_LONGEST].decode("ascii", "replace")) or now, now)
    return now


def moment(text: str) -> int:
    """Milliseconds since 1970, UTC, of a date as mails write it; 0 when it tells no time, or one before that."""
    try:
        found = parsedate_to_datetime(text.strip())
        return max(0, round(found.replace(tzinfo=found.tzinfo or UTC).timestamp() * 1000))
    except (ValueError, TypeError, IndexError, OverflowError):
        return 0

"""When a campaign leaves: a time as the officer's clock shows it."""

from __future__ import annotations

from datetime import UTC, datetime
from zoneinfo import ZoneInfo

from newsletter_mailer.errors import UsageError
from newsletter_mailer.wording import sentence

_FORMS = ("%Y-%m-%d %H:%M", "%Y-%m-%dT%H:%M", "%Y-%m-%d %Hh%M", "%d/%m/%Y %H:%M", "%d/%m/%Y %Hh%M")


def moment(written: str, *, zone: ZoneInfo, now: int) -> int:
    """That time in the zone: milliseconds since 1970, UTC. `now` the same; raises UsageError.

    A time that the clock shows twice in autumn is the first of the two; one that it skips in spring is refused.
    """
    local = _read(written).replace(tzinfo=zone)
    at = local.astimezone(UTC)
    if at.astimezone(zone).replace(tzinfo=None) != local.replace(tzinfo=None):
        raise UsageError(
            sentence("“{time}” does not exist: the clock is put forward then", time=written),
            sentence("name a time an hour before or after"),
        )
    milliseconds = round(at.timestamp() * 1000)
    if milliseconds <= now:
        raise UsageError(
            sentence("“{time}” is past", time=written), sentence("without --at the mail leaves at once")
        )
    return milliseconds


def _read(written: str) -> datetime:
    for form in _FORMS:
        try:
            return datetime.strptime(written.strip(), form)  # noqa: DTZ007  the zone comes with the workspace
        except ValueError:
            continue
    raise UsageError(
        sentence("“{time}” is not a time", time=written), sentence('write it as --at "2026-12-01 09:00"')
    )

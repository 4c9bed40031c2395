"""The dates of all issues as one calendar to subscribe to (RFC 5545, RFC 7986)."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from icalendar import Calendar, Event

REFRESHED = dt.timedelta(hours=12)  #: how often programs should look for new dates


def merged(calendars: Iterable[bytes], *, name: str) -> bytes:
    """Every event once, with the id that it has in its issue's own calendar. The newest issue comes first.

    What an issue announces again under the same title for the same time is the newest issue's event.
    """
    from icalendar import Calendar  # its parser takes time to import

    merged_ = Calendar()
    for key, value in (("prodid", "-//newsletter-mailer//archive//"), ("version", "2.0")):
        merged_.add(key, value)
    for key in ("name", "x-wr-calname"):
        merged_.add(key, name)
    merged_.add("refresh-interval", REFRESHED, parameters={"VALUE": "DURATION"})
    events = _events([Calendar.from_ical(data) for data in calendars if data])
    for event in sorted(events, key=lambda event: (_as_text(event.start), str(event["uid"]))):
        merged_.add_component(event)
    starts = [event.start.year for event in events if isinstance(event.start, dt.datetime)]
    if starts:
        merged_.add_missing_timezones(dt.date(min(starts), 1, 1), dt.date(max(starts) + 2, 1, 1))
    return bytes(merged_.to_ical())


def _events(calendars: Iterable[Calendar]) -> list[Event]:
    found: dict[tuple[str, str], Event] = {}
    for calendar in calendars:
        for event in calendar.events:
            said = " ".join(str(event.get("summary", "")).split()).casefold()
            found.setdefault((_as_text(event.start), said), event)
    return list(found.values())


def _as_text(start: dt.date | dt.datetime) -> str:
    return start.isoformat()

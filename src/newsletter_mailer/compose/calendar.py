"""The dates of an agenda as a calendar file that readers open from the mail (RFC 5545)."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from uuid import UUID, uuid5
from zoneinfo import ZoneInfo

from icalendar import Calendar, Event

from newsletter_mailer.model.agenda import AgendaEntry
from newsletter_mailer.model.blocks import Agenda
from newsletter_mailer.model.edition import Attachment
from newsletter_mailer.model.issue import Issue
from newsletter_mailer.templating import merge_tags

FILENAME = "agenda.ics"
MEDIA_TYPE = "text/calendar; method=PUBLISH; charset=utf-8"
_OURS = UUID("6f0b7c1e-2f7d-5a57-9a0c-3c8a5d2b9e41")  # the name space of our event ids
_LASTS = dt.timedelta(hours=1)  # an event whose end nobody wrote


def calendar_file(issue: Issue, zone: ZoneInfo) -> Attachment | None:
    """The entries of the agendas that are offered for the reader's calendar; None when there are none.

    Ids count the entries of the issue, so a corrected title or place moves the event instead of doubling it.
    """
    events = [_event(entry, number, issue, zone) for number, entry in _offered(issue)]
    if not events:
        return None
    calendar = Calendar()
    calendar.add("prodid", "-//newsletter-mailer//agenda//")
    calendar.add("version", "2.0")
    calendar.add("method", "PUBLISH")
    for event in events:
        calendar.add_component(event)
    if any(isinstance(event.start, dt.datetime) for event in events):
        calendar.add_missing_timezones(*_years(events))
    return Attachment(FILENAME, MEDIA_TYPE, calendar.to_ical())


def _offered(issue: Issue) -> Iterator[tuple[int, AgendaEntry]]:
    number = 0
    for agenda in (block for block in issue.blocks if isinstance(block, Agenda)):
        for entry in (entry for group in agenda.groups for entry in group.entries):
            number += 1
            if agenda.calendar and agenda.when is None:  # what is for some readers must not reach all of them
                yield number, entry


def _event(entry: AgendaEntry, number: int, issue: Issue, zone: ZoneInfo) -> Event:
    event = Event()
    event.add("uid", f"{uuid5(_OURS, f'{issue.id}/{number}')}")
    event.add("dtstamp", dt.datetime.combine(issue.date, dt.time(), dt.UTC))
    event.add("summary", without_merge_tags(entry.title))
    start, end = _span(entry, zone)
    event.add("dtstart", start)
    event.add("dtend", end)
    if entry.place:
        event.add("location", without_merge_tags(entry.place))
    if entry.link and not any(merge_tags(entry.link)):
        event.add("url", entry.link)
    return event


def without_merge_tags(text: str) -> str:
    """One file goes to everyone, so nobody's own words stand in it."""
    parts, at = [], 0
    for tag in merge_tags(text):
        parts.append(text[at : tag.start])
        at = tag.end
    return " ".join("".join([*parts, text[at:]]).split())


def _span(entry: AgendaEntry, zone: ZoneInfo) -> tuple[dt.date, dt.date]:
    """Beginning and end; the end of whole days is the day after (RFC 5545 section 3.6.1)."""
    last = entry.end_date or entry.date
    if entry.time is None:
        return entry.date, last + dt.timedelta(days=1)
    start = dt.datetime.combine(entry.date, entry.time, zone)
    if entry.end_time is not None:
        return start, dt.datetime.combine(last, entry.end_time, zone)
    if last > entry.date:
        return start, dt.datetime.combine(last, dt.time(23, 59), zone)
    return start, start + _LASTS


def _years(events: list[Event]) -> tuple[dt.date, dt.date]:
    """The years of which the calendar must know the clock changes."""
    years = [event.start.year for event in events] + [event.end.year for event in events]
    return dt.date(min(years), 1, 1), dt.date(max(years) + 1, 1, 1)

"""The dates of the agenda go out as a calendar that keeps its events apart and in place."""

from __future__ import annotations

import datetime as dt
from typing import Any
from zoneinfo import ZoneInfo

import icalendar

from newsletter_mailer.compose.calendar import calendar_file
from newsletter_mailer.model.issue import Issue

PARIS = ZoneInfo("Europe/Paris")
MEETING = {"title": "Préparer le congrès", "date": "2021-09-16", "place": "Toulouse"}


def issue(*agendas: dict[str, Any]) -> Issue:
    return Issue.model_validate(
        {
            "id": "lettre-2021-07",
            "title": "Lettre",
            "subject": "Lettre",
            "date": "2021-07-01",
            "blocks": [*({"type": "agenda", **agenda} for agenda in agendas), {"type": "footer"}],
        }
    )


def agenda(*entries: dict[str, Any], **more: Any) -> dict[str, Any]:
    return {"groups": [{"entries": list(entries)}], **more}


def events(*agendas: dict[str, Any]) -> list[icalendar.Event]:
    file = calendar_file(issue(*agendas), PARIS)
    assert file is not None
    return icalendar.Calendar.from_ical(file.data).events


def test_whole_days_end_on_the_day_after() -> None:
    one, two = events(agenda(MEETING, {**MEETING, "date": "2021-11-25", "end_date": "2021-11-26"}))

    assert (one.start, one.end) == (dt.date(2021, 9, 16), dt.date(2021, 9, 17))
    assert (two.start, two.end) == (dt.date(2021, 11, 25), dt.date(2021, 11, 27))


def test_hours_are_hours_of_the_workspace_with_its_clock_changes() -> None:
    timed = {**MEETING, "date": "2021-10-30", "time": "18:30"}

    short, until, days = events(
        agenda(timed, {**timed, "end_time": "20:00"}, {**timed, "end_date": "2021-10-31"})
    )
    file = calendar_file(issue(agenda(timed)), PARIS)

    start = dt.datetime(2021, 10, 30, 18, 30, tzinfo=PARIS)
    assert (short.start, short.end) == (start, start + dt.timedelta(hours=1))
    assert until.end == dt.datetime(2021, 10, 30, 20, 0, tzinfo=PARIS)
    assert days.end == dt.datetime(2021, 10, 31, 23, 59, tzinfo=PARIS)
    assert file is not None
    assert b"BEGIN:VTIMEZONE\r\nTZID:Europe/Paris" in file.data


def test_a_corrected_entry_keeps_its_id() -> None:
    before = events(agenda(MEETING, {**MEETING, "title": "Second"}))
    after = events(agenda({**MEETING, "title": "Préparer le grand congrès", "place": "Albi"}, MEETING))

    assert [event.uid for event in before] == [event.uid for event in after]
    assert before[0].uid != before[1].uid


def test_place_link_and_title_go_along() -> None:
    (event,) = events(agenda({**MEETING, "link": "https://example.org/congres"}))

    assert (event["summary"], event["location"]) == ("Préparer le congrès", "Toulouse")
    assert event["url"] == "https://example.org/congres"


def test_nobody_s_own_words_stand_in_the_file_of_all() -> None:
    (event,) = events(
        agenda(
            {
                **MEETING,
                "title": "Atelier {{ subscriber.first_name }} à Albi",
                "link": "{{ links.preferences }}",
            }
        )
    )

    assert event["summary"] == "Atelier à Albi"
    assert "url" not in event


def test_what_is_not_for_everyone_is_not_in_it() -> None:
    assert calendar_file(issue(agenda(MEETING, calendar=False)), PARIS) is None
    assert calendar_file(issue(agenda(MEETING, when='subscriber.department == "31"')), PARIS) is None
    assert calendar_file(issue(), PARIS) is None


def test_leaving_an_agenda_out_does_not_renumber_the_next() -> None:
    (alone,) = events(agenda(MEETING, calendar=False), agenda(MEETING))
    _, second = events(agenda(MEETING), agenda(MEETING))

    assert alone.uid == second.uid


def test_the_file_follows_rfc_5545_and_is_the_same_each_time() -> None:
    file = calendar_file(issue(agenda({**MEETING, "title": "Très long titre " * 12})), PARIS)

    assert file == calendar_file(issue(agenda({**MEETING, "title": "Très long titre " * 12})), PARIS)
    assert file is not None
    assert (file.filename, file.media_type) == ("agenda.ics", "text/calendar; method=PUBLISH; charset=utf-8")
    assert b"METHOD:PUBLISH" in file.data
    assert b"DTSTAMP:20210701T000000Z" in file.data
    lines = file.data.split(b"\r\n")
    assert not any(b"\n" in line or len(line) > 75 for line in lines)

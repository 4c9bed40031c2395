"""Dates to keep."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field, model_validator
from pydantic_core import PydanticCustomError

from newsletter_mailer.model.part import Part
from newsletter_mailer.model.text import Day, Link, Text, Time


class AgendaEntry(Part):
    """Something that takes place."""

    title: Text
    date: Day
    end_date: Day | None = None
    time: Time | None = None
    end_time: Time | None = None
    place: Text | None = None
    link: Link | None = None
    text: Text | None = None
    """The entry in your own words; shown instead of title, date and place (the calendar still has them)."""

    @model_validator(mode="after")
    def _ends_after_it_begins(self) -> AgendaEntry:
        last = self.end_date or self.date
        if last < self.date:
            raise PydanticCustomError("ends_before", "ends before it begins")
        if self.end_time is not None and self.time is None:
            raise PydanticCustomError("end_without_start", "an end without a beginning")
        if self.time and self.end_time and last == self.date and self.end_time <= self.time:
            raise PydanticCustomError("ends_before", "ends before it begins")
        return self


class AgendaGroup(Part):
    """Entries under one title, such as regional and national meetings."""

    title: Text | None = None
    entries: Annotated[tuple[AgendaEntry, ...], Field(min_length=1)]

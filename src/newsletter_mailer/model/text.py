"""The kinds of text that authors write, and how they are valid."""

from __future__ import annotations

import datetime as dt
import re
import unicodedata
from typing import Annotated, Any

from pydantic import AfterValidator, BeforeValidator, Field, PlainValidator, StringConstraints, WithJsonSchema
from pydantic_core import PydanticCustomError

_MERGE_TAG = re.compile(r"\{\{.*?\}\}")
LINK_SCHEMES = ("http", "https", "mailto", "tel")


def as_written(value: Any) -> Any:
    """A number as its author typed it: `01.20` stays "01.20" (the YAML reader keeps the text as `written`)."""
    return getattr(value, "written", value)


def _link(value: str) -> str:
    if value.startswith("{{"):
        return value  # a merge tag: its value is checked when it is filled
    scheme, colon, rest = value.partition(":")
    if not colon or scheme.lower() not in LINK_SCHEMES or not rest.strip("/"):
        raise PydanticCustomError("link", "not a link")
    if any(character.isspace() for character in _MERGE_TAG.sub("", value)):
        raise PydanticCustomError("link_space", "a link has no spaces")
    return value


def _colour(value: str) -> str:
    short = len(value) == 4
    digits = value[1:]
    if (
        not value.startswith("#")
        or len(value) not in (4, 7)
        or not set(digits.lower()) <= set("0123456789abcdef")
    ):
        raise PydanticCustomError("colour", "not a colour")
    return "#" + "".join(d * 2 for d in digits) if short else value  # Outlook wants six digits


Text = Annotated[str, BeforeValidator(as_written), StringConstraints(strip_whitespace=True, min_length=1)]
"""One or more words, with merge tags; no markup."""


def _one_line(value: str) -> str:
    if any(unicodedata.category(character) in ("Cc", "Zl", "Zp") for character in value):
        raise PydanticCustomError("one_line", "more than one line")
    return value


Line = Annotated[Text, AfterValidator(_one_line)]
"""A text that stands in a header: no line break, no control character."""

Markdown = Annotated[
    str,
    BeforeValidator(as_written),
    StringConstraints(strip_whitespace=True, min_length=1),
    Field(json_schema_extra={"format": "markdown"}),
]
"""CommonMark with merge tags."""

MjmlSource = Annotated[
    str,
    StringConstraints(strip_whitespace=True, min_length=1),
    Field(json_schema_extra={"format": "mjml"}),
]
"""Sections in MJML with merge tags; what may stand in them is looked at when the issue is loaded."""

FilePath = Annotated[
    str,
    StringConstraints(strip_whitespace=True, min_length=1),
    Field(json_schema_extra={"format": "file"}),
]
"""A file beside issue.yaml, or a path from the workspace beginning with "/"."""

Link = Annotated[
    str,
    StringConstraints(strip_whitespace=True, max_length=2000),  # what browsers and servers surely take
    AfterValidator(_link),
    Field(json_schema_extra={"format": "link"}),
]
"""http, https, mailto or tel; nothing else leaves in a mail. May be one merge tag."""

Colour = Annotated[str, StringConstraints(strip_whitespace=True), AfterValidator(_colour)]
"""#rgb or #rrggbb."""

PicturePath = Annotated[
    str,
    StringConstraints(strip_whitespace=True, min_length=1),
    Field(json_schema_extra={"format": "picture"}),
]
"""A file beside issue.yaml, or a path from the workspace beginning with "/"."""

Expression = Annotated[
    str,
    StringConstraints(strip_whitespace=True, min_length=1),
    Field(json_schema_extra={"format": "expression"}),
]
"""A condition on the reader, such as `subscriber.department == "31"`."""


def _time(value: Any) -> Any:
    """18:30, 18h30, 18h, 18; pydantic would take 1830 for seconds since midnight."""
    text = as_written(value)
    if isinstance(text, dt.time):
        return text
    found = _TIME.fullmatch(text.strip()) if isinstance(text, str) else None
    if not found:
        raise PydanticCustomError("time_of_day", "not a time of day")
    return f"{int(found[1]):02d}:{found[2] or '00'}"


_TIME = re.compile(r"(\d{1,2})(?: ?[hH:] ?(\d{2})?)?")

Time = Annotated[dt.time, BeforeValidator(_time)]
"""18:30, also 18h30 or 18h."""


def _day(value: Any) -> Any:
    """Only 2026-11-22: pydantic would also take 20261122 for seconds since 1970."""
    text = as_written(value)
    if isinstance(text, dt.datetime) or not isinstance(text, dt.date | str):
        raise PydanticCustomError("day", "not a date")
    if isinstance(text, str) and not _DAY.fullmatch(text.strip()):
        raise PydanticCustomError("day", "not a date")
    return text.strip() if isinstance(text, str) else text


_DAY = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")


def _known_year(value: dt.date) -> dt.date:
    """Calendars and time zones end somewhere: the day after 9999-12-31 does not exist."""
    if value.year not in YEARS:
        raise PydanticCustomError("year", "not a year of an issue")
    return value


YEARS = range(1900, 2200)

Day = Annotated[dt.date, BeforeValidator(_day), AfterValidator(_known_year)]
"""2026-11-22."""


def _moment(value: Any) -> dt.date | dt.datetime:
    """2026-11-22, or with a time of day behind it."""
    text = as_written(value)
    if isinstance(text, dt.date):  # a datetime is one too
        return text
    found = _MOMENT.fullmatch(text.strip()) if isinstance(text, str) else None
    if not found:
        raise PydanticCustomError("moment", "not a date, nor a date with a time")
    try:
        day = _known_year(dt.date.fromisoformat(found[1]))
        return dt.datetime.combine(day, dt.time(int(found[2]), int(found[3] or 0))) if found[2] else day
    except ValueError:
        raise PydanticCustomError("moment", "not in the calendar, or not on the clock") from None


_MOMENT = re.compile(r"([0-9]{4}-[0-9]{2}-[0-9]{2})(?:[ T]+([0-9]{1,2}) ?[hH:] ?([0-9]{2})?)?")

Moment = Annotated[
    dt.date | dt.datetime,
    PlainValidator(_moment),
    WithJsonSchema({"type": "string", "pattern": r"^\d{4}-\d{2}-\d{2}([ T]+\d{1,2} ?[hH:] ?(\d{2})?)?$"}),
]
"""2026-11-22, or 2026-11-22 18:30; the workspace's clock tells when that is."""

"""The kinds of text that authors write, and how they are valid."""

from __future__ import annotations

import datetime as dt
from typing import Annotated, Any

from pydantic import AfterValidator, BeforeValidator, Field, StringConstraints
from pydantic_core import PydanticCustomError

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
    if any(character.isspace() for character in value):
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

Markdown = Annotated[
    str,
    BeforeValidator(as_written),
    StringConstraints(strip_whitespace=True, min_length=1),
    Field(json_schema_extra={"format": "markdown"}),
]
"""CommonMark with merge tags."""

Link = Annotated[
    str,
    StringConstraints(strip_whitespace=True),
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
    text = as_written(value)
    if isinstance(text, str):
        text = text.strip().lower().replace(" ", "").replace("h", ":")  # 18h, 18h30
        text = f"{text}00" if text.endswith(":") else text
        hours, _, minutes = text.partition(":")
        return f"{int(hours):02d}:{minutes}" if hours.isdigit() and len(hours) < 3 else text
    return text


Time = Annotated[dt.time, BeforeValidator(_time)]
"""18:30, also 18h30 or 18h."""

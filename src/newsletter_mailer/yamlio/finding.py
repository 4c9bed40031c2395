"""One thing that is wrong with a value, as pydantic tells it, with what is around it in the file."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from pydantic.fields import FieldInfo

from newsletter_mailer.wording import Sentence

LONGEST_QUOTE = 60  # characters of a value that a sentence repeats

Path = tuple[str | int, ...]
Explanation = tuple[Path, Sentence, Sentence | None]  # where to look, what, hint


@dataclass(frozen=True, slots=True)
class Finding:
    """One error of pydantic, with what is around it in the file."""

    kind: str  #: pydantic's type of error, or a model's own
    path: Path
    value: Any  #: as read
    details: Mapping[str, Any] = field(default_factory=dict)
    known: Mapping[str, FieldInfo] = field(default_factory=dict)  #: fields that may stand here
    inside: tuple[str, ...] = ()  #: fields that may stand in the value
    around: Any = None  #: the mapping or list that holds the value
    message: str = ""  #: pydantic's own words
    comment: bool = False  #: the value is empty because it begins with #

    @property
    def name(self) -> str:
        """What people call the place: the field, or the list with a number from 1."""
        last = self.path[-1] if self.path else ""
        return (
            last
            if isinstance(last, str)
            else f"{self.path[-2] if len(self.path) > 1 else ''} {last + 1}".strip()
        )

    @property
    def quote(self) -> str:
        """The value as typed, shortened."""
        return short(getattr(self.value, "written", self.value))


def short(value: Any) -> str:
    """A value for a sentence: one line, not too long."""
    words = (
        {True: "true", False: "false", None: ""}.get(value, value)
        if isinstance(value, bool | None)
        else value
    )
    line = " ".join(str(words).split())
    return line if len(line) <= LONGEST_QUOTE else line[: LONGEST_QUOTE - 1] + "…"

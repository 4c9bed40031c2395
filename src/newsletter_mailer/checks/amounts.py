"""Values of sentences that read otherwise in each language."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

from newsletter_mailer.wording import Sentence, language, number


@dataclass(frozen=True, slots=True)
class Amount:
    """A number, its thousands apart as the language of the moment has it."""

    value: int

    def __str__(self) -> str:
        return number(self.value)


@dataclass(frozen=True, slots=True)
class Date:
    """A date, or a part of it, in words of the language of the moment."""

    date: dt.date
    pattern: str = "d MMMM y"

    def __str__(self) -> str:
        from babel.dates import format_date  # its tables are large, and most sheets have no date

        return str(format_date(self.date, self.pattern, locale=language()))


@dataclass(frozen=True, slots=True)
class Several:
    """Some sentences, one after the other."""

    parts: tuple[Sentence, ...]

    def __str__(self) -> str:
        return ", ".join(map(str, self.parts))

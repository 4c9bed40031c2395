"""Numbers within sentences, as the language of the moment writes them."""

from __future__ import annotations

from dataclasses import dataclass

from newsletter_mailer.wording import language


@dataclass(frozen=True, slots=True)
class OneDecimal:
    """A number with one decimal, cut off and not rounded: 4.49 is not yet 4.5."""

    value: float

    def __str__(self) -> str:
        text = f"{int(round(self.value * 10, 6)) / 10:g}"
        return text.replace(".", ",") if language() == "fr" else text

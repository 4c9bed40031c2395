"""Numbers as people type them: 4812, 4 812, 4,812 or 4.812."""

from __future__ import annotations

import re
from typing import Any

import click

_THOUSANDS = re.compile(r"\d{1,3}(?:[ \u00a0\u202f'’_.,]\d{3})+")
_BETWEEN = re.compile(r"[ \u00a0\u202f'’_.,]")


def digits(typed: str) -> str:
    """The number without what people set between the thousands; anything else as it was typed."""
    word = typed.strip()
    return _BETWEEN.sub("", word) if _THOUSANDS.fullmatch(word) else word


class Number(click.IntRange):
    """A whole number from `min` to `max`, its thousands apart or not."""

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> Any:
        """The number that is meant."""
        meant: Any = digits(value) if isinstance(value, str) else value
        return super().convert(meant, param, ctx)

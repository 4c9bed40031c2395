"""What a plain word of YAML means: the core schema of YAML 1.2 (section 10.3.2), not the surprises of 1.1.

`no`, `oui`, `1:30` and `2026-11-22` stay text; a number remembers how it was typed.
"""

from __future__ import annotations

import re

NULLS = frozenset({"", "~", "null", "Null", "NULL"})
BOOLEANS = {"true": True, "True": True, "TRUE": True, "false": False, "False": False, "FALSE": False}
LONGEST_NUMBER = 100  # characters; int() itself refuses 4,300 digits
_INTEGER = re.compile(r"[-+]?[0-9]+|0o[0-7]+|0x[0-9a-fA-F]+")
_FLOAT = re.compile(
    r"[-+]?(\.[0-9]+|[0-9]+(\.[0-9]*)?)([eE][-+]?[0-9]+)?|[-+]?\.(inf|Inf|INF)|\.(nan|NaN|NAN)"
)

Scalar = str | int | float | bool | None

_HALF = re.compile("[\ud800-\udfff]")


class Integer(int):
    """A whole number; `written` is the text as typed, such as "05"."""

    written: str

    def __new__(cls, number: int, written: str) -> Integer:
        """The number with its text."""
        self = super().__new__(cls, number)
        self.written = written
        return self


class Float(float):
    """A decimal number; `written` is the text as typed, such as "01.20"."""

    written: str

    def __new__(cls, number: float, written: str) -> Float:
        """The number with its text."""
        self = super().__new__(cls, number)
        self.written = written
        return self


def resolved(text: str) -> Scalar:
    """The value of a scalar that stands without quotation marks."""
    if text in NULLS:
        return None
    if text in BOOLEANS:
        return BOOLEANS[text]
    if len(text) > LONGEST_NUMBER:
        return text
    if _INTEGER.fullmatch(text):
        return Integer(int(text, {"0o": 8, "0x": 16}.get(text[:2], 10)), text)
    if _FLOAT.fullmatch(text):
        return Float(float(text.lower().replace(".inf", "inf").replace(".nan", "nan")), text)
    return text


def whole(text: str) -> str | None:
    """The text with halves of characters put together, as JSON escapes them; None when a half stands alone."""
    if not _HALF.search(text):
        return text
    try:
        return text.encode("utf-16", "surrogatepass").decode("utf-16")
    except UnicodeDecodeError:
        return None

"""Colours as CSS writes them, and how well one is read on another (WCAG 2.1, 1.4.3)."""

from __future__ import annotations

import re
from typing import NamedTuple

_NAMES = {
    "black": 0x000000, "white": 0xFFFFFF, "silver": 0xC0C0C0, "gray": 0x808080, "grey": 0x808080,
    "red": 0xFF0000, "maroon": 0x800000, "yellow": 0xFFFF00, "olive": 0x808000, "lime": 0x00FF00,
    "green": 0x008000, "aqua": 0x00FFFF, "cyan": 0x00FFFF, "teal": 0x008080, "blue": 0x0000FF,
    "navy": 0x000080, "fuchsia": 0xFF00FF, "magenta": 0xFF00FF, "purple": 0x800080, "orange": 0xFFA500,
    "pink": 0xFFC0CB, "gold": 0xFFD700, "brown": 0xA52A2A, "lightgray": 0xD3D3D3, "lightgrey": 0xD3D3D3,
    "darkgray": 0xA9A9A9, "darkgrey": 0xA9A9A9, "whitesmoke": 0xF5F5F5, "gainsboro": 0xDCDCDC,
}  # fmt: skip
_HEX = re.compile(r"#([0-9a-f]{3,4}|[0-9a-f]{6}|[0-9a-f]{8})", re.IGNORECASE)
_FUNCTION = re.compile(r"rgba?\(([^)]*)\)", re.IGNORECASE)
_WORD = re.compile(r"rgba?\([^)]*\)|#[0-9a-fA-F]+|[a-zA-Z]+(?![\w(-])")


class Colour(NamedTuple):
    """Red, green and blue from 0 to 255, and how much of what lies below is covered, from 0 to 1."""

    red: float
    green: float
    blue: float
    opacity: float = 1.0

    def over(self, below: Colour) -> Colour:
        """What is seen of it on that ground."""
        part = self.opacity
        return Colour(
            *(part * top + (1 - part) * under for top, under in zip(self[:3], below[:3], strict=True))
        )

    def __str__(self) -> str:
        return "#{:02X}{:02X}{:02X}".format(*(round(part) for part in self[:3]))


WHITE, BLACK = Colour(255, 255, 255), Colour(0, 0, 0)


def colour(written: str) -> Colour | None:
    """The colour of a CSS value or an attribute; None when it says none that is known here."""
    text = written.strip().lower()
    if text == "transparent":
        return Colour(0, 0, 0, 0)
    if text in _NAMES:
        number = _NAMES[text]
        return Colour(number >> 16, number >> 8 & 255, number & 255)
    digits = _HEX.fullmatch(text)
    if digits:
        return _of_digits(digits[1])
    function = _FUNCTION.fullmatch(text)
    return _of_parts(function[1]) if function else None


def colour_in(shorthand: str) -> Colour | None:
    """The first colour in a value such as `background: url(x.png) #112233 no-repeat`."""
    return next((found for word in _WORD.findall(shorthand) if (found := colour(word))), None)


def _of_digits(digits: str) -> Colour:
    pairs = [2 * digit for digit in digits] if len(digits) < 6 else re.findall("..", digits)
    red, green, blue, *rest = (int(pair, 16) for pair in pairs)
    return Colour(red, green, blue, rest[0] / 255 if rest else 1)


def _of_parts(text: str) -> Colour | None:
    try:
        parts = [
            float(part.rstrip("%")) * (0.01 if part.endswith("%") else 1)
            for part in re.split(r"[\s,/]+", text.strip())
        ]
    except ValueError:
        return None
    return Colour(*parts) if len(parts) in (3, 4) else None


def contrast(one: Colour, other: Colour) -> float:
    """From 1, not to be told apart, to 21."""
    darker, lighter = sorted((_luminance(one), _luminance(other)))
    return (lighter + 0.05) / (darker + 0.05)


def _luminance(shade: Colour) -> float:
    red, green, blue = (_linear(part / 255) for part in shade[:3])
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def _linear(part: float) -> float:
    return part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4

"""Style sheets as rules, and whether a media query holds: as much of CSS as mails use."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache

from newsletter_mailer.checks.page import Declaration, declarations

_COMMENT = re.compile(r"/\*.*?\*/|<!--|-->", re.DOTALL)
_QUERY = re.compile(r"\(\s*([\w-]+)\s*(?::\s*([^)]+?)\s*)?\)")


@dataclass(frozen=True, slots=True)
class Rule:
    """Selectors with what they declare, and the conditions around them."""

    selectors: tuple[str, ...]
    declared: tuple[Declaration, ...]
    around: tuple[str, ...] = ()  #: at-rules, the outermost first, e.g. "@media (prefers-color-scheme: dark)"


@dataclass(frozen=True, slots=True)
class Screen:
    """What a reader looks at."""

    width: int = 640  #: CSS pixels
    dark: bool = False


@lru_cache(maxsize=32)
def rules_of(sheet: str) -> tuple[Rule, ...]:
    """The rules of a style sheet in their order; what is no rule is passed over."""
    return tuple(_rules(_COMMENT.sub("", sheet), ()))


def _rules(text: str, around: tuple[str, ...]) -> Iterator[Rule]:
    for head, body in _braces(text):
        if head.startswith("@") and not head.lower().startswith(("@media", "@supports", "@layer")):
            yield Rule((), declarations(body), (*around, head))
        elif head.startswith("@"):
            yield from _rules(body, (*around, head))
        else:
            yield Rule(tuple(one.strip() for one in head.split(",")), declarations(body), around)


def _braces(text: str) -> Iterator[tuple[str, str]]:
    """What stands before and within each outer pair of braces."""
    at = depth = begin = 0
    head = ""
    for found in re.finditer(r"[{};]", text):
        if found.group() == "{":
            if depth == 0:
                head, begin = text[at : found.start()].strip(), found.end()
            depth += 1
        elif found.group() == "}":
            depth = max(0, depth - 1)
            if depth == 0:
                yield head, text[begin : found.start()]
                at = found.end()
        elif depth == 0:
            at = found.end()  # an at-rule without braces, such as @import


def applies(media: str, screen: Screen) -> bool:
    """Whether a media query, `@media` left off, holds on that screen. What is not known does not hold."""
    return not media.strip() or any(_holds(one.strip().lower(), screen) for one in media.split(","))


def _holds(query: str, screen: Screen) -> bool:
    kind = re.match(r"(?:only\s+)?([a-z]+)\b", query)
    if query.startswith("not") or (kind and kind[1] not in ("screen", "all")):
        return False
    return all(_feature(name, value, screen) for name, value in _QUERY.findall(query))


def _feature(name: str, value: str, screen: Screen) -> bool:
    pixels = re.fullmatch(r"([\d.]+)px", value)
    if name == "prefers-color-scheme":
        return (value == "dark") == screen.dark
    if name == "max-width" and pixels:
        return screen.width <= float(pixels[1])
    return bool(name == "min-width" and pixels and screen.width >= float(pixels[1]))

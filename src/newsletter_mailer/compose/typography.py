"""The typography of a language: apostrophes, quotation marks and no-break spaces; never a digit, a word or a link."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence

NO_BREAK = "\u00a0"
NARROW = "\u202f"  # before ; ! ? in French, where a full space looks too wide

_BETWEEN = "\ue000"  # joins the pieces of a sentence that markup cuts; private use
_STAND_IN = "\ue001"  # for a link
_LEFT_ALONE = re.compile(
    r"(?:https?://|mailto:|tel:|www\.)[^\s<>«»]*[^\s<>«».,;:!?)\"']"
    r"|(?<![\w.+-])[\w.+-]++@[\w-]++(?:\.[\w-]++)+"
    r"|\b0\d(?:[ .]\d\d){4}\b"  # a French telephone number
)
_UNITS = "M€|k€|Md€|€|%|‰|ETP|km²|km|kg|m²|ha|h|min|°C|kWh|MWh|tonnes|euros"
_GAP = rf"[ \t{NO_BREAK}{NARROW}]"

_FRENCH: Sequence[tuple[re.Pattern[str], str]] = (
    (re.compile(r"(?<=[^\W\d])'(?=\w)|(?<=[^\W\d])'(?=[«\ue000\"])|(?<![\w'])'(?=[^\W\d]+\b(?!['’]))"), "’"),
    (re.compile(rf"«{_GAP}*"), f"«{NO_BREAK}"),
    (re.compile(rf"(?<!{_GAP}){_GAP}*+»"), f"{NO_BREAK}»"),
    (re.compile(r"(?<=\S)[ \u00a0\u202f]+(?=[;!?](?:[\s\ue000)»;!?.]|$))"), NARROW),
    (re.compile(r"(?<=[\w)»€%])(?=[;!?](?:[\s\ue000)»;!?.]|$))"), NARROW),
    (re.compile(r"(?<=\S)[ \u00a0\u202f]+(?=:(?:[\s\ue000]|$))"), NO_BREAK),
    (re.compile(r"(?<=[^\W\d]|[)»%€])(?=:(?:\s|$))"), NO_BREAK),
    (re.compile(r"(?<=\d)[ \u202f]?(?=[%€‰](?!\w))"), NO_BREAK),
    (re.compile(rf"(?<=\d) (?=(?:{_UNITS})(?!\w))"), NO_BREAK),
    (re.compile(r"(?<!\d)(?<!\d[ \u00a0])([1-9]\d{0,2}) (?=\d{3}(?!\d))"), rf"\g<1>{NO_BREAK}"),
    (re.compile(r"(?<=\u00a0\d{3}) (?=\d{3}(?!\d))"), NO_BREAK),
    (re.compile(r"(?<=\bn°) (?=\d)|(?<=\bN°) (?=\d)"), NO_BREAK),
)
_ENGLISH: Sequence[tuple[re.Pattern[str], str]] = ((re.compile(r"(?<=\w)'|(?<!\S)'(?=\d\d)"), "’"),)
_SINGLE = re.compile(r"(?<![\w’])'([^'\n]+)'(?!\w)")


def typeset(pieces: Sequence[str], language: str) -> list[str]:
    """The pieces of one sentence or paragraph as a typographer sets them; as many as were given.

    language: BCP 47. Other languages than French and English come back as they are.
    """
    setter = {"fr": _french, "en": _english}.get(language[:2].lower())
    whole = _BETWEEN.join(pieces)
    if setter is None or not pieces or whole.count(_BETWEEN) >= len(pieces) or _STAND_IN in whole:
        return list(pieces)
    return _apart_from_links(whole, setter).split(_BETWEEN)


def typeset_line(text: str, language: str) -> str:
    """A text without markup, set."""
    return typeset([text], language)[0]


def _apart_from_links(text: str, setter: Callable[[str], str]) -> str:
    """The text set, with links, addresses and telephone numbers put back as they were typed."""
    kept = _LEFT_ALONE.findall(text)
    if not kept:
        return setter(text)
    first, *others = setter(_LEFT_ALONE.sub(_STAND_IN, text)).split(_STAND_IN)
    return first + "".join(link + part for link, part in zip(kept, others, strict=True))


def _french(text: str) -> str:
    text = _quotes(text, f"«{NO_BREAK}", f"{NO_BREAK}»")
    for pattern, replacement in _FRENCH:
        text = pattern.sub(replacement, text)
    return text


def _english(text: str) -> str:
    text = _quotes(text, "“", "”")
    text = _SINGLE.sub(r"‘\1’", text)
    for pattern, replacement in _ENGLISH:
        text = pattern.sub(replacement, text)
    return text


def _quotes(text: str, opening: str, closing: str) -> str:
    """Straight double quotes in pairs; an odd one (inches, a forgotten one) leaves all of them as they were typed."""
    parts = text.split('"')
    if len(parts) % 2 == 0:
        return text
    return "".join(
        part + ("" if number == len(parts) - 1 else opening if number % 2 == 0 else closing)
        for number, part in enumerate(parts)
    )

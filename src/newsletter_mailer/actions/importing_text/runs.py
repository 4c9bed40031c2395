"""Formatted words as Markdown that reads back as the same words."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from itertools import groupby

from newsletter_mailer.compose.markdown import as_page
from newsletter_mailer.templating import KnownNames, check_text

BREAK = "\n"
_SPACE = re.compile(r"[ \t\n\r\f\v\u2028\u2029]+")
_LOOSE = re.compile(
    r"(?<!\d)\u00a0|\u00a0(?![\d%€$£])"
)  # what editors write for two spaces; the theme sets its own
_INVISIBLE = re.compile("[\x00-\x08\x0b\x0e-\x1f\x7f-\x9f\xad\u200b\u2060\ufeff\ufffe\uffff\ud800-\udfff]")
_SIGNS = re.compile(r"[\\`*\[\]<]|(?<!\w)_|_(?!\w)|&(?=#?\w+;)|~(?=~)")
_LEADING = re.compile(r"^(#{1,6}(?=\s|$)|[-+>](?=\s|$)|>|={2,}|-{2,}|\d{1,9}(?=[.)](?:\s|$)))", re.MULTILINE)
_DOUBLE = re.compile(r"\{(?=\{)|\}(?=\})")
_TAGS = re.compile(r"<[^>]*>")
_ENTITIES = {"&lt;": "<", "&gt;": ">", "&quot;": '"', "&amp;": "&"}


@dataclass(frozen=True, slots=True)
class Run:
    """Words of one kind; "\n" is a line break."""

    text: str
    bold: bool = False
    italic: bool = False
    link: str = ""


def cleaned(text: str) -> str:
    """The text of a page as it is shown: one space for many, nothing that cannot be seen."""
    return _SPACE.sub(" ", _LOOSE.sub(" ", _INVISIBLE.sub("", text)))


def plain(runs: Iterable[Run]) -> str:
    """The words alone, on one line."""
    return " ".join("".join(run.text for run in runs).split())


def markdown(runs: Sequence[Run]) -> str:
    """The words in Markdown; emphasis that would not read back is left out, words never are."""
    runs = _trimmed(runs)
    for attempt in (
        runs,
        [replace(run, italic=False) for run in runs],
        [Run(run.text, link=run.link) for run in runs],
    ):
        made = _written(attempt)
        if read_back(made) == plain(runs):
            return made
    return _written([Run(run.text) for run in runs])


def read_back(source: str) -> str:
    """The words of a Markdown text, on one line."""
    text = _TAGS.sub("", as_page(source).replace("<br />", " "))
    for entity, sign in _ENTITIES.items():
        text = text.replace(entity, sign)
    return " ".join(text.split())


def apart(text: str, known: KnownNames) -> str | None:
    """The text with its double braces taken apart, when they make no merge tag that this workspace knows."""
    if "{{" not in text and "}}" not in text:
        return None
    if "{{" in text and not check_text(text, known):
        return None
    return _DOUBLE.sub(lambda found: found.group() + " ", text)


def _trimmed(runs: Sequence[Run]) -> list[Run]:
    """Neighbours of one kind together; no space at the ends, beside a break or twice."""
    made: list[Run] = []
    before = BREAK
    for run in runs:
        text = run.text
        if text != BREAK:
            text = re.sub(" {2,}", " ", text)
            text = text.lstrip(" ") if before[-1:] in (" ", BREAK) else text
        elif made and made[-1].text.endswith(" "):
            made[-1] = replace(made[-1], text=made[-1].text.rstrip(" "))
        if not text or (text == BREAK and not made):
            continue
        made.append(replace(run, text=text))
        before = text
    while made and not made[-1].text.strip():
        made.pop()
    if made:
        made[-1] = replace(made[-1], text=made[-1].text.rstrip())
    return made


def _written(runs: Sequence[Run]) -> str:
    parts = [_linked(link, list(group)) for link, group in groupby(runs, key=lambda run: run.link)]
    lines = _LEADING.sub(_escaped_lead, "".join(parts))
    return lines.replace(BREAK, "\\\n")


def _escaped_lead(found: re.Match[str]) -> str:
    """A sign that would begin a heading, a list or a quotation; of a number, the dot behind it."""
    sign = found.group()
    return f"{sign}\\" if sign.isdigit() else f"\\{sign}"


def _linked(link: str, runs: list[Run]) -> str:
    inner = "".join(
        _emphasised(bold, italic, "".join(run.text for run in group))
        for (bold, italic), group in groupby(runs, key=lambda run: (run.bold, run.italic))
    )
    words = inner.strip()
    if not link or not words:
        return inner
    before, after = " " * (inner[:1] == " "), " " * (inner[-1:] == " ")
    return f"{before}[{words}]({_target(link)}){after}"


def _emphasised(bold: bool, italic: bool, text: str) -> str:
    mark = "**" * bold + "*" * italic
    words = text.strip()
    escaped = _SIGNS.sub(lambda found: "\\" + found.group(), words)
    if not mark or not words:
        return text.replace(words, escaped, 1) if words else text
    start = text.index(words[0])
    return f"{text[:start]}{mark}{escaped}{mark}{text[start + len(words) :]}"


def _target(link: str) -> str:
    safe = link.replace(" ", "%20").replace("<", "%3C").replace(">", "%3E").replace("\\", "%5C")
    return f"<{safe}>" if set(safe) & set("()*_[]`") else safe

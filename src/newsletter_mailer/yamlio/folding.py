"""Long texts on several lines (`>`): lines that need not change stay as their author broke them."""

from __future__ import annotations

import re
from collections.abc import Sequence
from itertools import zip_longest

_NARROWEST = 40
_BREAK = re.compile(r"(?<=[^ ]) (?=[^ ])")


def folded(value: str, width: int, before: Sequence[str]) -> list[str]:
    """The lines of a folded text; `before` are the lines that stood there, without their indentation."""
    old = _paragraphs(before)
    made: list[str] = []
    texts = value.rstrip("\n").split("\n")
    fresh = _matched(texts, old)
    for number, text in enumerate(texts):
        if number:
            made.append("")
        if text:
            made += _lines(text, max(width, _NARROWEST), fresh[number])
    return made


def _paragraphs(lines: Sequence[str]) -> list[list[str]]:
    """Runs of lines; each blank line between two runs is one line break of the text."""
    runs: list[list[str]] = [[]]
    for line in lines:
        if line:
            runs[-1].append(line)
        else:
            runs.append([])
    return runs


def _matched(texts: list[str], old: list[list[str]]) -> list[list[str]]:
    """For each paragraph the lines of the one that stood in its place, counted from the nearer end."""
    joined = [" ".join(lines) for lines in old]
    same = next((i for i, (a, b) in enumerate(zip_longest(texts, joined)) if a != b), len(texts))
    tail = len(old) - len(texts)
    return [
        old[number]
        if number <= same and number < len(old)
        else old[number + tail]
        if number + tail >= 0
        else []
        for number in range(len(texts))
    ]


def _lines(text: str, width: int, before: list[str]) -> list[str]:
    """The old lines at the beginning and at the end of the text, and the words between them broken anew."""
    head: list[str] = []
    tail: list[str] = []
    rest = text
    old = list(before)
    while old and rest.startswith(f"{old[0]} "):
        head.append(old.pop(0))
        rest = rest[len(head[-1]) + 1 :]
    while old and rest.endswith(f" {old[-1]}"):
        tail.insert(0, old.pop())
        rest = rest[: -len(tail[0]) - 1]
    return [*head, *_broken(rest, width), *tail]


def _broken(text: str, width: int) -> list[str]:
    """Broken at single spaces only: two in a row would come back as one."""
    lines = [""]
    for word in _BREAK.split(text):
        if lines[-1] and len(lines[-1]) + 1 + len(word) > width:
            lines.append(word)
        else:
            lines[-1] = f"{lines[-1]} {word}" if lines[-1] else word
    return lines

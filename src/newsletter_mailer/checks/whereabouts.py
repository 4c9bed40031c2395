"""Where in issue.yaml the author wrote what stands on the page."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

from newsletter_mailer.checks.subject import Subject
from newsletter_mailer.model.finding import Path

_LETTERS = re.compile(r"[^\W_]+")
_ENOUGH = 80  #: letters of a text by which its place is known


def written_at(subject: Subject, words: str) -> Path:
    """The value in which these words, or this address, were written; () when the theme says them, or a merge tag."""
    wanted = _squeezed(words)[:_ENOUGH]
    if not wanted:
        return ()
    found = (path for path, text in _texts(subject.loaded.document.data, ()) if wanted in _squeezed(text))
    return next(found, ())


def _squeezed(text: str) -> str:
    """Letters and digits only: typography and Markdown change what stands between them."""
    return "".join(_LETTERS.findall(text)).lower()


def _texts(value: Any, path: Path) -> Iterator[tuple[Path, str]]:
    if isinstance(value, str):
        yield path, value
    elif isinstance(value, dict):
        for key, inner in value.items():
            yield from _texts(inner, (*path, key))
    elif isinstance(value, list):
        for number, inner in enumerate(value):
            yield from _texts(inner, (*path, number))

"""Sentences in the reader's language: every message is written once in English and translated when it is shown."""

from __future__ import annotations

import gettext
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Any

LANGUAGES = ("en", "fr")
LOCALES = Path(__file__).parent / "locale"
_language: ContextVar[str] = ContextVar("language", default="en")


@cache
def _catalogue(language: str) -> gettext.NullTranslations:
    return gettext.translation("newsletter", LOCALES, languages=[language], fallback=True)


def use_language(language: str) -> None:
    """Choose the language of everything said from here on in this context ("fr", "fr_FR.UTF-8", "en" …)."""
    short = language[:2].lower()
    _language.set(short if short in LANGUAGES else "en")


@contextmanager
def in_language(language: str) -> Iterator[None]:
    """Say things in another language for the length of a `with`."""
    before = _language.get()
    use_language(language)
    try:
        yield
    finally:
        _language.set(before)


def language() -> str:
    """The two letters of the language now spoken."""
    return _language.get()


@dataclass(frozen=True, slots=True)
class Sentence:
    """A message and its values; `str()` gives it in the language chosen at that moment."""

    template: str
    values: Mapping[str, Any] = field(default_factory=dict, hash=False)

    def __str__(self) -> str:
        translated = _catalogue(_language.get()).gettext(self.template) if self.template else ""
        return translated.format(**self.values) if self.values else translated


def number(value: int) -> str:
    """With the thousands apart, as the language has it: 4 812."""
    return f"{value:,}".replace(",", "\u202f" if language() == "fr" else ",")


def sentence(template: str, /, **values: Any) -> Sentence:
    """A sentence to be shown later. The template is the catalogue's key: braces only, never an f-string."""
    return Sentence(template, values)


def say(template: str, /, **values: Any) -> str:
    """The sentence now, in the language chosen."""
    return str(sentence(template, **values))


def say_many(one: str, many: str, count: int, /, **values: Any) -> str:
    """The sentence for that number of things; `{count}` stands for the number, or for how it is given to be written."""
    translated = _catalogue(_language.get()).ngettext(one, many, count)
    return translated.format(**{"count": count, **values})

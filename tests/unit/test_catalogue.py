"""The French catalogue: nothing missing, nothing left over, every value kept."""

from __future__ import annotations

import io
import re
import string
from pathlib import Path
from typing import Any

import pytest
from babel.messages.catalog import Catalog
from babel.messages.extract import extract_from_dir
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po

import newsletter_mailer
from catalogue_words import KEYWORDS, extract_with_help

SOURCE = Path(newsletter_mailer.__file__).parent
FRENCH = SOURCE / "locale" / "fr" / "LC_MESSAGES"
TYPEWRITER = re.compile(r"\w'\w|\w [;!?]|\w :(?!/)")  # straight apostrophes, breakable spaces
METHODS: list[Any] = [("cli/**.py", extract_with_help), ("**.py", "python")]


@pytest.fixture(scope="module")
def catalogue() -> Catalog:
    with (FRENCH / "newsletter.po").open("rb") as file:
        return read_po(file)


def said() -> set[str]:
    """Every template in the source and every help text, plurals by their singular."""
    found = extract_from_dir(str(SOURCE), method_map=METHODS, keywords=KEYWORDS)
    return {message[0] if isinstance(message, tuple) else message for _, _, message, _, _ in found} - {""}


def fields(template: str) -> set[str]:
    return {name for _, name, _, _ in string.Formatter().parse(template) if name is not None}


def test_every_sentence_has_its_french_and_nothing_is_left_over(catalogue: Catalog) -> None:
    translated = {
        m.id[0] if isinstance(m.id, (tuple, list)) else m.id
        for m in catalogue
        if m.id and all(forms(m.string))
    }

    assert said() - translated == set(), "make locale, then translate"
    assert translated - said() == set(), "make locale removes these"


def forms(given: str | list[str] | tuple[str, ...] | None) -> list[str]:
    """A text, or its singular and plural."""
    return [given] if isinstance(given, str) else list(given or ())


def test_every_value_of_a_sentence_stands_in_its_french(catalogue: Catalog) -> None:
    pairs = [
        pair
        for message in catalogue
        if message.id
        for pair in zip(forms(message.id), forms(message.string), strict=True)
    ]

    assert [
        (one, french) for one, french in pairs if "{" in one + french and fields(one) != fields(french)
    ] == []


def test_french_is_set_as_french(catalogue: Catalog) -> None:
    texts = [french for message in catalogue if message.id for french in forms(message.string)]

    assert [text for text in texts if TYPEWRITER.search(text)] == []


def test_the_compiled_catalogue_is_the_written_one(catalogue: Catalog) -> None:
    compiled = io.BytesIO()

    write_mo(compiled, catalogue)

    assert compiled.getvalue() == (FRENCH / "newsletter.mo").read_bytes(), "make locale"

"""Findings stand where the author wrote the words, however YAML quotes and folds them."""

from __future__ import annotations

import pytest

from newsletter_mailer.checks.places import Places
from newsletter_mailer.model.finding import Finding, Level
from newsletter_mailer.wording import sentence
from newsletter_mailer.yamlio.reader import read

WORDS = "L'été « à venir »: le mot est ici, et là"


def place(text: str, offset: int, *at: str | int) -> tuple[int, int]:
    finding = Finding("c", Level.NOTE, sentence("w"), at=at, offset=offset)
    placed = Places(read(text.encode(), "f.yaml")).placed(finding)
    return placed.line, placed.column


@pytest.mark.parametrize(
    "written",
    [
        f'"{WORDS}"',
        f"'{WORDS.replace(chr(39), chr(39) * 2)}'",
        f"|\n  {WORDS}\n",
        f">-\n  {WORDS[:9]}\n  {WORDS[10:]}\n",
        '"L\'\\u00e9t\\xe9 « à\\_venir »: le\\n\\tmot est ici, et là"',
        f'"{WORDS[:9]}\n   {WORDS[10:]}"',
    ],
)
def test_the_word_is_found_in_every_style(written: str) -> None:
    text = f"# first\ntitle: {written}\nlast: 1\n"

    line, column = place(text, WORDS.index("mot"), "title")

    assert text.split("\n")[line - 1][column - 1 :].startswith("mot")


def test_what_is_not_in_the_file_stands_at_the_nearest_thing_around_it() -> None:
    assert place("blocks:\n  - type: text\n    text: a\n", 5, "blocks", 0, "title") == (2, 5)


def test_a_finding_of_the_whole_stands_at_its_beginning() -> None:
    assert place("# comment\ntitle: a\n", 0) == (2, 1)


@pytest.mark.parametrize("style", ["|", ">-"])
def test_the_first_word_of_a_text_stands_in_its_own_line(style: str) -> None:
    assert place(f"title: {style}\n\n  A vendre\n", 0, "title") == (3, 3)

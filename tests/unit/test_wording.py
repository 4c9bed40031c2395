"""Sentences come out in the language chosen, with their values."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

import newsletter_mailer
from newsletter_mailer.wording import in_language, language, say, say_many, sentence, use_language


def test_a_sentence_is_said_in_the_language_of_the_moment() -> None:
    unknown = sentence("there is no list “{slug}”", slug="adherents")

    with in_language("fr"):
        french = str(unknown)

    assert str(unknown) == "there is no list “adherents”"
    assert french.replace("\N{NO-BREAK SPACE}", " ") == "il n’y a pas de liste « adherents »"


@pytest.mark.parametrize(
    ("asked", "spoken"), [("fr_FR.UTF-8", "fr"), ("FR", "fr"), ("en", "en"), ("de_DE", "en"), ("", "en")]
)
def test_a_language_that_is_not_spoken_falls_back_to_english(asked: str, spoken: str) -> None:
    with in_language("fr"):
        use_language(asked)

        assert language() == spoken


def said_in_f_strings(path: Path) -> Iterator[str]:
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        for inner in ast.walk(node) if isinstance(node, ast.JoinedStr) else ():
            if isinstance(inner, ast.Call) and ast.unparse(inner.func) in ("say", "sentence", "say_many"):
                yield f"{path.name}:{inner.lineno}"


def test_no_sentence_stands_in_an_f_string_where_translators_do_not_find_it_before_python_3_12() -> None:
    source = Path(newsletter_mailer.__file__).parent

    assert [place for path in source.rglob("*.py") for place in said_in_f_strings(path)] == []


def test_braces_in_values_are_values() -> None:
    assert say("nobody knows “{name}”", name="{0}") == "nobody knows “{0}”"


@pytest.mark.parametrize(("count", "words"), [(1, "1 thing"), (2, "2 things")])
def test_one_and_many(count: int, words: str) -> None:
    assert say_many("{count} thing", "{count} things", count) == words

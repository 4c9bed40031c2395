"""Names that people type: codes of editions, folders of issues."""

from __future__ import annotations

import datetime as dt
import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from newsletter_mailer.model.edition import is_code_of, short_code
from newsletter_mailer.model.slugs import hyphenated, slug_for

HASHES = st.text("0123456789abcdef", min_size=64, max_size=64)


@given(HASHES)
def test_a_code_is_understood_however_it_is_typed(hash_: str) -> None:
    code = short_code(hash_)

    assert re.fullmatch(r"[0-9A-HJKMNP-TV-Z]{4}-[0-9A-HJKMNP-TV-Z]{4}", code)
    for typed in (
        code,
        code.lower(),
        code.replace("-", ""),
        f" {code[:4]} {code[5:]} ",
        code.replace("0", "O"),
    ):
        assert is_code_of(hash_, typed)


@given(HASHES, HASHES)
def test_another_edition_has_another_code(one: str, other: str) -> None:
    assert is_code_of(one, short_code(other)) is (one[:10] == other[:10])


@pytest.mark.parametrize("typed", ["", "-", "7K3M", "7K3M-9QXD-7K3M-9QXD", "💥"])
def test_what_is_no_code_fits_nothing(typed: str) -> None:
    assert not is_code_of("0" * 64, typed)


@pytest.mark.parametrize(
    ("words", "plain"),
    [
        ("Fête d'été", "fete-d-ete"),
        ("Nœud & œuvre", "noeud-oeuvre"),
        ("  ", ""),
        ("日本", ""),
        ("a" * 50, "a" * 9),
    ],
)
def test_words_become_letters_and_hyphens(words: str, plain: str) -> None:
    assert hyphenated(words, 9 if len(words) == 50 else 40) == plain


@given(st.text(max_size=200), st.dates(dt.date(1000, 1, 1)))
def test_any_title_gives_a_name_that_an_issue_may_have(title: str, date: dt.date) -> None:
    slug = slug_for(title, date, ())

    assert re.fullmatch(r"[a-z0-9][a-z0-9-]{0,79}", slug)
    assert slug_for(title, date, {slug}) == f"{slug}-2"

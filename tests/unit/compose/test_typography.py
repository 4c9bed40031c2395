"""A typographer changes apostrophes, quotation marks and spaces, and nothing else."""

from __future__ import annotations

import re
import time

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from newsletter_mailer.compose.typography import typeset, typeset_line

B = "\u00a0"
N = "\u202f"


@pytest.mark.parametrize(
    ("typed", "set_"),
    [
        ("l'année d'IRIO", "l’année d’IRIO"),
        ("aujourd'hui", "aujourd’hui"),
        ('les "achats engagés" pour', f"les «{B}achats engagés{B}» pour"),
        ('l\'"été"', f"l’«{B}été{B}»"),
        ("«oui» et « non »", f"«{B}oui{B}» et «{B}non{B}»"),
        ("baissé de 10% en 2020", f"baissé de 10{B}% en 2020"),
        ("27,5 M€ et 8 ETP", f"27,5{B}M€ et 8{B}ETP"),
        ("1 234 567 € pour 10 000 personnes", f"1{B}234{B}567{B}€ pour 10{B}000 personnes"),
        ("de type ressourcerie : valorisation", f"de type ressourcerie{B}: valorisation"),
        ("la formation de Coorace:", f"la formation de Coorace{B}:"),
        ("Quoi?! Oui! (non?)", f"Quoi{N}?! Oui{N}! (non{N}?)"),
        ("un ; deux", f"un{N}; deux"),
        ("le n° 12", f"le n°{B}12"),
        ("en 2021 100 personnes", "en 2021 100 personnes"),
    ],
)
def test_french_is_set_as_the_french_print_it(typed: str, set_: str) -> None:
    assert typeset_line(typed, "fr-FR") == set_


@pytest.mark.parametrize(
    "typed",
    [
        "05 62 14 49 96",
        "05.62.14.49.96",
        "le 18:30",
        "http://example.org/l'a?b=1;c=2",
        "lettre@example.org",
        "31200 TOULOUSE",
        "5'30",
        "les '68",
        ":-)",
        'un écran de 12" ici',
    ],
)
def test_numbers_addresses_and_links_stay_as_they_were_typed(typed: str) -> None:
    assert typeset_line(typed, "fr") == typed


@pytest.mark.parametrize(
    ("typed", "set_"),
    [
        ("it's \"fine\", don't", "it’s “fine”, don’t"),
        ("they 'quote' it", "they ‘quote’ it"),
        ("in '68", "in ’68"),
        ("Really? 10% : yes!", "Really? 10% : yes!"),
    ],
)
def test_english_is_set_as_the_english_print_it(typed: str, set_: str) -> None:
    assert typeset_line(typed, "en") == set_


def test_another_language_is_left_to_its_author() -> None:
    assert typeset_line('l\'"any" 10 000', "ca") == 'l\'"any" 10 000'


def test_quotation_marks_meet_across_emphasis() -> None:
    assert typeset(['Il dit "', "oui", "\" et l'", "été", " !"], "fr") == [
        f"Il dit «{B}",
        "oui",
        f"{B}» et l’",
        "été",
        f"{N}!",
    ]


def test_text_that_holds_our_own_private_characters_is_left_alone() -> None:
    assert typeset(["a\ue000b", "l'a"], "fr") == ["a\ue000b", "l'a"]
    assert typeset(["a\ue001 l'a"], "fr") == ["a\ue001 l'a"]


def words(text: str) -> str:
    return re.sub(r"[\s'’‘\"«»“”]", "", text)


@given(
    st.lists(st.text(st.sampled_from("aé 0159'\"«»:;!?%€.,-()n°h&\n\u00a0\u202f"), max_size=30), max_size=4),
    st.sampled_from(["fr", "en"]),
)
def test_no_letter_digit_or_mark_is_ever_lost_or_moved(pieces: list[str], language: str) -> None:
    set_ = typeset(pieces, language)

    assert [words(piece) for piece in set_] == [words(piece) for piece in pieces]


@given(st.text(st.sampled_from("aé 01'\"«»:;!?%€"), max_size=40))
@example("'a'0")
def test_setting_twice_changes_nothing_more(text: str) -> None:
    once = typeset_line(text, "fr")

    assert typeset_line(once, "fr") == once


@pytest.mark.parametrize("text", [" " * 40_000 + "»", "a" * 40_000 + " @", ("a" * 100 + "@") * 400])
def test_a_text_of_one_sign_is_set_within_a_second(text: str) -> None:
    begun = time.process_time()

    typeset_line(text, "fr")

    assert time.process_time() - begun < 1

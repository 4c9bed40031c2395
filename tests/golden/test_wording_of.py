"""The golden test's own judge must be able to say no."""

from __future__ import annotations

import pytest

from golden.wording_of import extra_words, read_letter, read_page, squeezed


def test_only_spaces_apostrophes_and_quotation_marks_are_overlooked() -> None:
    said = squeezed("l’« été »\u00a0: 5136")

    assert extra_words(said, squeezed('l\' "été": 5136'), []) == []


@pytest.mark.parametrize("said", ["un trois", "un deux trois quatre", "un trois deux", "un Deux trois", ""])
def test_a_word_left_out_added_moved_or_changed_is_seen(said: str) -> None:
    with pytest.raises(AssertionError, match="it should say"):
        extra_words(squeezed(said), squeezed("un deux trois"), ["ours"])


def test_our_own_words_are_told_apart_even_where_the_text_has_them_too() -> None:
    said = squeezed("Site internet un Site internet deux")

    assert extra_words(said, squeezed("un Site internet deux"), ["Site internet"]) == ["Site internet"]


def test_a_page_says_what_is_seen_and_nothing_else() -> None:
    page = read_page(
        "<html><head><title>no</title><style>no</style></head><body><div style='display: none'>no<br>no</div>"
        "<!--[if mso]><p>no</p><![endif]--><p>yes "
        "<a href='https://example.org'><b>here</b></a><img alt='cat'></p>"
        "</body></html>"
    )

    assert page.words == "yeshere"
    assert [(link.href, link.label, link.position) for link in page.links] == [
        ("https://example.org", "here", 3)
    ]
    assert page.alts == ["cat"]


def test_a_letter_says_its_links_by_their_numbers() -> None:
    letter = read_letter(
        "Titre\n-----\n\nUn mot - deux\n\nLe site [1]\n\n-- Nom\n\n[1] https://example.org/\n"
    )

    assert letter.words == "TitreUnmot-deuxLesiteNom"
    assert [(link.href, link.label, link.position) for link in letter.links] == [
        ("https://example.org/", "Lesite", 15)
    ]

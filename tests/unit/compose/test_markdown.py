"""Authors' Markdown becomes clean HTML and plain paragraphs that say the same."""

from __future__ import annotations

import re

import pytest

from newsletter_mailer.compose import plaintext
from newsletter_mailer.compose.markdown import to_html, to_plain
from newsletter_mailer.compose.merge import Marks


def plain(source: str) -> tuple[str, str]:
    links = plaintext.LinkList(Marks.of(""))
    return to_plain(source, "fr", reference=links.reference, wrap=plaintext.wrap), links.listed()


def test_emphasis_lists_and_quotations_come_through() -> None:
    html = to_html("Un **mot** *juste*\n\n- un\n- deux\n\n> cité", "fr")

    assert "<p>Un <strong>mot</strong> <em>juste</em></p>" in html
    assert "<ul> <li>un</li> <li>deux</li> </ul>" in html
    assert "<blockquote> <p>cité</p> </blockquote>" in html


def test_words_on_two_lines_are_not_glued_together_by_mrml() -> None:
    assert "\n" not in to_html("*un*\n**deux**\n\n```\na\nb\n```\n", "fr")
    assert "<em>un</em> <strong>deux</strong>" in to_html("*un*\n**deux**", "fr")
    assert "<pre><code>a<br>b</code></pre>" in to_html("```\na\nb\n```", "fr")


@pytest.mark.parametrize(
    "source",
    [
        "<script>alert(1)</script>",
        "<img src=x onerror=alert(1)>",
        "[x](javascript:alert(1))",
        "[x](data:text/html,hello)",
        "[x](page.html)",
        "[x](//example.org)",
        "![x](javascript:alert(1))",
        "![x](http://example.org/pixel.gif)",
        '</mj-text><mj-include path="/etc/passwd" type="css" />',
        '<a href="https://example.org" onclick="x">y</a>',
    ],
)
def test_nothing_dangerous_is_left_of_markup(source: str) -> None:
    html = to_html(source, "fr")

    assert re.findall(r"<(?!/?p>)[^>]*>", html) == []


def test_a_quotation_of_several_paragraphs_stays_in_one_piece() -> None:
    assert plain("> un\n>\n> deux\n>\n> > trois\n\nquatre")[0] == "> un\n>\n> deux\n>\n> > trois\n\nquatre"


def test_a_list_in_a_quotation_is_part_of_it() -> None:
    assert plain("> un\n>\n> - a\n> - b\n>\n> deux")[0] == "> un\n>\n> - a\n> - b\n>\n> deux"


def test_what_is_refused_still_says_its_words() -> None:
    html = to_html("avant [le lien](javascript:x) ![l'image](a.png) après", "fr")

    assert html == "<p>avant le lien l’image après</p>"
    assert plain("avant [le lien](javascript:x) ![l'image](a.png)")[0] == "avant le lien l’image"


@pytest.mark.parametrize(
    "link", ["https://example.org/a?b=1&c=2", "http://example.org", "mailto:a@example.org", "tel:+33562"]
)
def test_links_of_the_four_kinds_are_kept(link: str) -> None:
    assert f'href="{link.replace("&", "&amp;")}"' in to_html(f"[ici]({link})", "fr")


def test_a_mark_of_a_merge_tag_may_be_a_link() -> None:
    assert '<a href="nl0123456789abe0z">x</a>' in to_html("[x](nl0123456789abe0z)", "fr")


def test_headings_stand_under_the_block_and_skip_no_level() -> None:
    html = to_html("### a\n\n# b\n\n### c\n", "fr", level=3)

    assert re.findall(r"<(h\d)>", html) == ["h3", "h3", "h4"]


def test_headings_go_no_deeper_than_six() -> None:
    assert re.findall(r"<(h\d)>", to_html("# a\n\n## b\n", "fr", level=6)) == ["h6", "h6"]


def test_words_are_set_but_addresses_and_code_are_not() -> None:
    html = to_html("l'été <https://example.org/l'a> `l'code`", "fr")

    assert html == (
        "<p>l’été <a href=\"https://example.org/l'a\">https://example.org/l'a</a> <code>l'code</code></p>"
    )


def test_plain_links_are_numbered_unless_they_say_their_own_address() -> None:
    text, listed = plain("[ici](https://a.example.org) <https://b.example.org> [a@b.org](mailto:a@b.org)")

    assert text == "ici [1] https://b.example.org a@b.org"
    assert listed == "\n\n[1] https://a.example.org"


def test_plain_lists_quotations_code_and_headings_keep_their_shape() -> None:
    text, _ = plain(
        "## Titre\n\n3. un\n   - a\n   - b\n4. deux  \n   suite\n\n"
        "> cité\n>\n> encore\n\n```\n x\n```\n\n---\n\nfin"
    )

    assert text.split("\n") == [
        *("Titre", "-----", "", "3. un", "   - a", "   - b", "4. deux", "   suite", ""),
        *("> cité", ">", "> encore", "", "     x", "", "* * *", "", "fin"),
    ]


def test_deep_nesting_is_cut_not_crashed_upon() -> None:
    assert "deep" in to_html(">" * 8 + " deep", "fr")
    assert to_html(">" * 5000 + " deep", "fr").count("<blockquote>") == 20
    assert plain("> " * 300 + "- " * 300 + "deep")[0] == ""

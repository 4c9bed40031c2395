"""The traps of mrml and premailer are disarmed, each by its own test."""

from __future__ import annotations

import re

import pytest

from newsletter_mailer.compose.inline import inline
from newsletter_mailer.compose.mjml import to_html
from newsletter_mailer.errors import NewsletterError


def page(body: str) -> str:
    return to_html(f"<mjml><mj-body><mj-section><mj-column>{body}</mj-column></mj-section></mj-body></mjml>")


def test_spaces_that_do_not_break_and_accents_survive_in_attributes() -> None:
    html = page('<mj-text><img src="cid:a" alt="l’été\u00a0: \u202fà 50\u00a0% \\ « o »\nici"></mj-text>')

    assert "l’été\u00a0: \u202fà 50\u00a0% \\ « o » ici" in inline(html, "")
    assert "\\u{" not in html


def test_the_name_of_the_mail_is_its_title_letter_by_letter() -> None:
    html = to_html(
        "<mjml><mj-head><mj-title>L’été\u00a0: \u202f\\ «</mj-title></mj-head><mj-body></mj-body></mjml>"
    )

    assert 'aria-label="L’été\u00a0: \u202f\\ «"' in html


def test_pictures_have_whole_pixels_for_outlook() -> None:
    html = page('<mj-image src="cid:a" alt="" width="287.5px" />')

    assert re.findall(r'<img[^>]* width="([^"]*)"', html) == ["287"]


def test_a_mistake_in_the_theme_is_told_with_its_line() -> None:
    with pytest.raises(NewsletterError, match=r"MJML cannot be read.*near line 2: é <mj-unknown") as refused:
        to_html("<mjml><mj-head>\né <mj-unknown />\n</mj-head></mjml>")

    assert refused.value.hint is not None


def test_a_mistake_without_a_place_is_told_all_the_same() -> None:
    with pytest.raises(NewsletterError, match="MJML cannot be read"):
        to_html("<mjml>")


def test_nothing_is_linked_from_the_network() -> None:
    html = page('<mj-text font-family="Roboto, Open Sans">a</mj-text>')

    assert re.findall(r"https?://(?!www\.w3\.org)\S+|@import|<link", html) == []


def test_style_sheets_stay_whole_and_our_css_goes_into_attributes() -> None:
    sheet = (
        "@media (prefers-color-scheme: dark) { p { color: #eeddcc !important } } [data-ogsc] p { color: red }"
    )

    html = inline(
        f"<!DOCTYPE html><html><head><style>{sheet}</style></head><body><p class='a'>x</p></body></html>",
        "p { color: #aabbcc; font-family: Georgia, 'Times New Roman' } .a { margin: 0 }",
    )

    assert html.startswith("<!DOCTYPE html>")
    assert f"<style>{sheet}</style>" in html
    assert '<p class="a" style="color:#aabbcc;font-family:Georgia,\'Times New Roman\';margin:0">x</p>' in html


def test_widths_and_backgrounds_of_mjml_are_not_overwritten() -> None:
    html = inline(
        '<html><body><table width="600" bgcolor="#ffffff"></table></body></html>', "table { width: 100% }"
    )

    assert 'width="600" bgcolor="#ffffff" style="width:100%"' in html


def test_two_notes_for_outlook_side_by_side_become_one() -> None:
    html = inline(
        "<html><body><!--[if mso | IE]><table><tr><td><![endif]-->"
        "<!--[if mso | IE]></td></tr></table><![endif]--></body></html>",
        "",
    )

    assert "<!--[if mso | IE]><table><tr><td></td></tr></table><![endif]-->" in html

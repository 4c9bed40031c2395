"""One mail in several lights."""

from __future__ import annotations

import pytest

from newsletter_mailer.compose.lights import NOTHING, Light, shown

MAIL = """<!DOCTYPE html><html><head><meta name="color-scheme" content="light dark">
<style>:root{color-scheme:light dark}@media (prefers-color-scheme: dark){.a{color:#fff!important}}
@media (prefers-color-scheme:light){.b{color:#000}}.c{background:url("https://away.example.org/x.png")}</style></head>
<body style="background-image:url('https://away.example.org/bg.png')"><img alt="Ici" src="data:image/png;base64,AAAA">
<img alt="Ailleurs" src="https://away.example.org/p.png">
<img src=//away.example.org/q.png srcset='https://away.example.org/r 2x'>
<td background="https://away.example.org/t.png">prefers-color-scheme: dark, src="https://x"</td></body></html>"""


@pytest.mark.parametrize(("dark", "on", "off"), [(True, ".a", ".b"), (False, ".b", ".a")])
def test_the_colour_scheme_is_decided_whatever_the_screen_prefers(dark: bool, on: str, off: str) -> None:
    page = shown(MAIL, Light(dark=dark))

    assert f"@media (min-width:0){{{on}" in page
    assert f"@media (max-width:0){{{off}" in page
    assert "(prefers-color-scheme" not in page
    assert f":root{{color-scheme:{'dark' if dark else 'light'}}}" in page
    assert f'content="{"dark" if dark else "light"}"' in page


def test_only_pictures_of_the_mail_itself_are_left() -> None:
    page = shown(MAIL, Light())

    assert "data:image/png;base64,AAAA" in page
    assert "away.example.org" not in page


def test_without_pictures_their_boxes_and_alternative_texts_stay() -> None:
    page = shown(MAIL, Light(pictures=False))

    assert 'alt="Ici" src="data:,"' in page
    assert "base64" not in page


def test_what_the_author_wrote_is_not_touched() -> None:
    page = shown(MAIL, Light(dark=True, pictures=False))

    assert '>prefers-color-scheme: dark, src="https://x"</td>' in page


def test_links_open_nowhere_and_the_desk_shows_around_the_mail() -> None:
    page = shown(MAIL, Light(desk="#161412"))

    assert '<head><base target="_blank"><style>\nhtml{background:#161412' in page


def test_words_about_a_source_stay_words() -> None:
    page = (
        '<head></head><img alt="&lt;img src=x onerror=1&gt; src=y" src="cid:a"><p title="background=z">a</p>'
    )

    html = shown(page, Light())

    assert f'<img alt="&lt;img src=x onerror=1&gt; src=y" src="{NOTHING}">' in html
    assert '<p title="background=z">a</p>' in html

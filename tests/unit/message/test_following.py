"""An edition whose links lead by us: which are replaced, and what stays as it was."""

from __future__ import annotations

import re
from dataclasses import replace
from pathlib import Path

import pytest

from composing import fresh_sample
from measuring_kit import LETTER
from newsletter_mailer.message.following import counted, links_of, replaced, tracked
from newsletter_mailer.message.slots import Filler, Links, Reader, sample_subscriber
from newsletter_mailer.model.edition import Edition, Segment
from newsletter_mailer.model.measuring import Link

WEB = "https://lettre.example.org"


def page(html: str) -> Edition:
    return replace(LETTER, html=(Segment(html),))


def html_of(edition: Edition) -> str:
    reader = Reader(
        sample_subscriber("fr"), links=Links(unsubscribe=f"{WEB}/u/x", tracker="t" * 32, withdraw="w")
    )
    return Filler(edition).html(reader)


def test_links_have_numbers_addresses_and_what_readers_see_of_them() -> None:
    found = links_of(LETTER)

    assert found == (
        Link(1, "https://example.org/a?x=1&y=2", "Un lien"),
        Link(2, "https://example.org/b", "Une image"),
        Link(3, "https://example.org/c", "Bonjour …"),
    )


def test_a_button_that_outlook_draws_is_the_link_behind_it() -> None:
    html = (
        '<!--[if mso]><v:roundrect href="https://example.org/x"><center>Lire</center></v:roundrect><![endif]-->'
        '<a href="https://example.org/y">autre</a><a href="https://example.org/x">Lire</a>'
    )

    found = links_of(page(html))
    led = replaced(page(html), lambda link: f"{WEB}/{link.number}")

    assert found == (Link(1, "https://example.org/y", "autre"), Link(2, "https://example.org/x", "Lire"))
    assert f'roundrect href="{WEB}/2"' in html_of(led)
    assert f'<a href="{WEB}/2">Lire' in html_of(led)


@pytest.mark.parametrize(
    "href",
    [
        "mailto:a@example.org",
        "tel:+33500000000",
        "#haut",
        "//evil.example/x",
        "/relative",
        "javascript:alert(1)",
        "https://user@evil.example/",
        "https:///nowhere",
        "https://example.org\\@evil.example/",
        "https://example.org/a b",
        "https://[broken/",
    ],
)
def test_what_is_no_plain_address_of_a_page_elsewhere_stays_as_it_is(href: str) -> None:
    edition = page(f'<a href="{href}">x</a>')

    led = counted(edition, link=lambda link: f"{WEB}/l/{link.number}", picture="")

    assert links_of(edition) == ()
    assert led == edition


def test_the_plain_text_and_all_else_stay_as_they_were() -> None:
    led = counted(LETTER, link=lambda link: f"{WEB}/l/{link.number}", picture=f"{WEB}/o/p.gif")

    back = re.sub(r'<img src="[^"]*/o/p.gif"[^>]*>', "", html_of(led))
    for link in links_of(LETTER):
        back = back.replace(f'"{WEB}/l/{link.number}"', f'"{link.url.replace("&", "&amp;")}"')
    assert back == html_of(LETTER)
    assert replace(led, html=LETTER.html) == LETTER


def test_spans_that_not_everybody_gets_stay_spans() -> None:
    some = replace(
        LETTER,
        html=(
            Segment("<p>"),
            Segment('<a href="https://example.org/x">x</a>', when=0),
            Segment("</p></body>"),
        ),
        conditions=("subscriber.first_name",),
    )

    led = tracked(some, WEB, links=True)

    assert next(segment.content for segment in led.html if segment.when == 0) == f'<a href="{WEB}/l/'
    assert "".join(str(segment.content) for segment in led.html if segment.when is None).startswith("<p></p>")


@pytest.mark.parametrize("theme", ["default", "lumiere"])
def test_in_every_theme_the_way_to_withdraw_stands_beside_the_one_to_unsubscribe(
    theme: str, tmp_path: Path
) -> None:
    edition = fresh_sample("exemple-tous-les-blocs", theme).edition

    html = html_of(tracked(edition, WEB, links=True))

    assert re.search(rf'href="{WEB}/u/x"[^>]*>[^<]*</a> <a [^>]*href="{WEB}/m/w"', html)
    assert html.count(f"{WEB}/o/{'t' * 32}.gif") == 1
    assert not re.findall(r'<a [^>]*href="https?://(?!lettre\.example\.org)', html)


def test_a_page_without_such_a_link_has_it_at_its_end() -> None:
    html = html_of(tracked(page("<p>Bonjour</p>"), WEB, links=False))

    assert html.startswith("<p>Bonjour</p>")
    assert f'<a href="{WEB}/m/w">' in html

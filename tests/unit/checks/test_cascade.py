"""A page is seen as a browser shows it: which rule wins, what is inherited, what lies behind."""

from __future__ import annotations

import pytest

from newsletter_mailer.checks.cascade import Look, Seen, against, pixels, seen
from newsletter_mailer.checks.colours import Colour, colour, contrast
from newsletter_mailer.checks.page import opened, page_of
from newsletter_mailer.checks.selectors import means, selector
from newsletter_mailer.checks.stylesheet import Screen, applies, rules_of

TREE = """<html><body><div id="all" class="card wide" lang="fr"><h2 class="title">A</h2><p>B</p>
<p class="last">C <a href="https://example.org/">D</a></p></div></body></html>"""


def page(body: str, css: str = "") -> str:
    return f"<html><head><style>{css}</style></head><body>{body}</body></html>"


def last(html: str, screen: Screen | None = None) -> Seen:
    """The last element of the page."""
    return seen(html, screen or Screen())[-1]


def look(html: str, screen: Screen | None = None) -> Look:
    return last(html, screen).look


@pytest.mark.parametrize(
    ("written", "tags"),
    [
        ("p", ["p", "p"]),
        (".title", ["h2"]),
        ("#all", ["div"]),
        ("h2.title", ["h2"]),
        ("div p a", ["a"]),
        ("div > a", []),
        ("div > p", ["p", "p"]),
        ("h2 + p", ["p"]),
        ("h2 ~ p", ["p", "p"]),
        ("p:not(.last)", ["p"]),
        ("div :first-child", ["h2", "a"]),
        ("p:last-child", ["p"]),
        (":root", ["html"]),
        ("*", ["html", "body", "div", "h2", "p", "p", "a"]),
        ("[lang]", ["div"]),
        ('a[href^="https"]', ["a"]),
        ("a[href$='.org/']", ["a"]),
        ("a[href*=example]", ["a"]),
        ("div[class~=wide]", ["div"]),
        ("div[lang|=fr]", ["div"]),
        ("div[lang=en]", []),
        ("a:hover", []),
        ("p:nth-child(2)", []),
        ("p::before", []),
        ("p & a", []),
    ],
)
def test_a_selector_means_what_it_means_to_browsers(written: str, tags: list[str]) -> None:
    found = [one.tag for one in page_of(TREE).each() if means(selector(written), one)]

    assert found == tags


@pytest.mark.parametrize(
    ("written", "rank"),
    [
        ("p", (0, 0, 1)),
        (".a.b p", (0, 2, 1)),
        ("#a > [x]:first-child", (1, 2, 0)),
        ("p:not(.a)::before", (0, 1, 2)),
        ("*", (0, 0, 0)),
    ],
)
def test_a_selector_weighs_what_it_weighs_in_css(written: str, rank: tuple[int, int, int]) -> None:
    assert selector(written).rank == rank


@pytest.mark.parametrize(
    ("media", "screen", "holds"),
    [
        ("(prefers-color-scheme: dark)", Screen(dark=True), True),
        ("(prefers-color-scheme: dark)", Screen(), False),
        ("(prefers-color-scheme: light)", Screen(), True),
        ("only screen and (max-width:479px)", Screen(375), True),
        ("only screen and (max-width:479px)", Screen(480), False),
        ("screen and (min-width: 480px)", Screen(480), True),
        ("screen and (min-width: 480px)", Screen(479), False),
        ("print", Screen(), False),
        ("not screen", Screen(), False),
        ("print, screen", Screen(), True),
        ("(orientation: landscape)", Screen(), False),
        ("", Screen(), True),
    ],
)
def test_a_media_query_holds_on_the_screen_that_it_describes(media: str, screen: Screen, holds: bool) -> None:
    assert applies(media, screen) is holds


def test_rules_are_read_with_what_stands_around_them() -> None:
    css = "/* x { } */ @import url(a.css); p, a { color: red; } @media print { b { margin: 0 } } @font-face { src: url(f) }"

    first, second, third = rules_of(css)

    assert first.selectors == ("p", "a")
    assert (second.selectors, second.around) == (("b",), ("@media print",))
    assert third.around == ("@font-face",)


@pytest.mark.parametrize(
    ("css", "style", "ink"),
    [
        ("p { color: #112233 } p { color: #445566 }", "", "#445566"),
        (".a { color: #112233 } p { color: #445566 }", "", "#112233"),
        (".a { color: #112233 }", "color:#445566", "#445566"),
        (".a { color: #112233 !important }", "color:#445566", "#112233"),
        (".a { color: #112233 !important }", "color:#445566 !important", "#445566"),
        ("p { color: #112233 !important } .a { color: #445566 }", "", "#112233"),
        ("body { color: #112233 }", "", "#112233"),
        ("p { color: nonsense }", "", "#000000"),
        ("@supports (display: grid) { p { color: #112233 } }", "", "#000000"),
    ],
)
def test_the_rule_that_wins_in_a_browser_wins_here(css: str, style: str, ink: str) -> None:
    assert str(look(page(f'<p class="a" style="{style}">B</p>', css)).ink) == ink


def test_dark_rules_count_on_dark_screens_only() -> None:
    html = page(
        "<p>B</p>", "p { color: #112233 } @media (prefers-color-scheme: dark) { p { color: #EEEEEE } }"
    )

    assert str(look(html).ink) == "#112233"
    assert str(look(html, Screen(dark=True)).ink) == "#EEEEEE"


def test_a_style_sheet_for_other_media_counts_there_only() -> None:
    html = "<html><style media='print'>p { color: #112233 }</style><body><p>B</p></body></html>"

    assert str(look(html).ink) == "#000000"


@pytest.mark.parametrize(
    ("body", "ground"),
    [
        ('<div style="background:#112233"><p>B</p></div>', "#112233"),
        ('<div style="background:#112233"><p style="background:none">B</p></div>', "#112233"),
        ('<div style="background-color:#112233"><p style="background:transparent">B</p></div>', "#112233"),
        ('<table bgcolor="#112233"><tr><td>B</td></tr></table>', "#112233"),
        ('<table><tr><td bgcolor="#112233" style="background-color:#445566">B</td></tr></table>', "#445566"),
        ('<p style="background:rgba(0,0,0,0.5)">B</p>', "#808080"),
        ('<p style="background: url(a.png) #112233">B</p>', "None"),
        ('<table background="a.png"><tr><td>B</td></tr></table>', "None"),
        ("<p>B</p>", "#FFFFFF"),
    ],
)
def test_what_lies_behind_a_text_is_what_was_painted_last(body: str, ground: str) -> None:
    assert str(look(page(body)).ground) == ground


@pytest.mark.parametrize(
    ("style", "size"),
    [
        ("font-size:20px", 20),
        ("font-size:1.5em", 24),
        ("font-size:150%", 24),
        ("font-size:12pt", 16),
        ("font-size:2rem", 32),
        ("font-size:large", 18),
        ("", 16),
    ],
)
def test_text_has_the_size_that_it_has_in_a_browser(style: str, size: float) -> None:
    assert look(page(f'<p style="{style}">B</p>')).size == size


def test_size_colour_and_weight_come_from_around() -> None:
    html = page('<div style="font-size:20px;color:#112233;font-weight:700;line-height:1.5"><p>B</p></div>')

    found = look(html)

    assert (found.size, str(found.ink), found.bold, found.line) == (20, "#112233", True, 30)


@pytest.mark.parametrize("style", ["display:none", "visibility:hidden", "opacity:0"])
def test_what_is_hidden_is_not_seen_nor_what_is_in_it(style: str) -> None:
    assert not look(page(f'<div style="{style}"><p>B</p></div>')).shown


def test_a_link_is_blue_and_underlined_unless_somebody_says_otherwise() -> None:
    plain, styled = (
        look(page(f'<a href="https://example.org" style="{style}">B</a>'))
        for style in ("", "color:#112233;text-decoration:none")
    )

    assert (str(plain.ink), plain.underlined) == ("#0000EE", True)
    assert (str(styled.ink), styled.underlined) == ("#112233", False)


def test_a_page_that_knows_dark_screens_is_dark_where_it_says_nothing() -> None:
    html = '<html><head><meta name="color-scheme" content="light dark"></head><body><p>B</p></body></html>'

    assert contrast(Colour(255, 255, 255), look(html, Screen(dark=True)).ground or Colour(0, 0, 0, 0)) > 15
    assert str(look(html).ground) == "#FFFFFF"


def test_half_transparent_ink_is_seen_as_what_it_mixes_to() -> None:
    assert str(against(look(page('<p style="color:rgba(0,0,0,0.5)">B</p>')))) == "#808080"


def test_padding_is_read_side_by_side() -> None:
    found = last(page('<p style="padding:10px 20px 5px">B</p>'))

    assert [found.length(f"padding-{side}") for side in ("top", "right", "bottom", "left")] == [10, 20, 5, 20]


@pytest.mark.parametrize(
    ("written", "known"),
    [
        ("#abc", "#AABBCC"),
        ("#A1B2C3", "#A1B2C3"),
        ("White", "#FFFFFF"),
        ("rgb(1, 2, 3)", "#010203"),
        ("rgb(1 2 3 / 50%)", "#010203"),
        ("#11223380", "#112233"),
    ],
)
def test_colours_are_read_as_css_writes_them(written: str, known: str) -> None:
    assert str(colour(written)) == known


@pytest.mark.parametrize("written", ["", "inherit", "#12", "rgb(a, b, c)", "rgb(1,2)", "var(--ink)"])
def test_what_is_no_known_colour_is_none(written: str) -> None:
    assert colour(written) is None


def test_contrast_is_that_of_wcag() -> None:
    black, white, grey = (colour(name) for name in ("#000000", "#FFFFFF", "#767676"))
    assert black
    assert white
    assert grey

    assert round(contrast(black, white), 2) == 21
    assert round(contrast(grey, white), 2) == 4.54
    assert contrast(white, grey) == contrast(grey, white)


def test_what_is_no_length_has_no_pixels() -> None:
    assert [pixels(one) for one in ("auto", "", "1.2.3px", "12")] == [None, None, None, 12]


def test_a_page_that_is_torn_is_read_as_far_as_it_goes() -> None:
    page_read = page_of("</p><table><tr><td>A<td>B</table><p>C <br> D")

    assert page_read.root.words() == "A B C D"
    assert [one.tag for one in page_read.each("table", "tbody", "tr", "td", "p")] == [
        "table",
        "tbody",
        "tr",
        "td",
        "td",
        "p",
    ]


def test_outlook_reads_its_notes_and_not_what_is_hidden_from_it() -> None:
    html = "a<!--[if mso | IE]><b>c</b><![endif]--><!--[if !mso]><!--><i>d</i><!--<![endif]-->e"

    assert opened(html) == "a<b>c</b>e"
    assert page_of(html).root.words() == "ade"

"""What a browser makes of the samples: nothing overflows, everything is legible, by day and by night."""

from __future__ import annotations

import base64
from collections.abc import Callable, Iterator
from contextlib import closing
from functools import cache
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, Page, Route, sync_playwright

from composing import EVERY_BLOCK, ON_THE_WEB, SEED, composed, mail, reader, sample
from issue_files import workspace_at

CHROMIUM = Path("/usr/bin/chromium")
QUIET = [
    *("--no-sandbox", "--disable-gpu", "--disable-background-networking"),
    *("--disable-component-update", "--disable-sync"),
]
SAMPLES = [SEED, EVERY_BLOCK]
THEMES = ["default", "lumiere"]
LEAST_CONTRAST = 4.5  # WCAG 2.1, 1.4.3
LEAST_TARGET = 44  # CSS pixels, WCAG 2.1, 2.5.5

# Every text with the contrast of its colour to the nearest painted ground behind it.
CONTRASTS = """() => {
  const parsed = c => { const n = c.match(/[\\d.]+/g).map(Number); return n.length < 4 ? [...n, 1] : n; };
  const light = c => { const [r, g, b] = c.map(v => v / 255).map(v => v <= .03928 ? v / 12.92 : ((v + .055) / 1.055) ** 2.4);
    return .2126 * r + .7152 * g + .0722 * b; };
  const ground = e => { for (; e; e = e.parentElement) { const c = parsed(getComputedStyle(e).backgroundColor);
    if (c[3] > 0) return c; } return [255, 255, 255, 1]; };
  const texts = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT), found = [];
  for (let text; (text = texts.nextNode());) {
    const holder = text.parentElement, style = getComputedStyle(holder);
    if (!text.data.trim() || !holder.getClientRects().length || style.visibility === 'hidden') continue;
    const [a, b] = [light(parsed(style.color)), light(ground(holder))].sort((x, y) => y - x);
    found.push([text.data.trim().slice(0, 60), (a + .05) / (b + .05)]);
  }
  for (const picture of document.querySelectorAll('img[alt]:not([alt=""])')) {  // read where pictures are blocked
    if (!picture.getClientRects().length) continue;
    const [a, b] = [light(parsed(getComputedStyle(picture).color)), light(ground(picture))].sort((x, y) => y - x);
    found.push([picture.alt.slice(0, 60), (a + .05) / (b + .05)]);
  }
  return found;
}"""
TARGETS = """() => [...document.querySelectorAll('.pill a, .button a, .action, .above a, .more a, .entry-title a')]
  .map(e => [e.textContent, e.getBoundingClientRect().height])"""
TOO_WIDE = """() => [...document.querySelectorAll('body *')]
  .filter(e => e.getBoundingClientRect().right > innerWidth + 0.5).map(e => e.outerHTML.slice(0, 120))"""


@cache
def html(slug: str, *, theme: str = "default", pictures: bool = True) -> str:
    """The page of one reader, with its pictures in it as a mail program puts them, or blocked."""
    composition = sample(slug, theme)
    page = mail(composition, reader(links=ON_THE_WEB, department="31", role="administrateur")).html
    for picture in composition.edition.pictures:
        data = base64.b64encode(picture.data).decode()
        inside = f"data:{picture.media_type};base64,{data}" if pictures else "data:,"
        page = page.replace(f"cid:{picture.cid}", inside)
    return page


@pytest.fixture(scope="module")
def chromium() -> Iterator[Browser]:
    with (
        sync_playwright() as playwright,
        closing(
            playwright.chromium.launch(executable_path=CHROMIUM if CHROMIUM.exists() else None, args=QUIET)
        ) as browser,
    ):
        yield browser


Show = Callable[..., Page]


@pytest.fixture
def show(chromium: Browser) -> Iterator[Show]:
    """A page of that width, by day ("light") or by night ("dark"); whatever it asks of the network is refused."""
    asked: list[str] = []
    pages: list[Page] = []

    def refuse(route: Route) -> None:
        asked.append(route.request.url)
        route.abort()

    def shown(content: str, *, width: int = 640, mode: Any = "light") -> Page:
        page = chromium.new_page(viewport={"width": width, "height": 900}, color_scheme=mode)
        page.route(lambda url: not url.startswith("data:"), refuse)
        page.set_content(content)
        pages.append(page)
        return page

    yield shown
    for page in pages:
        page.close()
    assert asked == []


@pytest.mark.parametrize("width", [320, 375, 600, 1280])
@pytest.mark.parametrize("slug", SAMPLES)
@pytest.mark.parametrize("theme", THEMES)
def test_nothing_is_wider_than_the_screen(show: Show, theme: str, slug: str, width: int) -> None:
    page = show(html(slug, theme=theme), width=width)

    assert page.evaluate("document.documentElement.scrollWidth") <= width
    assert page.evaluate(TOO_WIDE) == []


@pytest.mark.parametrize("mode", ["light", "dark"])
@pytest.mark.parametrize("slug", SAMPLES)
@pytest.mark.parametrize("theme", THEMES)
def test_every_word_stands_out_from_its_ground(show: Show, theme: str, slug: str, mode: str) -> None:
    contrasts = show(html(slug, theme=theme), mode=mode).evaluate(CONTRASTS)

    assert len(contrasts) > 40
    assert [(text, ratio) for text, ratio in contrasts if ratio < LEAST_CONTRAST] == []


LISTING = "def somme(premier, deuxième, troisième, quatrième, cinquième): return premier"
CODE_AND_HEADED_FOOT = f"""\
  - type: text
    text: |
      Un texte.

          {LISTING}
  - type: footer
    text: |
      ## Un titre au pied

      Merci de nous lire.
"""


@pytest.fixture
def hard(tmp_path: Path) -> str:
    """What few authors write: a listing, and a heading at the foot."""
    return mail(composed(workspace_at(tmp_path / "lettres"), CODE_AND_HEADED_FOOT, foot="")).html


@pytest.mark.parametrize("mode", ["light", "dark"])
@pytest.mark.parametrize("slug", SAMPLES)
@pytest.mark.parametrize("theme", THEMES)
def test_the_words_of_blocked_pictures_stand_out_from_their_ground(
    show: Show, theme: str, slug: str, mode: str
) -> None:
    page = show(html(slug, theme=theme, pictures=False), mode=mode)

    contrasts = dict(page.evaluate(CONTRASTS))

    alts = page.evaluate("() => [...document.images].filter(i => i.alt).map(i => i.alt.slice(0, 60))")
    assert set(alts) <= set(contrasts)
    assert [alt for alt in alts if contrasts[alt] < LEAST_CONTRAST] == []


@pytest.mark.parametrize("mode", ["light", "dark"])
def test_a_heading_at_the_foot_stands_out_from_its_ground(show: Show, hard: str, mode: str) -> None:
    contrasts = dict(show(hard, mode=mode).evaluate(CONTRASTS))

    assert contrasts["Un titre au pied"] >= LEAST_CONTRAST
    assert contrasts[LISTING[:60]] >= LEAST_CONTRAST


@pytest.mark.parametrize("width", [320, 375, 640])
def test_a_listing_is_folded_and_not_wider_than_the_screen(show: Show, hard: str, width: int) -> None:
    page = show(hard, width=width)

    assert page.evaluate("document.documentElement.scrollWidth") <= width
    assert page.evaluate(TOO_WIDE) == []


@pytest.mark.parametrize("slug", SAMPLES)
def test_night_paints_every_ground_dark(show: Show, slug: str) -> None:
    page = show(html(slug), mode="dark")

    grounds = page.evaluate(
        "() => [...document.querySelectorAll('body, .page, .paper, .sand, .mist, .night, .card-in, .tile, .pill')]"
        ".map(e => getComputedStyle(e).backgroundColor.match(/\\d+/g).map(Number))"
    )
    assert max(max(ground) for ground in grounds) < 0x50
    assert page.locator(".logo-dark").is_visible()
    assert not page.locator(".logo-light").is_visible()


def test_by_day_only_the_light_logo_shows(show: Show) -> None:
    page = show(html(SEED))

    assert page.locator(".logo-light").is_visible()
    assert not page.locator(".logo-dark").is_visible()


@pytest.mark.parametrize("width", [375, 640])
@pytest.mark.parametrize("slug", SAMPLES)
@pytest.mark.parametrize("theme", THEMES)
def test_what_is_pressed_is_large_enough_for_a_finger(show: Show, theme: str, slug: str, width: int) -> None:
    targets = show(html(slug, theme=theme), width=width).evaluate(TARGETS)

    assert targets
    assert [(text, height) for text, height in targets if height < LEAST_TARGET] == []


ENLARGED = """() => { for (const [e, size] of [...document.querySelectorAll('body *')]
  .map(e => [e, parseFloat(getComputedStyle(e).fontSize)])) if (size > 0) {
    e.style.setProperty('font-size', 2 * size + 'px', 'important');
    e.style.setProperty('line-height', '1.3', 'important'); } }"""
LONG_FIGURES = """\
  - type: figures
    figures:
      - { value: "123 456 789,12 M€", label: court }
  - type: figures
    figures:
      - { value: "123 456 €", label: court }
      - { value: "27 500 000 €", label: une étiquette }
      - { value: "100 000 h", label: de bénévolat }
"""
OVERLAPPING = """() => { const boxes = [...document.querySelectorAll('.value')].map(e => {
    const range = document.createRange(); range.selectNodeContents(e); return range.getBoundingClientRect(); });
  return boxes.some((a, n) => boxes.slice(n + 1).some(b =>
    a.left < b.right && b.left < a.right && a.top < b.bottom && b.top < a.bottom)); }"""


@pytest.mark.parametrize("enlarged", [False, True])
@pytest.mark.parametrize("width", [320, 640])
def test_long_figures_keep_to_the_sheet_and_to_themselves(
    show: Show, tmp_path: Path, width: int, enlarged: bool
) -> None:
    page = show(mail(composed(workspace_at(tmp_path / "lettres"), LONG_FIGURES)).html, width=width)
    if enlarged:
        page.evaluate(ENLARGED)

    assert page.evaluate(TOO_WIDE) == []
    assert not page.evaluate(OVERLAPPING)


def test_text_of_twice_the_size_keeps_to_the_screen(show: Show) -> None:
    page = show(html(SEED), width=640)
    page.evaluate(ENLARGED)

    assert page.evaluate(TOO_WIDE) == []


def test_figures_have_as_much_ground_above_as_below_on_a_telephone(show: Show) -> None:
    above, below = show(html(SEED), width=375).evaluate(
        """() => { const box = e => e.getBoundingClientRect();
        const band = box(document.querySelector('.figure').closest('.band'));
        const values = [...document.querySelectorAll('.value')], labels = [...document.querySelectorAll('.label')];
        return [box(values[0]).top - band.top, band.bottom - box(labels.at(-1)).bottom]; }"""
    )

    assert abs(above - below) <= 4


def test_a_part_s_heading_is_nearer_to_its_content_than_blocks_to_each_other(
    show: Show, tmp_path: Path
) -> None:
    blocks = "  - { type: heading, title: Ensemble }\n" + "  - { type: text, text: Bonjour }\n" * 2
    page = show(mail(composed(workspace_at(tmp_path / "lettres"), blocks)).html)

    heading, first, second = page.evaluate(
        "() => ['h2', 'p'].flatMap(name => [...document.querySelectorAll('.gutter ' + name)]).slice(0, 3)"
        ".map(e => [e.getBoundingClientRect().top, e.getBoundingClientRect().bottom])"
    )
    assert first[0] - heading[1] < 0.8 * (second[0] - first[1])


@pytest.mark.parametrize("slug", SAMPLES)
def test_without_pictures_their_words_are_read(show: Show, slug: str) -> None:
    page = show(html(slug, pictures=False), width=375)

    told = page.evaluate(
        "() => [...document.images].filter(i => i.alt && i.getClientRects().length)"
        ".map(i => [i.alt, i.getBoundingClientRect().height])"
    )
    assert told
    assert [alt for alt, height in told if height < 14] == []
    assert page.evaluate("document.documentElement.scrollWidth") <= 375


def test_pictures_beside_the_text_go_under_the_title_on_a_telephone(show: Show) -> None:
    def order(width: int) -> tuple[float, float, float]:
        page = show(html(SEED), width=width)
        title = page.get_by_role("heading", name="Agir pour favoriser").bounding_box()
        picture = page.locator("img[alt^='Un panier']").bounding_box()
        words = page.get_by_text("Investi depuis plusieurs années").bounding_box()
        assert title is not None
        assert picture is not None
        assert words is not None
        return title["y"], picture["y"], words["y"]

    wide, narrow = order(640), order(375)

    assert abs(wide[1] - wide[2]) < 20
    assert narrow[0] < narrow[1] < narrow[2]

"""The checks see a page as Chromium shows it, and ask axe-core in it."""

from __future__ import annotations

from contextlib import closing
from pathlib import Path
from typing import Any, Literal

import pytest
from playwright.sync_api import Browser, sync_playwright

from composing import EVERY_BLOCK, ON_THE_WEB, SEED, mail, reader, sample
from newsletter_mailer.checks.browser import CODES, look
from newsletter_mailer.checks.cascade import seen
from newsletter_mailer.checks.chromium import find_chromium, runs_as_root
from newsletter_mailer.checks.stylesheet import Screen
from newsletter_mailer.errors import UsageError
from unit.checks.samples import subject_of
from unit.checks.samples_rendered import GOOD, body

# Every element of the body: tag, whether it is shown, colour and size of its text, whether it is bold.
LOOKS = """() => [...document.body.querySelectorAll('*')].map(e => { const s = getComputedStyle(e);
  return [e.localName, e.checkVisibility({ visibilityProperty: true, opacityProperty: true }), s.color,
          parseFloat(s.fontSize), parseInt(s.fontWeight) >= 600]; })"""


SCREENS = (Screen(640), Screen(375), Screen(640, dark=True))


def in_chromium(html: str) -> list[list[list[Any]]]:
    """How each element of the page looks there, screen by screen."""
    with (
        sync_playwright() as playwright,
        closing(
            playwright.chromium.launch(
                executable_path=find_chromium().program, chromium_sandbox=not runs_as_root()
            )
        ) as browser,
    ):
        return [looks(browser, html, screen) for screen in SCREENS]


def looks(browser: Browser, html: str, screen: Screen) -> list[list[Any]]:
    scheme: Literal["dark", "light"] = "dark" if screen.dark else "light"
    page = browser.new_page(viewport={"width": screen.width, "height": 900}, color_scheme=scheme)
    page.set_content(html)
    return [row for row in page.evaluate(LOOKS) if row[1]]


def here(html: str, screen: Screen) -> list[list[Any]]:
    """The same as the checks see it."""
    found = seen(html, screen)
    after = next(number for number, one in enumerate(found) if one.element.tag == "body") + 1
    return [
        [
            one.element.tag,
            True,
            "rgb({:.0f}, {:.0f}, {:.0f})".format(*one.look.ink[:3]),
            one.look.size,
            one.look.bold,
        ]
        for one in found[after:]
        if one.look.shown
    ]


@pytest.mark.parametrize("slug", [SEED, EVERY_BLOCK])
def test_each_element_looks_as_in_chromium(slug: str) -> None:
    html = mail(sample(slug), reader(links=ON_THE_WEB, department="31", role="administrateur")).html

    there = in_chromium(html)

    assert len(there[0]) > 300
    assert there == [here(html, screen) for screen in SCREENS]


def test_nothing_is_found_on_a_good_page_and_no_script_of_it_runs(tmp_path: Path) -> None:
    good = body("<script>document.body.innerHTML = '<img>'</script>")(tmp_path)

    assert list(look(good)) == []


def test_what_axe_finds_is_told_and_what_reaches_beyond_a_telephone(tmp_path: Path) -> None:
    faint, wide = "color:#595959", "white-space:nowrap;font-size:20px"
    bad = body(f'<p style="{faint}">perdu la nuit</p><img src="data:,"><p style="{wide}">{"mot " * 40}</p>')(
        tmp_path
    )

    found = list(look(bad))

    assert {finding.code for finding in found} == set(CODES)
    said = " ".join(str(finding.what) for finding in found)
    assert "color-contrast" in said
    assert "image-alt" in said
    assert "perdu la nuit" in said


def test_without_a_browser_it_says_what_to_install(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CHROMIUM", str(tmp_path / "nothing"))

    with pytest.raises(UsageError):
        list(look(subject_of(tmp_path / "good", GOOD)))

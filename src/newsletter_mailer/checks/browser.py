"""The page in a real browser, asked by axe-core: for `check --browser`, where both are installed.

Nothing of the page runs and nothing is fetched: a policy in it forbids scripts, and the browser is off line.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from newsletter_mailer.checks.chromium import find_chromium, runs_as_root
from newsletter_mailer.checks.page import page_of
from newsletter_mailer.checks.subject import Subject
from newsletter_mailer.checks.whereabouts import written_at
from newsletter_mailer.compose.lights import with_pictures
from newsletter_mailer.errors import NewsletterError, UsageError
from newsletter_mailer.model.finding import Finding, Level
from newsletter_mailer.wording import sentence

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page

CODES = ("browser-axe", "browser-overflow")

_AA = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"]
_HEAD = re.compile(r"<head\b[^>]*>", re.IGNORECASE)
_POLICY = (
    '<meta http-equiv="Content-Security-Policy" '
    "content=\"default-src 'none'; img-src data:; style-src 'unsafe-inline'\">"
)
_TOO_WIDE = """() => {
  const texts = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT), range = document.createRange(), found = [];
  for (let text; (text = texts.nextNode());) {
    range.selectNodeContents(text);
    if (range.getBoundingClientRect().right > innerWidth + 1 && text.data.trim()) found.push(text.data.trim().slice(0, 200));
  }
  for (const picture of document.images)
    if (picture.getBoundingClientRect().right > innerWidth + 1) found.push(picture.alt || picture.src.slice(0, 40));
  return found; }"""
_TELEPHONE = 480  # CSS pixels, wider is none
_PATIENCE = 60_000  # milliseconds


@dataclass(frozen=True, slots=True)
class _View:
    """A screen on which the page is looked at."""

    width: int
    dark: bool


_VIEWS = (_View(640, dark=False), _View(375, dark=True))


def look(subject: Subject) -> Iterator[Finding]:
    """What axe-core finds on a light screen and on a dark telephone, and what a telephone shows cut off.

    Raises UsageError when the browser or axe-core is not installed.
    """
    html = _HEAD.sub(
        lambda head: head.group() + _POLICY, with_pictures(subject.html, subject.composition.edition), count=1
    )
    for view, violations, too_wide in _seen(html):
        for violation in violations:
            yield _violation(subject, violation, dark=view.dark)
        for words in too_wide:
            yield Finding(
                "browser-overflow",
                Level.ERROR,
                sentence("on a telephone “{words}” is wider than the screen", words=words[:60]),
                sentence("break up its longest word or address, or make its columns narrower"),
                at=written_at(subject, words),
            )


def _violation(subject: Subject, violation: dict[str, Any], *, dark: bool) -> Finding:
    nodes = violation["nodes"]
    words = page_of(nodes[0]["html"]).root.words() if nodes else ""
    told = {"rule": violation["id"], "help": violation["help"], "count": len(nodes), "words": words[:40]}
    return Finding(
        "browser-axe",
        Level.ERROR if violation["impact"] in ("critical", "serious") else Level.WARNING,
        sentence("on a dark screen: {help} ({rule}, ×{count}, “{words}”)", **told)
        if dark
        else sentence("{help} ({rule}, ×{count}, “{words}”)", **told),
        sentence("explained at {url}", url=violation["helpUrl"]),
        at=written_at(subject, words),
    )


def _seen(html: str) -> list[tuple[_View, list[dict[str, Any]], list[str]]]:
    """What is found on each view. Raises UsageError, or NewsletterError when the browser fails."""
    try:
        import axe_playwright_python  # noqa: F401  # looked for before a browser is started
        from playwright.sync_api import Error, sync_playwright
    except ImportError as error:
        raise UsageError(
            sentence("--browser needs axe-core and Playwright, which are not installed"),
            sentence("pip install 'newsletter-mailer[browser]'"),
        ) from error
    program = find_chromium().program
    try:
        with sync_playwright() as playwright:
            browser = playwright.chromium.launch(executable_path=program, chromium_sandbox=not runs_as_root())
            found = [(view, *_asked(_opened(browser, view, html), view)) for view in _VIEWS]
            browser.close()
            return found
    except Error as error:
        raise NewsletterError(
            sentence("the browser could not show the page: {reason}", reason=str(error).splitlines()[0])
        ) from error


def _asked(page: Page, view: _View) -> tuple[list[dict[str, Any]], list[str]]:
    """What axe-core finds, and the words that a telephone cuts off."""
    from axe_playwright_python.base import AXE_SCRIPT

    page.evaluate(AXE_SCRIPT)
    answer = page.evaluate("rules => axe.run({ runOnly: { type: 'tag', values: rules } })", _AA)
    return answer["violations"], page.evaluate(_TOO_WIDE) if view.width < _TELEPHONE else []


def _opened(browser: Browser, view: _View, html: str) -> Page:
    context = browser.new_context(
        color_scheme="dark" if view.dark else "light",
        viewport={"width": view.width, "height": 900},
        offline=True,
        service_workers="block",
    )
    page = context.new_page()
    page.set_default_timeout(_PATIENCE)
    page.set_content(html)
    return page

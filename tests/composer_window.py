"""A browser window on the composer, for tests that see it as an officer does."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

import pytest
from playwright.sync_api import Browser, FrameLocator, Locator, Page, expect, sync_playwright

from composer_desk import Composing

CHROMIUM = Path("/usr/bin/chromium")
QUIET = (
    "--no-sandbox",
    "--disable-gpu",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
)
SOON_MS = 60_000  # a guard against a hang
expect.set_options(timeout=SOON_MS)


@contextmanager
def chromium() -> Iterator[Browser]:
    """The browser of this machine; without one the test is skipped, but not in CI."""
    if not CHROMIUM.exists() and os.environ.get("CI") != "1":
        pytest.skip(f"no browser at {CHROMIUM}")
    with sync_playwright() as playwright:
        running = playwright.chromium.launch(executable_path=CHROMIUM, args=list(QUIET))
        yield running
        running.close()


@dataclass
class Window:
    """A browser window and what it did behind the officer's back."""

    page: Page
    addresses: list[str] = field(default_factory=list)  #: of every request, data: not counted
    complaints: list[str] = field(default_factory=list)  #: on the console

    @property
    def mail(self) -> FrameLocator:
        return self.page.frame_locator("iframe:not(.coming)")

    @property
    def blocks(self) -> Locator:
        """The cards of the blocks."""
        return self.page.locator("#blocks > ol > li")

    def block(self, place: int) -> Locator:
        """The card of a block, opened."""
        card = self.blocks.nth(place)
        head = card.locator(":scope > .line > .head")
        if head.get_attribute("aria-expanded") == "false":
            head.click()
        return card

    def field(self, label: str, within: Locator | None = None) -> Locator:
        """The input with that label."""
        return (within or self.page).get_by_label(label, exact=True).first

    def is_saved(self) -> None:
        """Nothing waits to be written, and nothing went wrong."""
        expect(self.page.locator("body")).to_have_attribute("data-saved", "yes")
        expect(self.page.locator("#state")).to_have_attribute("data-state", "good")

    def press(self, label: str) -> None:
        self.page.get_by_role("button", name=label, exact=True).click()

    def is_up_to_date(self) -> None:
        expect(self.page.locator("body")).to_have_attribute("data-composed", "good")
        expect(self.page.locator("#notice")).to_be_hidden()

    def is_wrong(self) -> None:
        expect(self.page.locator("body")).to_have_attribute("data-composed", "wrong")
        expect(self.page.locator("#problems")).to_have_attribute("data-level", "error")

    def open_problems(self) -> None:
        if self.page.locator("#problems").get_attribute("open") is None:
            self.page.locator("#problems summary").click()


@contextmanager
def window_on(browser: Browser, desk: Composing, *, width: int = 1280, height: int = 860) -> Iterator[Window]:
    """A window on the desk's issue. At its end: nothing was complained of, and nothing was asked of anybody else."""
    context = browser.new_context(
        viewport={"width": width, "height": height}, locale="en-GB", color_scheme="light"
    )
    opened = Window(context.new_page())
    opened.page.on("request", lambda request: opened.addresses.append(request.url))
    opened.page.on("console", lambda said: opened.complaints.append(said.text))
    opened.page.on("pageerror", lambda error: opened.complaints.append(str(error)))
    opened.page.goto(desk.url)
    expect(opened.mail.locator("body")).to_contain_text("Bonjour")
    yield opened
    assert opened.complaints == [], opened.complaints
    away = [url for url in opened.addresses if not url.startswith((desk.base, "data:"))]
    assert away == []
    context.close()

"""The officer's pages in a real browser: a campaign is watched while it leaves, and its report is opened."""

from __future__ import annotations

import threading
import urllib.request
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Literal

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, expect

from composer_window import chromium
from dispatch_kit import Clock, tools
from newsletter_mailer.actions.dispatch import dispatch
from newsletter_mailer.web.officer.door import Door
from program import Newsletter, Postbox
from public_pages import sent_to, serving, with_list
from smtp_servers import QUICK, account

READERS = [*(f"reader{n}@gmail.example" for n in range(8)), *(f"reader{n}@free.example" for n in range(4))]


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with chromium() as running:
        yield running


@pytest.mark.parametrize(("language", "scheme", "width"), [("fr", "light", 1280), ("en", "dark", 375)])
def test_a_campaign_is_watched_while_it_leaves(
    browser: Browser,
    postbox: Postbox,
    smtp_port: int,
    tmp_path: Path,
    language: str,
    scheme: Literal["light", "dark"],
    width: int,
) -> None:
    postbox.hold_at = 5
    postbox.answers = {"reader1@gmail.example": "550 5.1.1 nobody of that name"}
    door = Door(lambda: None)
    size = {"width": width, "height": 900}
    page = browser.new_context(locale=language, color_scheme=scheme, viewport=size).new_page()  # type: ignore[arg-type]
    complaints: list[str] = []
    page.on("console", lambda said: complaints.append(said.text))

    with serving(tmp_path, door=door) as site:
        with_list(site, "members", READERS)
        campaign = sent_to(site, "members")
        patient = account(smtp_port, timeouts=replace(QUICK, dot=120))
        run = replace(tools(site.app.database, smtp_port, tmp_path, Clock()), account=patient)
        sending = threading.Thread(target=dispatch, args=(run, campaign), kwargs={"wait": False})
        page.goto(f"{site.url}/officer/in/{door.new_link(now=site.app.now)}")
        page.locator("button").click()
        page.locator("tbody a").first.click()
        expect(page.locator(".counts")).to_contain_text("12")
        sending.start()
        expect(page.locator("[data-state]")).to_have_text("en cours" if language == "fr" else "sending")
        watched = Axe().run(page).response["violations"]
        postbox.let_go()
        sending.join(60)
        expect(page.locator("[data-over]")).to_have_count(1)
        expect(page.locator(".counts .sent dd")).to_have_text("11")
        expect(page.locator(".counts .refused dd")).to_have_text("1")
        wide = page.evaluate("document.documentElement.scrollWidth")
        page.locator("section .button").click()
        expect(page.locator("body")).to_contain_text("reader1@gmail.example")
        page.goto(f"{site.url}/officer")
        listed = Axe().run(page).response["violations"]
        page.locator(".leave").click()

    assert [*watched, *listed] == []
    assert wide <= width
    assert complaints == []


def test_the_program_shows_a_link_that_opens_its_pages(newsletter: Newsletter) -> None:
    newsletter.environment["NEWSLETTER_PUBLIC_URL"] = "http://127.0.0.1:1"
    with newsletter.start("serve", "--officer", "--port", "0") as serving_:
        assert serving_.stdout is not None
        try:
            home, link = serving_.stdout.readline().strip(), serving_.stdout.readline().strip()
            with urllib.request.urlopen(link, timeout=60) as answer:
                seen = answer.read().decode()
        finally:
            serving_.terminate()

    assert link.startswith(f"{home}/officer/in/")
    assert "<form" in seen


def test_a_password_is_set_from_a_pipe(newsletter: Newsletter) -> None:
    short = newsletter.run("secret", "set", "officer", typed="short\n", code=2)
    done = newsletter.run("secret", "set", "officer", typed="cheval exact pile agrafe\n")

    assert "12 to 200 characters" in short.stderr
    assert "var/officer" in done.stderr
    assert "cheval" not in (newsletter.folder / "var" / "officer").read_text()

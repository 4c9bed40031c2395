"""The reviewers' page in a real browser: everybody can use it, and nothing that is typed there runs."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Literal

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, expect

from composer_desk import ISSUE, PICTURE
from composer_window import chromium
from newsletter_mailer.actions.reviewing import standing
from public_pages import Serving, serving

HOSTILE = "</textarea><script>document.title='owned'</script><img src=x onerror=\"document.title='owned'\">"


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with chromium() as running:
        yield running


@pytest.fixture
def site(tmp_path: Path) -> Iterator[Serving]:
    folder = tmp_path / "issues" / "essai"
    folder.mkdir(parents=True)
    (folder / "issue.yaml").write_text(ISSUE, encoding="utf-8")
    (folder / "picture.png").write_bytes(PICTURE.read_bytes())
    with serving(tmp_path) as opened:
        yield opened


@pytest.mark.parametrize(("language", "scheme", "width"), [("fr", "light", 1280), ("en", "dark", 375)])
def test_a_reviewer_comments_on_a_block_and_approves_the_letter(
    site: Serving, browser: Browser, language: str, scheme: Literal["light", "dark"], width: int
) -> None:
    link = standing(site.app.database, site.app.workspace, "essai", secret=site.app.secret, now=1).review_link
    context = browser.new_context(
        locale=language, color_scheme=scheme, viewport={"width": width, "height": 900}
    )
    page = context.new_page()
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url))

    page.goto(link)
    expect(page.frame_locator(".letter").locator("body")).to_contain_text("Bonjour")
    part = page.locator(".part").nth(2)
    part.locator("summary").click()
    part.locator("textarea").fill(HOSTILE)
    part.locator("input[name=name]").fill("Anne")
    part.locator("button").click()
    expect(page.locator(".done").first).to_be_visible()
    page.locator(".part[open] a").first.click()
    page.locator("#name").press("Enter")  # the name is there already

    expect(page.locator(".done")).to_have_count(2)
    now = standing(site.app.database, site.app.workspace, "essai")
    rules = {"runOnly": ["wcag2a", "wcag2aa", "wcag21aa", "wcag22aa", "best-practice"]}
    assert [one["id"] for one in Axe().run(page, options=rules).response["violations"]] == []
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    assert [one.reviewer for one in now.approvals] == ["Anne"]
    assert [one.comment.block for one in now.remarks] == [2]
    assert "owned" not in page.title()
    assert all(url.startswith((site.url, "data:")) for url in asked)
    context.close()

"""How an issue begins and leaves the author's hands, in a real browser."""

from __future__ import annotations

import base64
import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, expect

from composer_desk import PICTURE, Composing, composing, workspace_in
from composer_window import Window, chromium, window_on
from newsletter_mailer.compose.load import load_issue
from newsletter_mailer.model.audience import Basis, NewSubscriber
from newsletter_mailer.store import audience

CODE = re.compile(r"^[0-9A-Z]{4}-[0-9A-Z]{4}$")
COMMAND = re.compile(r"^newsletter .*dispatch essai --list members$")
RULES = {"runOnly": ["wcag2a", "wcag2aa", "wcag21aa", "wcag22aa"]}
PASTED = """<h1>La lettre</h1><p onclick="document.title='owned'">Bonjour <b>à tous</b></p>
<script>document.title='owned'</script><img src="https://away.example.org/p.png" onerror="document.title='owned'">
<h2>Un atelier</h2><img src="{picture}" alt=""><p>Il ouvre lundi.</p><form><input></form><h2>La suite</h2><p>Mardi.</p>"""


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with chromium() as running:
        yield running


@pytest.fixture
def desk(tmp_path: Path) -> Iterator[Composing]:
    workspace_in(tmp_path)
    with composing(tmp_path) as running:
        yield running


@pytest.fixture
def window(browser: Browser, desk: Composing) -> Iterator[Window]:
    """On the page of all issues."""
    with window_on(browser, desk) as opened:
        opened.page.goto(f"{desk.base}/issues")
        expect(opened.page.locator(".gallery li")).to_have_count(1)
        yield opened


def wrong_with(window: Window) -> list[str]:
    """What axe-core finds, in light and dark."""
    found = []
    for scheme in ("light", "dark"):
        window.page.emulate_media(color_scheme=scheme)
        result = Axe().run(window.page, options=RULES).response
        found += [f"{scheme}: {each['id']} {each['nodes'][0]['target']}" for each in result["violations"]]
    window.page.emulate_media(color_scheme="light")
    return found


def paste(window: Window, html: str, words: str) -> None:
    """What a browser does for Ctrl+V of formatted text."""
    window.page.locator("#paste").evaluate(
        """(field, [html, words]) => {
            const data = new DataTransfer();
            data.setData("text/html", html);
            data.setData("text/plain", words);
            field.dispatchEvent(new ClipboardEvent("paste", { clipboardData: data, bubbles: true }));
            field.value = words;
        }""",
        [html, words],
    )
    window.page.wait_for_function(
        "() => new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done)))"
    )


def with_list(desk: Composing) -> None:
    with desk.app.database.transaction() as c:
        into = audience.add_list(c, "members", name="Members", basis=Basis.CONSENT, now=1, source="t")
        people = [NewSubscriber(f"{name}@example.org") for name in ("lea", "marc")]
        audience.import_rows(c, people, into=into, secret=desk.app.secret, source="t", now=1)


def test_issues_are_chosen_by_how_they_look(window: Window, desk: Composing) -> None:
    card = window.page.locator(".gallery li")

    mail = window.page.frame_locator(".thumb iframe")
    expect(mail.locator("body")).to_contain_text("Bonjour")
    expect(card).to_contain_text("La lettre d'essai")
    card.locator("a").click()

    expect(window.page).to_have_url(f"{desk.base}/issues/essai")


def test_a_new_issue_begins_like_the_last_one_by_the_keyboard_alone(window: Window, desk: Composing) -> None:
    window.page.get_by_role("button", name="Like the last one").focus()
    window.page.keyboard.press("Enter")
    window.page.keyboard.press("Enter")
    expect(window.page.locator("#new-wrong")).to_have_text("Give it a title")
    window.page.keyboard.type("Noël")
    window.field("Date of the issue").fill("2026-12-03")
    window.page.keyboard.press("Enter")

    expect(window.page).to_have_url(f"{desk.base}/issues/2026-12-noel")
    window.is_up_to_date()


def test_a_text_that_is_pasted_is_arranged_and_becomes_an_issue(window: Window, desk: Composing) -> None:
    picture = f"data:image/png;base64,{base64.b64encode(PICTURE.read_bytes()).decode()}"
    page = window.page
    page.get_by_role("button", name="From a text").click()
    paste(window, PASTED.replace("{picture}", picture), "La lettre Bonjour à tous")
    window.press("Read it")

    parts = page.locator(".part")
    expect(parts).to_have_count(3)
    expect(page.locator("#left-out-list li")).to_have_count(2)
    parts.nth(1).get_by_label("What the picture shows").fill("Des plantes qui poussent")
    page.get_by_role("button", name="Down: Un atelier").click()
    expect(parts.nth(2)).to_contain_text("Un atelier")
    expect(page.get_by_role("button", name="Up: Un atelier")).to_be_focused()
    page.get_by_role("checkbox", name="Keep: Text").uncheck()
    window.press("Make the issue of 2 parts")

    window.is_up_to_date()
    slug = page.url.rpartition("/")[2]
    made = load_issue(desk.app.workspace, desk.app.workspace.issues / slug / "issue.yaml").issue
    assert made.title == "La lettre"
    assert [block.type for block in made.blocks] == ["masthead", "article", "article", "footer"]
    assert made.blocks[2].picture.alt == "Des plantes qui poussent"  # type: ignore[union-attr]
    assert "owned" not in page.title()


def test_a_file_that_is_no_text_is_told_and_another_one_taken(window: Window) -> None:
    window.page.get_by_role("button", name="From a text").click()
    chooser = window.page.locator("#file")

    chooser.set_input_files({"name": "a.pdf", "mimeType": "application/pdf", "buffer": b"%PDF-1.7"})
    expect(window.page.locator("#text-wrong")).to_contain_text("PDF cannot be read here")
    window.complaints.clear()  # the browser itself notes each answer 422
    chooser.set_input_files({"name": "a.md", "mimeType": "text/markdown", "buffer": b"# Titre\n\nUn mot."})

    expect(window.page.locator("#text-name")).to_have_value("Titre")


def test_a_test_leaves_and_a_dispatch_is_planned(window: Window, desk: Composing) -> None:
    with_list(desk)
    page = window.page
    page.goto(f"{desk.base}/issues/essai")
    window.is_up_to_date()
    page.get_by_role("link", name="Test and hand over").click()
    expect(page.locator("#code")).to_have_text(CODE)

    page.get_by_role("checkbox", name="Members").check()
    window.press("Count and check")

    expect(page.locator("#total")).to_have_text("2 readers")
    expect(page.locator("#command")).to_have_value(COMMAND)
    expect(page.locator("#findings li").first).to_be_visible()


def test_axe_finds_nothing_on_the_pages_of_beginning_and_end(window: Window, desk: Composing) -> None:
    with_list(desk)
    page = window.page

    assert wrong_with(window) == []
    page.get_by_role("button", name="Like the last one").click()
    assert wrong_with(window) == []
    page.keyboard.press("Escape")
    page.get_by_role("button", name="From a text").click()
    assert wrong_with(window) == []
    page.locator("#file").set_input_files(
        {"name": "a.md", "mimeType": "text/markdown", "buffer": b"# T\n\nmot\n\n## U\n\n![a](b.png)\n\nmot"}
    )
    expect(page.locator(".part")).to_have_count(2)
    assert wrong_with(window) == []
    page.goto(f"{desk.base}/issues/essai/send")
    page.get_by_role("checkbox", name="Members").check()
    window.press("Count and check")
    expect(page.locator("#planned")).to_be_visible()
    assert wrong_with(window) == []


@pytest.mark.parametrize("width", [375, 820])
def test_nothing_stands_beside_a_narrow_screen(window: Window, desk: Composing, width: int) -> None:
    window.page.set_viewport_size({"width": width, "height": 800})

    for path in ("/issues", "/issues/essai/send"):
        window.page.goto(desk.base + path)
        expect(window.page.locator("h1")).to_be_visible()
        assert window.page.evaluate("document.documentElement.scrollWidth") <= width

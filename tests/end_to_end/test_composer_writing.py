"""A whole newsletter written in the composer, from nothing, with accidents on the way; and words that mean harm."""

from __future__ import annotations

import datetime as dt
import json
import re
import shutil
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, Locator, expect

from composer_desk import Composing, composing
from composer_window import Window, chromium, window_on
from golden.test_seed import CALENDAR, FIGURES, LEGAL, MASTHEAD, TILES, WEBSITE
from golden.wording_of import extra_words, read_page, seed_words
from newsletter_mailer.actions.new import new
from newsletter_mailer.config import load_workspace
from newsletter_mailer.yamlio.reader import read

ISSUES = Path(__file__).parents[2] / "issues"
SEED = ISSUES / "2021-07-coorace-occitanie"
EVERY_BLOCK = ISSUES / "exemple-tous-les-blocs"
WORDY = frozenset(
    {
        *(
            "title",
            "subject",
            "preheader",
            "tagline",
            "number",
            "text",
            "kicker",
            "caption",
            "credit",
            "alt",
            "label",
        ),
        *("subtitle", "name", "role", "place", "value", "reason", "organisation", "terms", "website_label"),
    }
)
WORDS = Path(__file__).parents[1] / "golden" / "coorace-occitanie-2021.txt"
TODAY = dt.date(2026, 11, 2)
OF_THE_ACCIDENTS = re.compile(r"ERR_INTERNET_DISCONNECTED|ERR_NETWORK|409|400")
HOSTILE = """<img src=x onerror="document.title='owned'"><script>document.title="owned"</script>"""


def data(path: Path) -> Any:
    """The file as it is now."""
    return read(path.read_bytes(), path.name).data


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with chromium() as running:
        yield running


@pytest.fixture
def desk(tmp_path: Path) -> Iterator[Composing]:
    shutil.copy(ISSUES.parent / "newsletter.yaml", tmp_path)
    new(load_workspace(tmp_path, {}), "essai", copy_of=None, today=TODAY, new_id="essai-2026-11")
    with composing(tmp_path) as running:
        yield running


@pytest.fixture
def window(browser: Browser, desk: Composing) -> Iterator[Window]:
    with window_on(browser, desk) as opened:
        yield opened


class Author:
    """Somebody who has a newsletter in mind, and writes it into the form field by field."""

    def __init__(self, window: Window) -> None:
        self.window = window
        self.page = window.page
        form = self.page.evaluate("() => fetch('/api/form').then(answer => answer.json())")
        self.labels = {
            (part, field["name"]): field["label"]
            for part, fields in form["parts"].items()
            for field in fields
        }

    def head(self, wanted: Mapping[str, Any]) -> None:
        """The envelope."""
        kept = {name: value for name, value in wanted.items() if name not in ("id", "blocks")}
        self.part(self.page.locator("#head-fields > .part"), kept)

    def block(self, wanted: Mapping[str, Any]) -> Locator:
        """One more block before the foot; its card."""
        place = self.window.blocks.count() - 1
        self.page.locator("#add-block").click()
        self.page.locator(f".menu [data-type={wanted['type']}]").click()
        expect(self.window.blocks).to_have_count(place + 2)
        card = self.window.blocks.nth(place)
        self.card(card, {name: value for name, value in wanted.items() if name != "type"})
        return card

    def card(self, card: Locator, wanted: Mapping[str, Any]) -> None:
        """What a card holds."""
        head = card.locator(":scope > .line > .head")
        if head.get_attribute("aria-expanded") == "false":
            head.click()
        self.part(card.locator(":scope > .body > .part"), wanted)

    def part(self, part: Locator, wanted: Mapping[str, Any]) -> None:
        for name, value in wanted.items():
            row = part.locator(f":scope > .fields > [data-field={name}]")
            if not row.count():
                label = self.labels[part.get_attribute("data-part") or "", name]
                part.locator(":scope > .more").get_by_text(label, exact=True).click()
            self.field(row, value)

    def field(self, row: Locator, value: Any) -> None:
        if isinstance(value, dict):
            self.part(row.locator(":scope > .part"), value)
        elif isinstance(value, list):
            self.items(row, value)
        elif row.locator("input[type=file]").count():
            row.locator("input[type=file]").set_input_files(SEED / value)
            expect(row.locator(".file-name")).to_have_text(Path(value).name)
        elif row.locator("input[type=checkbox]").count():
            row.locator("input[type=checkbox]").set_checked(value)
        elif row.locator("select").count():
            row.locator("select").select_option(value)
        else:
            row.locator("textarea, input").first.fill(str(getattr(value, "written", value)).strip())

    def items(self, row: Locator, wanted: list[Any]) -> None:
        cards = row.locator(":scope > ol > li")
        for place, value in enumerate(wanted):
            if cards.count() == place:
                row.locator(":scope > button.add").click()
            self.card(cards.nth(place), value)


def as_typed(value: Any) -> Any:
    """What an author means, however it is written: no line ends inside a paragraph, dates and numbers as words."""
    if isinstance(value, dict):
        return {key: as_typed(inner) for key, inner in value.items()}
    if isinstance(value, list):
        return [as_typed(inner) for inner in value]
    text = str(getattr(value, "written", value))
    return [" ".join(paragraph.split()) for paragraph in text.split("\n\n") if paragraph.strip()]


def test_the_newsletter_of_2021_is_written_from_nothing_whatever_happens_on_the_way(
    window: Window, desk: Composing
) -> None:
    author, seed = Author(window), data(SEED / "issue.yaml")
    while window.blocks.count() > 1:  # the skeleton's own, but for the foot
        taken_away(window, 0)

    author.head(seed)
    for block in seed["blocks"][:-1]:
        if block["type"] == "figures":
            with_a_broken_line(author, block)
        else:
            author.block(block)
        if block["type"] == "heading":
            a_block_too_many_comes_and_goes(author)
            another_program_writes_the_same_line(window, desk)
    window.is_saved()

    assert as_typed(data(desk.file)) == as_typed({**seed, "id": "essai-2026-11"})
    assert "# another program was here" in desk.file.read_text("utf-8")
    ours = (*MASTHEAD, *FIGURES, WEBSITE, *TILES, CALENDAR, *LEGAL)
    mail = desk.ask("/issues/essai/html", {"Cookie": desk.cookie()}).text
    assert extra_words(read_page(mail).words, seed_words(WORDS.read_text("utf-8")), ours)
    window.complaints[:] = [said for said in window.complaints if not OF_THE_ACCIDENTS.search(said)]


def taken_away(window: Window, place: int) -> None:
    """A block is deleted."""
    count, card = window.blocks.count(), window.blocks.nth(place)
    card.hover()
    card.locator(":scope > .line").get_by_role("button", name="Delete").click()
    expect(window.blocks).to_have_count(count - 1)


def with_a_broken_line(author: Author, block: Mapping[str, Any]) -> None:
    """Written while nobody answers, and saved when the line is back."""
    state = author.page.locator("#state")
    author.page.context.set_offline(True)
    author.block(block)
    expect(state).to_have_attribute("data-state", "wrong")
    author.page.context.set_offline(False)
    author.window.is_saved()


def a_block_too_many_comes_and_goes(author: Author) -> None:
    """Written, moved up, deleted, brought back by undo, and deleted for good."""
    window = author.window
    count = window.blocks.count()
    card = author.block({"type": "text", "text": "Un bloc de trop."})
    card.locator(":scope > .line > .head").press("Alt+ArrowUp")
    expect(window.blocks.nth(count - 2)).to_have_attribute("data-type", "text")
    window.is_saved()  # what is written without a pause is one step to undo
    taken_away(window, count - 2)
    window.is_saved()
    author.page.locator("#undo").click()
    expect(window.blocks).to_have_count(count + 1)
    taken_away(window, count - 2)
    window.is_saved()


def another_program_writes_the_same_line(window: Window, desk: Composing) -> None:
    """It writes the title, with a comment, while the author does: asked, the author keeps both."""
    title = window.page.locator("#head-fields [data-field=title] textarea")
    wanted = title.input_value()
    window.page.context.set_offline(True)
    title.fill(f"{wanted} !")
    text = desk.file.read_text("utf-8")
    line = next(line for line in text.split("\n") if line.startswith("title:"))
    desk.file.write_text(text.replace(line, "title: Autre # another program was here"), encoding="utf-8")
    window.page.context.set_offline(False)
    window.page.get_by_role("dialog").locator("[data-choice=both]").click()
    window.is_saved()
    title.fill(wanted)
    window.is_saved()


def harmful(value: Any, name: str = "") -> Any:
    """The same issue with words that mean harm wherever words may stand; names, links and choices stay."""
    if isinstance(value, dict):
        return {key: harmful(inner, key) for key, inner in value.items()}
    if isinstance(value, list):
        return [harmful(inner, name) for inner in value]
    return HOSTILE if name in WORDY else value


def test_words_that_mean_harm_are_words_in_every_field_of_every_block(
    window: Window, desk: Composing
) -> None:
    shutil.copytree(EVERY_BLOCK, desk.file.parent, dirs_exist_ok=True)
    wanted = harmful(data(EVERY_BLOCK / "issue.yaml")) | {"id": "essai-2026-11"}
    desk.file.write_text(
        json.dumps(wanted, ensure_ascii=False, default=str), encoding="utf-8"
    )  # JSON is YAML
    expect(window.blocks).to_have_count(len(wanted["blocks"]))
    expect(window.mail.locator("body")).to_contain_text("onerror")

    for place in range(len(wanted["blocks"])):
        window.block(place)
    closed = window.page.locator("#blocks .head[aria-expanded=false]")
    while closed.count():
        closed.first.click()
    for view in ("Telephone", "Plain text", "Read aloud", "In Gmail", "Source", "Computer"):
        window.press(view)
    subject = window.field("Subject")
    subject.fill(f"{HOSTILE} encore")
    window.is_saved()

    expect(window.page.locator("#subject")).to_contain_text("encore")
    assert "owned" not in window.page.title()
    assert window.page.locator("#writing script, #writing img[src=x], #spoken script").count() == 0
    assert window.mail.locator("script, img[src=x]").count() == 0
    assert data(desk.file)["subject"] == f"{HOSTILE} encore"

"""Nothing that is written in the composer is lost: a broken line, a closed window, another program, a stopped composer."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, expect, sync_playwright

from composer_desk import Composing, composing, workspace_in

CHROMIUM = Path("/usr/bin/chromium")
SOON_MS = 60_000  # a guard against a hang
expect.set_options(timeout=SOON_MS)

OPEN = """async () => {
  const { open } = await import("/static/draft.js");
  globalThis.draft = await open("essai");
  globalThis.told = [];
  for (const name of ["saved", "failed", "conflict", "replaced"]) {
    draft.addEventListener(name, ({ detail }) => told.push({ name, ...detail }));
  }
}"""

TYPES_DURING_UNDO = """() => {
  const asked = fetch;
  globalThis.fetch = (address, what) => {
    if (address.endsWith("/undo")) draft.edit({ op: "set", path: ["subject"], value: "Deux" });
    return asked(address, what);
  };
}"""


TYPES_ALL_DAY = """() => {
  for (let number = 0; number < 2000; number += 1) {
    draft.edit({ op: "set", path: ["title"], value: `Un ${number}` });
    draft.edit({ op: "set", path: ["subject"], value: `Deux ${number}` });
    if (number % 40 === 0) draft.edit({ op: "insert", path: ["blocks", 1], value: { type: "divider" } });
  }
}"""


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    if not CHROMIUM.exists() and os.environ.get("CI") != "1":
        pytest.skip(f"no browser at {CHROMIUM}")
    with sync_playwright() as playwright:
        running = playwright.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox", "--disable-gpu"])
        yield running
        running.close()


@dataclass
class Window:
    """A window of the browser in which the page's own script has the issue open, without the page around it."""

    desk: Composing
    context: BrowserContext
    page: Page = field(init=False)

    def open(self) -> Window:
        self.page = self.context.new_page()
        self.context.request.get(self.desk.url)  # lets this browser in
        self.page.goto(f"{self.desk.base}/static/mark.svg")
        self.page.evaluate(OPEN)
        return self

    def write(self, path: list[str | int], value: Any) -> None:
        self.page.evaluate("([path, value]) => draft.edit({ op: 'set', path, value })", [path, value])

    def ask(self, expression: str) -> Any:
        return self.page.evaluate(expression)

    def until(self, expression: str) -> Any:
        """Wait until it is true, and give it."""
        return self.page.wait_for_function(expression, timeout=SOON_MS).json_value()

    def settled(self) -> None:
        self.until("() => draft.settled && draft.state.kind === 'saved'")


@pytest.fixture
def desk(tmp_path: Path) -> Iterator[Composing]:
    workspace_in(tmp_path)
    with composing(tmp_path) as running:
        yield running


@pytest.fixture
def opened(browser: Browser, desk: Composing) -> Iterator[Callable[[], Window]]:
    """Windows of one browser, which keeps what it kept between them."""
    context = browser.new_context()
    yield lambda: Window(desk, context).open()
    context.close()


def subject(desk: Composing) -> str:
    lines = desk.file.read_text(encoding="utf-8").split("\n")
    return next(line for line in lines if line.startswith("subject:")).removeprefix("subject: ")


def test_typing_is_saved_after_a_pause_and_many_keys_are_one_save(
    opened: Callable[[], Window], desk: Composing
) -> None:
    window = opened()

    for end in range(1, 12):
        window.write(["subject"], "Bonne année"[:end])
    window.settled()

    assert subject(desk) == "Bonne année"
    assert len(window.ask("told.filter(({ name }) => name === 'saved')")) == 1
    assert window.ask("Object.keys(localStorage).length") == 0


def test_a_broken_line_keeps_what_is_written_and_saves_it_when_it_is_back(
    opened: Callable[[], Window], desk: Composing
) -> None:
    window = opened()
    window.context.set_offline(True)
    window.write(["subject"], "Hors ligne")
    window.until("() => draft.state.kind === 'failed'")
    window.write(["title"], "Hors ligne aussi")

    offline = window.ask("draft.state.offline")
    window.context.set_offline(False)
    window.settled()

    assert offline
    assert subject(desk) == "Hors ligne"
    assert "title: Hors ligne aussi\n" in desk.file.read_text(encoding="utf-8")


def test_a_reply_that_never_came_does_not_write_twice(opened: Callable[[], Window], desk: Composing) -> None:
    window = opened()
    lost: list[str] = []

    def lose_the_reply(route: Any) -> None:
        if not lost:
            lost.append(route.fetch().text())
            route.abort()
        else:
            route.continue_()

    window.page.route("**/edits", lose_the_reply)
    window.ask("draft.edit({ op: 'insert', path: ['blocks', 1], value: { type: 'divider' } })")
    window.until("() => draft.state.kind === 'failed'")
    window.settled()

    assert lost
    assert desk.file.read_text(encoding="utf-8").count("type: divider") == 1


def test_the_last_words_of_a_closed_window_are_saved(opened: Callable[[], Window], desk: Composing) -> None:
    window = opened()
    window.write(["subject"], "Avant de partir")
    window.page.close()

    again = opened()

    assert again.ask("draft.data.subject") == "Avant de partir"
    assert subject(desk) == "Avant de partir"


def test_what_a_closed_window_could_not_save_the_next_one_saves(
    opened: Callable[[], Window], desk: Composing
) -> None:
    window = opened()
    window.context.set_offline(True)
    window.write(["subject"], "Perdu ?")
    window.until("() => draft.state.kind === 'failed'")
    window.page.close(run_before_unload=False)
    window.context.set_offline(False)

    again = opened()
    again.settled()

    assert subject(desk) == '"Perdu ?"' or subject(desk) == "Perdu ?"
    assert again.ask("draft.data.subject") == "Perdu ?"
    assert again.ask("Object.keys(localStorage).length") == 0


def test_a_composer_that_was_stopped_and_started_again_takes_what_was_kept(
    browser: Browser, tmp_path: Path
) -> None:
    workspace_in(tmp_path)
    context = browser.new_context()
    with ExitStack() as first:
        desk = first.enter_context(composing(tmp_path))
        window = Window(desk, context).open()
        port = desk.port
        window.write(["title"], "Avant")
        window.settled()
        window.page.route("**/edits", lambda route: route.abort())  # nobody answers any more
        window.write(["subject"], "Après l'arrêt")
        window.until("() => draft.state.kind === 'failed'")

    with composing(tmp_path, port=port) as again:
        later = Window(again, context).open()  # the old window is still open beside it
        window.page.unroute("**/edits")
        window.ask("draft.flush()")
        window.settled()

        assert subject(again) == "Après l'arrêt"
        later.until('() => draft.look().then(() => draft.data.subject === "Après l\'arrêt")')
    context.close()


def test_two_windows_write_one_issue_together(opened: Callable[[], Window], desk: Composing) -> None:
    one, other = opened(), opened()

    one.ask("draft.edit({ op: 'insert', path: ['blocks', 1], value: { type: 'divider' } })")
    one.settled()
    other.write(["blocks", 1, "alt"], "Un champ")
    other.settled()
    one.ask("draft.look()")

    kinds = "draft.data.blocks.map(({ type, alt }) => alt ?? type)"
    assert one.ask(kinds) == other.ask(kinds) == ["masthead", "divider", "Un champ", "text", "footer"]


def test_a_save_of_another_program_comes_quietly_when_nothing_waits(
    opened: Callable[[], Window], desk: Composing
) -> None:
    window = opened()
    desk.edit("Des nouvelles de novembre", "Lui")

    window.ask("draft.look()")

    assert window.ask("draft.data.subject") == "Lui"
    assert [each["forced"] for each in window.ask("told") if each["name"] == "replaced"] == [False]


@pytest.mark.parametrize(("choice", "written"), [("mine", "Moi"), ("disk", "Lui"), ("both", "Moi")])
def test_when_both_changed_the_same_the_author_chooses_and_may_change_their_mind(
    opened: Callable[[], Window], desk: Composing, choice: str, written: str
) -> None:
    window = opened()
    window.context.set_offline(True)
    window.write(["subject"], "Moi")
    desk.edit("Des nouvelles de novembre", "Lui")
    desk.edit("La lettre d'essai", "Son titre")
    window.context.set_offline(False)
    window.until("() => draft.conflict")

    theirs = window.ask("draft.conflict.data.subject")
    window.ask(f"draft.resolve('{choice}')")
    window.settled()

    assert theirs == "Lui"
    assert subject(desk) == written
    assert window.ask("draft.data.title") == ("La lettre d'essai" if choice == "mine" else "Son titre")
    assert window.ask("draft.history().then((steps) => steps.length)") >= 3


def test_undo_redo_and_an_earlier_state(opened: Callable[[], Window], desk: Composing) -> None:
    window = opened()
    window.write(["subject"], "Un")
    window.ask("draft.flush()")
    window.write(["title"], "Deux")

    window.ask("draft.undo()")
    undone = window.ask("[draft.data.subject, draft.data.title, draft.canUndo, draft.canRedo]")
    window.ask("draft.redo()")
    redone = window.ask("[draft.data.subject, draft.data.title, draft.canUndo, draft.canRedo]")
    window.ask("draft.history().then((steps) => draft.restore(steps.at(-1).at))")

    assert undone == ["Un", "La lettre d'essai", True, True]
    assert redone == ["Un", "Deux", True, False]
    assert subject(desk) == "Des nouvelles de novembre"


def test_what_is_typed_while_a_step_is_taken_back_stays(
    opened: Callable[[], Window], desk: Composing
) -> None:
    window = opened()
    window.write(["title"], "Un")
    window.settled()

    window.ask(TYPES_DURING_UNDO)
    window.ask("draft.undo()")
    window.ask("draft.flush()")
    window.settled()

    assert subject(desk) == "Deux"
    assert window.ask("[draft.data.title, draft.data.subject]") == ["La lettre d'essai", "Deux"]


def test_a_file_that_cannot_be_read_keeps_what_is_written_until_it_can(
    opened: Callable[[], Window], desk: Composing
) -> None:
    window = opened()
    desk.edit("blocks:", "blocks: [")
    window.write(["subject"], "Moi")
    window.until("() => draft.state.kind === 'failed'")

    why = window.ask("draft.state.what")
    desk.edit("blocks: [", "blocks:")
    window.ask("draft.flush()")
    window.settled()

    assert "bracket" in why
    assert subject(desk) == "Moi"


def test_what_the_file_can_never_take_is_shown_and_the_rest_goes_on(
    opened: Callable[[], Window], desk: Composing
) -> None:
    desk.edit("title: La lettre d'essai", "? title\n: La lettre d'essai")  # no way to write beside it
    window = opened()
    window.write(["subject"], "Moi")
    window.ask("draft.edit({ op: 'remove', path: ['title'] })")
    window.until("() => draft.conflict")

    why = window.ask("draft.conflict.refused.what")
    window.ask("draft.resolve('both')")
    window.settled()

    assert "cannot be written" in why
    assert subject(desk) == "Moi"
    assert "? title\n" in desk.file.read_text(encoding="utf-8")


def test_what_an_earlier_window_wrote_is_on_the_page_once_it_is_saved(
    opened: Callable[[], Window], desk: Composing
) -> None:
    window = opened()
    window.context.set_offline(True)
    window.write(["subject"], "Moi")
    window.until("() => draft.state.kind === 'failed'")
    window.page.close(run_before_unload=False)
    window.context.set_offline(False)
    desk.edit("blocks:", "blocks: [")

    again = opened()
    desk.edit("blocks: [", "blocks:")
    again.ask("draft.flush()")
    again.settled()

    assert subject(desk) == "Moi"
    assert again.ask("draft.data.subject") == "Moi"


def test_a_long_day_without_a_line_is_saved_when_it_is_back(
    opened: Callable[[], Window], desk: Composing
) -> None:
    window = opened()
    window.context.set_offline(True)
    window.ask(TYPES_ALL_DAY)
    window.until("() => draft.state.kind === 'failed'")
    window.context.set_offline(False)
    window.ask("draft.flush()")
    window.settled()

    assert subject(desk) == "Deux 1999"
    assert window.ask("[draft.data.title, draft.data.blocks.length]") == ["Un 1999", 54]
    assert desk.file.read_text(encoding="utf-8").count("type: divider") == 50

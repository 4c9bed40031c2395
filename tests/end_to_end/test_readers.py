"""The readers' pages in a real browser, from the form to the letter that a real dispatch sent them."""

from __future__ import annotations

import os
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from email import message_from_bytes, policy
from pathlib import Path
from typing import Literal
from urllib.parse import urlsplit

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, BrowserContext, Page, expect, sync_playwright

from dispatch_kit import SECRET
from newsletter_mailer.model.audience import NewSubscriber
from newsletter_mailer.store import audience
from program import AnyPort, Newsletter, Postbox
from public_pages import THEN, Serving, serving, with_list

CHROMIUM = Path("/usr/bin/chromium")
QUIET = (
    "--no-sandbox",
    "--disable-gpu",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
)
AA = {
    "runOnly": {
        "type": "tag",
        "values": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"],
    }
}
LEA, MARC = "lea@example.org", "marc@example.org"
ISSUE = """\
id: lettre-2026-11
title: La lettre de novembre
subject: Des nouvelles de novembre
preheader: Trois rendez-vous et un atelier.
date: 2026-11-02
language: fr
blocks:
  - type: masthead
    title: La lettre
  - type: text
    text: |
      Bonjour {{ subscriber.first_name or "à toutes et à tous" }}, voici la lettre.
  - type: agenda
    title: À venir
    groups:
      - entries:
          - { title: Assemblée générale, date: 2026-12-12, time: 18h, place: Toulouse }
  - type: footer
"""


@dataclass
class World:
    """A workspace whose letter went to Léa and Marc, and its pages at work."""

    pages: Serving
    postbox: Postbox
    program: Newsletter

    def mails_to(self, address: str) -> list[str]:
        """The texts of the mails to that address, the newest first."""
        mails = [
            message_from_bytes(raw, policy=policy.default)
            for to, raw in self.postbox.received
            if to == address
        ]
        bodies = [mail.get_body(("plain",)) for mail in reversed(mails)]
        return [str(body.get_content()) for body in bodies if body is not None]

    def link(self, address: str, page: str) -> str:
        """The newest link to that address whose path begins so."""
        found = re.search(rf"http://\S+/{page}/[0-9a-f]+", "\n".join(self.mails_to(address)))
        assert found
        return found.group()


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    postbox = Postbox()
    server = AnyPort(postbox, hostname="127.0.0.1", port=0)
    server.start()
    folder = tmp_path_factory.mktemp("readers")
    more = "privacy: { ask_tracking: true }\nserve: { asks_per_hour: 100 }"
    try:
        with serving(folder, smtp=server.port, base="/lettres", more=more) as pages:
            with_list(
                pages, "lettre", [MARC], name="La Lettre du réseau", purpose="Chaque mois, la vie du réseau."
            )
            with_list(pages, "dates", [], name="Les Dates", purpose="Un rappel avant chaque rendez-vous.")
            _import(pages, NewSubscriber(LEA, first_name="Léa"))
            program = Newsletter(folder, server.port)
            program.issue("2026-11", ISSUE)
            program.run("dispatch", "2026-11", "--list", "lettre", "--yes", "--expect", "2")
            yield World(pages, postbox, program)
    finally:
        server.stop()


def _import(pages: Serving, *people: NewSubscriber) -> None:
    with pages.app.database.transaction() as c:
        into = audience.find_list(c, "lettre")
        assert into
        audience.import_rows(c, list(people), into=into, secret=SECRET, source="test", now=THEN)


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    if not CHROMIUM.exists() and os.environ.get("CI") != "1":
        pytest.skip(f"no browser at {CHROMIUM}")
    with sync_playwright() as playwright:
        running = playwright.chromium.launch(executable_path=CHROMIUM, args=list(QUIET))
        yield running
        running.close()


@dataclass
class Visit:
    """A reader's window, and what it asked for."""

    page: Page
    addresses: list[str] = field(default_factory=list)
    complaints: list[str] = field(default_factory=list)

    def press(self, name: str) -> None:
        self.page.get_by_role("button", name=name, exact=True).click()


def visit(context: BrowserContext) -> Visit:
    opened = Visit(context.new_page())
    opened.page.on("request", lambda request: opened.addresses.append(request.url))
    opened.page.on("console", lambda said: opened.complaints.append(said.text))
    return opened


def asked_for(seen: Visit) -> list[str]:
    """What was asked for over a network."""
    return [address for address in seen.addresses if not address.startswith("data:")]


@pytest.fixture
def reader(browser: Browser) -> Iterator[Visit]:
    """A reader without JavaScript, whose browser speaks English."""
    context = browser.new_context(locale="en-GB", java_script_enabled=False)
    yield visit(context)
    context.close()


def test_a_reader_subscribes_confirms_and_chooses_without_a_script(
    world: World, reader: Visit, wait_until: Callable[[Callable[[], bool]], None]
) -> None:
    pages, page = world.pages, reader.page

    page.goto(f"{pages.url}/subscribe")
    page.get_by_label("Your e-mail address").fill("zoe@example")
    reader.press("Subscribe")
    expect(page.get_by_text("This is not an e-mail address")).to_be_visible()
    expect(page.get_by_text("Choose at least one letter.")).to_be_visible()
    page.get_by_label("Your e-mail address").fill("zoe@example.org")
    page.get_by_label("First name").fill("Zoé")
    page.get_by_label("La Lettre du réseau").check()
    reader.press("Subscribe")
    expect(page.get_by_role("heading", level=1)).to_have_text("Look into your mailbox")
    wait_until(lambda: "zoe@example.org" in world.postbox.addresses)
    assert pages.status_of("zoe@example.org") == {}

    page.goto(world.link("zoe@example.org", "c"))
    assert pages.status_of("zoe@example.org") == {}
    reader.press("Yes, subscribe me")
    expect(page.get_by_role("heading", level=1)).to_have_text("You are subscribed")
    assert pages.status_of("zoe@example.org") == {"lettre": "confirmed"}

    page.get_by_role("link", name="See and change my choices").click()
    expect(page.get_by_label("La Lettre du réseau")).to_be_checked()
    page.get_by_label("La Lettre du réseau").uncheck()
    page.get_by_label("Les Dates").check()
    page.get_by_label("Français").check()
    reader.press("Save my choices")
    expect(page.get_by_role("status")).to_be_visible()
    assert pages.status_of("zoe@example.org") == {"lettre": "unsubscribed", "dates": "confirmed"}
    assert {urlsplit(address).netloc for address in asked_for(reader)} == {urlsplit(pages.url).netloc}
    assert [said for said in reader.complaints if "422" not in said] == []  # the form with mistakes


def test_a_reader_looks_at_the_letter_again_takes_their_data_and_leaves_by_its_link(
    world: World, reader: Visit, wait_until: Callable[[Callable[[], bool]], None]
) -> None:
    page, leave = reader.page, world.link(LEA, "u")

    page.goto(world.link(LEA, "v"))
    expect(page.get_by_text("Bonjour Léa, voici la lettre.")).to_be_visible()
    expect(page.get_by_role("link", name="Choisir ce que je reçois")).to_have_count(0)  # others may see it
    page.goto(world.link(LEA, "p"))
    reader.press("Download my data")
    expect(page.get_by_role("heading", level=1)).to_have_text("Look into your mailbox")
    wait_until(lambda: len(world.mails_to(LEA)) == 2)
    page.goto(world.link(LEA, "p"))
    with page.expect_download() as download:
        reader.press("Download my data")
    assert LEA in download.value.path().read_text(encoding="utf-8")
    page.goto(leave)
    assert world.pages.status_of(LEA) == {"lettre": "confirmed"}
    reader.press("Unsubscribe")

    expect(page.get_by_role("heading", level=1)).to_have_text("You are unsubscribed")
    assert world.pages.status_of(LEA) == {"lettre": "unsubscribed"}
    assert reader.complaints == []


def test_a_reader_is_erased_after_a_second_yes(world: World, reader: Visit) -> None:
    gone = "gone@example.org"
    _import(world.pages, NewSubscriber(gone))
    [(number,)] = world.pages.rows("SELECT id FROM subscribers WHERE mailbox = :a", a=gone)

    reader.page.goto(f"{world.pages.url}/p/{world.pages.token('person', number)}")
    reader.press("Erase my data")
    assert gone in world.pages.everything()
    reader.press("Erase my data")

    expect(reader.page.get_by_role("heading", level=1)).to_have_text("Your data are erased")
    assert gone not in world.pages.everything()


def test_programs_that_follow_every_link_of_a_letter_change_nothing(world: World) -> None:
    raw = next(raw for to, raw in world.postbox.received if to == MARC)
    message = message_from_bytes(raw, policy=policy.default)
    parts = [message.get_body((kind,)) for kind in ("plain", "html")]
    said = "".join(str(part.get_content()) for part in parts if part) + str(message["List-Unsubscribe"])
    ours = {link for link in re.findall(r"https?://[^\s\"'<>]+", said) if link.startswith(world.pages.url)}
    before = world.pages.everything()

    for link in ours:
        for method in ("GET", "HEAD", "GET"):
            assert world.pages.ask(urlsplit(link).path.removeprefix("/lettres"), method).status == 200

    assert {urlsplit(link).path.split("/")[2] for link in ours} == {"u", "p", "v"}
    assert world.pages.everything() == before


@pytest.mark.parametrize(("language", "scheme", "width"), [("fr", "light", 1280), ("en", "dark", 375)])
def test_axe_finds_nothing_on_any_page(
    world: World, browser: Browser, language: str, scheme: Literal["light", "dark"], width: int
) -> None:
    pages, marc = world.pages, world.link(MARC, "p").removeprefix(world.pages.url)
    context = browser.new_context(
        locale=language, color_scheme=scheme, viewport={"width": width, "height": 900}
    )
    seen = visit(context)
    looked: list[str] = []
    found: dict[str, list[tuple[str, list[str]]]] = {}

    def look(name: str, *more: str) -> None:
        rules = {"runOnly": {"type": "tag", "values": [*AA, *more]}}
        result = Axe().run(seen.page, options=rules).response
        looked.append(name)
        wrong = [(one["id"], [node["html"][:120] for node in one["nodes"]]) for one in result["violations"]]
        found.update({name: wrong} if wrong else {})

    [(number,)] = pages.rows("SELECT id FROM subscribers WHERE mailbox = :a", a=MARC)
    measuring = f"/m/{pages.token('measure', number)}"
    asked = (
        "/subscribe",
        "/subscribe/form",
        "/c/x",
        "/u/x",
        marc,
        "/p/x",
        measuring,
        "/l/1/1",
        "/nothing",
        "/",
    )
    for path in asked:
        seen.page.goto(f"{pages.url}{path}")
        look(path, "best-practice")
    for path in (
        "/2026-11/",
        world.link(MARC, "v").removeprefix(pages.url),
    ):  # mails, whose landmarks are a mail's
        seen.page.goto(f"{pages.url}{path}")
        look(path)
    own = f"/p/{pages.token('person', number)}"
    own_forms = ((marc, "save"), (marc, "erase"), (own, "erase"), (measuring, "yes"), (measuring, "no"))
    forms = (("/subscribe", ""), ("/u/x", ""), ("/c/x", ""), *own_forms)
    for path, press in forms:
        seen.page.goto(f"{pages.url}{path}")
        seen.page.locator(f"button[value={press}]" if press else "form button").click()
        look(f"{path} pressed {press}", "best-practice")
    context.close()

    assert found == {}
    assert len(looked) == 20
    assert {urlsplit(address).netloc for address in asked_for(seen)} == {urlsplit(pages.url).netloc}


def test_the_archive_shows_the_letter_with_its_feed_and_calendar(world: World, reader: Visit) -> None:
    page, pages = reader.page, world.pages

    page.goto(f"{pages.url}/")
    page.get_by_role("link", name="La lettre de novembre").first.click()

    expect(page.get_by_text("Bonjour à toutes et à tous, voici la lettre.")).to_be_visible()
    assert page.url == f"{pages.url}/2026-11/"
    feed, calendar = pages.ask("/feed.atom"), pages.ask("/calendar.ics")
    assert f"{pages.url}/2026-11/" in feed.text
    assert "Assemblée générale" in calendar.text.replace("\r\n ", "")
    assert feed.headers["content-type"].startswith("application/atom+xml")
    assert calendar.headers["content-type"].startswith("text/calendar")
    assert pages.ask("/feed.atom", headers={"If-None-Match": feed.headers["etag"]}).status == 304
    assert pages.ask("/2026-11").headers["location"] == "/lettres/2026-11/"
    assert reader.complaints == []


def test_serve_runs_as_a_program_until_it_is_told_to_stop(world: World) -> None:
    running = world.program.start("serve", "--port", "0")
    assert running.stdout
    address = running.stdout.readline().strip()
    port = urlsplit(address).port or 0
    other = Serving(world.pages.app, port, "/lettres")

    health, look = other.ask("/health"), other.ask("/subscribe")
    running.terminate()
    said = running.communicate(timeout=60)[1]

    assert world.pages.app.database.ledger_id in health.text
    assert look.status == 200
    assert running.returncode in (0, -15)
    assert "127.0.0.1" not in said.replace(world.pages.url, "")
    assert "Traceback" not in said

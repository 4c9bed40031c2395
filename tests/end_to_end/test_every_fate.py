"""A campaign in which readers meet every fate, and its report: what it says is what the ledger and the server know.

The gate has 2,000 readers; READERS=10000 has more (`make soak`).
"""

from __future__ import annotations

import os
import re
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Literal

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Page

from composer_window import chromium
from every_fate import FATES, HOUSES, TEAM, WALL, World, fate_of, world
from newsletter_mailer.actions.report import Report, report, verify, write_page
from newsletter_mailer.model.campaign import CampaignState
from newsletter_mailer.model.report import Why
from newsletter_mailer.smtp.sandbox.log import BREACH, entries
from newsletter_mailer.wording import in_language

READERS = int(os.environ.get("READERS", "2000"))
NOBODY_GOT_IT = {"gone", "full", "spam", "odd", "stubborn", "dropped", "left", "wall"}
BY_FATE = {  # what the ledger says of them in the end; all others were sent it
    "gone": {"refused"},
    "full": {"refused"},
    "spam": {"refused"},
    "odd": {"refused"},
    "stubborn": {"refused"},
    "lost": {"in_doubt"},
    "dropped": {"in_doubt"},
    "left": {"skipped"},
    "wall": {"refused", "cancelled"},
}
BACK = "SELECT count(DISTINCT delivery_id) FROM bounces WHERE campaign_id = :c AND kind = "


@pytest.fixture(scope="module")
def met(tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    with world(tmp_path_factory.mktemp("fates"), READERS) as made:
        yield made


@pytest.fixture(scope="module")
def told(met: World) -> Report:
    return report(met.site.app.database, met.campaign, now=met.clock.now)


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with chromium() as running:
        yield running


def test_everybody_met_their_fate_and_the_server_knows_the_same(met: World) -> None:
    statuses, has = met.statuses(), met.has

    ends = {address: BY_FATE.get(fate_of(address), {"sent"}) for address in statuses}
    assert {address: status for address, status in statuses.items() if status not in ends[address]} == {}
    assert {fate_of(address) for address in statuses} == {*FATES, "fine"}
    assert {address for address, count in has.items() if count > 1} == set()
    assert has.keys() == {address for address in statuses if fate_of(address) not in NOBODY_GOT_IT}
    assert [entry for entry in entries(met.log) if entry.kind == BREACH] == []
    assert met.campaign.state is CampaignState.CANCELLED
    assert met.site.troubles == []


def test_the_reports_numbers_are_those_of_the_ledger_and_of_the_servers_log(met: World, told: Report) -> None:
    statuses, has = met.statuses(), met.has
    counts = Counter(statuses.values())
    houses = Counter((address.partition("@")[2], status) for address, status in statuses.items())

    assert {name: getattr(told.campaign.counts, name) for name in counts} == counts
    assert told.campaign.counts.total == READERS
    assert told.campaign.counts.sent == sum(has.values()) - len(met.with_fate("lost"))
    assert told.returned_readers == met.count(f"{BACK} 'bounce'") == len(met.with_fate("back", "heavy"))
    assert told.complaints == met.count(f"{BACK} 'complaint'") == len(met.with_fate("angry"))
    assert told.notices == met.count(f"{BACK} 'delayed'") == len(met.with_fate("slow"))
    assert told.left == len(met.with_fate("left", "bored"))
    assert told.reached == counts["sent"] - told.returned_readers
    for row in told.domains:
        assert {name: getattr(row.counts, name) for name in counts} == {
            name: houses[row.domain, name] for name in counts
        }
    assert {row.domain for row in told.domains} == {*(f"{house}.example" for house in HOUSES), WALL}
    attempts = met.count("SELECT count(*) FROM attempts")
    assert sum(one.total for one in told.tries) == attempts
    assert sum(b.accepted + b.deferred + b.refused + b.open for b in told.timeline.beats) == attempts
    assert sum(beat.accepted for beat in told.timeline.beats) == counts["sent"]


def test_who_did_not_get_it_is_told_by_reason(met: World, told: Report) -> None:
    number = {fate: len(met.with_fate(fate)) for fate in FATES}
    called_off = met.count("SELECT count(*) FROM deliveries WHERE campaign_id = :c AND status = 'cancelled'")

    assert dict(told.missed) == {
        Why.GONE: number["gone"] + number["back"],
        Why.FULL: number["full"] + number["heavy"],
        Why.FILTERED: number["spam"] + number["wall"] - called_off,
        Why.AWAY: number["odd"],
        Why.GAVE_UP: number["stubborn"],
        Why.IN_DOUBT: number["lost"] + number["dropped"],
        Why.LEFT: number["left"],
        Why.CANCELLED: called_off,
    }
    assert sum(told.missed.values()) == READERS - told.reached


def test_organisations_are_reached_by_anyone_of_them(met: World, told: Report) -> None:
    came_back = {*met.with_fate("back", "heavy")}
    sent = {address for address, status in met.statuses().items() if status == "sent"} - came_back
    teams = {reader.organisation for reader in met.readers if reader.address in sent}

    assert told.reach.reached == len(teams)
    assert told.reach.total == -(-READERS // TEAM)


def test_the_receipt_is_made_again_from_the_ledger(met: World, told: Report) -> None:
    database = met.site.app.database

    assert verify(database, met.campaign, told.receipt, now=met.clock.now).holds


@pytest.mark.parametrize(
    ("scheme", "width", "media"),
    [("light", 1280, "screen"), ("dark", 1280, "screen"), ("dark", 375, "screen"), ("light", 794, "print")],
)
def test_the_page_shows_the_same_numbers_in_every_light(
    met: World,
    told: Report,
    browser: Browser,
    scheme: Literal["light", "dark"],
    width: int,
    media: Literal["screen", "print"],
) -> None:
    context = browser.new_context(locale="en", color_scheme=scheme, viewport={"width": width, "height": 1000})
    page = context.new_page()
    asked: list[str] = []
    page.goto(f"{met.site.url}/officer/in/{met.door.new_link(now=met.clock.now)}")
    page.locator("button").click()
    page.emulate_media(media=media)
    page.on("request", lambda request: asked.append(request.url))

    page.goto(f"{met.site.url}/officer/campaigns/{met.campaign.id}/report")

    counts = told.campaign.counts
    facts = _numbers(page, "header dl div dd")
    assert facts[0] == told.reached
    assert facts[1] == counts.total - told.reached
    assert {counts.in_doubt, told.complaints, told.left} <= {*facts}
    domains = _table(page, "#domains")
    for row in told.domains:
        assert {row.counts.total, row.reached, row.returned, row.counts.refused} <= {*domains[row.domain]}
    attempts = _table(page, "#attempts")
    assert [sum(attempts[str(one.number)]) for one in told.tries] == [one.total for one in told.tries]
    assert _numbers(page, "#missed h3 small") == [*told.missed.values()]
    assert len(asked) == 1  # the page alone: it fetches nothing
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    assert Axe().run(page).response["violations"] == []
    context.close()


def test_the_page_prints_on_paper(met: World, told: Report, tmp_path: Path) -> None:
    with in_language("fr"):
        write_page(met.site.app.database, told, met.site.app.workspace, tmp_path / "bilan.pdf")

    made = (tmp_path / "bilan.pdf").read_bytes()
    sheets = re.findall(rb"/MediaBox \[0 0 ([\d.]+) ([\d.]+)\]", made)
    assert made.startswith(b"%PDF")
    assert {(round(float(width)), round(float(height))) for width, height in sheets} == {(595, 842)}  # A4
    assert (tmp_path / "bilan.pdf").stat().st_mode & 0o777 == 0o600


def _numbers(page: Page, where: str) -> list[int]:
    """The first number of each of these places."""
    return [_number(text) for text in page.locator(where).all_inner_texts()]


def _table(page: Page, section: str) -> dict[str, list[int]]:
    """A row's name, and its numbers; shares and empty cells are passed over."""
    rows = page.locator(f"{section} tbody tr").all_inner_texts()
    cells = [[cell.strip() for cell in row.split("\t")] for row in rows]
    return {name: [_number(cell) for cell in rest if cell and "%" not in cell] for name, *rest in cells}


def _number(text: str) -> int:
    found = re.match(r"[\d,]+", text.strip())
    assert found is not None, text
    return int(found[0].replace(",", ""))

"""The page of a report: complete, readable by everyone, fetching nothing, and private."""

from __future__ import annotations

import csv
import json
import re
import shutil
import xml.etree.ElementTree as ET
from collections.abc import Iterator
from html import unescape
from pathlib import Path

import pytest

from composer_window import chromium
from newsletter_mailer.actions.report import as_html, report, write_page, write_tables
from newsletter_mailer.actions.report.charts import Kind, Series, chart
from newsletter_mailer.actions.report.words import share
from newsletter_mailer.checks.chromium import find_chromium
from newsletter_mailer.errors import UsageError
from newsletter_mailer.message.following import links_of
from newsletter_mailer.model.audience import NewSubscriber
from newsletter_mailer.model.bounce import Category
from newsletter_mailer.model.campaign import Campaign
from newsletter_mailer.model.machines import RULES
from newsletter_mailer.store import links
from newsletter_mailer.wording import in_language
from report_kit import DAY, NOON, SMALL, Season, eventful, fate_of, people, season

LATER = NOON + 8 * DAY
EVIL = '=cmd|"/c calc"!A1 <script>alert(1)</script>'


@pytest.fixture
def office(tmp_path: Path) -> Iterator[Season]:
    with season(tmp_path) as opened:
        yield opened


def counted(office: Season) -> Campaign:
    """A campaign that met every fate, and whose first link was followed."""
    campaign = eventful(office)
    with office.database.transaction() as c:
        links.keep(c, campaign.edition, links_of(SMALL))
        c.exec_driver_sql("UPDATE campaigns SET clicks = 1")
        c.exec_driver_sql(
            "INSERT INTO link_counts SELECT 1, id, '2026-11-01', 7, 4 FROM links WHERE number = 1"
        )
    return campaign


def page_of(office: Season, campaign: Campaign) -> str:
    return as_html(report(office.database, campaign, now=LATER), office.workspace)


def test_everyone_who_was_not_reached_is_named_with_the_servers_words(office: Season) -> None:
    page = page_of(office, eventful(office))

    for address in ("gone1@two.example", "back@three.example", "spam1@two.example", "lost1@two.example"):
        assert address in page
    assert "554 5.7.1 message rejected by our filter" in page
    assert "05 11" in page


def test_the_page_fetches_nothing_and_runs_nothing(office: Season) -> None:
    page = page_of(office, counted(office))

    assert "default-src 'none'" in page
    assert re.findall(r'(?:src|href|srcset|action|poster)="(?!data:)[^"]*"', page) == []
    assert "url(" not in page
    assert [tag for tag in re.findall(r"<script[^>]*>", page) if "application/json" not in tag] == []


def test_what_readers_and_servers_wrote_is_never_markup(office: Season) -> None:
    office.on_list(NewSubscriber("gone9@two.example", EVIL, EVIL, organisation=EVIL))
    campaign = eventful(office)
    office.comes_back(campaign, "bob@one.example", Category.FULL, words=EVIL)

    page = page_of(office, campaign)

    assert "alert(1)" in page
    assert "<script>alert" not in page


def test_every_chart_has_its_numbers_beside_it_as_a_table(office: Season) -> None:
    page = page_of(office, counted(office))

    for section in re.findall(r"<section.*?</section>", page, re.DOTALL):
        assert section.count("<svg") <= section.count("<table")
    assert page.count("<svg") >= 5
    assert page.count("<svg") == page.count('role="img" aria-label="')


def test_the_letter_shows_its_clicks_and_leads_nowhere(office: Season) -> None:
    page = page_of(office, counted(office))

    letter = page.partition('<template shadowrootmode="open">')[2].partition("</template>")[0]
    assert '<b class="nl-clicks nl-heat-4">7</b>' in letter
    assert '<b class="nl-clicks nl-heat-0">0</b>' in letter
    assert "href" not in letter


def test_a_letter_without_colours_of_its_own_is_read_in_the_dark(office: Season, tmp_path: Path) -> None:
    write_page(
        office.database,
        report(office.database, counted(office), now=LATER),
        office.workspace,
        tmp_path / "r.html",
    )

    with chromium() as browser:
        page = browser.new_page(color_scheme="dark")
        page.goto((tmp_path / "r.html").as_uri())
        drawn = page.evaluate(
            "getComputedStyle(document.querySelector('.letter').shadowRoot.querySelector('p')).color"
        )

    assert drawn == "rgb(0, 0, 0)"


def test_the_rules_by_which_machines_are_told_are_printed_where_links_are_counted(office: Season) -> None:
    campaign = eventful(office)
    plain = page_of(office, campaign)
    counting = page_of(office, counted_again(office))

    rules = [str(told.says) for told in RULES.values()]
    assert all(rule in unescape(counting) for rule in rules)
    assert not any(rule in unescape(plain) for rule in rules)


def counted_again(office: Season) -> Campaign:
    office.change("UPDATE campaigns SET clicks = 1")
    with office.database.reading() as c:
        from newsletter_mailer.store import campaigns

        found = campaigns.campaign(c, 1)
    assert found is not None
    return found


def test_the_page_speaks_the_language_now_spoken(office: Season) -> None:
    campaign = eventful(office)

    with in_language("fr"):
        page = page_of(office, campaign)

    assert '<html lang="fr">' in page
    assert "1er novembre 2026" in page


def test_page_and_tables_can_be_read_by_their_owner_alone(office: Season, tmp_path: Path) -> None:
    made = report(office.database, counted(office), now=LATER)

    write_page(office.database, made, office.workspace, tmp_path / "report.html")
    write_tables(office.database, made, "csv", tmp_path / "csv")
    write_tables(office.database, made, "jsonl", tmp_path / "jsonl")
    write_tables(office.database, made, "xlsx", tmp_path / "report.xlsx")

    files = [
        tmp_path / "report.html",
        tmp_path / "report.xlsx",
        *(tmp_path / "csv").iterdir(),
        *(tmp_path / "jsonl").iterdir(),
    ]
    assert len(files) == 24
    assert {file.stat().st_mode & 0o777 for file in files} == {0o600}


def test_every_recipient_stands_in_the_tables_once(office: Season, tmp_path: Path) -> None:
    made = report(office.database, eventful(office), now=LATER)

    write_tables(office.database, made, "csv", tmp_path / "csv")
    write_tables(office.database, made, "jsonl", tmp_path / "jsonl")

    with (tmp_path / "csv" / "recipients.csv").open(encoding="utf-8-sig", newline="") as file:
        from_csv = [row["address"] for row in csv.DictReader(file, delimiter=";")]
    lines = (tmp_path / "jsonl" / "recipients.jsonl").read_text(encoding="utf-8").splitlines()
    assert from_csv == [json.loads(line)["address"] for line in lines]
    assert sorted(from_csv) == sorted({one.address for one in people()} - {"dead@three.example"})


def test_a_spreadsheet_finds_no_formula_in_a_table(office: Season, tmp_path: Path) -> None:
    from openpyxl import load_workbook

    office.on_list(NewSubscriber("gone9@two.example", organisation=EVIL))
    made = report(office.database, eventful(office), now=LATER)

    write_tables(office.database, made, "csv", tmp_path)
    write_tables(office.database, made, "xlsx", tmp_path / "t.xlsx")

    assert "'=cmd" in (tmp_path / "to_telephone.csv").read_text(encoding="utf-8")
    book = load_workbook(tmp_path / "t.xlsx")
    cells = [cell for row in book["to_telephone"].iter_rows() for cell in row]
    assert f"'{EVIL}" in [cell.value for cell in cells]
    assert "f" not in {cell.data_type for cell in cells}
    assert ("planned", 12) in list(book["summary"].iter_rows(values_only=True))


def test_another_ending_is_refused_in_words(office: Season, tmp_path: Path) -> None:
    made = report(office.database, eventful(office), now=LATER)

    with pytest.raises(UsageError, match=r"ends in \.html or \.pdf"):
        write_page(office.database, made, office.workspace, tmp_path / "report.doc")


def test_a_pdf_is_printed_on_a4(office: Season, tmp_path: Path) -> None:
    if not any(map(shutil.which, ("chromium", "google-chrome"))):
        pytest.skip("no Chromium")
    assert find_chromium()
    made = report(office.database, eventful(office), now=LATER)

    write_page(office.database, made, office.workspace, tmp_path / "report.pdf")

    raw = (tmp_path / "report.pdf").read_bytes()
    assert raw.startswith(b"%PDF-")
    assert re.search(rb"/MediaBox \[0 0 59[45][.\d]* 84[12]", raw)


def test_a_campaign_of_which_nothing_left_has_a_page(office: Season) -> None:
    office.on_list(*people())

    page = page_of(office, office.plan())

    assert "Not sent yet" in page


@pytest.mark.parametrize(
    ("part", "whole", "said"),
    [(0, 0, ""), (0, 5, "0%"), (1, 3, "33.3%"), (5, 5, "100%"), (9999, 10000, "99.9%"), (1, 9999, "0.1%")],
)
def test_a_share_never_says_all_or_nothing_of_what_is_neither(part: int, whole: int, said: str) -> None:
    assert share(part, whole) == said


@pytest.mark.parametrize("kind", list(Kind))
@pytest.mark.parametrize("values", [[1], [0, 3], [7, 0, 123456789], [5] * 24])
def test_a_chart_draws_each_number_in_its_proportion(kind: Kind, values: list[int]) -> None:
    labels = [f"<{number}> & co" for number in range(len(values))]

    drawn = chart(kind, labels, [Series("sent", "sent", values)], name="what it shows")

    root = ET.fromstring(drawn)
    side = "width" if kind is Kind.BARS else "height"
    bars = [
        float(rect.get(side, "0")) for rect in root.iter("rect") if rect.get("class", "").startswith("rect")
    ]
    lengths = bars[::-1] if kind is Kind.BARS else bars
    assert len(lengths) == len(values)
    largest = max(zip(values, lengths, strict=True))
    assert [round(length / largest[1], 2) for length in lengths] == [round(v / largest[0], 2) for v in values]
    assert "<script" not in drawn
    assert "style" not in drawn


def test_nothing_is_drawn_of_nothing() -> None:
    assert chart(Kind.COLUMNS, ["a"], [Series("sent", "sent", [0])], name="x") == ""
    assert chart(Kind.COLUMNS, [], [], name="x") == ""


def test_the_clock_of_the_course_is_that_of_the_office(office: Season) -> None:
    office.on_list(*people())
    campaign = office.plan()
    office.run(campaign, fate_of)

    page = page_of(office, campaign)

    assert "November 1, 2026, 13:00" in page  # noon UTC, in Paris


def test_those_who_agreed_are_told_of_where_links_are_not_counted_for_all(office: Season) -> None:
    campaign = eventful(office)
    office.change("UPDATE campaigns SET measured = 1")

    page = page_of(office, campaign)

    assert "Recipients who agreed to be measured" in page
    assert "nobody knows who clicked" not in page
    assert unescape(page).count("Links are not counted in this issue") == 1

"""What the readers' pages and their files are called, and that nothing is told twice."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from public_pages import Serving, serving, with_list

ANN = "ann@example.org"


@pytest.fixture
def pages(tmp_path: Path) -> Iterator[Serving]:
    with serving(tmp_path) as running:
        with_list(running, "lettre", [ANN], name="La Lettre")
        yield running


def title_of(html: str) -> str:
    found = re.search("<title>(.*)</title>", html)
    assert found
    return found[1]


def page_of_ann(pages: Serving) -> str:
    [(number,)] = pages.rows("SELECT id FROM subscribers WHERE mailbox = :a", a=ANN)
    return f"/p/{pages.token('person', number)}"


@pytest.mark.parametrize(("language", "name"), [("fr", "mes-donnees.json"), ("en", "my-data.json")])
def test_the_file_of_ones_data_is_named_in_the_language_of_the_page(
    pages: Serving, language: str, name: str
) -> None:
    answer = pages.send(f"{page_of_ann(pages)}?lang={language}", do="export")

    assert answer.headers["content-disposition"] == f'attachment; filename="{name}"'


def test_who_stops_everything_is_told_so_once_and_how_to_come_back(pages: Serving) -> None:
    page = f"{page_of_ann(pages)}?lang=en"

    at_once, later = pages.send(page, do="stop").text, pages.ask(page).text
    kept = pages.send(page, do="save", language="en").text

    assert "You get no more mail from us. Choose a letter and save" in at_once
    assert "You have asked for no mail at all" not in at_once
    assert "You have asked for no mail at all. Choose a letter and save" in later
    assert "Your choices are saved." in kept
    assert "You have asked for no mail at all" in kept


def test_a_title_names_the_association_once(pages: Serving) -> None:
    one_list = title_of(pages.ask("/subscribe?lang=en").text)
    with_list(pages, "dates", [], name="Les Dates")

    several = title_of(pages.ask("/subscribe?lang=en").text)

    assert one_list == "Subscribe to “La Lettre” – Réseau Exemple"
    assert several == "Receive the letters of Réseau Exemple"

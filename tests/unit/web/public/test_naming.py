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


def test_a_title_names_the_association_once(pages: Serving) -> None:
    one_list = title_of(pages.ask("/subscribe?lang=en").text)
    with_list(pages, "dates", [], name="Les Dates")

    several = title_of(pages.ask("/subscribe?lang=en").text)

    assert one_list == "Subscribe to “La Lettre” – Réseau Exemple"
    assert several == "Receive the letters of Réseau Exemple"

"""The reference says what the code says: its pages are made from it."""

from __future__ import annotations

import pytest

import reference


@pytest.mark.parametrize("name", reference.pages())
def test_a_page_of_the_reference_is_what_the_code_says(name: str) -> None:
    written = (reference.DOCS / name).read_text(encoding="utf-8")

    assert written == reference.pages()[name], "make reference"


def test_no_page_is_left_over() -> None:
    kept = {f"reference/{path.name}" for path in (reference.DOCS / "reference").iterdir()}

    assert kept == set(reference.pages())

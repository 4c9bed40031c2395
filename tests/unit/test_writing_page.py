"""The examples of the writing guide are blocks that the program takes, and the guide forgets no kind of block."""

from __future__ import annotations

import re
from pathlib import Path
from typing import get_args

import pytest

from newsletter_mailer.model.blocks import AnyBlock
from newsletter_mailer.model.issue import Issue
from newsletter_mailer.yamlio.problems import validate
from newsletter_mailer.yamlio.reader import read

DOCS = Path(__file__).parents[2] / "docs"
PAGES = sorted(page for page in (DOCS / "writing.md", DOCS / "fr" / "ecrire.md") if page.exists())
EXAMPLE = re.compile(r"^```yaml\n(.*?)^```", re.MULTILINE | re.DOTALL)
HEAD = "id: example-2026\ntitle: T\nsubject: S\ndate: 2026-12-03\n"
KINDS = [get_args(kind.model_fields["type"].annotation)[0] for kind in get_args(get_args(AnyBlock)[0])]


def examples(page: Path) -> list[str]:
    return EXAMPLE.findall(page.read_text(encoding="utf-8"))


def whole(example: str) -> str:
    """An issue that holds the example: a block, the head, or a part of the head."""
    footer = "  - type: footer\n"
    if example.startswith("- type: footer"):
        return f"{HEAD}blocks:\n{indented(example)}"
    if example.startswith("- "):
        return f"{HEAD}blocks:\n{indented(example)}{footer}"
    head = "" if example.startswith("id:") else HEAD
    return f"{head}{example}blocks:\n{footer}"


def indented(text: str) -> str:
    return "".join(f"  {line}" for line in text.splitlines(keepends=True))


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_every_example_is_taken_as_it_stands(page: Path) -> None:
    for example in examples(page):
        _, problems = validate(read(whole(example).encode(), page.name), Issue)

        assert [str(problem) for problem in problems] == [], example


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_no_kind_of_block_is_forgotten(page: Path) -> None:
    shown = {kind for kind in KINDS for example in examples(page) if f"- type: {kind}\n" in example}

    assert set(KINDS) - shown == set()


def test_every_kind_of_block_has_its_picture() -> None:
    page = (DOCS / "writing.md").read_text(encoding="utf-8")

    assert [kind for kind in KINDS if f"(pictures/blocks/{kind}.png)" not in page] == []

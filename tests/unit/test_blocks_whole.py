"""A kind of block is its model and what shows it: whoever adds one is told here what is still missing, and where."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from typing import get_args

import pytest

import newsletter_mailer
from newsletter_mailer.model.blocks import AnyBlock

REPOSITORY = Path(__file__).parents[2]
COMPOSER = Path(newsletter_mailer.__file__).parent / "web" / "composer"
KINDS = sorted(get_args(kind.model_fields["type"].annotation)[0] for kind in get_args(get_args(AnyBlock)[0]))


def places(kind: str) -> Iterator[tuple[Path, str]]:
    """Every file that must hold something for this kind of block, and what it must hold; "" where being there is all."""
    blocks = REPOSITORY / "templates" / "default" / "blocks"
    yield blocks / f"{kind}.mjml", ""
    yield blocks / f"{kind}.txt", ""
    yield REPOSITORY / "issues" / "exemple-tous-les-blocs" / "issue.yaml", f"  - type: {kind}\n"
    yield COMPOSER / "labels" / "en.yaml", f"\n  {kind}: {{ label: "
    yield COMPOSER / "labels" / "fr.yaml", f"\n  {kind}: {{ label: "
    yield COMPOSER / "static" / "blocks.svg", f'<symbol id="{kind}"'
    docs = REPOSITORY / "docs"
    yield docs / "writing.md", f"\n- type: {kind}\n"
    yield docs / "writing.md", f"(pictures/blocks/{kind}.png)"
    yield docs / "fr" / "ecrire.md", f"\n- type: {kind}\n"
    yield docs / "pictures" / "blocks" / f"{kind}.png", ""


def missing(kind: str) -> list[str]:
    """What is missing, each with its file."""
    return [
        f"{path.relative_to(REPOSITORY)}: {held.strip() or 'the file'}"
        for path, held in places(kind)
        if not path.exists() or (held and held not in path.read_text(encoding="utf-8"))
    ]


@pytest.mark.parametrize("kind", KINDS)
def test_a_kind_of_block_has_all_that_belongs_to_it(kind: str) -> None:
    assert missing(kind) == [], "docs/new-block.md goes through them one by one"


def test_what_a_new_kind_of_block_lacks_is_named_with_its_place() -> None:
    lacking = missing("unheard")

    assert len(lacking) == len(list(places("unheard")))
    assert "templates/default/blocks/unheard.mjml: the file" in lacking
    assert 'src/newsletter_mailer/web/composer/static/blocks.svg: <symbol id="unheard"' in lacking


def test_nothing_is_left_of_a_kind_of_block_that_is_gone() -> None:
    dressed = {path.stem for path in REPOSITORY.glob("templates/*/blocks/*.*")}
    shown = {path.stem for path in REPOSITORY.glob("docs/pictures/blocks/*.png")}
    drawn = set(
        re.findall(r'<symbol id="(\w+)"', (COMPOSER / "static" / "blocks.svg").read_text(encoding="utf-8"))
    )

    assert dressed | shown | drawn == set(KINDS)


def test_the_guide_to_a_new_block_names_every_place() -> None:
    guide = (REPOSITORY / "docs" / "new-block.md").read_text(encoding="utf-8")

    for path, _ in places("<type>"):
        assert str(path.relative_to(REPOSITORY)) in guide

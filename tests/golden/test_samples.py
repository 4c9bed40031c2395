"""The sample issues show everything an author may write, and their pictures are fit for a mail."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from PIL import Image as Pillow

from newsletter_mailer.compose.load import LoadedIssue, load_issue
from newsletter_mailer.config import Workspace, load_workspace
from newsletter_mailer.model import blocks
from newsletter_mailer.model.blocks import Block
from newsletter_mailer.model.issue import Issue
from newsletter_mailer.model.part import Part

REPOSITORY = Path(__file__).parents[2]
SAMPLES = ("2021-07-coorace-occitanie", "exemple-tous-les-blocs")
SOURCES = REPOSITORY / "docs" / "illustrations"
HEAVIEST_PICTURE = 60_000  # bytes: nine of them still make a mail under half a megabyte


@pytest.fixture(scope="module")
def workspace() -> Workspace:
    return load_workspace(REPOSITORY, environment={})


def load(workspace: Workspace, sample: str) -> LoadedIssue:
    return load_issue(workspace, REPOSITORY / "issues" / sample / "issue.yaml")


def parts(value: Any) -> Iterator[Part]:
    """Every part of an issue, however deep."""
    if isinstance(value, Part):
        yield value
        for name in type(value).model_fields:
            yield from parts(getattr(value, name))
    elif isinstance(value, tuple):
        for item in value:
            yield from parts(item)


def written(issue: Issue) -> set[tuple[str, str]]:
    """Class and field of all that an author set; an inherited field counts for the class that declares it."""
    return {
        (owner.__name__, name)
        for part in parts(issue)
        for owner in type(part).__mro__
        for name in part.model_fields_set
        if name in vars(owner).get("__annotations__", {})
    }


def everything() -> set[tuple[str, str]]:
    """Class and field of everything that an author may set in a block or attach."""
    return {(kind.__name__, name) for kind in kinds(Part) for name in vars(kind).get("__annotations__", {})}


def kinds(of: type[Part]) -> Iterator[type[Part]]:
    """Every kind of part, however deep, but for the issue as a whole."""
    for kind in of.__subclasses__():
        if kind is not Issue:
            yield kind
            yield from kinds(kind)


def test_the_longer_sample_uses_every_block_and_every_option(workspace: Workspace) -> None:
    issue = load(workspace, "exemple-tous-les-blocs").issue

    assert everything() - written(issue) == set()


def test_the_longer_sample_shows_every_picture_position_and_both_kinds_of_condition(
    workspace: Workspace,
) -> None:
    issue = load(workspace, "exemple-tous-les-blocs").issue

    positions = {block.picture_position for block in issue.blocks if isinstance(block, blocks.Article)}
    conditions = {block.when for block in parts(issue) if isinstance(block, Block) and block.when}
    assert positions == {"top", "left", "right"}
    assert {condition.partition(".")[0] for condition in conditions} == {"subscriber", "links"}


def test_the_longer_sample_leads_nowhere_but_to_example_org() -> None:
    text = (REPOSITORY / "issues" / "exemple-tous-les-blocs" / "issue.yaml").read_text("utf-8")

    hosts = re.findall(r"(?:https?://|mailto:[^@\s]*@)([\w.-]+)", text)
    assert hosts
    assert {".".join(host.split(".")[-2:]) for host in hosts} == {"example.org"}


@pytest.mark.parametrize("sample", SAMPLES)
def test_the_preheader_fills_the_inbox_line(workspace: Workspace, sample: str) -> None:
    preheader = load(workspace, sample).issue.preheader

    assert preheader is not None
    assert 40 <= len(preheader) <= 90


@pytest.mark.parametrize("sample", SAMPLES)
def test_logos_stand_on_the_margin_of_the_text(workspace: Workspace, sample: str) -> None:
    loaded = load(workspace, sample)
    mastheads = [block for block in loaded.issue.blocks if isinstance(block, blocks.Masthead)]

    for logo in (logo for head in mastheads for logo in (head.logo, head.logo_dark) if logo):
        with Pillow.open(loaded.folder / logo.src) as picture:
            seen = picture.convert("RGBA").getchannel("A").getbbox()
            assert seen == (0, 0, *picture.size), logo.src


@pytest.mark.parametrize("sample", SAMPLES)
def test_every_picture_is_used_light_and_sharp_enough(workspace: Workspace, sample: str) -> None:
    loaded = load(workspace, sample)
    used = {part.src for part in parts(loaded.issue) if isinstance(part, blocks.Picture)}
    present = {path.relative_to(loaded.folder).as_posix(): path for path in loaded.folder.glob("pictures/*")}

    assert used == set(present)
    for path in present.values():
        with Pillow.open(path) as picture:
            assert picture.width in {240, 360, 1200}, path
        assert path.stat().st_size <= HEAVIEST_PICTURE, path
        assert (SOURCES / f"{path.stem}.svg").is_file(), path

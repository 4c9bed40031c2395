"""The preview knows where each block begins; what is mailed does not."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from newsletter_mailer.actions import preview
from newsletter_mailer.compose.load import load_issue
from newsletter_mailer.compose.pipeline import compose
from newsletter_mailer.config import Workspace, load_workspace
from newsletter_mailer.message.slots import sample_subscriber

REPOSITORY = Path(__file__).parents[3]
GOOD = ("2021-07-coorace-occitanie", "exemple-tous-les-blocs")
THEMES = ("default", "lumiere")


@pytest.fixture(scope="module")
def here() -> Workspace:
    return load_workspace(REPOSITORY, environment={})


def themed(workspace: Workspace, theme: str) -> Workspace:
    return replace(workspace, settings=workspace.settings.model_copy(update={"theme": theme}))


@pytest.mark.parametrize("theme", THEMES)
@pytest.mark.parametrize("slug", GOOD)
def test_without_its_landmarks_a_proof_is_the_edition_that_is_mailed(
    here: Workspace, slug: str, theme: str
) -> None:
    workspace = themed(here, theme)
    path = workspace.issues / slug / "issue.yaml"

    proof = preview.proof(workspace, path)

    assert proof.edition == compose(load_issue(workspace, path), workspace).edition


@pytest.mark.parametrize("theme", THEMES)
def test_a_landmark_stands_before_every_block_that_the_reader_gets(here: Workspace, theme: str) -> None:
    workspace = themed(here, theme)
    path = workspace.issues / GOOD[0] / "issue.yaml"
    shown = preview.proof(workspace, path).shown
    assert shown is not None

    seen = preview.preview(shown, workspace, reader=sample_subscriber("fr"), now=0, new_id="a1")

    blocks = len(load_issue(workspace, path).issue.blocks)
    assert [seen.html.count(f"<!--block {number}-->") for number in range(blocks + 1)] == [1] * blocks + [0]
    assert "<!--block" not in seen.mail_html
    assert "<!--block" not in seen.clipped_html

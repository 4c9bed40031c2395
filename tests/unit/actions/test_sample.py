"""The sample issue of a new workspace speaks the language of its officer, and is a good one."""

from __future__ import annotations

import secrets
from pathlib import Path
from typing import get_args

import pytest

from newsletter_mailer.actions.check import look
from newsletter_mailer.actions.init import Answers, init
from newsletter_mailer.compose.load import find_issue, load_issue
from newsletter_mailer.config import load_workspace
from newsletter_mailer.model.blocks import AnyBlock
from newsletter_mailer.model.finding import Level

NOW = 1_796_000_000_000  # 29 November 2026
KINDS = {get_args(kind.model_fields["type"].annotation)[0] for kind in get_args(get_args(AnyBlock)[0])}


@pytest.mark.parametrize(
    ("language", "slug"), [("fr", "exemple-tous-les-blocs"), ("en", "sample-every-block")]
)
def test_the_sample_has_every_block_in_the_officers_language_and_no_error(
    tmp_path: Path, language: str, slug: str
) -> None:
    made = init(tmp_path, Answers(), language=language)
    workspace = load_workspace(tmp_path, {})
    path = find_issue(workspace, made.issue)

    issue = load_issue(workspace, path).issue
    sheet = look(workspace, path, database=None, lists=(), now=NOW, new_id=secrets.token_hex(4))

    assert (made.issue, issue.language) == (slug, language)
    assert {block.type for block in issue.blocks} == KINDS
    assert [str(placed) for placed in sheet.findings if placed.finding.level is Level.ERROR] == []

"""Every theme dresses every block: whoever changes `theme:` finds the same letter, whole, and nothing to mend."""

from __future__ import annotations

import re
from functools import cache
from pathlib import Path
from typing import get_args

import pytest
from lxml import html as lxml_html

from composing import EVERY_BLOCK, REPOSITORY, SEED, Mail, composed, mail
from issue_files import workspace_at
from newsletter_mailer.actions.check import look
from newsletter_mailer.compose.load import LoadedIssue, load_issue
from newsletter_mailer.compose.pipeline import Composition, compose
from newsletter_mailer.compose.theme import load_labels, load_tokens
from newsletter_mailer.config import Workspace, load_workspace
from newsletter_mailer.model.blocks import AnyBlock
from newsletter_mailer.model.finding import Level

TEMPLATES = REPOSITORY / "templates"
THEMES = sorted(path.parent.name for path in TEMPLATES.glob("*/tokens.yaml"))
KINDS = sorted(get_args(kind.model_fields["type"].annotation)[0] for kind in get_args(get_args(AnyBlock)[0]))
SAMPLES = [SEED, EVERY_BLOCK]
BEFORE_ALL = 1_600_000_000_000  # 2020: nothing of the samples is past


def dressed(theme: str) -> Workspace:
    """The repository's own workspace in that theme."""
    return load_workspace(REPOSITORY, environment={"NEWSLETTER_THEME": theme})


@cache
def sample(theme: str, slug: str) -> tuple[LoadedIssue, Composition]:
    loaded = load_issue(dressed(theme), REPOSITORY / "issues" / slug / "issue.yaml")
    return loaded, compose(loaded, dressed(theme))


def letter(theme: str, slug: str) -> Mail:
    return mail(sample(theme, slug)[1])


def words(page: str) -> list[str]:
    """The words of the body in alphabetical order: themes may set them elsewhere."""
    body = lxml_html.document_fromstring(page).body
    for dated in body.xpath('.//*[@aria-hidden="true"]'):
        dated.drop_tree()
    return sorted(re.findall(r"\w+", " ".join(body.itertext())))


def test_there_is_more_than_one_theme() -> None:
    assert {"default", "lumiere"} <= set(THEMES)


@pytest.mark.parametrize("theme", THEMES)
def test_a_theme_is_nothing_but_templates_tokens_and_words(theme: str) -> None:
    kinds = {path.suffix for path in (TEMPLATES / theme).rglob("*") if path.is_file()}

    assert kinds <= {".mjml", ".txt", ".css", ".yaml", ".html"}
    assert load_tokens(dressed(theme))
    assert load_labels(dressed(theme), "fr").keys() == load_labels(dressed(theme), "en").keys()


@pytest.mark.parametrize("kind", KINDS)
def test_the_sample_shows_every_kind_of_block(kind: str) -> None:
    blocks = sample("default", EVERY_BLOCK)[0].issue.blocks

    assert kind in {block.type for block in blocks}


@pytest.mark.parametrize("slug", SAMPLES)
@pytest.mark.parametrize("theme", THEMES)
def test_every_theme_says_the_same_words(theme: str, slug: str) -> None:
    first, other = letter("default", slug), letter(theme, slug)

    assert words(other.html) == words(first.html)
    assert other.text == first.text
    assert other.subject == first.subject


@pytest.mark.parametrize("slug", SAMPLES)
@pytest.mark.parametrize("theme", THEMES)
def test_every_theme_shows_every_picture(theme: str, slug: str) -> None:
    loaded, composition = sample(theme, slug)
    names = {picture.filename.rpartition(".")[0] for picture in composition.edition.pictures}

    assert names == {path.stem for path in loaded.folder.glob("pictures/*")}


@pytest.mark.parametrize("slug", SAMPLES)
@pytest.mark.parametrize("theme", THEMES)
def test_the_control_sheet_has_no_error_in_any_theme(theme: str, slug: str) -> None:
    path = REPOSITORY / "issues" / slug / "issue.yaml"

    sheet = look(dressed(theme), path, database=None, lists=(), now=BEFORE_ALL, new_id="a1")

    assert [str(placed) for placed in sheet.findings if placed.level is Level.ERROR] == []


def test_two_roles_of_one_colour_keep_all_their_rules(tmp_path: Path) -> None:
    workspace = workspace_at(tmp_path / "lettres")
    tokens = workspace.root / "templates" / "default" / "tokens.yaml"
    tokens.parent.mkdir(parents=True)
    same = load_tokens(workspace).dark.on_band
    tokens.write_text(f'dark: {{ title: "{same}" }}\n', encoding="utf-8")

    page = mail(composed(workspace, "  - { type: masthead, title: Lettre }\n")).html

    night = page.partition("(prefers-color-scheme: dark)")[2].partition("[data-ogsc]")[0]
    rules = {rule.partition("{")[0] for rule in night.split("}") if f"color:{same} " in rule}
    assert any(".entry-title" in rule for rule in rules)
    assert any(".foot a" in rule for rule in rules)

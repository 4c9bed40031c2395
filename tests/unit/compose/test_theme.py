"""A theme is shipped whole, and a workspace changes the piece it wants."""

from __future__ import annotations

from pathlib import Path

import pytest
from PIL import Image

from composing import composed, mail
from issue_files import HEAD, issue_text, workspace_at, write_issue
from newsletter_mailer.compose.load import load_issue
from newsletter_mailer.compose.merge import Marks
from newsletter_mailer.compose.pipeline import compose
from newsletter_mailer.compose.theme import load_labels, load_tokens
from newsletter_mailer.compose.vocabulary import initials, telephone
from newsletter_mailer.config import Workspace, load_workspace
from newsletter_mailer.errors import FileProblems, NewsletterError


@pytest.fixture
def workspace(tmp_path: Path) -> Workspace:
    return workspace_at(tmp_path / "lettres")


def override(workspace: Workspace, name: str, text: str) -> None:
    path = workspace.root / "templates" / "default" / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, encoding="utf-8")


def test_a_workspace_changes_one_colour_and_keeps_the_others(workspace: Workspace) -> None:
    before = load_tokens(workspace)
    override(workspace, "tokens.yaml", 'colours:\n  band: "#123456"\n')

    after = load_tokens(workspace)

    assert after.colours.band == "#123456"
    assert after.colours.ink == before.colours.ink
    assert after.dark == before.dark
    assert "#123456" in mail(composed(workspace, "  - { type: masthead, title: Lettre }\n")).html


def test_a_mistyped_token_is_told_with_its_place(workspace: Workspace) -> None:
    override(workspace, "tokens.yaml", 'colours:\n  bnad: "#123456"\n  ink: blue\n')

    with pytest.raises(FileProblems) as refused:
        load_tokens(workspace)

    lines = [(problem.path, problem.line) for problem in refused.value.problems]
    assert lines == [("templates/default/tokens.yaml", 2), ("templates/default/tokens.yaml", 3)]


def test_a_tokens_file_that_is_a_list_is_told_too(workspace: Workspace) -> None:
    override(workspace, "tokens.yaml", "- a\n")

    with pytest.raises(FileProblems):
        load_tokens(workspace)


def test_labels_come_in_the_language_of_the_issue_or_in_english(workspace: Workspace) -> None:
    assert load_labels(workspace, "fr-FR")["website"] == "Site internet"
    assert load_labels(workspace, "en")["website"] == "Website"
    assert load_labels(workspace, "oc")["website"] == "Website"


def test_a_workspace_words_one_label_and_keeps_the_others(workspace: Workspace) -> None:
    override(workspace, "labels/fr.yaml", "website: Le site\n")

    labels = load_labels(workspace, "fr")

    assert labels["website"] == "Le site"
    assert labels["unsubscribe"] == "Se désinscrire de cette lettre"


def test_a_workspace_replaces_one_template(workspace: Workspace) -> None:
    override(
        workspace,
        "blocks/divider.mjml",
        "<mj-section><mj-column><mj-text><p>entracte</p></mj-text></mj-column></mj-section>",
    )

    assert "entracte" in mail(composed(workspace, "  - type: divider\n")).html


def test_a_theme_of_ones_own_rests_on_the_default(workspace: Workspace) -> None:
    (workspace.root / "newsletter.yaml").write_text(
        (workspace.root / "newsletter.yaml").read_text("utf-8") + "theme: sobre\n", encoding="utf-8"
    )
    folder = workspace.root / "templates" / "sobre"
    folder.mkdir(parents=True)
    (folder / "tokens.yaml").write_text("sizes: { text: 19 }\n", encoding="utf-8")
    tokens = load_tokens(load_workspace(workspace.root, {}))

    assert (tokens.sizes.text, tokens.sizes.gutter) == (19, 44)


def test_the_logo_of_the_theme_stands_where_a_masthead_has_none(workspace: Workspace) -> None:
    Image.new("RGB", (120, 60), "#0B4A57").save(workspace.root / "logo.png")
    override(workspace, "tokens.yaml", "logo: { src: /logo.png, alt: Réseau Exemple }\n")

    composition = composed(workspace, "  - { type: masthead, title: Lettre }\n")

    assert [picture.filename for picture in composition.edition.pictures] == ["logo.png"]
    assert 'alt="Réseau Exemple"' in mail(composition).html


@pytest.mark.parametrize(
    ("template", "said"),
    [
        ("a\n{{ block.titel }}", r"divider\.mjml:2: .*titel"),
        ("a\n{% if %}", r"divider\.mjml:2: .*Expected an expression"),
        ("{{ ''.__class__.__mro__ }}", r"divider\.mjml:1: .*unsafe"),
        ('{% include "nowhere.mjml" %}', r"the theme has no file nowhere\.mjml"),
        ("<mj-section><mj-nonsense>", "MJML cannot be read"),
    ],
)
def test_a_mistake_in_a_template_is_told_with_file_and_line(
    workspace: Workspace, template: str, said: str
) -> None:
    override(workspace, "blocks/divider.mjml", template)

    with pytest.raises(NewsletterError, match=said):
        composed(workspace, "  - type: divider\n")


def test_a_template_that_was_mended_is_read_again(workspace: Workspace) -> None:
    loaded = load_issue(workspace, write_issue(workspace, issue_text("  - type: divider\n", head=HEAD)))
    compose(loaded, workspace)
    override(workspace, "blocks/divider.txt", "entracte")

    assert "entracte" in mail(compose(loaded, workspace)).text


@pytest.mark.parametrize(
    ("name", "letters"),
    [
        ("Action Emploi Services", "AES"),
        ("La Recyclante", "R"),
        ("Les Jardins de l'Exemple", "JE"),
        ("le la", "LL"),
        ("Un Deux Trois Quatre", "UDT"),
        ("42", ""),
        (Marks.of("").expression("subscriber.first_name"), ""),
        (f"Atelier {Marks.of('').expression('list.name')}", "A"),
    ],
)
def test_a_monogram_is_made_of_the_telling_words(name: str, letters: str) -> None:
    assert initials(name) == letters


def test_a_telephone_number_becomes_a_link() -> None:
    assert telephone("05.62.14.49.96") == "0562144996"
    assert telephone(" +33 (0)5 62") == "+330562"

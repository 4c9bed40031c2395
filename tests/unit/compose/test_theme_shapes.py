"""How the theme meets what authors write at the edges: long figures, odd pictures, missing heads."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from lxml import html as lxml_html
from PIL import Image

from composing import composed, mail
from issue_files import workspace_at
from newsletter_mailer.config import Workspace


@pytest.fixture
def workspace(tmp_path: Path) -> Workspace:
    made = workspace_at(tmp_path / "lettres")
    (made.issues / "lettre").mkdir()
    return made


def drawn(workspace: Workspace, width: int, height: int) -> None:
    """The picture a.png of the issue, of that size."""
    Image.new("RGB", (width, height), "#0B4A57").save(workspace.issues / "lettre" / "a.png")


def page(workspace: Workspace, blocks: str) -> Any:
    return lxml_html.document_fromstring(mail(composed(workspace, blocks)).html)


def size(picture: Any) -> tuple[int, int]:
    return int(picture.get("width")), int(picture.get("height"))


@pytest.mark.parametrize(
    ("values", "columns"),
    [
        (["10 %", "5136", "27,5 M€"], 3),
        (["1", "2", "3", "4"], 2),
        (["123 456 €", "1", "2"], 2),
        (["123 456 789,12 M€", "1"], 1),
        (["12 345 678 €"], 1),
    ],
)
def test_figures_stand_in_as_many_columns_as_the_longest_allows(
    workspace: Workspace, values: list[str], columns: int
) -> None:
    figures = "".join(f'      - {{ value: "{value}", label: x }}\n' for value in values)

    band = page(workspace, f"  - type: figures\n    figures:\n{figures}").xpath(
        "(//div[contains(@class, 'band')])[.//p]"
    )

    assert len(band[0].xpath(".//p[@class='value']")) == columns


def test_a_long_figure_is_not_glued_to_its_label_in_the_text(workspace: Workspace) -> None:
    figures = '[{ value: "27 500 000 €", label: de chiffre }, { value: "12", label: projets }]'

    text = mail(composed(workspace, f"  - {{ type: figures, figures: {figures} }}\n")).text.replace(
        "\u00a0", " "
    )

    assert "27 500 000 €  de chiffre\n12            projets" in text


@pytest.mark.parametrize(
    ("block", "most"),
    [
        ("{ type: image, src: a.png, alt: Une affiche }", (512, 640)),
        (
            "{ type: article, text: x, picture_position: left, picture: { src: a.png, alt: Une affiche } }",
            (208, 260),
        ),
    ],
)
def test_a_portrait_does_not_fill_the_screen(workspace: Workspace, block: str, most: tuple[int, int]) -> None:
    drawn(workspace, 600, 1800)

    (picture,) = page(workspace, f"  - {block}\n").xpath("//img")

    assert size(picture) == (round(most[1] / 3), most[1])


def test_a_small_picture_under_the_masthead_stands_on_the_margin(workspace: Workspace) -> None:
    drawn(workspace, 300, 100)
    blocks = "  - { type: masthead, title: La lettre }\n  - { type: image, src: a.png, alt: Une affiche }\n"

    composition = composed(workspace, blocks)

    (picture,) = lxml_html.document_fromstring(mail(composition).html).xpath("//img")
    assert size(picture) == (300, 100)
    assert picture.xpath("ancestor::div[contains(@class, 'gutter')]")
    assert len(composition.edition.pictures) == 1


def test_a_small_picture_on_the_right_stands_on_the_right(workspace: Workspace) -> None:
    drawn(workspace, 80, 40)
    article = "{ type: article, text: x, picture_position: right, picture: { src: a.png, alt: Un point } }"

    (picture,) = page(workspace, f"  - {article}\n").xpath("//img")

    assert "margin-left:auto" in picture.get("style")
    assert picture.xpath("ancestor::td[1]")[0].get("align") == "right"


def test_the_place_of_a_blocked_photograph_is_no_white_hole(workspace: Workspace) -> None:
    drawn(workspace, 80, 40)

    (picture,) = page(workspace, "  - { type: image, src: a.png, alt: Un point }\n").xpath("//img")

    assert "background-color:#F8F0E1" in picture.get("style")


def test_a_credit_has_a_line_of_its_own(workspace: Workspace) -> None:
    drawn(workspace, 80, 40)
    block = "  - { type: image, src: a.png, alt: Un point, caption: Vu de près, credit: Ann }\n"

    got = mail(composed(workspace, block))

    assert "Vu de près<br" in got.html
    assert "Vu de près\nCrédit\u00a0: Ann" in got.text


def test_without_a_masthead_the_head_is_finished_all_the_same(workspace: Workspace) -> None:
    got = page(workspace, "  - { type: text, text: Bonjour }\n")

    band = got.xpath("//h1/ancestor::div[contains(@class, 'band')]")[0]
    assert "border-radius:12px 12px 0" in lxml_html.tostring(band).decode()
    assert len(got.xpath("//td[@height='6'][@bgcolor]")) == 3


def test_a_heading_at_the_top_of_a_card_adds_no_blank(workspace: Workspace) -> None:
    profile = "  - type: profiles\n    title: Eux\n    profiles: [{ name: Eux, text: '# Titre' }]\n"

    (heading,) = page(workspace, profile).xpath("//td[@class='card-in']/h3")

    assert "margin-top:0" in heading.get("style")


def test_a_button_of_its_own_stands_where_everything_else_begins(workspace: Workspace) -> None:
    block = "  - { type: button, label: Adhérer, link: 'https://example.org/a' }\n"

    (cell,) = page(workspace, block).xpath("//td[contains(@class, 'button')]")

    assert cell.get("align") == "left"


def test_a_list_in_a_lead_is_as_large_as_its_paragraphs(workspace: Workspace) -> None:
    got = page(workspace, "  - { type: text, lead: true, text: '- un point' }\n")

    assert "font-size:22px" in got.xpath("//li")[0].get("style")

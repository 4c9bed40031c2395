"""Quotes, partners and opportunities: what a reader gets of them, in the page and in the text part."""

from __future__ import annotations

from pathlib import Path

import pytest
from lxml import html as lxml_html
from PIL import Image

from composing import Mail, composed, mail, reader
from issue_files import issue_text, said, workspace_at, write_issue
from newsletter_mailer.compose.load import load_issue
from newsletter_mailer.config import Workspace
from newsletter_mailer.errors import IssueError


@pytest.fixture
def workspace(tmp_path: Path) -> Workspace:
    made = workspace_at(tmp_path)
    (made.issues / "lettre").mkdir()
    Image.new("RGB", (240, 120), "green").save(made.issues / "lettre" / "logo.png")
    return made


def got(workspace: Workspace, blocks: str) -> Mail:
    return mail(composed(workspace, blocks))


def words(element: object) -> str:
    return " ".join(element.text_content().split())  # type: ignore[attr-defined]


def test_a_quotation_is_one_for_screen_readers_too_and_says_whose_it_is(workspace: Workspace) -> None:
    block = """\
  - type: quote
    text: On repart avec **un métier**.
    name: Samira E.
    role: encadrante
    picture: { src: logo.png, alt: Samira }
"""

    seen = got(workspace, block)

    page = lxml_html.document_fromstring(seen.html)
    assert words(page.xpath("//blockquote")[0]) == "On repart avec un métier."
    assert page.xpath("//*[normalize-space()='“']/@aria-hidden") == ["true"]
    assert page.xpath("//img/@alt") == ["Samira"]
    assert "> On repart avec un métier.\n\n-- Samira E., encadrante\n" in seen.text


def test_several_paragraphs_of_a_quotation_stay_one_quotation_in_the_text_part(workspace: Workspace) -> None:
    block = "  - type: quote\n    text: |\n      Un.\n\n      Deux.\n"

    assert "> Un.\n>\n> Deux.\n" in got(workspace, block).text


def test_a_partner_is_named_once_by_its_logo_or_in_words(workspace: Workspace) -> None:
    block = """\
  - type: partners
    partners:
      - { name: Région, logo: { src: logo.png, alt: La Région }, link: https://region.example.org }
      - { name: Fondation, logo: { src: logo.png, decorative: true } }
      - { name: Mutuelle }
"""

    seen = got(workspace, block)

    page = lxml_html.document_fromstring(seen.html)
    cells = [(words(cell), *cell.xpath(".//img/@alt")) for cell in page.xpath("//td[@class='partner']")]
    assert cells == [("", "La Région"), ("Fondation", ""), ("Mutuelle",)]
    assert page.xpath("//td[@class='partner']//a/@href") == ["https://region.example.org"]
    assert "- Région [1]\n- Fondation\n- Mutuelle\n\n[1] https://region.example.org" in seen.text


@pytest.mark.parametrize(("count", "rows"), [(1, 1), (2, 1), (3, 1), (4, 2), (5, 2), (7, 3)])
def test_partners_stand_in_even_rows(workspace: Workspace, count: int, rows: int) -> None:
    entries = "".join(f"      - {{ name: Partenaire {n} }}\n" for n in range(count))

    page = lxml_html.document_fromstring(got(workspace, f"  - type: partners\n    partners:\n{entries}").html)

    assert len(page.xpath("//table[contains(@class, 'partners')]//tr[td[@class='partner']]")) == rows
    assert len(page.xpath("//td[@class='partner']")) == count


def test_a_partner_whose_link_leads_nowhere_keeps_its_name(workspace: Workspace) -> None:
    block = '  - type: partners\n    partners: [{ name: Région, link: "{{ subscriber.department }}" }]\n'
    composition = composed(workspace, block)

    without, with_ = mail(composition), mail(composition, reader(department="https://region.example.org"))

    assert "- Région\n" in without.text
    assert "- Région [1]\n\n[1] https://region.example.org" in with_.text
    assert ("region.example.org" in without.html, "region.example.org" in with_.html) == (False, True)


@pytest.mark.parametrize(
    ("fields", "above"),
    [("", "Offre d’emploi"), ("kind: call", "Appel à projets"), ("kicker: À saisir", "À saisir")],
)
def test_an_opportunity_says_what_it_is_and_until_when(workspace: Workspace, fields: str, above: str) -> None:
    block = f"""\
  - type: opportunity
    {fields or "kind: job"}
    title: Encadrante
    organisation: Les Jardins
    terms: CDI
    deadline: 2027-01-01
    text: Venez.
    button: {{ label: Lire l'offre, link: https://example.org/offre }}
"""

    seen = got(workspace, block)

    page = words(lxml_html.document_fromstring(seen.html).body).replace("\u00a0", " ")
    top = f"{above}\nEncadrante\n----------\n\nLes Jardins\nCDI\n\nVenez.\n\n"
    assert f"{top}Date limite\u00a0: 1er janvier 2027\n\n→ Lire l’offre [1]" in seen.text
    assert f"{above}EncadranteLes Jardins · CDI" in page
    assert "Date limite : 1er janvier 2027" in page


@pytest.mark.parametrize(
    ("block", "told"),
    [
        ("{ type: citation }", "unknown block type “citation” (did you mean “quote”?)"),
        ("{ type: offre, title: x }", "unknown block type “offre” (did you mean “opportunity”?)"),
        ("{ type: quote }", "the block “quote” has no “text”"),
        ("{ type: partners, partners: [] }", "“partners” has no entry"),
        ("{ type: partners, partners: [{ logo: { src: logo.png } }] }", "a picture has no “alt”"),
        ("{ type: opportunity, title: x, text: x, kind: stage }", "“stage”"),
        ("{ type: opportunity, title: x, text: x, deadline: bientôt }", "“bientôt” is not a date"),
        ("{ type: opportunity, title: x, text: x, échéance: 2027-01-01 }", "did you mean “deadline”?"),
        ("{ type: mjml, mjml: <mj-section></mj-section> }", "the block “mjml” has no “text”"),
    ],
)
def test_mistakes_are_told_with_what_was_meant(workspace: Workspace, block: str, told: str) -> None:
    with pytest.raises(IssueError) as refused:
        load_issue(workspace, write_issue(workspace, issue_text(f"  - {block}\n")))

    assert told in "\n".join(said(refused.value.problems))

"""The newsletter of 2021 leaves word for word as it was written: in the HTML, in the text part, with its links."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import pytest

from golden.wording_of import (
    Letter,
    Link,
    Page,
    extra_words,
    read_letter,
    read_page,
    seed_links,
    seed_words,
    squeezed,
)
from newsletter_mailer.compose.load import load_issue
from newsletter_mailer.compose.pipeline import compose
from newsletter_mailer.config import load_workspace
from newsletter_mailer.message.slots import Filler, Links, Reader
from newsletter_mailer.model.audience import Subscriber

REPOSITORY = Path(__file__).parents[2]
ISSUE = REPOSITORY / "issues" / "2021-07-coorace-occitanie" / "issue.yaml"
SEED = Path(__file__).with_name("coorace-occitanie-2021.txt").read_text("utf-8")
UNSUBSCRIBE = "mailto:contact@cooraceoccitanie.org?subject=unsubscribe%20token"
READER = Reader(
    Subscriber(1, "ann@example.org", "key"), list_name="Adhérents", links=Links(unsubscribe=UNSUBSCRIBE)
)

# Everything below is ours and not the seed's; nothing else may be added to it.
SUBJECT = "Coorace Occitanie : des coopérations, des élans et trois nouveaux adhérents"
MASTHEAD = ("La lettre de Coorace Occitanie", "Juillet 2021")
FIGURES = (  # beside the sentence that says them
    "10 % de baisse d'activité en 2020",
    "5136 personnes au travail dans les SIAE",
    "27,5 M€ de chiffre d'affaires généré ensemble",
)
WEBSITE = "Site internet"  # the seed shows these words for one of its three links
CALENDAR = "Pour ajouter ces dates à votre agenda, ouvrez le fichier joint agenda.ics."
LEGAL = (
    "Vous recevez cette lettre parce que votre adresse est inscrite à notre liste de diffusion.",
    "Se désinscrire de cette lettre",
)
TILES = ("sept. 16", "oct. 7", "nov. 25–26")  # the dates as calendar leaves
ROWS = ("16 sept.", "7 oct.", "25–26 nov.")  # the same in the text part
LOGO = "Coorace Occitanie"
ALTS = (
    "Deux personnes se serrent la main au milieu d'un pont qui relie deux rives",
    "De jeunes plantes courbées par le vent se redressent l'une après l'autre jusqu'au soleil",
    "Six personnes en cercle, reliées entre elles et à celle du centre",
    "Un panier garni de fruits et de feuillages, au cœur d'une boucle",
    "Des colis et une enveloppe avancent sur un convoyeur vers leur destination",
)
PICTURES = tuple(f"[Image : {alt}]" for alt in ALTS)
UNSUBSCRIBE_LINE = f": {UNSUBSCRIBE}"


@dataclass(frozen=True, slots=True)
class Rendered:
    """What one reader gets."""

    html: str
    text: str
    subject: str


@pytest.fixture(scope="module")
def rendered() -> Rendered:
    workspace = load_workspace(REPOSITORY, environment={})
    filler = Filler(compose(load_issue(workspace, ISSUE), workspace).edition)
    return Rendered(filler.html(READER), filler.text(READER), filler.subject(READER))


@pytest.fixture(scope="module")
def page(rendered: Rendered) -> Page:
    return read_page(rendered.html)


@pytest.fixture(scope="module")
def letter(rendered: Rendered) -> Letter:
    return read_letter(rendered.text)


def test_the_html_says_the_seed_in_order_and_of_our_own_only_what_is_listed(page: Page) -> None:
    ours = (*MASTHEAD, *FIGURES, WEBSITE, *TILES, CALENDAR, *LEGAL)

    extra = extra_words(page.words, seed_words(SEED), ours)

    assert sorted(extra) == sorted((*ours, WEBSITE))


def test_the_text_part_says_the_seed_in_order_and_of_our_own_only_what_is_listed(letter: Letter) -> None:
    ours = (LOGO, MASTHEAD[0].upper(), MASTHEAD[1], *PICTURES, *FIGURES, WEBSITE, *ROWS, CALENDAR, *LEGAL)

    extra = extra_words(letter.words, seed_words(SEED), (*ours, UNSUBSCRIBE_LINE))

    assert sorted(extra) == sorted((*ours, WEBSITE, UNSUBSCRIBE_LINE))


def test_what_pictures_say_to_those_who_do_not_see_them_is_ours(page: Page) -> None:
    told = {squeezed(alt) for alt in page.alts if alt}

    assert told == {squeezed(alt) for alt in (LOGO, *ALTS)}


def test_the_subject_is_ours(rendered: Rendered) -> None:
    assert squeezed(rendered.subject) == squeezed(SUBJECT)


def signed_by(words: str, link: Link) -> str:
    """The words right after a link."""
    return words[link.position + len(link.label) :][:40]


@pytest.mark.parametrize("part", ["page", "letter"])
def test_each_new_member_is_followed_by_its_own_website(part: str, request: pytest.FixtureRequest) -> None:
    said: Page | Letter = request.getfixturevalue(part)

    websites = [link for link in said.links if link.href.startswith("http")]

    assert [link.href for link in websites] == seed_links(SEED)
    assert {link.label for link in websites} == {squeezed(WEBSITE)}
    for link, name in zip(websites, ("Action Emploi Services", "La Recyclante", "Le Relais"), strict=True):
        assert signed_by(said.words, link).startswith(squeezed(name))


def test_no_other_link_was_invented(page: Page) -> None:
    others = [link for link in page.links if not link.href.startswith("http")]

    assert [link.href for link in others] == [
        "tel:0562144996",
        "mailto:contact@cooraceoccitanie.org",
        UNSUBSCRIBE,
    ]


def test_french_typography_is_set_and_the_telephone_number_left_alone(rendered: Rendered) -> None:
    said = rendered.text.replace("\n", " ")

    assert "'" not in said
    assert '"' not in said
    for words in (
        "l’émergence",
        "«\u00a0achats engagés\u00a0»",
        "10\u00a0%",
        "27,5\u00a0M€",
        "Régionales\u00a0:",
    ):
        assert words in said
    for as_typed in ("5136 personnes", "05.62.14.49.96", "loi 1901,", "belles découvertes..."):
        assert as_typed in said

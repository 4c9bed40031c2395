"""What officers forget to replace, and signs in pairs, as letters really have them."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from newsletter_mailer.checks.written import links
from unit.checks.samples import subject_of
from unit.checks.samples_content import text
from unit.checks.samples_pictures import flat, with_pictures
from unit.checks.test_written_faults import findings


@pytest.mark.parametrize(
    ("words", "code"),
    [
        ("Bonjour {prénom},", "merge-tag-foreign"),
        ("Bonjour %%FirstName%%,", "merge-tag-foreign"),
        ("Bonjour [Votre nom],", "leftover"),
        ("Bonjour [PRENOM],", "leftover"),
        ("Rendez-vous le XX novembre.", "leftover"),
        ("Le programme (lien à ajouter).", "leftover"),
        ("Le lieu : A COMPLETER", "leftover"),
        ("Le lieu est à compléter. Le bulletin à compléter est joint.", "leftover"),
    ],
)
def test_what_was_to_be_replaced_is_found(words: str, code: str, tmp_path: Path) -> None:
    assert findings(subject_of(tmp_path, text(words)), code)


@pytest.mark.parametrize(
    "words",
    [
        "Le bulletin d'adhésion à compléter et à retourner est joint.",
        "Le questionnaire à compléter vous attend.",
        "Une enquête de l'Insee est à compléter en ligne.",
        "Une équipe à compléter avant décembre.",
        "Le nom (entre accolades) et le XXe siècle.",
    ],
)
def test_what_readers_are_asked_to_fill_in_is_no_leftover(words: str, tmp_path: Path) -> None:
    assert findings(subject_of(tmp_path, text(words)), "leftover") == []


@pytest.mark.parametrize(
    ("words", "alone"),
    [
        ("Samedi (17 h), dimanche (9 h 30).", False),
        ("En vacances (zone C) :-)", False),
        ("a) un ; b) deux (ou trois)", False),
        ("Le menu [ici](https://jardin.fr/menu_(2026)) bientôt", False),
        ("Samedi 17 h), dimanche", False),  # reads as the beginning of a list
        ("Un mot) seul, (un autre", True),
        ("Un (deux (trois)", True),
    ],
)
def test_brackets_find_their_partners(words: str, alone: bool, tmp_path: Path) -> None:
    assert bool(findings(subject_of(tmp_path, text(words)), "typography-pairs")) is alone


@pytest.mark.parametrize(
    "words", ["A vendre : un vélo.", "Ca va bien.", "Etaient présents :", "Au XXIème siècle"]
)
def test_letters_that_keyboards_hide(words: str, tmp_path: Path) -> None:
    assert findings(subject_of(tmp_path, text(words)), "typography-letters")


def test_an_address_keeps_the_brackets_that_belong_to_it(tmp_path: Path) -> None:
    page = "https://fr.wikipedia.org/wiki/Jardin_(homonymie)?a=b"
    subject = subject_of(tmp_path, text(f'Un [jardin]({page}), un [titre](https://jardin.fr/a "Un titre").'))

    assert [link.target for link in links(subject.loaded.issue)] == [page, "https://jardin.fr/a"]


def test_a_picture_that_does_not_say_how_wide_it_is_shown_is_passed_over(tmp_path: Path) -> None:
    subject = with_pictures(a=flat(1200, 400))(tmp_path)
    (picture,) = subject.composition.edition.pictures

    unsaid = replace(subject, html=f'<img src="cid:{picture.cid}" alt="">')

    assert findings(unsaid, "picture-soft") == []

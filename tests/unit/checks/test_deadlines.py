"""Days of texts that are over: what asks something by then, what invites, and what only tells of it."""

from __future__ import annotations

from pathlib import Path

import pytest

from unit.checks.samples import subject_of
from unit.checks.samples_content import text
from unit.checks.test_written_faults import findings


@pytest.mark.parametrize(
    ("words", "over"),
    [
        ("Date limite d'inscription : vendredi 13 novembre", True),
        ("La date limite est fixée au 13 novembre.", True),
        ("Clôture des inscriptions le 13 novembre.", True),
        ("Les inscriptions closent le 13 novembre.", True),
        ("Inscrivez-vous avant vendredi 13 novembre.", True),
        ("Inscrivez-vous au plus tard vendredi 13 novembre.", True),
        ("Merci de répondre pour le 13 novembre au plus tard.", True),
        ("Nous avons prolongé : inscrivez-vous avant le 13 novembre !", True),
        ("Vous avez jusqu'au 13 novembre pour candidater.", True),
        ("Inscriptions avant le 13/11.", True),
        ("Inscrivez-vous avant le vendredi 1er novembre 2024.", True),  # copied from an old issue
        ("The deadline is November 13.", True),
        ("Deadline for applications: 13 November", True),
        ("Applications close on 13 November.", True),
        ("Register before 13 November.", True),
        ("Vous pouviez vous inscrire jusqu'au 12 octobre.", False),
        (
            "Les inscriptions étaient ouvertes jusqu'au 12 novembre ; il reste des places, écrivez-nous.",
            False,
        ),
        ("Jusqu'au 15 novembre, nous avons collecté ; vous pouvez encore déposer vos dons.", False),
        ("Les dossiers déposés avant le 30 octobre ont tous reçu une réponse.", False),
        ("Avant le 1er janvier 2024, la prime était de 500 €.", False),
        ("Avant le 11 novembre 1918, l'usine fabriquait des vélos.", False),
        ("Chaque année, avant le 1er novembre, les jardiniers rentrent les pots.", False),
        ("La date limite du 10 novembre est passée.", False),
        ("The deadline, 13 November, has passed.", False),
        ("Until 15 November, you could apply.", False),
        ("Adhérez avant le 30 juin.", False),  # the next one
    ],
)
def test_a_deadline_is_read_as_people_write_it(words: str, over: bool, tmp_path: Path) -> None:
    assert bool(findings(subject_of(tmp_path, text(words)), "deadline-past")) is over


@pytest.mark.parametrize(
    ("words", "over"),
    [
        ("Rendez-vous le 14 novembre à 18 h.", True),
        ("Rendez-vous à la Maison des associations le 14 novembre.", True),
        ("L'assemblée aura lieu au jardin le samedi 14 novembre.", True),
        ("See you there on 14 November.", True),
        ("Rendez-vous le 12 décembre à 18 h.", False),
        ("Rendez-vous le 5 juillet.", False),  # the next one
        ("Le rendez-vous du 14 novembre a réuni 30 personnes.", False),
        ("Venez découvrir les photos du 14 novembre.", False),
        ("La fête a eu lieu le 14 novembre.", False),
    ],
)
def test_an_invitation_to_what_is_over_is_an_entry_that_is_over(
    words: str, over: bool, tmp_path: Path
) -> None:
    assert bool(findings(subject_of(tmp_path, text(words)), "entry-past")) is over


@pytest.mark.parametrize(
    ("words", "wrong"),
    [
        ("Rendez-vous le jeu. 25 novembre", True),
        ("See you on Thu 25 Nov", True),
        ("Rendez-vous le mer. 25 nov.", False),
        ("En 2024, c'était le vendredi 22 novembre.", False),
        ("Il y a un an, le samedi 22 novembre, naissait l'association.", False),
        ("L'an dernier, c'était le vendredi 21 novembre.", False),
        ("Il y a un an, le mardi 22 novembre, naissait l'association.", True),
    ],
)
def test_weekdays_are_those_of_the_year_that_is_spoken_of(words: str, wrong: bool, tmp_path: Path) -> None:
    assert bool(findings(subject_of(tmp_path, text(words)), "date-weekday")) is wrong

"""What a French communications officer reads: the same places, in her language."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from issue_files import HEAD, issue_text, png, said, workspace_at, write_issue
from newsletter_mailer.compose.load import find_issue, load_issue
from newsletter_mailer.config import Workspace, load_workspace
from newsletter_mailer.errors import FileProblems, IssueError, UsageError
from newsletter_mailer.wording import in_language
from newsletter_mailer.yamlio.reader import read


@pytest.fixture(autouse=True)
def _in_french() -> Iterator[None]:
    with in_language("fr"):
        yield


@pytest.fixture
def workspace(tmp_path: Path) -> Workspace:
    return workspace_at(tmp_path)


def ordinary(text: str) -> str:
    """With ordinary spaces and apostrophes, to be compared."""
    return text.replace("’", "'").replace("\N{NO-BREAK SPACE}", " ").replace("\N{NARROW NO-BREAK SPACE}", " ")


def refusal(workspace: Workspace, text: str) -> list[str]:
    with pytest.raises(IssueError) as refused:
        load_issue(workspace, write_issue(workspace, text))
    return [ordinary(problem) for problem in said(refused.value.problems)]


def test_everything_wrong_with_an_issue_is_said_in_french(workspace: Workspace) -> None:
    problems = refusal(
        workspace,
        issue_text(
            "  - type: texte\n"
            "  - type: text\n"
            "    titel: x\n"
            "    texte: y\n"
            "  - { type: image, src: ../../../a.png }\n"
            "  - { type: button, label: x, link: www.example.org }\n"
            "  - { type: heading, title: Bonjour, title: Bonsoir }\n"
            "  - { type: heading, title: !!python/name:os.system x }\n"
            "  - { type: heading, title: &un x }\n"
            "  - { type: heading, title: *un }\n",
            head=HEAD.replace("2026-11-22", "22 novembre 2026").replace("title:", "titre:"),
        ),
    )

    assert problems == [
        "1:1: « title » manque (ajoutez `title:`)",
        "2:1: champ inconnu : « titre » (vouliez-vous dire « title » ?)",
        "4:7: « 22 novembre 2026 » n'est pas une date (écrivez 2026-11-22)",
        "6:11: type de bloc inconnu : « texte » (vouliez-vous dire « text » ?)",
        "7:5: le bloc « text » n'a pas de « text » (ajoutez `text:`)",
        "8:5: champ inconnu : « titel » (vouliez-vous dire « title » ?)",
        "9:5: champ inconnu : « texte » (vouliez-vous dire « text » ?)",
        "10:5: une image n'a pas de « alt » : qui ne la voit pas n'en saura rien"
        " (ajoutez `alt:` et dites ce qu'elle montre, ou `decorative: true` si elle ne dit rien)",
        "10:25: l'image « ../../../a.png » est hors de l'espace de travail"
        " (copiez-la dans le dossier du numéro, et écrivez pictures/nom.jpg)",
        "11:37: « www.example.org » n'est pas un lien (écrivez https://www.example.org)",
        "12:38: « title » est écrit ici une seconde fois (le premier est à la ligne 12 : gardez l'un des deux)",
        "13:29: « !!python/name:os.system » est une instruction pour des programmes : ce n'est pas permis"
        ' (supprimez-la ; un texte qui commence par ! se met entre guillemets : "…")',
        "14:29: « &un » donne un nom à un endroit du fichier : ce n'est pas permis"
        ' (supprimez-le ; un texte qui commence par & se met entre guillemets : "…")',
        "15:29: « *un » renvoie à un autre endroit du fichier : ce n'est pas permis"
        ' (écrivez-le en entier ; un texte qui commence par * se met entre guillemets : "…")',
    ]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("a:\n\tb: 1\n", "2:1: une tabulation décale cette ligne (YAML veut des espaces :"),
        (
            "a: 'l'été'\n",
            "1:7: le texte continue après son guillemet fermant (entre '…', une apostrophe se double",
        ),
        ('a: "x\n', '1:4: un guillemet (") s\'ouvre ici et ne se ferme jamais (terminez le texte par ")'),
        ("a: b: c\n", "1:5: un second deux-points dans cette ligne"),
        ("a:\n  b: 1\n c: 2\n", "3:2: cette ligne ne commence pas dans la même colonne"),
        ("a: *x*\n", "1:4: un texte ne peut pas commencer par * (mettez tout le texte entre guillemets"),
        ("a: {{ x }}, y\n", "1:4: une balise de fusion sans guillemets autour du texte"),
        ("[" * 100_000, "1:65: plus de 64 niveaux sont imbriqués les uns dans les autres"),
    ],
)
def test_slips_of_the_pen_are_said_in_french(text: str, expected: str) -> None:
    with pytest.raises(FileProblems) as refused:
        read(text.encode(), "issue.yaml")

    assert ordinary(said(refused.value.problems)[0]).startswith(expected)


@pytest.mark.parametrize(
    ("name", "data", "expected"),
    [
        ("a.png", b"texte", "a.png n'est pas une image (les messageries affichent PNG, JPEG, GIF et WebP"),
        ("a.png", png(10_000, 10_000), "l'image a.png a plus de 50 millions de pixels"),
        ("a.svg", b"", "a.svg est un dessin SVG, que Gmail et Outlook n'affichent pas"),
        ("b.png", b"", "il n'y a pas d'image « a.png » (vouliez-vous dire « b.png » ?)"),
    ],
)
def test_pictures_are_refused_in_french(workspace: Workspace, name: str, data: bytes, expected: str) -> None:
    wanted = "a.png" if name == "b.png" else name
    path = write_issue(workspace, issue_text(f"  - {{ type: image, alt: x, src: {wanted} }}\n"))
    (path.parent / name).write_bytes(data)

    [only] = refusal(workspace, path.read_text(encoding="utf-8"))

    assert expected in only


def test_a_mistyped_slug_is_said_in_french(workspace: Workspace) -> None:
    write_issue(workspace, issue_text(), "novembre")

    with pytest.raises(UsageError) as refused:
        find_issue(workspace, "novembr")

    assert (
        ordinary(str(refused.value))
        == "il n'y a pas de numéro « novembr » (vouliez-vous dire « novembre » ?)"
    )


def test_settings_are_refused_in_french(tmp_path: Path) -> None:
    (tmp_path / "newsletter.yaml").write_text(
        "identité: {}\nsender: { name: x, email: y }\n", encoding="utf-8"
    )

    with pytest.raises(FileProblems) as refused:
        load_workspace(tmp_path, {})

    assert [ordinary(problem) for problem in said(refused.value.problems)] == [
        "1:1: « identity » manque (ajoutez `identity:`)",
        "1:1: champ inconnu : « identité » (vouliez-vous dire « identity » ?)",
        "2:27: « y » n'est pas une adresse e-mail (écrivez-en une comme lettre@example.org)",
    ]

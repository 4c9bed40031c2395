"""How issues begin on the page: from another one, the example, nothing, or a text that is brought along."""

from __future__ import annotations

import base64
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from composer_desk import PICTURE, Answer, Composing, composing, workspace_in
from newsletter_mailer.compose.load import load_issue
from newsletter_mailer.model.issue import Issue
from word_files import document, picture, words

WISH = {"title": "La lettre de Noël", "date": "2026-12-03"}
SLUG = "2026-12-la-lettre-de-noel"


@pytest.fixture
def desk(tmp_path: Path) -> Iterator[Composing]:
    workspace_in(tmp_path)
    with composing(tmp_path, None) as running:
        yield running


def issue(desk: Composing, slug: str = SLUG) -> Issue:
    workspace = desk.app.workspace
    return load_issue(workspace, workspace.issues / slug / "issue.yaml").issue


def brought(desk: Composing, text: str | bytes, name: str = "") -> Answer:
    body = text if isinstance(text, bytes) else text.encode()
    return desk.send("/api/texts", body, {"X-Name": name, "Content-Type": "application/octet-stream"})


@pytest.mark.parametrize(
    ("source", "kinds"),
    [
        ("", ["masthead", "text", "article", "footer"]),
        ("issue:essai", ["masthead", "image", "text", "footer"]),
    ],
)
def test_an_issue_begins_blank_or_like_another(desk: Composing, source: str, kinds: list[str]) -> None:
    answer = desk.send("/api/new", {**WISH, "from": source})

    made = issue(desk)
    assert (answer.status, answer.json()) == (201, {"slug": SLUG})
    assert (made.title, made.subject, str(made.date)) == (WISH["title"], WISH["title"], WISH["date"])
    assert [block.type for block in made.blocks] == kinds
    assert made.id != "essai-2026-11"


def test_the_example_shows_every_kind_of_block(desk: Composing) -> None:
    settings = desk.app.workspace.root / "newsletter.yaml"
    settings.write_text(
        settings.read_text(encoding="utf-8") + "subscriber_fields: [department, role]\n", encoding="utf-8"
    )
    desk.send("/api/new", {**WISH, "from": "example"})

    desk.app.reload()
    assert len({block.type for block in issue(desk).blocks}) > 10


def test_names_that_are_taken_get_a_number(desk: Composing) -> None:
    slugs = [desk.send("/api/new", {**WISH, "title": "Noël", "from": ""}).json()["slug"] for _ in range(3)]

    assert slugs == ["2026-12-noel", "2026-12-noel-2", "2026-12-noel-3"]


@pytest.mark.parametrize(
    ("body", "status"),
    [
        ({**WISH, "from": "../../etc"}, 400),
        ({**WISH, "from": "issue:../../etc"}, 422),
        ({**WISH, "from": "issue:unknown"}, 422),
        ({**WISH, "title": " "}, 400),
        ({**WISH, "title": "x" * 151}, 400),
        ({**WISH, "title": ["x"]}, 400),
        ({**WISH, "date": "demain"}, 400),
        ({"date": "2026-12-03"}, 400),
    ],
)
def test_what_makes_no_sense_makes_no_issue(desk: Composing, body: dict[str, Any], status: int) -> None:
    answer = desk.send("/api/new", body)

    assert answer.status == status
    assert [path.name for path in desk.app.workspace.issues.glob("*/")] == ["essai"]


def test_nobody_else_begins_an_issue(desk: Composing) -> None:
    for headers in ({"Cookie": ""}, {"Origin": ""}, {"Origin": "https://evil.example"}):
        assert desk.send("/api/new", {**WISH, "from": ""}, headers).status == 403
        assert brought_by(desk, headers).status == 403


def brought_by(desk: Composing, headers: dict[str, str]) -> Answer:
    return desk.send("/api/texts", b"# x\n\ny", headers)


def test_a_word_document_becomes_an_issue_with_its_pictures(desk: Composing) -> None:
    data = document(
        [words("Noël", style="Titre1"), words("Bonjour,"), words("Un atelier", style="Titre2"), words("Il ouvre."),
         picture("")],
        png=PICTURE.read_bytes(),
    )  # fmt: skip

    text = brought(desk, data, "lettre.docx").json()
    seen = desk.ask(f"/api/texts/{text['key']}/pictures/0", {"Cookie": desk.cookie()})
    blocks = [{"number": 1, "alt": "Des plantes qui poussent"}, {"number": 0}]
    answer = desk.send(f"/api/texts/{text['key']}/issue", {**WISH, "blocks": blocks})

    made = issue(desk)
    assert (text["title"], [block["type"] for block in text["blocks"]]) == ("Noël", ["text", "article"])
    assert seen.status == 200
    assert seen.headers["content-type"] == "image/png"
    assert answer.json() == {"slug": SLUG, "refused": []}
    assert [block.type for block in made.blocks] == ["masthead", "article", "text", "footer"]
    article: Any = made.blocks[1]
    assert article.picture.alt == "Des plantes qui poussent"
    assert (desk.app.workspace.issues / SLUG / article.picture.src).is_file()


def test_a_picture_without_words_is_decorative_and_one_that_is_none_is_told(desk: Composing) -> None:
    good = base64.b64encode(PICTURE.read_bytes()).decode()
    bad = base64.b64encode(b"no picture at all").decode()
    page = f'<p>a</p><img src="data:image/png;base64,{good}"><img src="data:image/png;base64,{bad}" alt="b">'

    text = brought(desk, page).json()
    blocks = [{"number": number} for number in range(3)]
    answer = desk.send(f"/api/texts/{text['key']}/issue", {**WISH, "blocks": blocks})

    made = issue(desk)
    assert [block.type for block in made.blocks] == ["masthead", "text", "image", "footer"]
    assert made.blocks[2].decorative  # type: ignore[union-attr]
    assert len(answer.json()["refused"]) == 1


@pytest.mark.parametrize(
    "blocks",
    [[], [{"number": 9}], [{"number": -1}], [{"number": True}], [{"number": 0}, {"number": 0}], "all", [{}]],
)
def test_only_blocks_of_the_text_can_be_kept(desk: Composing, blocks: Any) -> None:
    text = brought(desk, "un mot").json()

    answer = desk.send(f"/api/texts/{text['key']}/issue", {**WISH, "blocks": blocks})

    assert answer.status == 400


def test_what_is_no_text_is_told_and_old_texts_are_forgotten(desk: Composing) -> None:
    wrong = brought(desk, b"%PDF-1.7", "a.pdf")
    first = brought(desk, "un").json()["key"]
    for _ in range(4):
        brought(desk, "deux")

    late = desk.send(f"/api/texts/{first}/issue", {**WISH, "blocks": [{"number": 0}]})

    assert wrong.status == 422
    assert "PDF" in wrong.json()["what"]
    assert late.status == 404


def test_a_thumbnail_shows_the_mail_and_nothing_for_one_that_cannot_be_composed(desk: Composing) -> None:
    own = {"Cookie": desk.cookie()}
    good = desk.ask("/issues/essai/thumbnail", own)
    desk.edit("type: text", "type: wrong")
    desk.send("/api/new", {**WISH, "from": ""})  # a save of which the desk knows at once

    broken, unknown = desk.ask("/issues/essai/thumbnail", own), desk.ask("/issues/none/thumbnail", own)

    assert "Des plantes qui poussent" in good.text
    assert "sandbox" in good.headers["content-security-policy"]
    assert broken.status == 200
    assert unknown.status == 404

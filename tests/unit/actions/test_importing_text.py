"""Texts from elsewhere become blocks: nothing that was said is lost, nothing runs, nothing is fetched."""

from __future__ import annotations

import base64
import io
import zipfile
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from issue_files import png, workspace_at
from newsletter_mailer.actions.importing_text import LARGEST, Taken, take
from newsletter_mailer.actions.importing_text.runs import Run, markdown, plain, read_back
from newsletter_mailer.config import Workspace
from newsletter_mailer.errors import UsageError
from word_files import document, linked, picture, words

PNG = png(4, 3)
AS_DATA = f"data:image/png;base64,{base64.b64encode(PNG).decode()}"
HOSTILE = [
    "<script>alert(1)</script><p>a</p>",
    '<p onclick="alert(1)">a</p>',
    '<a href="javascript:alert(1)">a</a>',
    '<a href="data:text/html,x">a</a>',
    '<iframe src="https://evil.example/"></iframe><p>a</p>',
    '<style>@import "https://evil.example/x.css"</style><p>a</p>',
    "<p>a</p><!-- <script>alert(1)</script> -->",
    '<svg onload="alert(1)"><text>a</text></svg><p>a</p>',
    '<object data="file:///etc/passwd"></object><p>a</p>',
    '<?xml version="1.0" encoding="latin-1"?><!DOCTYPE x [<!ENTITY e SYSTEM "file:///etc/passwd">]><p>a</p><p>&e;</p>',
]


@pytest.fixture
def workspace(tmp_path: Path) -> Workspace:
    return workspace_at(tmp_path)


def taken(workspace: Workspace, text: str, name: str = "") -> Taken:
    return take(workspace, name, text.encode())


def told(found: Taken) -> str:
    return "\n".join(map(str, found.left_out))


def kinds(found: Taken) -> list[str]:
    return [block["type"] for block in found.blocks]


def test_headings_open_articles_and_the_first_picture_goes_with_its_article(workspace: Workspace) -> None:
    page = (
        "<h1>La lettre</h1><p>Bonjour <b>à tous</b>,</p><h2>Un atelier</h2>"
        f'<img src="{AS_DATA}" alt="Des vélos"><p>Il ouvre <i>lundi</i>.</p>'
        '<p><a href="https://example.org/a">S’inscrire</a></p><h2>Une date</h2><ul><li>mardi</li><li>jeudi</li></ul>'
    )

    found = taken(workspace, page)

    opening, workshop, date = found.blocks
    assert found.title == "La lettre"
    assert opening == {"type": "text", "lead": True, "text": "Bonjour **à tous**,\n"}
    assert workshop["title"] == "Un atelier"
    assert workshop["text"] == "Il ouvre *lundi*.\n"
    assert workshop["picture"] == {"src": "import:0", "alt": "Des vélos"}
    assert workshop["read_more"] == {"label": "S’inscrire", "link": "https://example.org/a"}
    assert date == {"type": "article", "title": "Une date", "text": "- mardi\n- jeudi\n"}
    assert [one.data for one in found.pictures] == [PNG]


def test_a_word_document_comes_with_headings_links_and_pictures(workspace: Workspace) -> None:
    data = document(
        [
            words("La lettre", style="Titre1"),
            words("Bonjour à toutes,"),
            words("L’atelier", style="Titre2"),
            words("Ouvert ", bold=True),
            linked("lire la suite"),
            picture("Un établi"),
        ],
        png=PNG,
    )

    found = take(workspace, "lettre.docx", data)

    assert found.title == "La lettre"
    assert kinds(found) == ["text", "article"]
    assert found.blocks[1]["text"] == "**Ouvert**\n"
    assert found.blocks[1]["read_more"] == {"label": "lire la suite", "link": "https://example.org/lire"}
    assert found.blocks[1]["picture"] == {"src": "import:0", "alt": "Un établi"}
    assert found.pictures[0].data == PNG


@pytest.mark.parametrize("how", ["link", "embed"])
@pytest.mark.parametrize("external", ["https://evil.example/x.png", "file:///etc/hostname"])
def test_pictures_outside_a_word_document_are_never_opened(
    workspace: Workspace, external: str, how: str
) -> None:
    data = document([words("Bonjour"), picture("Un établi", how)], external=external)

    found = take(workspace, "lettre.docx", data)

    assert found.pictures == ()
    assert [block.get("text") for block in found.blocks] == ["Bonjour\n"]
    assert "The picture Un établi did not come along" in told(found)


def test_markdown_is_read_as_it_looks(workspace: Workspace) -> None:
    found = taken(
        workspace, "# Titre\n\nUn *mot*, [là](https://example.org).\n\n## Suite\n\n1. un\n2. deux\n"
    )

    assert found.title == "Titre"
    assert found.blocks[0]["text"] == "Un *mot*, [là](https://example.org).\n"
    assert found.blocks[1] == {"type": "article", "title": "Suite", "text": "1. un\n2. deux\n"}


def test_what_a_word_processor_pastes_is_read_without_its_dressing(workspace: Workspace) -> None:
    page = (
        '<b style="font-weight:normal"><p><span style="font-weight:700">Gras</span>&nbsp;: ok</p>'
        "<p class=MsoListParagraphCxSpFirst><![if !supportLists]>·&nbsp; <![endif]>un</p>"
        "<p class=MsoListParagraphCxSpLast>·  deux</p><o:p></o:p><p>&nbsp;</p></b>"
    )

    found = taken(workspace, page)

    assert found.blocks[0]["text"] == "**Gras** : ok\n\n- un\n- deux\n"


def test_what_cannot_be_taken_over_is_listed(workspace: Workspace) -> None:
    page = (
        "<nav>Menu</nav><p>Bonjour</p><form><input></form><video></video><svg></svg>"
        '<img src="https://example.org/photo.jpg"><img src="https://t.example/o.gif" width=1 height=1>'
        '<a href="#bas">plus bas</a><img src="data:image/tiff;base64,AAAA">'
        "<table><tr><td>a<td>b</tr><tr><td>c<td>d</tr></table><p>{{ oops</p>"
    )

    found = taken(workspace, page)

    for words_ in ("menu", "form", "film", "drawing", "photo.jpg", "1 link", "1 picture", "1 table", "{{"):
        assert words_ in told(found)
    assert "o.gif" not in told(found)  # a dot that counts readers is nobody's picture
    assert found.blocks[0]["text"] == "Bonjour\n\nplus bas\n\n- a · b\n- c · d\n\n{ { oops\n"


def test_merge_tags_that_this_workspace_knows_stay(workspace: Workspace) -> None:
    tag = '{{ subscriber.first_name or "vous" }}'

    found = taken(workspace, f"Bonjour {tag}, ça va ?")

    assert found.blocks[0]["text"] == f"Bonjour {tag}, ça va ?\n"


@pytest.mark.parametrize("page", HOSTILE)
def test_nothing_hostile_comes_through(workspace: Workspace, page: str) -> None:
    found = taken(workspace, page)

    written = str(found.blocks)
    assert "a" in found.blocks[0]["text"].split("\n")
    for word in ("alert", "javascript", "evil", "passwd", "root:"):
        assert word not in written


@pytest.mark.parametrize(
    ("name", "data", "said"),
    [
        ("a.pdf", b"%PDF-1.7", "PDF cannot be read"),
        ("a.doc", b"\xd0\xcf\x11\xe0rest", r"\.doc"),
        ("a.rtf", b"{\\rtf1 x}", "RTF"),
        ("a.docx", document([words("x")])[:300], "cannot be read here"),
        ("a.html", b"<p> </p>", "no words"),
        ("", b"", "no words"),
        ("a.md", b"## t\n\nx\n\n" * 301, "301 parts|no mail is that long"),
        ("a.md", b"x" * (3 << 20), "too long"),
        ("a.md", bytes(LARGEST + 1), "more than 25 MB"),
    ],
)
def test_what_is_no_text_is_told(workspace: Workspace, name: str, data: bytes, said: str) -> None:
    with pytest.raises(UsageError, match=said):
        take(workspace, name, data)


def test_a_damaged_or_swollen_document_is_told(workspace: Workspace) -> None:
    whole = document([words("x")])
    swollen = io.BytesIO()
    with zipfile.ZipFile(swollen, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("word/document.xml", b" " * (41 << 20))
    broken = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(whole)) as old, zipfile.ZipFile(broken, "w") as new:
        for part in old.infolist():
            new.writestr(
                part.filename, old.read(part)[: 200 if part.filename == "word/document.xml" else None]
            )

    with pytest.raises(UsageError, match="unpacks to more"):
        take(workspace, "a.docx", swollen.getvalue())
    with pytest.raises(UsageError, match="damaged"):
        take(workspace, "a.docx", broken.getvalue())


@pytest.mark.parametrize("place", ["word/document.xml", "word/media/image1.png"])
def test_a_document_that_would_take_minutes_to_read_is_told_whatever_its_parts_are_called(
    workspace: Workspace, place: str
) -> None:
    swollen = io.BytesIO()
    with zipfile.ZipFile(swollen, "w", zipfile.ZIP_DEFLATED) as archive:
        for part in {"word/document.xml", place}:
            many = 300_001 if part == place else 1
            archive.writestr(part, b"\xef\xbb\xbf\n<w>" + b"<p/>" * many + b"</w>")

    with pytest.raises(UsageError, match="unpacks to more"):
        take(workspace, "a.docx", swollen.getvalue())


@pytest.mark.parametrize(("name", "text"), [("a.html", "<p>a" * 100_001), ("a.md", "|" * 300_001)])
def test_a_text_that_would_take_minutes_to_read_is_told(workspace: Workspace, name: str, text: str) -> None:
    with pytest.raises(UsageError, match="too long for a mail"):
        taken(workspace, text, name)


def test_many_titles_and_headings_are_read_in_one_go(workspace: Workspace) -> None:
    titles = taken(workspace, "<p>hello</p>" + "<title " * 200_000 + "<title>" * 80_000, "a.html")
    with pytest.raises(UsageError, match="4000 parts"):
        taken(workspace, "# a\n\n" * 4_000, "a.md")

    assert titles.title == ""


def test_a_page_nested_very_deeply_keeps_its_words(workspace: Workspace) -> None:
    found = taken(workspace, "<div>" * 230 + "au fond" + "</div>" * 230)

    assert found.blocks[0]["text"] == "au fond\n"


def test_old_encodings_are_read(workspace: Workspace) -> None:
    for data in ("# Été\n\nà".encode("cp1252"), "# Été\n\nà".encode("utf-16"), "\ufeff# Été\n\nà".encode()):
        assert take(workspace, "a.md", data).title == "Été"


RUNS = st.lists(
    st.builds(
        Run,
        st.one_of(st.text("ab *_[]()<>&#`\\~-+.1!:{}'\"é\u00a0", max_size=12), st.just("\n")),
        bold=st.booleans(),
        italic=st.booleans(),
        link=st.sampled_from(["", "", "https://example.org/a_(b)*", "mailto:a@b.example"]),
    ),
    max_size=6,
)


@given(RUNS)
def test_no_word_is_lost_on_the_way_to_markdown(runs: list[Run]) -> None:
    made = markdown(runs)

    assert read_back(made) == plain(runs)


def test_blocks_load_as_an_issue(workspace: Workspace) -> None:
    from newsletter_mailer.model.issue import Issue

    found = taken(workspace, "# T\n\nx\n\n## A\n\n![alt](" + AS_DATA + ")\n\ntexte\n\n---\n\n### B\n\nc")
    blocks: list[dict[str, Any]] = [*found.blocks, {"type": "footer"}]

    made = Issue.model_validate(
        {"id": "essai-0001", "title": "t", "subject": "s", "date": "2026-11-01", "blocks": blocks}
    )

    assert [block.type for block in made.blocks] == ["text", "article", "divider", "article", "footer"]


def test_entities_that_swell_or_read_files_are_no_part_of_a_document(workspace: Workspace) -> None:
    swelling = "".join(f'<!ENTITY e{n} "{f"&e{n - 1};" * 10 if n else "x" * 100}">' for n in range(12))
    for declared, used in ((swelling, "&e11;"), ('<!ENTITY f SYSTEM "file:///etc/hostname">', "a&f;")):
        whole = document([words(used)])
        broken = io.BytesIO()
        with zipfile.ZipFile(io.BytesIO(whole)) as old, zipfile.ZipFile(broken, "w") as new:
            for part in old.infolist():
                data = old.read(part)
                if part.filename == "word/document.xml":
                    data = f"<!DOCTYPE w [{declared}]>".encode() + data
                new.writestr(part.filename, data)

        try:
            found = take(workspace, "a.docx", broken.getvalue())
        except UsageError:
            continue
        assert [block["text"] for block in found.blocks] == ["a\n"]

"""An issue becomes one edition for everyone, and each reader's own mail when it is filled."""

from __future__ import annotations

import html
import re
from itertools import product
from pathlib import Path

import pytest
from PIL import Image

from composing import (
    BY_MAIL,
    EVERY_BLOCK,
    ON_THE_WEB,
    SEED,
    Mail,
    composed,
    fresh_sample,
    mail,
    reader,
    sample,
)
from issue_files import HEAD, issue_text, workspace_at, write_issue
from newsletter_mailer.compose.load import load_issue
from newsletter_mailer.compose.merge import Marks
from newsletter_mailer.compose.pipeline import compose
from newsletter_mailer.compose.texts import prepared
from newsletter_mailer.compose.vocabulary import levels
from newsletter_mailer.config import Workspace, load_workspace
from newsletter_mailer.model.blocks import Article
from newsletter_mailer.model.issue import Issue

NASTY = """<b>"O'Neil"</b> & {{ 7*7 }} {% for x in y %} \\ javascript:alert(1)"""


@pytest.fixture
def workspace(tmp_path: Path) -> Workspace:
    return workspace_at(tmp_path / "lettres")


def seen(page: str) -> str:
    """The words of a page, with its tags gone."""
    body = page[page.index("<body") :]
    return html.unescape(re.sub(r"<!--.*?-->|<[^>]*>", " ", body, flags=re.DOTALL))


@pytest.mark.parametrize("slug", [SEED, EVERY_BLOCK])
def test_the_same_files_give_the_same_edition(slug: str) -> None:
    assert fresh_sample(slug) == fresh_sample(slug)


def test_the_edition_knows_where_it_comes_from(workspace: Workspace) -> None:
    edition = composed(workspace).edition

    assert (edition.issue_id, edition.slug, edition.title) == (
        "lettre-2026-11",
        "lettre",
        "Lettre de novembre",
    )
    assert (edition.language, edition.sender.email) == ("fr", "lettre@example.org")
    assert edition.fallbacks == (("department", ""),)
    assert (edition.pictures, edition.attachments) == ((), ())


def test_a_merge_tag_is_filled_wherever_it_stands(workspace: Workspace) -> None:
    (workspace.issues / "lettre" / "p").mkdir(parents=True)
    Image.new("RGB", (40, 20)).save(workspace.issues / "lettre" / "p" / "a.png")
    composition = composed(
        workspace,
        """\
  - type: text
    title: Pour {{ subscriber.first_name }}
    text: |
      **{{ subscriber.first_name }}**, [ici](https://example.org/?n={{ subscriber.first_name }})
      ou [là]({{ links.unsubscribe }})
  - { type: image, src: p/a.png, alt: "Vue par {{ subscriber.first_name }}", link: "{{ links.unsubscribe }}" }
  - { type: button, label: "Oui, {{ subscriber.first_name }}", link: "https://example.org/{{ subscriber.first_name }}" }
""",
        head=HEAD.replace("Des nouvelles", "'{{ subscriber.first_name or \"Bonjour\" }} !'"),
    )

    got = mail(composition, reader(NASTY))

    escaped = html.escape(NASTY)
    assert got.html.count(escaped.replace("&quot;", '"').replace("&#x27;", "'")) == 3
    assert f'alt="Vue par {escaped}"' in got.html
    quoted = "%3Cb%3E%22O%27Neil%22%3C%2Fb%3E%20%26%20%7B%7B%207%2A7%20%7D%7D"
    assert f"https://example.org/?n={quoted}" in got.html
    assert f"https://example.org/{quoted}" in got.html
    assert f'href="{BY_MAIL.unsubscribe}"' in got.html
    assert got.subject == f"{NASTY}\u00a0!"
    assert f"Pour {NASTY}" in got.text
    assert mail(composition, reader("")).subject == "Bonjour\u00a0!"


def test_values_are_never_templates_and_no_mark_is_left(workspace: Workspace) -> None:
    composition = composed(workspace, "  - { type: text, text: 'Bonjour {{ subscriber.first_name }}' }\n")

    got = mail(composition, reader("{{ links.unsubscribe }}"))

    assert "Bonjour {{ links.unsubscribe }}" in got.html
    assert re.search(r"nl[0-9a-f]{12}[ebf]\d+z", got.html + got.text + got.subject) is None


def test_ten_blocks_with_conditions_go_to_those_they_are_meant_for(workspace: Workspace) -> None:
    fields = [f"f{number}" for number in range(10)]
    settings = workspace.root / "newsletter.yaml"
    settings.write_text(
        settings.read_text("utf-8").replace('{ department: "" }', "[" + ", ".join(fields) + "]"), "utf-8"
    )
    workspace = load_workspace(workspace.root, {})
    blocks = "".join(
        f"  - {{ type: text, when: subscriber.{name}, title: T, text: 'Bloc {name} {{{{ subscriber.first_name }}}}' }}\n"
        for name in fields
    )
    composition = composed(workspace, blocks)

    for wanted in list(product([True, False], repeat=10))[::37]:
        yes = {name: "1" for name, is_wanted in zip(fields, wanted, strict=True) if is_wanted}
        got = mail(composition, reader("Ann", BY_MAIL, **yes))
        assert [f"Bloc {name} Ann" in got.html for name in fields] == list(wanted)
        assert [f"Bloc {name} Ann" in got.text for name in fields] == list(wanted)
        assert balanced(got.html)
        assert "\n\n\n" not in got.text


def balanced(page: str) -> bool:
    """Whether what Outlook sees has as many beginnings of tables, rows and cells as ends."""
    opened = re.sub(r"<!--\[if !mso\]><!-->|<!--<!\[endif\]-->|<!--\[if[^\]]*\]>|<!\[endif\]-->", "", page)
    return all(
        len(re.findall(rf"<{tag}[\s>]", opened)) == opened.count(f"</{tag}>")
        for tag in ("table", "tr", "td", "div")
    )


def test_links_that_do_not_exist_leave_nothing_behind() -> None:
    composition = sample(EVERY_BLOCK)

    by_mail, on_the_web = mail(composition), mail(composition, reader(links=ON_THE_WEB))

    for got in (by_mail.html, by_mail.text):
        assert "dans le navigateur" not in got
        assert "Choisir ce que je reçois" not in got
        assert BY_MAIL.unsubscribe in got
    for got in (on_the_web.html, on_the_web.text):
        assert "https://example.org/v/abc" in got
        assert "https://example.org/p/abc" in got
        assert "https://example.org/u/abc" in got
    assert 'href=""' not in by_mail.html


def test_pictures_are_embedded_once_or_hosted() -> None:
    embedded = sample(SEED)
    cids = set(re.findall(r'src="cid:([^"]+)"', mail(embedded).html))

    assert cids == {picture.cid for picture in embedded.edition.pictures}
    assert embedded.hosted == ()


def test_hosted_pictures_are_not_embedded(workspace: Workspace) -> None:
    folder = workspace.issues / "lettre"
    folder.mkdir(parents=True)
    Image.new("RGB", (40, 20)).save(folder / "a.png")
    path = write_issue(workspace, issue_text("  - { type: image, src: a.png, alt: Un point }\n"))

    composition = compose(load_issue(workspace, path), workspace, picture_base="https://example.org/p")

    (picture,) = composition.hosted
    assert composition.edition.pictures == ()
    assert f'src="https://example.org/p/{picture.filename}"' in mail(composition).html


def test_the_calendar_is_announced_only_where_it_is_sent_along(workspace: Workspace) -> None:
    entry = "groups: [{ entries: [{ title: Congrès, date: 2026-12-01 }] }]"
    with_file = composed(workspace, f"  - {{ type: agenda, {entry} }}\n")
    without = composed(workspace, f"  - {{ type: agenda, calendar: false, {entry} }}\n")

    assert [file.filename for file in with_file.edition.attachments] == ["agenda.ics"]
    assert "agenda.ics" in mail(with_file).html
    assert "agenda.ics" in mail(with_file).text
    assert without.edition.attachments == ()
    assert "agenda.ics" not in mail(without).html + mail(without).text


MOST = """\
  - { type: masthead, title: La lettre, tagline: En bref, number: n° 3 }
  - { type: heading, title: Ensemble, subtitle: À plusieurs }
  - { type: text, text: Bonjour }
  - type: article
    kicker: Échos
    text: Sans titre
    read_more: { label: La suite, link: "https://example.org/s" }
  - { type: article, text: "À côté", picture: { src: a.png, alt: Un point }, picture_position: left }
  - type: article
    title: Là
    text: En face
    picture: { src: a.png, decorative: true, credit: Nous }
    picture_position: right
    button: { label: Y aller, link: "https://example.org/y" }
  - type: profiles
    profiles:
      - { name: Les Voisins, text: Ils arrivent, kind: Association }
      - { name: Eux, text: Aussi, place: Albi, website: "https://example.org/eux" }
  - type: agenda
    groups:
      - entries:
          - { title: Congrès, date: 2026-12-01, text: Le congrès, link: "https://example.org/c" }
          - { title: Atelier, date: 2026-12-02 }
  - { type: figures, figures: [{ value: "3", label: projets }] }
  - { type: button, label: Adhérer, link: "https://example.org/a" }
  - { type: image, src: a.png, alt: Un grand point, caption: Vu de près }
  - { type: divider }
  - { type: social, text: Suivez-nous, links: [{ network: website, link: "https://example.org" }] }
  - { type: social, title: Restons en lien }
"""


@pytest.fixture
def most(workspace: Workspace) -> Mail:
    folder = workspace.issues / "lettre"
    folder.mkdir(parents=True)
    Image.new("RGB", (40, 20)).save(folder / "a.png")
    return mail(composed(workspace, MOST))


def test_every_block_may_leave_out_what_it_does_not_need(most: Mail) -> None:
    for words in (
        *("Ensemble", "À plusieurs", "Bonjour", "Sans titre", "Échos", "La suite", "Les Voisins"),
        "Suivez-nous",
    ):
        assert words in seen(most.html)
        assert words in most.text
    assert balanced(most.html)
    assert 'alt=""' in most.html
    assert "Un point" in most.text


def test_without_a_date_of_its_own_the_masthead_says_the_issue_s(most: Mail) -> None:
    assert "22 novembre 2026" in most.html
    assert "22 novembre 2026" in most.text


def test_a_profile_without_a_logo_has_a_monogram_that_is_not_read_aloud(most: Mail) -> None:
    assert re.search(r'<td class="monogram ours"[^>]*aria-hidden="true"[^>]*>V</td>', most.html)


def test_an_issue_without_a_masthead_still_has_its_title(workspace: Workspace) -> None:
    page = mail(composed(workspace, "  - { type: text, text: Bonjour }\n")).html

    assert re.findall(r"<h1[^>]*>([^<]*)</h1>", page) == ["Lettre de novembre"]


def test_an_english_issue_speaks_english(workspace: Workspace) -> None:
    head = HEAD.replace("date:", "language: en\ndate:")
    got = mail(composed(workspace, "  - { type: masthead, title: Our letter }\n", head=head))

    assert '<html lang="en"' in got.html
    assert "Unsubscribe from this letter" in got.html
    assert "Unsubscribe from this letter:\n" in got.text
    assert "November 22, 2026" in got.text


def test_headings_follow_the_order_of_the_parts() -> None:
    issue = Issue.model_validate(
        {
            "id": "lettre-1",
            "title": "x",
            "subject": "x",
            "date": "2026-01-01",
            "blocks": [
                {"type": "text", "text": "x"},
                {"type": "heading", "title": "x"},
                {"type": "article", "text": "x"},
                {"type": "social", "text": "x"},
                {"type": "text", "text": "x"},
                {"type": "footer"},
            ],
        }
    )

    assert levels(issue.blocks) == [2, 2, 3, 2, 2, 2]


def test_texts_are_set_but_links_pictures_conditions_and_markdown_are_left_as_typed() -> None:
    article = Article.model_validate(
        {
            "type": "article",
            "when": "subscriber.x == 'l\\'a'",
            "title": "l'été !",
            "text": "l'été {{ list.name }}",
            "picture": {"src": "l'été.png", "alt": "l'été"},
            "button": {"label": "l'été", "link": "https://example.org/l'ete"},
        }
    )
    marks = Marks.of("x")

    ready = prepared(article, marks, "fr")

    assert (ready.title, ready.text) == ("l’été\u202f!", f"l'été {marks.expression('list.name')}")
    assert ready.when == article.when
    assert ready.picture is not None
    assert (ready.picture.src, ready.picture.alt) == ("l'été.png", "l’été")
    assert ready.button is not None
    assert (ready.button.label, ready.button.link) == ("l’été", "https://example.org/l'ete")
    assert article.title == "l'été !"


def test_the_legal_identity_is_complete_when_the_settings_are(workspace: Workspace) -> None:
    settings = workspace.root / "newsletter.yaml"
    text = settings.read_text("utf-8").replace(
        "  email: contact@example.org\nsender",
        "  email: contact@example.org\n  phone: 05.62.14.49.96\n  website: https://example.org\n"
        "  publisher: la présidente\n  host: Hébergeur Exemple\nprivacy: { url: 'https://example.org/donnees' }\nsender",
    )
    settings.write_text(text, "utf-8")

    got = mail(composed(load_workspace(workspace.root, {})))

    for part in (seen(got.html), got.text):
        for words in (
            "Réseau Exemple",
            "05.62.14.49.96",
            "contact@example.org",
            "https://example.org",
            "la présidente",
        ):
            assert words in part
        assert "Hébergeur Exemple" in part
        assert "Vos données et vos droits" in part
    assert 'href="tel:0562144996"' in got.html


SOCIAL = '{ type: social, title: Suivez-nous, when: "subscriber.department" }'
TEXT = '{ type: text, text: Un mot, when: "subscriber.department" }'


@pytest.mark.parametrize(
    ("before", "department", "strip"),
    [
        ("  - { type: social, title: Suivez-nous }\n", "", False),
        (f"  - {{ type: social, title: Suivez-nous }}\n  - {TEXT}\n", "", False),
        (f"  - {{ type: social, title: Suivez-nous }}\n  - {TEXT}\n", "31", True),
        (f"  - {{ type: text, text: Bonjour }}\n  - {SOCIAL}\n", "", True),
        (f"  - {{ type: text, text: Bonjour }}\n  - {SOCIAL}\n", "31", False),
        (f"  - {{ type: text, text: Bonjour }}\n  - {TEXT}\n", "", True),
        (f"  - {SOCIAL}\n", "", True),
    ],
)
def test_paper_stands_above_the_foot_only_where_no_panel_reaches_it(
    workspace: Workspace, before: str, department: str, strip: bool
) -> None:
    got = mail(composed(workspace, before), reader(department=department)).html

    sections = re.findall(r'<div class="((?:paper|mist|night)[^"]*)"', got)
    assert sections[-1] == "night gutter"
    assert (sections[-2] == "paper") is strip
    assert balanced(got)

"""Merge tags in capitals, in monograms and in links: no reader sees a mark, and no link leads nowhere."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from composing import ON_THE_WEB, composed, mail, reader
from issue_files import workspace_at
from newsletter_mailer.compose.pipeline import Composition
from newsletter_mailer.config import Workspace

SITE = "https://ann.example.org/a?b=1"
DEAD = ["", "Ann", "javascript:alert(1)"]
MARK = re.compile(r"nl[0-9a-f]{12}", re.IGNORECASE)
LINKS = """\
  - { type: button, label: Le bouton, link: "{{ subscriber.department }}" }
  - type: article
    title: Un article
    text: Voir [la page]({{ subscriber.department }}) et [la carte](https://example.org/carte).
    read_more: { label: Lire la suite, link: "{{ subscriber.department }}" }
    button: { label: Participer, link: "{{ subscriber.department }}" }
  - type: profiles
    profiles:
      - { name: Action Emploi, text: Bonjour., website: "{{ subscriber.department }}" }
  - type: social
    links:
      - { network: linkedin, link: "{{ subscriber.department }}" }
      - { network: x, link: "https://example.org/x" }
"""
CALLS = ["Le bouton", "Lire la suite", "Participer", "LinkedIn"]


@pytest.fixture
def workspace(tmp_path: Path) -> Workspace:
    return workspace_at(tmp_path / "lettres")


@pytest.fixture
def own_links(workspace: Workspace) -> Composition:
    return composed(workspace, LINKS)


def test_a_title_in_capitals_names_the_reader(workspace: Workspace) -> None:
    masthead = "  - { type: masthead, title: 'Mh {{ subscriber.first_name }}' }\n"

    got = mail(composed(workspace, masthead))

    assert "MH Ann\n======" in got.text
    assert not MARK.search(got.html + got.text + got.subject)


def test_a_profile_called_by_a_merge_tag_has_no_monogram(workspace: Workspace) -> None:
    blocks = "  - { type: profiles, profiles: [{ name: '{{ subscriber.first_name }}', text: Bonjour. }] }\n"

    got = mail(composed(workspace, blocks))

    assert ">Ann</p>" in got.html
    assert "monogram" not in re.sub(r"<style.*?</style>", "", got.html, flags=re.DOTALL)
    assert ">N<" not in got.html


def test_who_has_the_link_gets_it(own_links: Composition) -> None:
    got = mail(own_links, reader(department=SITE))

    assert got.html.count(f'href="{SITE}"') == 6
    assert all(call in got.html and call in got.text for call in CALLS)
    assert f"→ Le bouton [1]\n\n[1] {SITE}\n" in got.text
    assert "Voir la page [1] et la carte [2]." in got.text
    assert f"→ Participer [1]\n\n[2] https://example.org/carte\n[1] {SITE}\n" in got.text


@pytest.mark.parametrize("site", DEAD)
def test_who_has_no_such_link_reads_its_words_and_no_button(own_links: Composition, site: str) -> None:
    got = mail(own_links, reader(department=site))

    assert 'href=""' not in got.html
    assert "[1]" not in got.text
    assert not any(call in got.html or call in got.text for call in CALLS)
    assert "Voir la page et " in re.sub(r"<a\b.*?>", "", got.html)
    assert "Voir la page et la carte [2].\n\n[2] https://example.org/carte\n" in got.text
    assert "\n\n\n" not in got.text
    assert got.html.count("<table") == got.html.count("</table>")


def test_an_author_may_link_to_a_page_that_not_every_reader_has(workspace: Workspace) -> None:
    composition = composed(workspace, "  - { type: text, text: 'Vos [choix]({{ links.preferences }}).' }\n")

    by_mail, on_the_web = mail(composition), mail(composition, reader(links=ON_THE_WEB))

    assert "Vos choix." in by_mail.html
    assert "Vos choix.\n" in by_mail.text
    assert "Vos choix [1].\n\n[1] https://example.org/p/abc\n" in on_the_web.text


def test_a_value_in_an_address_of_the_text_part_cannot_break_out_of_it(workspace: Workspace) -> None:
    text = "Voir [ici](https://example.org/?q={{ subscriber.first_name }})."
    composition = composed(workspace, f"  - {{ type: text, text: '{text}' }}\n")

    got = mail(composition, reader("<b> . /"))

    assert "[1] https://example.org/?q=%3Cb%3E%20.%20%2F\n" in got.text

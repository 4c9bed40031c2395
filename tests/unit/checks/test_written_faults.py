"""Each way in which one of the checks on what an author wrote can speak, and ways in which it must not."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace
from pathlib import Path

import pytest

from issue_files import FOOT, HEAD, SETTINGS
from newsletter_mailer.checks import all as all_checks
from newsletter_mailer.checks.subject import Subject
from newsletter_mailer.model.edition import Picture
from newsletter_mailer.model.finding import Finding, Level
from unit.checks.samples import subject_of
from unit.checks.samples_content import text
from unit.checks.samples_law import PUBLISHER, with_footer, with_settings
from unit.checks.samples_targets import link


def findings(subject: Subject, code: str) -> list[Finding]:
    (check,) = (check for check in all_checks.CHECKS if code in check.codes)
    return [finding for finding in check.look(subject) if finding.code == code]


def said(subject: Subject, code: str) -> str:
    return " ".join(str(finding.what) for finding in findings(subject, code))


@pytest.mark.parametrize(
    ("target", "why"),
    [
        ("https://https://jardin.fr", "twice"),
        ("https:jardin.fr/a", "two slashes"),
        ("https://jardin.fr/a\\b", "a sign"),
        ("https://www@jardin.fr", "an @"),
        ("https://jardin", "not the name"),
        ("https://jardin..fr", "not the name"),
        ("https://www,jardin.fr", "not the name"),
        ("https://jardin.fr:port/", "not the name"),
        ("https://jardin.fr/a.", "at its end"),
        ("https://jardin.fr/a»", "at its end"),
    ],
)
def test_an_address_that_leads_nowhere_says_why(target: str, why: str, tmp_path: Path) -> None:
    assert why in said(subject_of(tmp_path, link(target)), "link-syntax")


@pytest.mark.parametrize(
    "target",
    [
        "https://1.1.1.1/a",
        "https://[2606:4700::1111]/",
        "https://jardin.fr:8443/a?b=c#d",
        "https://my_site.été.fr/à",
        "https://jardin.fr/a_(b)",
        "HTTPS://JARDIN.FR",
    ],
)
def test_addresses_that_lead_somewhere_are_passed_over(target: str, tmp_path: Path) -> None:
    button = f'  - {{ type: button, label: Le jardin, link: "{target}" }}\n'

    assert said(subject_of(tmp_path, button), "link-syntax") == ""


@pytest.mark.parametrize(
    "target", ["http://[::1]/", "https://nas.local/", "https://192.168.0.1/", "https://site.test/"]
)
def test_machines_at_home_are_no_pages(target: str, tmp_path: Path) -> None:
    assert findings(subject_of(tmp_path, link(target)), "link-local")


@pytest.mark.parametrize(
    ("target", "level"),
    [
        ("mailto:a@jardin", Level.ERROR),
        ("mailto:a@jardin.fr?sujet=Oui", Level.WARNING),
        ("mailto:a b@jardin.fr", Level.ERROR),
    ],
)
def test_a_letter_to_nobody_and_a_field_that_letters_do_not_have(
    target: str, level: Level, tmp_path: Path
) -> None:
    subject = subject_of(tmp_path, link(target.replace(" ", "%20")))

    assert [finding.level for finding in findings(subject, "link-mailto")] == [level]


@pytest.mark.parametrize(
    ("target", "wrong"),
    [
        ("tel:0561000000", False),
        ("tel:+33%205%2061%2000%2000%2000", False),
        ("tel:3615", False),
        ("tel:0032475123456", False),
        ("tel:056100000", True),
        ("tel:+3356100000", True),
        ("tel:numero", True),
    ],
)
def test_telephone_numbers_have_as_many_digits_as_their_country_wants(
    target: str, wrong: bool, tmp_path: Path
) -> None:
    assert bool(findings(subject_of(tmp_path, link(target)), "link-telephone")) is wrong


def test_a_search_result_is_no_link(tmp_path: Path) -> None:
    target = "https://www.google.com/url?q=https://jardin.fr"

    assert "google" in said(subject_of(tmp_path, link(target)), "link-wrapped")


@pytest.mark.parametrize(
    "code", ["link-syntax", "link-mailto", "link-telephone", "link-tracking", "link-local"]
)
def test_links_of_every_kind_stand_side_by_side(code: str, tmp_path: Path) -> None:
    kinds = (
        link("https://jardin.fr/", "la page")
        + link("mailto:a@jardin.fr?subject=Oui&body=Non", "la lettre")
        + link("tel:+33561000000", "le téléphone")
    )

    assert findings(subject_of(tmp_path, kinds), code) == []


def test_one_link_to_an_example_is_one(tmp_path: Path) -> None:
    assert said(subject_of(tmp_path, link("https://example.org/")), "link-example").startswith("this link")


def test_links_to_examples_are_said_once_with_their_number(tmp_path: Path) -> None:
    subject = subject_of(tmp_path, link("https://a.example.org/", "a") + link("https://b.example.org/", "b"))

    assert said(subject, "link-example").startswith("2 links")


@pytest.mark.parametrize(
    ("blocks", "what"),
    [
        (text("***"), "no words"),
        ("  - type: divider\n  - type: divider\n", "two dividers"),
        ("  - type: heading\n    title: À venir\n", "nothing stands below"),
    ],
)
def test_blocks_that_say_nothing(blocks: str, what: str, tmp_path: Path) -> None:
    assert what in said(subject_of(tmp_path, text("Bonjour.") + blocks), "block-empty")


def test_two_dividers_apart_are_no_duplicate(tmp_path: Path) -> None:
    blocks = "  - type: divider\n" + text("Bonjour.") + "  - type: divider\n"

    assert findings(subject_of(tmp_path, blocks), "block-duplicate") == []


@pytest.mark.parametrize(
    ("words", "found"),
    [
        ('Un mot entre "guillemets droits', "straight"),
        ("Un mot » fermé", "« and »"),
        ("Une parenthèse (ouverte", "( and )"),
        ("Une parenthèse fermée) ;)", "( and )"),
        ("1) un, 2) deux :) et ;-)", ""),
        ('Un mot entre "guillemets droits"', ""),
    ],
)
def test_signs_come_in_pairs(words: str, found: str, tmp_path: Path) -> None:
    what = said(subject_of(tmp_path, text(words)), "typography-pairs")

    assert (found in what) if found else what == ""


def test_french_letters_are_looked_for_in_french_only(tmp_path: Path) -> None:
    blocks = text("The 2ème Etat of the coeur.")
    english = subject_of(
        tmp_path,
        f"id: letter-2026-11\ntitle: T\nsubject: S\ndate: 2026-11-22\nlanguage: en\nblocks:\n{blocks}  - type: footer\n",
    )

    assert findings(english, "typography-letters") == []


@pytest.mark.parametrize(
    ("deadline", "today", "code"),
    [
        ("2026-11-21", "2026-11-20", "deadline-past"),
        ("2026-11-24", "2026-11-25", "past-today"),
        ("2026-11-24", "2026-11-24", None),
    ],
)
def test_the_deadline_of_an_opportunity_counts(
    deadline: str, today: str, code: str | None, tmp_path: Path
) -> None:
    blocks = f"  - {{ type: opportunity, title: Un poste, text: Au jardin., deadline: {deadline} }}\n"

    subject = subject_of(tmp_path, blocks, today=dt.date.fromisoformat(today))

    found = [one for each in ("deadline-past", "past-today") for one in findings(subject, each)]
    assert [one.code for one in found] == ([code] if code else [])
    assert all(one.at == ("blocks", 0, "deadline") for one in found)


@pytest.mark.parametrize(
    ("words", "over"),
    [
        ("Inscrivez-vous jusqu'au 12 novembre.", True),
        ("L'exposition est ouverte jusqu’au 12 novembre.", True),
        ("Date limite : 12 novembre", True),
        ("Apply by November 12.", True),
        ("Nous avons planté jusqu'au 12 novembre. Inscrivez-vous.", False),
        ("Le 12 novembre, nous avons planté.", False),
    ],
)
def test_a_deadline_is_what_asks_something_of_the_reader(words: str, over: bool, tmp_path: Path) -> None:
    assert bool(findings(subject_of(tmp_path, text(words)), "deadline-past")) is over


def test_very_heavy_pictures_are_an_error(tmp_path: Path) -> None:
    good = subject_of(tmp_path, text("Bonjour."))
    pictures = (Picture("a@example.org", "a.png", "image/png", bytes(5_000_001)),)
    edition = replace(good.composition.edition, pictures=pictures)

    (finding,) = findings(
        replace(good, composition=replace(good.composition, edition=edition)), "pictures-weight"
    )

    assert finding.level is Level.ERROR


@pytest.mark.parametrize(
    ("code", "name", "old"),
    [
        ("law-unsubscribe", "footer.txt", "{{ links.unsubscribe }}"),
        ("law-reason", "footer.txt", "{{ (block.reason or labels.reason) | wrap }}"),
        ("law-identity", "footer.mjml", "{{ identity.name }}"),
        ("law-identity", "footer.txt", "{{ identity.email }}"),
    ],
)
def test_each_part_of_the_mail_says_who_writes_and_how_it_ends(
    code: str, name: str, old: str, tmp_path: Path
) -> None:
    assert findings(with_footer(name, old)(tmp_path), code)


def test_what_the_settings_name_has_to_stand_in_the_mail(tmp_path: Path) -> None:
    with_footer("footer.txt", "{{ privacy.url }}")(tmp_path)
    settings = f"{SETTINGS}privacy: {{ url: https://reseau-exemple.fr/donnees }}\n"
    subject = subject_of(tmp_path, text("Bonjour."), settings=settings)

    assert "is not in the mail" in said(subject, "law-privacy")


def test_a_publisher_of_the_settings_has_to_stand_in_the_mail(tmp_path: Path) -> None:
    blocks = tmp_path / "templates" / "default" / "blocks"
    blocks.mkdir(parents=True)
    (blocks / "footer.txt").write_text("-- \n{{ links.unsubscribe }}\n", encoding="utf-8")

    subject = with_settings(PUBLISHER)(tmp_path)

    assert [finding.level for finding in findings(subject, "law-publisher")] == [Level.ERROR]


def test_a_reason_that_is_each_readers_own_is_not_compared(tmp_path: Path) -> None:
    subject = subject_of(
        tmp_path,
        "id: letter-2026-11\ntitle: T\nsubject: S\ndate: 2026-11-22\nblocks:\n"
        "  - { type: footer, reason: \"Pour {{ subscriber.first_name or 'vous' }}\" }\n",
    )

    assert findings(subject, "law-reason") == []


@pytest.mark.parametrize(
    ("words", "twice"),
    [
        ("le le", True),
        ("Le le", True),
        ("Duran Duran", False),
        ("nous nous", False),
        ("il faut faire faire", False),
    ],
)
def test_words_that_stand_there_twice(words: str, twice: bool, tmp_path: Path) -> None:
    assert bool(findings(subject_of(tmp_path, text(f"Et {words}.")), "word-doubled")) is twice


@pytest.mark.parametrize("words", ["TODO", "XXX", "Lorem ipsum dolor", "Bonjour [nom]", "???"])
def test_words_that_were_to_be_replaced(words: str, tmp_path: Path) -> None:
    assert findings(subject_of(tmp_path, text(words)), "leftover")


def test_files_that_are_heavy_only_together_are_told_together(tmp_path: Path) -> None:
    files = {f"{name}.pdf": f"%PDF-1.7 {name}".encode().ljust(300_000) for name in ("un", "deux")}
    head = HEAD.replace("blocks:", "attachments: [{ file: un.pdf }, { file: deux.pdf }]\nblocks:")

    found = findings(subject_of(tmp_path, head + FOOT, files=files), "attachment-heavy")

    assert [finding.at for finding in found] == [("attachments",)]


def test_of_the_same_fault_thousands_of_times_only_the_first_are_told(tmp_path: Path) -> None:
    subject = subject_of(tmp_path, text("le " * 10_000))

    found = list(all_checks.findings(subject, slow=False))

    assert [each.code for each in found].count("word-doubled") == all_checks.MOST_OF_A_CODE


@pytest.mark.parametrize("words", ["a" * 49_000, "a-" * 24_000, "1/" * 24_000, "a." * 24_000])
def test_a_word_without_end_is_looked_at_once(words: str, tmp_path: Path) -> None:
    subject = subject_of(tmp_path, text(f"{words} fin , voilà."))

    assert findings(subject, "typography-spaces")

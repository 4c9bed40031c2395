"""What the checks of the rendered page say, and where; and what they let pass."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from newsletter_mailer.checks.accessibility import legible, pressing, structure
from newsletter_mailer.checks.clients import outlook, sheets, support
from newsletter_mailer.checks.clients.usage import used
from newsletter_mailer.checks.page import page_of
from newsletter_mailer.checks.subject import Subject
from newsletter_mailer.model.edition import Picture
from newsletter_mailer.model.finding import Finding, Level
from newsletter_mailer.wording import in_language
from unit.checks.samples import Make, subject_of
from unit.checks.samples_rendered import GOOD, body, link, page, sheet

ROOT = Path(__file__).parents[3]
FAINT = "color:#949494"  #: 3.0 on white, 2.5 on the sand of the default theme


def found(look: Callable[[Subject], object], make: Make, root: Path) -> list[Finding]:
    """What a check finds."""
    return list(look(make(root)))  # type: ignore[call-overload, no-any-return]


def light(subject: Subject) -> list[Finding]:
    return list(legible.contrasts(subject, dark=False))


@pytest.mark.parametrize(
    ("style", "level"),
    [
        ("color:#808080;background-color:#FFFFFF", Level.ERROR),  # 3.9
        ("color:#808080;background-color:#FFFFFF;font-size:24px", Level.WARNING),
        ("color:#808080;background-color:#FFFFFF;font-size:19px;font-weight:bold", Level.WARNING),
        ("color:#808080;background-color:#FFFFFF;font-size:23px", Level.ERROR),
        ("color:#999999;background-color:#FFFFFF;font-size:24px", Level.ERROR),  # 2.8
        ("color:#767676;background-color:#FFFFFF", None),  # 4.5
        ("color:#808080;background-image:url(cid:a)", None),  # nobody knows
        ("color:#808080;background-color:#FFFFFF;display:none", None),
        ("color:#808080;background-color:#FFFFFF;font-size:1px", None),
    ],
)
def test_large_text_may_be_fainter(style: str, level: Level | None, tmp_path: Path) -> None:
    levels = [finding.level for finding in found(light, body(f'<p style="{style}">loin</p>'), tmp_path)]

    assert levels == ([level] if level else [])


def test_the_words_of_a_picture_are_read_where_pictures_are_blocked(tmp_path: Path) -> None:
    (finding,) = found(light, body(f'<img style="{FAINT}" alt="Le potager" width="9">'), tmp_path)

    assert "Le potager" in str(finding.what)


def test_a_pair_of_colours_is_told_once_with_its_contrast_in_the_language_of_the_moment(
    tmp_path: Path,
) -> None:
    twice = body(f'<p style="{FAINT};background-color:#FFFFFF">un</p>' * 2)

    (finding,) = found(light, twice, tmp_path)

    assert "#949494 on #FFFFFF" in str(finding.what)
    assert "3 " in str(finding.what)
    assert "(×2)" in str(finding.what)
    with in_language("fr"):
        assert "4,5" in str(finding.hint)


def test_a_screen_by_day_is_not_called_dark(tmp_path: Path) -> None:
    (finding,) = found(light, body(f'<p style="{FAINT};background-color:#FFFFFF">pâle</p>'), tmp_path)

    assert str(finding.what).startswith("“pâle” is hard to read")


def test_a_dark_screen_is_named(tmp_path: Path) -> None:
    def dark(subject: Subject) -> list[Finding]:
        return list(legible.contrasts(subject, dark=True))

    (finding,) = found(dark, body('<p style="color:#595959">perdu la nuit</p>'), tmp_path)

    assert str(finding.what).startswith("on dark screens “perdu la nuit”")


def test_a_link_within_a_sentence_is_no_target_of_its_own(tmp_path: Path) -> None:
    assert (
        found(pressing.targets, body('<p>Voir <a href="https://example.org/">ici</a>.</p>'), tmp_path) == []
    )


def test_a_picture_that_leads_somewhere_is_as_high_as_it_is(tmp_path: Path) -> None:
    picture = link("display:block", words='<img alt="le programme" src="cid:a" width="90" height="90">')

    assert found(pressing.targets, picture, tmp_path) == []


@pytest.mark.parametrize("attribute", ["bgcolor", "color"])
def test_colours_in_attributes_have_six_digits_too(attribute: str, tmp_path: Path) -> None:
    (finding,) = found(sheets.short_colours, body(f'<font {attribute}="#abc">a</font>'), tmp_path)

    assert "#abc" in str(finding.what)


def test_a_finding_stands_where_the_author_wrote_the_words(tmp_path: Path) -> None:
    subject = subject_of(tmp_path, "  - { type: text, text: Bonjour }\n" + GOOD)
    faint = replace(subject, html=subject.html.replace("<p", f'<p style="{FAINT}" data-was'))

    at = {finding.at for finding in light(faint) if "semé" in str(finding.what)} | {
        finding.at for finding in light(replace(faint, html=faint.html.replace("Bonjour", "")))
    }

    assert ("blocks", 1, "text") in at


def test_a_page_without_any_main_heading_is_told(tmp_path: Path) -> None:
    (finding,) = found(structure.headings, page("<h1", "<h2"), tmp_path)

    assert finding.code == "heading-first"
    assert " 0 " in str(finding.what)


@pytest.mark.parametrize(
    "style",
    ["text-decoration:none;border:1px solid #112233", "text-decoration:none;border-radius:8px"],
)
def test_a_link_with_the_shape_of_a_button_needs_no_underline(style: str, tmp_path: Path) -> None:
    assert found(pressing.underlines, link(style), tmp_path) == []


def test_an_underline_may_stand_within_the_link_or_around_nothing(tmp_path: Path) -> None:
    inside = '<span style="text-decoration:underline">le programme</span>'

    assert found(pressing.underlines, link("text-decoration:none", words=inside), tmp_path) == []


@pytest.mark.parametrize(
    "words", ['<img alt="le programme" src="cid:a">', "<span>le programme</span>"], ids=["picture", "text"]
)
def test_a_link_is_named_by_what_is_in_it(words: str, tmp_path: Path) -> None:
    assert found(pressing.names, link("", words=words), tmp_path) == []


@pytest.mark.parametrize("attribute", ["aria-label", "title"])
def test_a_link_may_be_named_by_an_attribute(attribute: str, tmp_path: Path) -> None:
    named = body(f'<a href="https://example.org/" {attribute}="le programme"></a>')

    assert found(pressing.names, named, tmp_path) == []


@pytest.mark.parametrize(
    "inside",
    [
        "<!--[if mso]><table><tr><td><![endif]--><p>a</p>",
        "<!--[if mso]><b>a</b>",
        "<![endif]-->",
        "<!--[if mso]><!--[if lte mso 11]><b>a</b><![endif]--><![endif]-->",
    ],
)
def test_a_note_for_outlook_that_tears_the_page_is_an_error(inside: str, tmp_path: Path) -> None:
    assert [one.level for one in found(outlook.notes, body(inside), tmp_path)] == [Level.ERROR]


def test_a_note_that_opens_and_another_that_closes_are_whole_together(tmp_path: Path) -> None:
    pair = "<!--[if mso]><table><tr><td><![endif]--><p>a</p><!--[if mso]></td></tr></table><![endif]-->"

    assert found(outlook.notes, body(pair), tmp_path) == []


@pytest.mark.parametrize(("target", "faults"), [(' href="https://example.org/"', 0), ("", 1)])
def test_a_button_drawn_in_vml_leads_somewhere(target: str, faults: int, tmp_path: Path) -> None:
    drawn = f"<!--[if mso]><v:roundrect{target}><center>Venir</center></v:roundrect><![endif]-->"

    assert len(found(outlook.buttons, body(drawn), tmp_path)) == faults


def test_style_sheets_may_be_as_large_as_gmail_keeps_and_not_larger(tmp_path: Path) -> None:
    subject = subject_of(tmp_path, GOOD)
    room = sheets.GMAIL_KEEPS - sum(len(text.encode()) for text, _ in page_of(subject.html).sheets)

    def with_blanks(count: int) -> Subject:
        return replace(subject, html=subject.html.replace("</head>", f"<style>{' ' * count}</style></head>"))

    assert list(sheets.size(with_blanks(room))) == []
    assert [one.level for one in sheets.size(with_blanks(room + 1))] == [Level.ERROR]


@pytest.mark.parametrize(
    "css",
    [
        "@import url(https://example.org/a.css);",
        "@font-face { font-family: A; src: url(https://example.org/a.woff) }",
    ],
)
def test_a_style_sheet_that_fetches_something_is_an_error(css: str, tmp_path: Path) -> None:
    assert [one.code for one in found(sheets.fetched, sheet(css), tmp_path)] == ["page-remote"]


def test_a_fragment_of_an_address_is_no_colour(tmp_path: Path) -> None:
    assert (
        found(
            sheets.short_colours, body('<p style="background:url(#abc)"><a href="#abc">a</a></p>'), tmp_path
        )
        == []
    )


def test_what_is_lacked_is_told_with_the_programs_that_lack_it(tmp_path: Path) -> None:
    told = found(support.support, body('<div style="display:flex;border-radius:9px">a</div>' * 3), tmp_path)

    (flex,) = (one for one in told if one.code == "client-support")
    (corners,) = (one for one in told if "border-radius" in str(one.what))
    assert (
        str(flex.what)
        == "not supported in Outlook 2007–2024 (Windows), Orange: boxes side by side (display:flex), 3×"
    )
    assert (flex.level, corners.level) == (Level.WARNING, Level.NOTE)


def test_the_features_of_a_page_go_by_the_names_of_can_i_email(tmp_path: Path) -> None:
    html = """<style>@media (max-width:479px) { a:hover::before { width: calc(100% - 2rem) } }
      b { color: var(--x); padding-left: 3px; border-top-left-radius: 2px; left: 0; display: inline-grid }</style>
      <ul><li><h3 role="x">a</h3></li></ul><input type="checkbox"><button>b</button><img src="data:," loading="lazy">
      <a href="#top">c</a><em style="-webkit-hyphens:auto;mso-hide:all;background-image:linear-gradient(red,blue)">d</em>"""
    edition = replace(
        subject_of(tmp_path, GOOD).composition.edition, pictures=(Picture("a@b", "a.jpg", "image/jpeg", b""),)
    )

    names = set(used(page_of(html), edition))

    assert names >= {
        *(
            "css-at-media",
            "css-at-media-width",
            "css-pseudo-class-hover",
            "css-pseudo-element-before",
            "css-width",
        ),
        *(
            "css-unit-calc",
            "css-unit-rem",
            "css-variables",
            "css-padding",
            "css-border-radius",
            "css-display-grid",
        ),
        *("css-left-right-top-bottom", "html-lists", "html-h1-h6", "html-role", "html-input-checkbox"),
        *("html-button-submit", "image-base64", "image-jpg", "html-loading-attribute", "html-anchor-links"),
        *("html-strong", "css-background-image", "css-linear-gradient"),
    }
    assert not {name for name in names if "webkit" in name or "mso" in name}


def test_the_table_of_programs_is_whole_small_and_dated_as_the_docs_say() -> None:
    path = Path(support.__file__).with_name("support.json")
    known = support.table()

    assert path.stat().st_size <= 40_000
    assert {len(row[2]) for row in known.features.values()} == {len(known.clients)}
    assert {letter for row in known.features.values() for letter in row[2]} == set("ynau")
    assert {"Gmail", "Orange", "La Poste", "SFR", "Free"} <= set(known.clients)
    assert f"table of {known.date}" in (ROOT / "docs" / "checks.md").read_text("utf-8")
    assert json.loads(path.read_text("utf-8"))["source"].startswith("https://www.caniemail.com")


def test_every_feature_that_a_page_may_need_stands_in_the_table() -> None:
    known = support.table()

    assert [name for name in (*support.NEEDED, *support.UNSEEN) if name not in known.features] == []
    assert [name for name in support.IN_WORDS if name not in known.features] == []
    assert not support.NEEDED & support.UNSEEN

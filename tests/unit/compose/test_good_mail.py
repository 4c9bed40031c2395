"""The rules of a good mail, on what one reader of each sample gets. What needs a browser is in end_to_end."""

from __future__ import annotations

import re
from functools import cache
from itertools import pairwise
from typing import Any

import pytest
from lxml import html as lxml_html

from composing import EVERY_BLOCK, ON_THE_WEB, SEED, Mail, mail, reader, sample
from newsletter_mailer.compose.plaintext import WIDTH

SAMPLES = [SEED, EVERY_BLOCK]
GENERIC = {
    "ici",
    "cliquez ici",
    "lire la suite",
    "en savoir plus",
    "here",
    "click here",
    "read more",
    "lien",
    "link",
}

both = pytest.mark.parametrize("slug", SAMPLES)


@cache
def sent(slug: str) -> Mail:
    return mail(sample(slug), reader(links=ON_THE_WEB, department="31", role="administrateur"))


@cache
def page(slug: str) -> Any:
    return lxml_html.document_fromstring(sent(slug).html)


def css(slug: str) -> str:
    return "\n".join(page(slug).xpath("//style/text()"))


def style(element: Any) -> dict[str, str]:
    pairs = (part.split(":", 1) for part in (element.get("style") or "").split(";") if ":" in part)
    return {name.strip(): value.strip() for name, value in pairs}


def opened(slug: str) -> str:
    """The page as Outlook reads it, with its notes open."""
    text = re.sub(r"<!--\[if !mso\]><!-->.*?<!--<!\[endif\]-->", "", sent(slug).html, flags=re.DOTALL)
    return re.sub(r"<!--\[if[^\]]*\]>|<!\[endif\]-->", "", text)


@both
def test_language_and_direction_are_said_on_the_page_and_on_what_webmail_keeps_of_it(slug: str) -> None:
    wrapper = page(slug).xpath("//body/div")[0]

    for element in (page(slug), wrapper):
        assert (element.get("lang"), element.get("dir")) == ("fr", "ltr")


@both
def test_the_page_has_a_title(slug: str) -> None:
    assert page(slug).xpath("string(//title)").replace("’", "'") == sample(slug).edition.title


@both
def test_layout_tables_say_that_they_are_only_layout(slug: str) -> None:
    tables = lxml_html.document_fromstring(opened(slug)).xpath("//table")

    assert len(tables) > 30
    assert {table.get("role") for table in tables} == {"presentation"}


@both
def test_every_picture_has_an_alternative_text_and_whole_pixels(slug: str) -> None:
    pictures = page(slug).xpath("//img")

    assert pictures
    for picture in pictures:
        assert picture.get("alt") is not None
        assert picture.get("width").isdigit()
        assert picture.get("height").isdigit()
        assert picture.get("src").startswith("cid:")


@both
def test_every_link_has_a_name_of_its_own_and_leads_where_a_mail_may_lead(slug: str) -> None:
    names: dict[str, str] = {}
    for link in page(slug).xpath("//a"):
        said = (link.get("aria-label") or link.text_content() or "").strip() or link.xpath(
            "string(.//img/@alt)"
        )
        assert said
        assert said.lower() not in GENERIC
        assert re.match(r"(https?://|mailto:|tel:)\S", link.get("href"))
        assert names.setdefault(said, link.get("href")) == link.get("href"), said


@both
def test_links_in_running_text_are_underlined(slug: str) -> None:
    for link in page(slug).xpath("//a[not(img)]"):
        shaped_as_a_button = "border-radius" in style(link) or "border-radius" in style(link.getparent())
        assert shaped_as_a_button or style(link)["text-decoration"] == "underline"


@both
def test_there_is_one_h1_and_no_level_is_skipped(slug: str) -> None:
    levels = [int(heading.tag[1]) for heading in page(slug).xpath("//h1|//h2|//h3|//h4|//h5|//h6")]

    assert levels.count(1) == 1
    assert levels[0] == 1
    assert all(below - above <= 1 for above, below in pairwise(levels))


@both
def test_text_is_never_smaller_than_14_pixels(slug: str) -> None:
    for element in page(slug).xpath("//body//*[text()[normalize-space(translate(., '\u00a0\u200a', ''))]]"):
        holder = next(e for e in (element, *element.iterancestors()) if "font-size" in style(e))
        if "preheader" not in (element.get("class") or ""):
            assert float(style(holder)["font-size"].removesuffix("px")) >= 14, element.text_content()


@both
def test_dark_screens_have_colours_of_their_own_that_win(slug: str) -> None:
    sheet = css(slug)
    dark = sheet[sheet.index("@media (prefers-color-scheme: dark)") :].split("\n}\n")[0]

    assert page(slug).xpath("//meta[@name='color-scheme']/@content") == ["light dark"]
    assert ":root { color-scheme: light dark;" in sheet
    assert dark.count("!important") > 20
    assert not re.findall(r"(?:color|background):#\w+\b(?! !important)", dark)
    assert sheet.count("[data-ogsc] ") > 20


@both
def test_there_is_a_logo_for_each_mode_and_outlook_sees_one(slug: str) -> None:
    light, dark = page(slug).xpath("//img[contains(@class, 'logo-')]")

    assert (light.get("class"), dark.get("class")) == ("logo-light", "logo-dark")
    assert style(dark)["display"] == "none"
    assert "logo-dark" not in opened(slug).split("</head>")[1]


@both
def test_notes_for_outlook_are_balanced_and_its_cells_fit(slug: str) -> None:
    text = opened(slug)

    for tag in ("table", "tr", "td", "div"):
        assert len(re.findall(rf"<{tag}[\s>]", text)) == text.count(f"</{tag}>"), tag
    for row in lxml_html.document_fromstring(text).xpath("//tr"):
        widths = [
            float(style(cell).get("width", "0px").removesuffix("px"))
            for cell in row.xpath("./td")
            if style(cell).get("width", "").endswith("px")
        ]
        assert sum(widths) <= 600


@both
def test_colours_have_six_digits(slug: str) -> None:
    html = re.sub(r'(?:href|src)="[^"]*"|<xml>.*?</xml>', "", sent(slug).html, flags=re.DOTALL)

    assert {len(colour) for colour in re.findall(r"(?<![&\w])#([0-9a-fA-F]+)\b", html)} == {6}


@both
def test_gmail_shows_the_whole_of_it(slug: str) -> None:
    sheet = css(slug)
    inside = re.sub(r"[^{}@]", "", sheet)

    # It cuts at 102,400, and one of the two holds every kind of block.
    assert len(sent(slug).html.encode()) < 100_000
    assert len(sheet.encode()) < 16_000
    assert "{@" not in inside.replace("{}", "")
    assert "@import" not in sheet


@both
def test_nothing_comes_from_the_network(slug: str) -> None:
    assert page(slug).xpath("//link|//script|//iframe|//object|//form|//*[@background]") == []
    assert "url(" not in sent(slug).html


@both
def test_no_merge_tag_mark_or_control_character_is_left(slug: str) -> None:
    for part in (sent(slug).html, sent(slug).text, sent(slug).subject):
        assert "{{" not in part
        assert not re.search(r"nl[0-9a-f]{12}[ebf]\d+z", part)
        assert not re.search(r"[\x00-\x08\x0b-\x1f\x7f-\x9f]", part)
        part.encode("utf-8")


@both
def test_the_preheader_is_hidden_but_not_white(slug: str) -> None:
    preheader = page(slug).xpath("//div[contains(@class, 'preheader')]")[0]

    assert 40 <= len(preheader.text_content()) <= 90
    assert style(preheader)["display"] == "none"
    assert style(preheader)["color"].lower() not in ("#ffffff", "white")


@both
def test_the_foot_says_who_writes_and_how_to_leave(slug: str) -> None:
    foot = page(slug).xpath("//td[contains(@class, 'foot')]")[0].text_content()

    for words in (
        "Coorace Occitanie",
        "31200 TOULOUSE",
        "contact@cooraceoccitanie.org",
        "Se désinscrire de cette lettre",
    ):
        assert words in foot
        assert words in sent(slug).text


def squeezed(words: str) -> list[str]:
    return re.findall(r"\w+", words.lower())


@both
def test_the_text_part_says_everything_that_the_page_says(slug: str) -> None:
    body = page(slug).xpath("//body")[0]
    for unseen in body.xpath(".//div[contains(@class, 'preheader')]|.//*[@aria-hidden='true']|.//comment()"):
        unseen.drop_tree()
    text = sent(slug).text
    said = set(squeezed(text))

    for element in body.xpath(".//p|.//h1|.//h2|.//h3|.//h4|.//li|.//td[@class='day']|.//td[@class='month']"):
        missing = [word for word in squeezed(" ".join(element.itertext())) if word not in said]
        assert missing == [], " ".join(element.itertext())
    for alt in body.xpath(".//img/@alt"):
        assert [word for word in squeezed(alt) if word not in said] == [], alt
    for href in body.xpath(".//a/@href"):
        assert href.removeprefix("mailto:") in text or href.startswith("tel:"), href


@both
def test_the_text_part_is_72_columns_wide_but_for_addresses(slug: str) -> None:
    for line in sent(slug).text.split("\n"):
        assert len(line) <= WIDTH or "://" in line or "mailto:" in line, line
        assert line == line.rstrip() or line == "-- "


def test_each_network_is_a_cell_of_its_own_for_outlook_knows_no_padding_on_links() -> None:
    cells = page(EVERY_BLOCK).xpath("//td[contains(@class, 'pill')]")

    assert len(cells) > 2
    for cell in cells:
        assert len(cell.xpath("./a")) == 1
        assert style(cell)["border"].startswith("1px solid")
        assert style(cell)["mso-padding-alt"] == "10px 20px"


@both
def test_no_title_leaves_a_word_alone_on_its_last_line(slug: str) -> None:
    assert re.search(r"h1, h2, h3 \{ text-wrap: balance; \}", css(slug))


def test_the_signature_comes_after_the_text_of_each_new_member() -> None:
    words = page(SEED).xpath("//body")[0].text_content()

    for said, name in (
        ("composée de 5 salariées", "Action Emploi Services"),
        ("fin de d’année", "La Recyclante"),
    ):
        assert words.index(said) < words.index(name)


def test_our_own_words_are_marked_as_ours() -> None:
    for words in (
        "Se désinscrire de cette lettre",
        "Pour ajouter ces dates",
        "Lire cette lettre dans le navigateur",
    ):
        (element,) = page(SEED).xpath(f"//body//*[text()[contains(., '{words}')]]")
        assert any("ours" in (e.get("class") or "").split() for e in (element, *element.iterancestors()))

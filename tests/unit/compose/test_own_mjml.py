"""MJML that authors write themselves: what may stand in it, and what becomes of it."""

from __future__ import annotations

import re
import textwrap
from html import escape
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from lxml import html as lxml_html
from PIL import Image

from composing import ON_THE_WEB, Mail, composed, mail, reader
from issue_files import issue_text, said, workspace_at, write_issue
from newsletter_mailer.compose.load import load_issue
from newsletter_mailer.compose.mjml import to_html
from newsletter_mailer.compose.own_mjml import Dress, faults, targets, written
from newsletter_mailer.compose.own_mjml.rules import DEEPEST, INSIDE
from newsletter_mailer.config import Workspace
from newsletter_mailer.errors import IssueError

SECTION = "<mj-section><mj-column>{}</mj-column></mj-section>"
TEXT = SECTION.format("<mj-text>{}</mj-text>")


@pytest.fixture
def workspace(tmp_path: Path) -> Workspace:
    return workspace_at(tmp_path)


def block(source: str, *, words: str = "En mots.") -> str:
    return f"  - type: mjml\n    text: {words}\n    mjml: |\n{textwrap.indent(source, '      ')}\n"


def got(workspace: Workspace, source: str) -> Mail:
    return mail(composed(workspace, block(source)), reader(links=ON_THE_WEB))


def refusal(workspace: Workspace, source: str) -> str:
    with pytest.raises(IssueError) as refused:
        load_issue(workspace, write_issue(workspace, issue_text(block(source))))
    return "\n".join(said(refused.value.problems))


def picture(workspace: Workspace) -> None:
    path = workspace.issues / "lettre" / "jardin.png"
    path.parent.mkdir(parents=True)
    Image.new("RGB", (900, 300), "green").save(path)


def test_sections_stand_in_the_page_and_their_words_in_the_text_part(workspace: Workspace) -> None:
    source = TEXT.format("<h2>Un jardin</h2><p>Très <b>vert</b> <i>et</i>\n<u>grand</u> &amp; clos.</p>")

    mail_ = got(workspace, source)

    assert "<b>vert</b> <i>et</i> <u>grand</u> &amp; clos." in mail_.html
    assert "En mots." in mail_.text
    assert "jardin" not in mail_.text


def test_merge_tags_are_filled_in_texts_links_and_alternative_texts(workspace: Workspace) -> None:
    picture(workspace)
    source = SECTION.format(
        '<mj-image src="jardin.png" alt="Pour {{ subscriber.first_name }}" />'
        '<mj-text>{{ subscriber.first_name or "<vous>" }} <a href="{{ links.preferences }}">mes choix</a></mj-text>'
        '<mj-button href="https://example.org/?qui={{ subscriber.first_name }}">Venir</mj-button>'
    )

    html = mail(composed(workspace, block(source)), reader('A"<é', ON_THE_WEB)).html

    assert 'alt="Pour A&#34;&lt;é"' in html.replace("&quot;", "&#34;")
    assert "A&#34;&lt;é <a" in html.replace('A"&lt;é', "A&#34;&lt;é").replace("&quot;", "&#34;")
    assert f'href="{ON_THE_WEB.preferences}"' in html
    assert 'href="https://example.org/?qui=A%22%3C%C3%A9"' in html


def test_pictures_are_embedded_and_no_wider_than_asked(workspace: Workspace) -> None:
    picture(workspace)
    source = SECTION.format('<mj-image src="jardin.png" alt="" width="200px" />')

    page = lxml_html.document_fromstring(got(workspace, source).html)

    (shown,) = page.xpath("//img")
    assert (shown.get("width"), shown.get("alt")) == ("200", "")
    assert shown.get("src").startswith("cid:")


def test_what_has_no_colours_of_its_own_wears_the_themes(workspace: Workspace) -> None:
    source = SECTION.format("<mj-text>a</mj-text><mj-button href='https://example.org'>b</mj-button>")

    html = got(workspace, source).html

    assert re.search(r'class="paper gutter"[^>]*background-color:#FFFDF8', html)
    assert 'class="copy"' in html
    assert "#B2471F" in html


def test_words_on_a_ground_of_their_own_keep_their_colour_on_dark_screens(workspace: Workspace) -> None:
    source = '<mj-section background-color="#fea"><mj-column><mj-text color="#123">{}</mj-text></mj-column></mj-section>'
    words = '<h2>a</h2><a href="https://example.org/a">b</a><h3 style="color:#700">c</h3>'

    html = got(workspace, source.format(words)).html

    dark = html[html.index("@media (prefers-color-scheme: dark)") :]
    assert ".ink-112233,.ink-112233 a{color:#112233 !important}" in dark
    assert ".ink-770000,.ink-770000 a{color:#770000 !important}" in dark
    assert re.search(r'<h2 style="[^"]*color:#112233[^"]*" class="ink-112233"|<h2 class="ink-112233"', html)
    assert "background-color:#ffeeaa" in html


def test_short_colours_and_bare_numbers_become_what_outlook_and_mjml_read(workspace: Workspace) -> None:
    source = '<mj-section background-color="#FEA" padding="0 20"><mj-column><mj-text>a</mj-text></mj-column></mj-section>'

    html = got(workspace, source).html

    assert 'bgcolor="#FFEEAA"' in html
    assert "padding:0 20px" in html


def test_layout_tables_say_so_and_tables_of_data_do_not(workspace: Workspace) -> None:
    layout, data = "<table><tr><td>a</td></tr></table>", "<table><tr><th>b</th></tr></table>"

    html = got(workspace, TEXT.format(layout + data)).html

    assert re.search(r'<table role="presentation"[^>]*>(<tbody>)?<tr><td[^>]*>a<', html)
    assert re.search(r"<table(?! role)[^>]*>(<tbody>)?<tr><th[^>]*>b<", html)


def test_a_condition_takes_the_sections_with_it(workspace: Workspace) -> None:
    source = block(TEXT.format("réservé")).replace(
        "    text:", "    when: subscriber.department == '31'\n    text:"
    )

    composition = composed(workspace, source)

    assert "réservé" not in mail(composition).html
    assert "réservé" in mail(composition, reader(department="31")).html


@pytest.mark.parametrize(
    ("source", "words"),
    [
        ("Bonjour", "words stand here in no <mj-text>: Bonjour (put them into an <mj-text>"),
        ("<!-- rien -->", "there is no section in this block (begin with <mj-section>"),
        ("<mj-text>a</mj-text>", "<mj-text> cannot stand in the block (<mj-section> holds <mj-column>"),
        ("<mjml><mj-body></mj-body></mjml>", "<mjml> cannot stand in a block of MJML (write only the sections"),
        ("<mj-include path='/etc/passwd' />", "<mj-include> cannot stand in a block of MJML (nothing is taken"),
        (SECTION.format("<mj-raw><p>a</p></mj-raw>"), "<mj-raw> cannot stand in a block of MJML"),
        (SECTION.format("<mj-carousel></mj-carousel>"), "<mj-carousel> cannot stand in a block of MJML"),
        (SECTION.format("<mj-table></mj-table>"), "(write a <table> in an <mj-text>)"),
        (TEXT.format("<script>alert(1)</script>"), "<script> cannot stand in a block of MJML"),
        (TEXT.format("<style>p{}</style>"), "<style> cannot stand in a block of MJML"),
        (TEXT.format("<iframe src='x'></iframe>"), "<iframe> cannot stand in a block of MJML"),
        (TEXT.format("<form><input></form>"), "<form> cannot stand in a block of MJML"),
        (TEXT.format("<img src='https://example.org/a.png'>"), "(write an <mj-image> with a file"),
        (TEXT.format("<svg onload='x'></svg>"), "<svg> cannot stand in a block of MJML"),
        (TEXT.format("<h1>a</h1>"), "<h1> is the title of the whole letter (begin with <h2>)"),
        (TEXT.format("<p onclick='x'>a</p>"), "<p> takes no “onclick”"),
        (TEXT.format("<p id='x'>a</p>"), "<p> takes no “id”"),
        (TEXT.format("<a href='javascript:alert(1)'>a</a>"), "“javascript:alert(1)” is not a link"),
        (TEXT.format("<a href='data:text/html,x'>a</a>"), "is not a link"),
        (TEXT.format("<a>a</a>"), "<a> has no “href” (say with `href` where it leads)"),
        (TEXT.format("<p style='background:url(https://example.org/a)'>a</p>"), "nothing may be fetched"),
        (TEXT.format("<p style='background:\\75rl(x)'>a</p>"), "nothing may be fetched"),
        (TEXT.format("<p style='position:fixed'>a</p>"), "nothing may be fetched, run, or laid over"),
        (TEXT.format("<p style='color:{{ subscriber.last_name }}'>a</p>"), "a merge tag cannot be filled in here"),
        (TEXT.format("<p>a"), "<p> is not closed (write </p> where it ends)"),
        (TEXT.format("a</p>"), "</p> closes nothing (remove it)"),
        (TEXT.format("<!--[if mso]>a<![endif]-->"), "a condition for Outlook cannot stand here"),
        (TEXT.format("<![CDATA[a]]>"), "cannot stand here (remove it)"),
        ("<?xml version='1.0'?>" + TEXT, "cannot stand here (remove it)"),
        ("<!DOCTYPE html>" + TEXT, "cannot stand here (remove it)"),
        (SECTION.format("<mj-image src='a.png' />"), "<mj-image> has no “alt” (say with `alt` what"),
        (SECTION.format("<mj-image alt='' src='https://example.org/a.png' />"), "never fetched from the network"),
        (SECTION.format("<mj-image alt='' src='../../../a.png' />"), "outside of the workspace"),
        (SECTION.format("<mj-spacer height='abc' />"), "“abc” cannot stand in “height” (write a number of pixels"),
        (SECTION.format("<mj-text color='red'>a</mj-text>"), "“red” cannot stand in “color” (write # and six"),
        (SECTION.format("<mj-text colour='#fff'>a</mj-text>"), "<mj-text> takes no “colour” (there are: align"),
        (SECTION.format("<mj-text color='#fff' color='#000'>a</mj-text>"), "“color” stands here twice"),
        ("<mj-section background-url='https://example.org/a.png'></mj-section>", "takes no “background-url”"),
        (TEXT.format("<div>" * 30 + "a" + "</div>" * 30), f"more than {DEEPEST} elements inside one another"),
        (TEXT.format("{{ subscriber.frist_name }}"), "nobody knows “subscriber.frist_name”"),
        (TEXT.format("{% if x %}"), "“{%” is not a merge tag"),
    ],
)  # fmt: skip
def test_what_may_not_stand_there_is_told_with_a_way_out(
    workspace: Workspace, source: str, words: str
) -> None:
    assert words in refusal(workspace, source)


def test_a_mistake_is_told_at_its_line_and_column(workspace: Workspace) -> None:
    words = "<mj-text>{{ subscriber.first_name }}</mj-text>"
    source = (
        f"<mj-section>\n  <mj-column>\n    {words}\n    <mj-hero></mj-hero>\n  </mj-column>\n</mj-section>"
    )

    assert refusal(workspace, source).startswith("12:11: <mj-hero> cannot stand")


def test_inside_of_what_is_refused_nothing_more_is_said(workspace: Workspace) -> None:
    source = SECTION.format(
        "<mj-accordion><mj-accordion-element>a<p onclick='x'></p></mj-accordion-element></mj-accordion>"
    )

    assert refusal(workspace, source).count("\n") == 0


def test_thousands_of_levels_are_refused_and_not_compiled(workspace: Workspace) -> None:
    depth = 4_000

    assert "more than 24 elements" in refusal(workspace, TEXT.format("<b>" * depth + "</b>" * depth))


def test_the_links_are_known_with_their_words_but_for_those_of_each_reader() -> None:
    source = SECTION.format(
        "<mj-text><a href='{{ links.preferences }}'>mes choix</a> <a href='https://example.org'>le <b>site</b></a></mj-text>"
        "<mj-image href='https://example.org/a' src='a.png' alt='Un jardin' />"
    )

    found = [(target.href, target.words) for target in targets(source)]

    assert found == [("https://example.org", "le site"), ("https://example.org/a", "Un jardin")]


NAMES = st.sampled_from(
    [*(tag for tag in INSIDE if tag), "script", "style", "img", "svg", "mj-raw", "mj-include", "x"]
)
VALUES = st.sampled_from(
    ["#fff", "20px", "javascript:alert(1)", "url(x)", "https://example.org", "a b", '"', "<", "0", ""]
)
KEYS = st.sampled_from(["style", "href", "src", "alt", "onclick", "color", "padding", "width", "class"])
ATTRIBUTES = st.dictionaries(KEYS, VALUES, max_size=3)
WORDS = st.text(st.sampled_from("ab é<>&\"'\n-]![{}%#\u00a0\u202e"), max_size=8)


@st.composite
def sources(draw: st.DrawFn, depth: int = 4) -> str:
    """Something that looks like MJML, now and then."""
    parts = []
    for _ in range(draw(st.integers(0, 3))):
        if depth == 0 or draw(st.booleans()):
            parts.append(draw(WORDS))
            continue
        name, given_ = draw(NAMES), draw(ATTRIBUTES)
        attributes = "".join(f' {key}="{value}"' for key, value in given_.items())
        closing = draw(st.sampled_from([f"</{name}>", f"</{name}>", "", "</p>"]))
        parts.append(f"<{name}{attributes}>{draw(sources(depth=depth - 1))}{closing}")
    return "".join(parts)


@settings(suppress_health_check=[HealthCheck.too_slow])
@given(sources())
def test_whatever_is_typed_nothing_that_runs_or_fetches_gets_through(source: str) -> None:
    def no_picture(*_: object) -> None:
        raise AssertionError("no picture may be looked for without being checked")

    dress = Dress({}, "#202b2d", 600)
    try:
        made = written(source, dress, no_picture)  # type: ignore[arg-type]
    except AssertionError:
        assert "<mj-image" in source
        return

    page = lxml_html.fragment_fromstring(made, create_parent="div")
    for element in page.iterdescendants():
        assert element.tag in INSIDE
        assert not any(name.startswith("on") for name in element.attrib)
        assert "url(" not in (element.get("style") or "")
        assert re.match(r"https?:|mailto:|tel:|$", element.get("href") or "")


@st.composite
def sections(draw: st.DrawFn, holder: str = "", depth: int = 6) -> str:
    """Elements where they may stand, each closed, with words where words may stand."""
    parts = []
    allowed = sorted(tag for tag in INSIDE[holder] if tag != "mj-image")
    least = 1 if not holder else 0
    for tag in (
        draw(st.lists(st.sampled_from(allowed), min_size=least, max_size=3)) if allowed and depth else []
    ):
        needed = " href='https://example.org/a?b=1&c=2'" if tag in ("a", "mj-button") else ""
        inside = draw(sections(tag, depth - 1))
        parts.append(f"<{tag}{needed}>" if tag in ("br", "hr") else f"<{tag}{needed}>{inside}</{tag}>")
        if holder in ("mj-text", "mj-button", *(tag for tag in INSIDE if tag and not tag.startswith("mj-"))):
            parts.append(escape(draw(WORDS)).replace("{", ""))
    return "".join(parts)


@settings(suppress_health_check=[HealthCheck.too_slow])
@given(sections())
def test_what_is_not_refused_is_understood(source: str) -> None:
    refused = list(faults(source, lambda _: None))
    made = written(source, Dress({}, "#202b2d", 600), None)  # type: ignore[arg-type]

    page = to_html(f"<mjml><mj-body>{made}</mj-body></mjml>")

    assert refused == []
    assert page.startswith("<!DOCTYPE html>")

"""The composer's form as an officer uses it: a real browser, the file read back after each change."""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, Route, expect

from composer_desk import PICTURE, Composing, composing, workspace_in
from composer_window import Window, chromium, window_on
from newsletter_mailer.yamlio.reader import read

HOSTILE = '<img src=x onerror="document.title=\'owned\'"><script>document.title="owned"</script>'
WORD = """<html xmlns:o="urn:schemas-microsoft-com:office:office"><head><style>p{color:red}</style></head><body>
<p class="MsoNormal"><b>Cher adhérent</b>, lisez <a href="https://example.org/a_(1)">la <i>suite</i></a>.<o:p></o:p></p>
<p class="MsoListParagraph" style="mso-list:l0 level1 lfo1"><span style="mso-list:Ignore">·<span> </span></span>un</p>
<p class="MsoListParagraph" style="mso-list:l0 level1 lfo1"><span style="mso-list:Ignore">·<span> </span></span>deux</p>
<script>document.title='owned'</script><img src="https://away.example.org/p.png" onerror="document.title='owned'">
<p><a href="javascript:alert(1)">clic</a> 5 * 3</p></body></html>"""

MINE = {"op": "set", "path": ["subject"], "value": "Le mien"}
DROPS = """(place, what) => {
  const dataTransfer = new DataTransfer();
  if (what === "file") dataTransfer.items.add(new File(["x"], "x.txt"));
  else dataTransfer.setData("text/plain", "x");
  const drop = new DragEvent("drop", { dataTransfer, bubbles: true, cancelable: true });
  place.dispatchEvent(drop);
  return drop.defaultPrevented;
}"""


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with chromium() as running:
        yield running


@pytest.fixture
def desk(tmp_path: Path) -> Iterator[Composing]:
    workspace_in(tmp_path)
    with composing(tmp_path) as running:
        yield running


@pytest.fixture
def window(browser: Browser, desk: Composing) -> Iterator[Window]:
    with window_on(browser, desk) as opened:
        expect(opened.blocks).to_have_count(4)
        yield opened


def issue(desk: Composing) -> Any:
    """The file as it is now."""
    return read(desk.file.read_bytes(), "issue.yaml").data


def version(desk: Composing) -> str:
    return hashlib.sha256(desk.file.read_bytes()).hexdigest()


def kinds(desk: Composing) -> list[str]:
    return [block["type"] for block in issue(desk)["blocks"]]


def test_what_is_typed_is_saved_and_shown_while_the_caret_stays(window: Window, desk: Composing) -> None:
    text = window.field("Text", window.block(2))

    text.press("Control+End")
    text.press_sequentially(" Encore une phrase.")

    expect(window.mail.locator("body")).to_contain_text("Encore une phrase.")
    window.is_saved()
    assert "page). Encore une phrase." in issue(desk)["blocks"][2]["text"]
    expect(text).to_be_focused()
    assert text.evaluate("field => field.selectionEnd === field.value.length")


def test_the_subject_counts_its_letters_and_shows_in_the_inbox_line(window: Window, desk: Composing) -> None:
    window.field("Subject").fill("Bonjour novembre")

    expect(window.page.locator(".count").first).to_have_text("16 letters")
    expect(window.page.locator("#subject")).to_have_text("Bonjour novembre")
    window.is_saved()
    assert issue(desk)["subject"] == "Bonjour novembre"


def test_a_block_is_added_from_the_menu_with_the_keyboard_and_stands_before_the_foot(
    window: Window, desk: Composing
) -> None:
    window.page.locator("#add-block").focus()
    window.page.keyboard.press("Enter")
    expect(window.page.get_by_role("dialog")).to_be_visible()
    window.page.keyboard.press("ArrowDown")
    window.page.keyboard.press("Enter")  # a heading stands below a text

    expect(window.blocks).to_have_count(5)
    expect(window.field("Title", window.blocks.nth(3))).to_be_focused()
    window.page.keyboard.type("Adhérents en mouvement")

    expect(window.mail.locator("h2")).to_contain_text("Adhérents en mouvement")
    window.is_saved()
    assert kinds(desk) == ["masthead", "image", "text", "heading", "footer"]


def test_a_block_moves_by_button_by_key_and_by_mouse_and_keeps_the_focus(
    window: Window, desk: Composing
) -> None:
    window.blocks.nth(1).hover()
    window.blocks.nth(1).get_by_role("button", name="Move down (Alt+↓): Picture").click()
    expect(window.page.locator("#told")).to_have_text("Picture is now 3 of 4")
    window.is_saved()
    assert kinds(desk) == ["masthead", "text", "image", "footer"]

    head = window.blocks.nth(1).locator(".head")
    head.focus()
    window.page.keyboard.press("Alt+ArrowUp")
    expect(head.page.locator(".head:focus b")).to_have_text("Text")
    expect(window.blocks.first).to_have_attribute("data-type", "text")

    handle = window.blocks.nth(0).locator(".handle").first
    handle.hover()
    window.page.mouse.down()
    box = window.blocks.nth(2).bounding_box()
    assert box is not None
    window.page.mouse.move(box["x"] + 20, box["y"] + box["height"] - 4, steps=12)
    window.page.mouse.up()

    expect(window.blocks.nth(2)).to_have_attribute("data-type", "text")
    window.is_saved()
    assert kinds(desk) == ["masthead", "image", "text", "footer"]


def test_a_deleted_block_comes_back(window: Window, desk: Composing) -> None:
    before = issue(desk)
    window.blocks.nth(1).hover()
    window.blocks.nth(1).get_by_role("button", name="Delete: Picture").click()
    expect(window.blocks).to_have_count(3)
    window.is_saved()

    window.page.locator("#toast").get_by_role("button", name="Undo").click()

    expect(window.blocks).to_have_count(4)
    window.is_saved()
    expect(window.mail.get_by_alt_text("Des plantes qui poussent")).to_be_visible()
    assert issue(desk) == before


def test_the_way_back_from_a_deletion_goes_once_one_writes_on(window: Window) -> None:
    window.blocks.nth(1).hover()
    window.blocks.nth(1).get_by_role("button", name="Delete: Picture").click()
    expect(window.page.locator("#toast")).to_contain_text("Picture")

    window.field("Subject").press("End")
    window.page.keyboard.type("!")

    expect(window.page.locator("#toast")).to_be_empty()


@pytest.mark.parametrize("width", [820, 1024])
def test_on_a_tablet_nothing_in_the_bar_lies_over_the_name_of_the_issue(window: Window, width: int) -> None:
    window.page.set_viewport_size({"width": width, "height": 1100})

    slug, sides = window.page.locator(".name .slug"), window.page.locator(".sides")
    name, switch = slug.bounding_box(), sides.bounding_box()

    assert name
    assert switch
    assert slug.evaluate("node => node.scrollWidth <= node.clientWidth")
    assert name["x"] + name["width"] <= switch["x"] or name["y"] + name["height"] <= switch["y"]


def test_a_step_is_undone_and_redone_from_the_bar(window: Window, desk: Composing) -> None:
    window.field("Subject").fill("Tout autre chose")
    window.is_saved()

    window.page.locator("#undo").click()
    expect(window.field("Subject")).to_have_value("Des nouvelles de novembre")
    window.page.locator("#redo").click()

    expect(window.field("Subject")).to_have_value("Tout autre chose")


def test_bold_by_key_is_undone_by_the_browsers_own_undo(window: Window) -> None:
    window.field("Subject").focus()
    text = window.field("Text", window.block(2))
    text.fill("un deux trois")
    text.evaluate("field => field.setSelectionRange(3, 7)")

    text.press("Control+b")
    expect(text).to_have_value("un **deux** trois")
    text.press("Control+b")
    expect(text).to_have_value("un deux trois")
    text.press("Control+z")

    expect(text).to_have_value("un **deux** trois")


def test_a_link_a_list_and_a_merge_tag_come_from_the_toolbar(window: Window) -> None:
    block = window.block(2)
    text = window.field("Text", block)
    text.fill("")
    block.get_by_role("button", name="List").click()
    window.page.keyboard.type("Voir ")
    block.get_by_role("button", name="Link (Ctrl+K)").click()
    window.page.keyboard.type("le site")
    window.field("Where it leads").fill("example.org/page")
    window.press("Put the link in")
    expect(text).to_have_value("- Voir [le site](https://example.org/page)")
    window.page.keyboard.type(" ")
    block.get_by_role("button", name="Fill in for each reader").last.click()
    window.field("For whoever has none").fill("vous}}\\")
    window.press("Put it in")

    expect(text).to_have_value(
        '- Voir [le site](https://example.org/page) {{ subscriber.first_name or "vous" }}'
    )
    expect(text).to_be_focused()


def test_what_is_pasted_from_word_becomes_clean_markdown_and_nothing_runs(window: Window) -> None:
    text = window.field("Text", window.block(2))
    text.fill("")
    paste = "(field, html) => { const data = new DataTransfer(); data.setData('text/html', html);" + (
        "field.dispatchEvent(new ClipboardEvent('paste', { clipboardData: data, bubbles: true, cancelable: true })); }"
    )

    text.evaluate(paste, WORD)

    expect(text).to_have_value(
        "**Cher adhérent**, lisez [la *suite*](https://example.org/a_%281%29).\n\n- un\n- deux\n\nclic 5 \\* 3"
    )
    assert "owned" not in window.page.title()


def test_a_picture_is_put_beside_the_issue_and_needs_words(window: Window, desk: Composing) -> None:
    block = window.block(1)
    picture = Path(desk.file.parent / "picture.png")

    block.locator("input[type=file]").set_input_files(
        {"name": "Été à l'atelier.PNG", "mimeType": "image/png", "buffer": picture.read_bytes()}
    )

    expect(block.locator(".file-name")).to_have_text("ete-a-l-atelier.png")
    expect(block.locator(".thumb img")).to_be_visible()
    window.is_saved()
    assert issue(desk)["blocks"][1]["src"] == "pictures/ete-a-l-atelier.png"
    assert desk.file.parent.joinpath("pictures/ete-a-l-atelier.png").exists()
    window.field("What the picture shows", block).fill("")
    expect(block.locator(".remark").first).to_be_visible()

    window.field("Only decoration: readers who do not see it miss nothing", block).check()

    expect(block.locator(".remark[data-level=error]")).to_have_count(0)
    expect(window.field("What the picture shows", block)).to_have_count(0)
    window.is_saved()


def test_what_is_no_picture_is_refused_with_words(window: Window, desk: Composing) -> None:
    block = window.block(1)

    block.locator("input[type=file]").set_input_files(
        {"name": "note.png", "mimeType": "image/png", "buffer": b"not a picture"}
    )

    expect(block.locator(".of-picture .help")).to_contain_text("note.png")
    assert issue(desk)["blocks"][1]["src"] == "picture.png"
    window.complaints[:] = [said for said in window.complaints if "422" not in said]


def test_a_click_in_the_mail_leads_to_the_field_and_the_field_is_marked_in_the_mail(window: Window) -> None:
    window.mail.get_by_text("lisez ceci").click()

    expect(window.field("Text", window.blocks.nth(2))).to_be_focused()
    expect(window.page.locator("#outline-written")).to_be_visible()

    window.mail.get_by_alt_text("Des plantes qui poussent").click()

    expect(window.blocks.nth(1).locator(".picture button")).to_be_focused()


def test_a_mistake_stands_under_its_field_and_its_item_leads_there(window: Window) -> None:
    window.field("Subject").fill("")
    window.field("Subject").blur()

    row = window.page.locator("[data-field=subject]")
    expect(row.locator(".remark").first).to_be_visible()
    expect(window.field("Subject")).to_have_attribute("aria-invalid", "true")
    window.open_problems()
    window.page.get_by_role("button", name="Go to the field").first.click()

    expect(window.field("Subject")).to_be_focused()
    window.page.keyboard.type("Des nouvelles")
    expect(row.locator(".remark[data-level=error]")).to_have_count(0)


def test_a_change_on_disk_is_shown_but_never_in_the_field_that_is_written(
    window: Window, desk: Composing
) -> None:
    subject = window.field("Subject")
    subject.focus()

    desk.edit("title: La lettre d'essai", "title: Une autre lettre")

    expect(window.field("Title").first).to_have_value("Une autre lettre")
    expect(subject).to_be_focused()


def test_hostile_words_are_words_everywhere(window: Window) -> None:
    for label in ("Subject", "Line after the subject"):
        window.field(label).fill(HOSTILE)
    window.field("Title", window.block(2)).fill(HOSTILE)

    expect(window.page.locator("#subject")).to_contain_text("<script>")
    expect(window.mail.locator("body")).to_contain_text("onerror")
    assert "owned" not in window.page.title()


def test_the_mail_can_be_read_as_it_is_read_aloud(window: Window) -> None:
    window.press("Read aloud")

    lines = window.page.locator("#spoken-lines")
    expect(lines.locator("[data-kind=picture]")).to_contain_text("Des plantes qui poussent")
    expect(lines.locator("[data-kind=heading]").first).to_contain_text("La lettre")


def test_gmail_shows_the_mail_as_far_as_it_goes(window: Window, desk: Composing) -> None:
    window.press("In Gmail")
    expect(window.page.locator("#notice")).to_contain_text("shows it whole")

    long = f"  - {{type: text, text: '{'Encore une phrase. ' * 2500}'}}\n"
    desk.edit("  - type: footer", f"{long * 3}  - type: footer")

    expect(window.page.locator("#notice")).to_contain_text("clips the end")
    expect(window.mail.locator("body")).to_contain_text("[Message clipped]")


def test_nested_items_are_added_moved_and_written(window: Window, desk: Composing) -> None:
    window.page.locator("#add-block").click()
    window.page.locator(".menu [data-type=profiles]").click()
    block = window.blocks.nth(3)
    block.locator(".cards .head").first.click()
    window.field("Name", block).fill("Les Jardins")
    block.get_by_role("button", name="Add a profile").click()
    block.get_by_label("Name", exact=True).last.fill("La Roue")
    block.locator(".cards .head").last.press("Alt+ArrowUp")
    window.is_saved()

    assert [each["name"] for each in issue(desk)["blocks"][3]["profiles"]] == ["La Roue", "Les Jardins"]


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_everybody_can_use_the_form(window: Window, scheme: str) -> None:
    from axe_playwright_python.sync_playwright import Axe

    window.page.emulate_media(color_scheme="dark" if scheme == "dark" else "light", reduced_motion="reduce")
    for place in range(4):
        window.block(place)
    window.open_problems()

    found = Axe().run(window.page, options={"runOnly": ["wcag2a", "wcag2aa", "wcag21aa", "wcag22aa"]})

    assert [
        f"{each['id']}: {node['html']}" for each in found.response["violations"] for node in each["nodes"]
    ] == []
    window.page.locator("#add-block").click()
    in_menu = Axe().run(window.page, options={"runOnly": ["wcag2a", "wcag2aa", "wcag21aa", "wcag22aa"]})
    assert [each["id"] for each in in_menu.response["violations"]] == []


@pytest.mark.parametrize("width", [375, 820, 1280])
def test_the_form_sticks_out_nowhere(browser: Browser, desk: Composing, width: int) -> None:
    page = browser.new_page(viewport={"width": width, "height": 900})
    page.goto(desk.url)
    expect(page.locator("#blocks > ol > li")).to_have_count(4)
    for head in page.locator("#blocks > ol > li > .line > .head").all():
        head.click()

    assert page.evaluate("document.documentElement.scrollWidth") <= width
    assert page.locator("#writing").evaluate("form => form.scrollWidth - form.clientWidth") <= 0
    if page.get_by_role("button", name="Look").is_visible():
        page.get_by_role("button", name="Look").click()
    assert page.locator(".looking").evaluate("side => side.scrollWidth - side.clientWidth") <= 0
    assert page.locator("#device").evaluate("device => device.getBoundingClientRect().right") <= width
    page.close()


def test_an_issue_that_is_no_yaml_has_no_form_until_it_is_mended(window: Window, desk: Composing) -> None:
    good = desk.file.read_text("utf-8")

    desk.file.write_text(good.replace("blocks:", "blocks: ["), encoding="utf-8")
    expect(window.page.locator("#problems-title")).to_contain_text(re.compile("mend"))
    desk.file.write_text(good, encoding="utf-8")

    window.is_up_to_date()
    expect(window.field("Subject")).to_have_value("Des nouvelles de novembre")
    window.complaints[:] = [said for said in window.complaints if "422" not in said]


def test_what_an_earlier_window_left_is_asked_about_when_another_program_wrote_there(
    browser: Browser, desk: Composing
) -> None:
    with window_on(browser, desk) as window:
        kept = {"base": version(desk), "sending": None, "next": "a", "waiting": [MINE]}
        window.page.evaluate(
            "([name, kept]) => localStorage.setItem(name, kept)", ["draft:essai:left", json.dumps(kept)]
        )
        desk.edit("Des nouvelles de novembre", "Le sien")
        window.page.reload()

        choice = window.page.get_by_role("dialog")
        expect(choice).to_contain_text("Le mien")
        expect(choice).to_contain_text("Le sien")
        choice.locator("[data-choice=mine]").click()

        expect(window.field("Subject")).to_have_value("Le mien")
        window.is_saved()
        assert issue(desk)["subject"] == "Le mien"
        window.complaints.clear()  # the browser tells of the refused save


def test_a_picture_for_a_block_that_was_taken_away_meanwhile_stops_nothing(
    window: Window, desk: Composing
) -> None:
    asked: list[Route] = []

    def hold(route: Route) -> None:
        asked.append(route)

    window.page.route("**/pictures", hold)
    window.block(1).locator("input[type=file]").set_input_files(PICTURE)
    window.blocks.nth(1).hover()
    window.blocks.nth(1).get_by_role("button", name="Delete: Picture").click()
    with window.page.expect_response("**/pictures"):
        asked[0].continue_()

    window.field("Subject").fill("Il reste des mots")
    window.is_saved()

    assert issue(desk)["subject"] == "Il reste des mots"
    assert kinds(desk) == ["masthead", "text", "footer"]


def test_words_may_be_dropped_into_a_text_and_a_file_never_replaces_the_page(window: Window) -> None:
    text = window.field("Subject")

    assert text.evaluate(DROPS, "words") is False
    assert text.evaluate(DROPS, "file") is True
    assert window.page.locator("h1").evaluate(DROPS, "words") is True


def test_whoever_hands_over_at_once_hands_over_the_last_words_too(window: Window, desk: Composing) -> None:
    words = "Un long texte qui vient du presse-papiers. " * 1000
    window.field("Text", window.block(2)).fill(words)

    window.page.get_by_role("link", name="Test and hand over").click()
    window.page.wait_for_url("**/send")

    expect(window.page.locator("main")).to_contain_text("Code of this edition")
    assert issue(desk)["blocks"][2]["text"].strip() == words.strip()

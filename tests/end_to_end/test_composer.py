"""The composer as an officer sees it: a real browser on a real server, the file saved beside it."""

from __future__ import annotations

import re
import signal
import socket
import subprocess
import sys
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import Browser, expect

from composer_desk import PEOPLE, Composing, composing, workspace_in
from composer_window import SOON_MS, Window, chromium, window_on


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
        yield opened


def test_the_address_loses_its_token_and_shows_the_issue(window: Window, desk: Composing) -> None:
    assert window.page.url == f"{desk.base}/issues/essai"
    window.is_up_to_date()


def test_the_computer_is_600_wide_and_the_telephone_375(window: Window) -> None:
    frame = window.page.locator("iframe:not(.coming)")
    assert frame.evaluate("frame => frame.clientWidth") == 600

    window.press("Telephone")

    expect(window.page.locator("#device")).to_have_attribute("data-view", "phone")
    assert frame.evaluate("frame => frame.clientWidth") == 375
    assert window.mail.locator("html").evaluate("page => page.scrollWidth") <= 375


def test_dark_shows_the_dark_design_on_a_light_screen_and_light_the_light_one(window: Window) -> None:
    def background() -> str:
        return str(window.mail.locator("body").evaluate("body => getComputedStyle(body).backgroundColor"))

    light = background()
    window.press("Dark")
    expect(window.page.locator("#dark")).to_have_attribute("aria-pressed", "true")
    expect(window.page.locator("iframe[data-address*='dark=1']:not(.coming)")).to_be_visible()

    dark = background()

    assert sum(map(int, re.findall(r"\d+", dark)[:3])) < 150 < sum(map(int, re.findall(r"\d+", light)[:3]))
    window.page.emulate_media(color_scheme="dark")
    window.press("Dark")
    expect(window.page.locator("iframe[data-address*='dark=0']:not(.coming)")).to_be_visible()
    assert background() == light


def test_with_pictures_off_their_texts_stand_in_for_them(window: Window) -> None:
    picture = window.mail.get_by_alt_text("Des plantes qui poussent")
    assert picture.evaluate("picture => picture.naturalWidth") > 0

    window.press("Pictures off")

    expect(window.page.locator("iframe[data-address*='pictures=0']:not(.coming)")).to_be_visible()
    assert picture.evaluate("picture => picture.naturalWidth") == 0


def test_the_plain_text_is_the_text_part(window: Window) -> None:
    window.press("Plain text")

    expect(window.page.locator("#text")).to_contain_text("https://away.example.org/page")
    expect(window.page.locator("#device")).to_be_hidden()


def test_the_source_has_line_numbers_and_the_html_can_be_read_too(window: Window, desk: Composing) -> None:
    window.press("Source")

    rows = window.page.locator("#lines li")
    expect(rows).to_have_count(desk.file.read_text("utf-8").count("\n"))
    expect(window.page.locator("#line-3")).to_have_text("subject: Des nouvelles de novembre")

    window.press("HTML as mailed")
    expect(rows.first).to_contain_text("<!DOCTYPE html", ignore_case=True)
    expect(window.page.locator("#lines")).to_contain_text("cid:")


def test_the_panel_shows_inbox_line_weight_and_length(window: Window) -> None:
    page = window.page

    expect(page.locator("#from")).to_have_text("Réseau Exemple")
    expect(page.locator("#subject")).to_have_text("Des nouvelles de novembre")
    expect(page.locator("#preheader")).to_contain_text("Trois rendez-vous et un atelier.")
    expect(page.locator("#size")).to_contain_text("of 102,400 bytes")
    expect(page.locator("#gauge")).to_have_attribute("data-level", "good")
    expect(page.locator("#words")).to_contain_text("words")
    expect(page.locator("#composed")).to_contain_text(re.compile(r"\d\d:\d\d:\d\d"))


def test_a_save_shows_by_itself_and_the_eye_stays_where_it_was(window: Window, desk: Composing) -> None:
    desk.edit("[lisez ceci]", f"{'Une ligne de plus. ' * 400}[lisez ceci]")
    expect(window.mail.locator("body")).to_contain_text("Une ligne de plus")
    stage = window.page.locator("#stage")
    stage.evaluate("stage => { stage.scrollTop = 700; }")

    desk.edit("Bonjour", "Bonsoir")

    expect(window.mail.locator("body")).to_contain_text("Bonsoir")
    assert stage.evaluate("stage => stage.scrollTop") == 700
    window.is_up_to_date()


def test_the_mail_fits_into_its_frame(window: Window) -> None:
    for view in ("Computer", "Telephone"):
        window.press(view)
        expect(window.page.locator("#device")).to_have_attribute(
            "data-view", "phone" if view == "Telephone" else "desktop"
        )
        body = window.mail.locator("body").evaluate("body => body.getBoundingClientRect().height")
        frame = window.page.locator("iframe:not(.coming)").evaluate("frame => frame.clientHeight")
        assert body <= frame <= body + 1500


def test_a_mistake_is_shown_with_its_place_and_goes_away_when_mended(window: Window, desk: Composing) -> None:
    page = window.page
    desk.edit("subject:", "sujet:")

    window.is_wrong()
    window.open_problems()
    expect(page.locator("#problem-list")).to_contain_text("issue.yaml:3:1")
    expect(page.locator("#problem-list")).to_contain_text("subject")
    expect(page.locator("#notice")).to_contain_text("last good state")
    expect(window.mail.locator("body")).to_contain_text("Bonjour")

    window.open_problems()
    page.locator("#problem-list li").first.get_by_role("button", name="Show in the source").click()
    expect(page.locator("#line-3")).to_have_class(re.compile("wrong"))
    expect(page.locator("#line-3")).to_be_in_viewport()

    desk.edit("sujet:", "subject:")
    window.is_up_to_date()


def test_a_pressed_switch_stays_legible_under_the_mouse(window: Window) -> None:
    colours = "button => [getComputedStyle(button).color, getComputedStyle(button).backgroundColor]"
    switch = window.page.locator("#dark")
    window.press("Dark")
    expect(switch).to_have_attribute("aria-pressed", "true")
    window.page.mouse.move(0, 0)
    away = switch.evaluate(colours)

    switch.hover()

    assert switch.evaluate(colours) == away


def test_the_way_to_a_mistake_is_large_enough_for_a_finger_on_a_telephone(
    window: Window, desk: Composing
) -> None:
    window.page.set_viewport_size({"width": 375, "height": 800})
    desk.edit("subject:", "sujet:")
    window.is_wrong()

    window.open_problems()
    box = window.page.locator("#problem-list button").first.bounding_box()

    assert box is not None
    assert box["height"] >= 44


def test_the_last_good_state_survives_a_reload_of_the_page(window: Window, desk: Composing) -> None:
    desk.edit("subject:", "sujet:")
    window.is_wrong()

    window.page.reload()

    window.is_wrong()
    expect(window.mail.locator("body")).to_contain_text("Bonjour")


def test_settings_and_theme_are_followed_too(window: Window, desk: Composing) -> None:
    settings = desk.app.workspace.root / "newsletter.yaml"
    good = settings.read_text("utf-8")

    settings.write_text(
        good.replace("name: Réseau Exemple, email", "name: Autre Réseau, email"), encoding="utf-8"
    )
    expect(window.page.locator("#from")).to_have_text("Autre Réseau")

    settings.write_text(good.replace("sender:", "sendr:"), encoding="utf-8")
    window.is_wrong()
    expect(window.page.locator("#problem-list")).to_contain_text("newsletter.yaml:")

    settings.write_text(good, encoding="utf-8")
    window.is_up_to_date()
    tokens = desk.app.workspace.root / "templates" / "default" / "tokens.yaml"
    tokens.parent.mkdir(parents=True)
    tokens.write_text('colours: { page: "#123456" }\n', encoding="utf-8")
    expect(window.mail.locator("body")).to_have_css("background-color", "rgb(18, 52, 86)")


def test_a_script_written_into_a_text_is_text_and_does_not_run(window: Window, desk: Composing) -> None:
    attack = "<script>document.title='owned'</script> <img src=https://away.example.org/a.png onerror=alert(1)> Fin."

    desk.edit("[lisez ceci]", f"{attack} [lisez ceci]")

    expect(window.mail.locator("body")).to_contain_text("Fin.")
    assert "owned" not in window.page.title()
    assert window.mail.locator("script").count() == 0
    assert window.page.locator("iframe").first.get_attribute("sandbox") == "allow-same-origin"


def test_a_remote_picture_and_a_script_link_are_refused_and_fetch_nothing(
    window: Window, desk: Composing
) -> None:
    desk.edit(
        "[lisez ceci]", "![photo](https://away.example.org/b.png) [clic](javascript:alert(1)) [lisez ceci]"
    )

    window.is_wrong()
    expect(window.page.locator("#problem-list li")).to_have_count(2)
    expect(window.page.locator("#problem-list")).to_contain_text("issue.yaml:14:")


def test_a_remote_picture_of_a_theme_is_not_loaded(window: Window, desk: Composing) -> None:
    block = desk.app.workspace.root / "templates" / "default" / "blocks" / "divider.mjml"
    block.parent.mkdir(parents=True)
    tag = '<img alt="Espion" src="https://away.example.org/pixel.png" />'
    block.write_text(
        f"<mj-section><mj-column><mj-text>{tag}</mj-text></mj-column></mj-section>", encoding="utf-8"
    )

    desk.edit("  - type: footer", "  - type: divider\n  - type: footer")

    expect(window.mail.get_by_alt_text("Espion")).to_have_count(1)
    assert window.mail.get_by_alt_text("Espion").get_attribute("src") == "data:,"


def test_what_nobody_foresaw_is_told_and_the_next_save_goes_on(window: Window, desk: Composing) -> None:
    block = desk.app.workspace.root / "templates" / "default" / "blocks" / "text.mjml"
    block.parent.mkdir(parents=True)
    block.write_text('{{ "a" * 10 ** 15 }}', encoding="utf-8")  # no machine has that much memory

    expect(window.page.locator("#notice")).to_contain_text("terminal")
    block.unlink()

    window.is_up_to_date()
    window.complaints[:] = [said for said in window.complaints if "500" not in said]


def test_an_issue_that_vanished_is_told_and_can_come_back(window: Window, desk: Composing) -> None:
    text = desk.file.read_bytes()

    desk.file.unlink()
    window.is_wrong()
    desk.file.write_bytes(text)

    window.is_up_to_date()
    window.complaints[:] = [said for said in window.complaints if "503" not in said]


def test_a_link_in_the_mail_leads_nowhere(window: Window) -> None:
    before = window.page.url

    window.mail.get_by_text("lisez ceci").click()
    window.page.wait_for_timeout(300)

    assert window.page.url == before
    assert len(window.page.context.pages) == 1
    expect(window.mail.locator("body")).to_contain_text("Bonjour")
    window.complaints[:] = [
        said for said in window.complaints if "Blocked opening" not in said
    ]  # that is the sandbox


def test_keys_change_the_view(window: Window) -> None:
    window.page.keyboard.press("3")
    expect(window.page.locator("#text")).to_be_visible()
    window.page.keyboard.press("4")
    expect(window.page.locator("#source")).to_be_visible()
    window.page.keyboard.press("1")
    window.page.keyboard.press("d")
    expect(window.page.locator("#dark")).to_have_attribute("aria-pressed", "true")


def test_the_mail_is_seen_through_a_subscribers_eyes(window: Window, desk: Composing, tmp_path: Path) -> None:
    people = tmp_path / "people.csv"
    people.write_text(PEOPLE, encoding="utf-8")
    command = ["--project", str(tmp_path), "subscribers", "import", str(people), "--list", "adherents"]
    subprocess.run([sys.executable, "-m", "newsletter_mailer", *command], check=True, capture_output=True)
    field = window.page.get_by_role("combobox")

    field.click()
    expect(window.page.get_by_role("option")).to_have_count(3)
    field.fill("lea@")
    expect(window.page.get_by_role("option")).to_have_count(1)
    field.press("Enter")

    expect(window.mail.locator("body")).to_contain_text(re.compile("Bonjour.Léa"))
    assert field.input_value() == "Léa · lea@example.org"
    assert all("lea@" not in url for url in window.addresses if "/issues/" in url)
    field.fill("personne")
    expect(window.page.locator("#readers")).to_contain_text("Nobody")
    field.press("Escape")
    assert field.input_value() == "Léa · lea@example.org"


def test_a_heavy_mail_is_told_before_gmail_clips_it(window: Window, desk: Composing) -> None:
    long = f"  - {{type: text, text: '{'Encore une phrase. ' * 2500}'}}\n"

    desk.edit("  - type: footer", f"{long * 2}  - type: footer")

    expect(window.page.locator("#gauge")).to_have_attribute("data-level", "over")
    expect(window.page.locator("#size-words")).to_contain_text("clips the end")


def test_without_an_issue_one_is_chosen_and_a_new_one_appears(browser: Browser, tmp_path: Path) -> None:
    file = workspace_in(tmp_path)
    with composing(tmp_path, issue=None) as desk:
        page = browser.new_page()
        page.goto(desk.url)
        expect(page.locator("#issues a")).to_have_count(1)

        other = file.parent.with_name("noel")
        other.mkdir()
        other.joinpath("issue.yaml").write_text(
            file.read_text("utf-8")
            .replace("essai-2026-11", "noel-2026-12")
            .replace("2026-11-02", "2026-12-24"),
            encoding="utf-8",
        )

        expect(page.locator("#issues a")).to_have_count(2)
        expect(page.locator("#issues a").first).to_contain_text("noel")
        page.locator("#issues a").last.click()
        expect(page.frame_locator("iframe").locator("body")).to_contain_text("Bonjour")
        page.close()


@pytest.mark.parametrize("width", [320, 375, 768, 1280])
def test_nothing_sticks_out_at_any_width(browser: Browser, desk: Composing, width: int) -> None:
    page = browser.new_page(viewport={"width": width, "height": 800})
    page.goto(desk.url)
    expect(page.frame_locator("iframe").locator("body")).to_contain_text("Bonjour")
    desk.edit("subject:", "sujet:")
    expect(page.locator("#problems")).to_have_attribute("data-level", "error", timeout=SOON_MS)

    assert page.evaluate("document.documentElement.scrollWidth") <= width
    page.close()


def test_when_the_composer_stops_the_page_says_so(browser: Browser, tmp_path: Path) -> None:
    workspace_in(tmp_path)
    with composing(tmp_path) as desk:
        page = browser.new_page()
        page.goto(desk.url)
        expect(page.locator("#state")).to_have_attribute("data-state", "good")

    expect(page.locator("#state")).to_have_attribute("data-state", "stopped")
    expect(page.locator("#notice")).to_contain_text("newsletter compose")
    page.close()


@pytest.mark.skipif(sys.platform == "win32", reason="signals")
def test_the_command_prints_the_address_and_ends_quietly_on_ctrl_c(tmp_path: Path) -> None:
    workspace_in(tmp_path)
    command = ["--project", str(tmp_path), "compose", "essai", "--no-open"]
    with subprocess.Popen(
        [sys.executable, "-m", "newsletter_mailer", *command],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    ) as process:
        assert process.stdout is not None
        url = process.stdout.readline().strip()
        with closing(socket.create_connection(("127.0.0.1", urlsplit(url).port or 0))) as line:
            line.sendall(b"GET / HTTP/1.0\r\n\r\n")
            assert line.recv(1)  # it is up

        process.send_signal(signal.SIGINT)
        said, talked = process.communicate(timeout=120)

    assert re.fullmatch(r"http://127\.0\.0\.1:\d+/\?token=[\w-]{40,}", url)
    assert (process.returncode, said) == (0, "")
    assert talked.count("\n") == 1
    assert "Ctrl-C" in talked


def test_a_taken_port_and_an_unknown_issue_are_sentences(desk: Composing) -> None:
    def run(*words: str) -> subprocess.CompletedProcess[str]:
        command = [
            sys.executable,
            "-m",
            "newsletter_mailer",
            "--lang",
            "en",
            "--project",
            str(desk.app.workspace.root),
        ]
        return subprocess.run(
            [*command, "compose", "--no-open", *words], capture_output=True, text=True, timeout=120
        )

    taken = run("essai", "--port", str(desk.port))
    unknown = run("esai")

    assert taken.returncode == 2
    assert f"port {desk.port} cannot be used" in taken.stderr
    assert unknown.returncode == 2
    assert "essai" in unknown.stderr

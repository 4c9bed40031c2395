"""The demonstration, as a newcomer sees it."""

from __future__ import annotations

import os
import re
import shutil
import signal
import subprocess
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import pytest
from playwright.sync_api import sync_playwright

from program import Newsletter

CHROMIUM = shutil.which("chromium")
FLAGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]


def test_the_demo_does_the_whole_job_and_ends(newsletter: Newsletter, tmp_path: Path) -> None:
    elsewhere = {
        "TMPDIR": str(tmp_path),
        "NEWSLETTER_SMTP__HOST": "mail.example.org",
        "NEWSLETTER_SMTP__PORT": "25",
    }

    done = newsletter.run("demo", "--no-open", "--exit", environment=elsewhere)

    assert "http://127.0.0.1:" in done.stderr
    assert "presidence@example.org" in done.stdout
    assert re.search(r"sent +61\n +refused +1\n +total +62", done.stdout)
    [folder] = tmp_path.glob("newsletter-demo-*")
    assert folder.stat().st_mode & 0o077 == 0
    report = (folder / "report.html").read_text(encoding="utf-8")
    assert "550 5.1.1 This address does not exist any more" in report


@pytest.mark.skipif(
    CHROMIUM is None and not os.environ.get("CI"), reason="chromium is not installed (make setup-system)"
)
def test_the_mails_that_arrived_can_be_looked_at(
    newsletter: Newsletter, tmp_path: Path, wait_until: Callable[[Callable[[], bool]], None]
) -> None:
    newsletter.environment["TMPDIR"] = str(tmp_path)
    said = tmp_path / "stderr"
    with said.open("w") as stderr, ended(newsletter.start("demo", "--no-open", stderr=stderr)) as demo:
        wait_until(lambda: "token=" in said.read_text(encoding="utf-8"))
        found = re.search(r"http://127\.0\.0\.1:\S+", said.read_text(encoding="utf-8"))
        assert found
        seen = looked_at(found.group())
        demo.send_signal(signal.SIGINT)
        demo.wait(timeout=120)

    assert demo.returncode == 0
    assert seen.heading == "Le Fil du réseau"
    assert "Chloé" in seen.text
    assert "List-Unsubscribe: <mailto:" in seen.headers
    assert [url for url in seen.asked if not url.startswith(("http://127.0.0.1:", "data:"))] == []
    assert seen.complaints == []


@contextmanager
def ended(program: subprocess.Popen[str]) -> Iterator[subprocess.Popen[str]]:
    """The program, surely gone at the end of the `with`."""
    try:
        yield program
    finally:
        program.kill()
        program.communicate(timeout=120)


@dataclass(frozen=True, slots=True)
class Seen:
    """One mail as the page shows it, what the browser asked for and complained of."""

    heading: str
    text: str
    headers: str
    asked: list[str]
    complaints: list[str]


def looked_at(address: str) -> Seen:
    asked: list[str] = []
    complaints: list[str] = []

    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=FLAGS)
        page = browser.new_page(viewport={"width": 1280, "height": 800})
        page.on("request", lambda request: asked.append(request.url))
        page.on("console", lambda message: complaints.append(message.text))
        page.goto(address)
        page.get_by_role("link", name="lecteur03@example.org").click()
        mail = page.frame_locator("iframe")
        heading = mail.get_by_role("heading", level=1).inner_text()
        page.get_by_role("link", name="Plain text").click()
        text = page.locator("pre").inner_text()
        page.get_by_role("link", name="Headers").click()
        headers = page.locator("pre").inner_text()
        browser.close()
    return Seen(heading, text, headers, asked, complaints)

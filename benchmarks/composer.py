"""The composer in a real browser: first paint, and a keystroke until the mail beside it shows it.

Run: python benchmarks/composer.py [--blocks 30] [--keys 25] [--visits 5]. The program runs beside the browser as an officer
starts it, on a copy of the longer sample grown to that many blocks. Each keystroke is typed into a field of the form; its
time ends when the mail in the frame holds the letters, after the pause that autosave waits, the save, the composing and
the loading of the page. Figures are medians.
"""

from __future__ import annotations

import argparse
import shutil
import statistics
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory

from playwright.sync_api import Browser, Page, sync_playwright

from newsletter_mailer.yamlio.reader import read

ROOT = Path(__file__).resolve().parents[1]
SAMPLE = ROOT / "issues" / "exemple-tous-les-blocs"
CHROMIUM = Path("/usr/bin/chromium")
PAUSE_MS = 300  # that autosave waits for the next letter; see static/draft.js
MORE = """
  - type: text
    title: Un bloc de plus, le {number}
    text: |
      Un paragraphe de quelques lignes, comme il y en a dans une lettre : des nouvelles d'un chantier,
      **deux mots en gras**, [un lien](https://www.example.org/{number}) et de quoi remplir la page.
"""

# Letters at the end of a field, as typed; resolves with the milliseconds until the mail in the frame holds them.
TYPED = """([field, letters]) => new Promise(resolve => {
  const input = document.getElementById(field);
  input.focus();
  input.setSelectionRange(input.value.length, input.value.length);
  const began = performance.now();
  document.execCommand('insertText', false, letters);
  const look = () => {
    const mail = document.querySelector('iframe:not(.coming)')?.contentDocument;
    if (mail?.body?.textContent.includes(letters)) resolve(performance.now() - began);
    else requestAnimationFrame(look);
  };
  look();
})"""
PAINTED = "() => performance.getEntriesByName('first-contentful-paint')[0]?.startTime ?? 0"
# Before anything else on the page: a promise of the moment when form and mail stand there.
NOTE_WHEN_WHOLE = """window.whole = new Promise(resolve => {
  const look = () => {
    const mail = document.querySelector('iframe:not(.coming)')?.contentDocument;
    if (mail?.body?.childElementCount && document.querySelector('#blocks li')) resolve(performance.now());
    else requestAnimationFrame(look);
  };
  if (window === window.top) look();
})"""
WHOLE = "() => window.whole"


@dataclass(frozen=True)
class Visit:
    """One opening of the page, in milliseconds from the click on its address."""

    painted: float  #: the first words stand there
    whole: float  #: the form and the mail stand there


def workspace(folder: Path, blocks: int) -> Path:
    """A workspace with one issue of that many blocks; the path of its issue.yaml."""
    shutil.copy(ROOT / "newsletter.yaml", folder)
    issue = folder / "issues" / "bench"
    shutil.copytree(SAMPLE, issue)
    path = issue / "issue.yaml"
    text = path.read_text("utf-8")
    there = len(read(text.encode(), "").data["blocks"])
    more = "".join(MORE.format(number=number) for number in range(there + 1, blocks + 1))
    head, footer, foot = text.rpartition("\n  - type: footer")
    path.write_text(f"{head}{more}{footer}{foot}", "utf-8")
    return path


@contextmanager
def composer(folder: Path) -> Iterator[str]:
    """`newsletter compose` on that workspace; its address."""
    command = [
        sys.executable,
        "-m",
        "newsletter_mailer",
        "--project",
        str(folder),
        "compose",
        "bench",
        "--no-open",
    ]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        try:
            yield process.stdout.readline().strip()
        finally:
            process.terminate()


def opened(browser: Browser, address: str) -> Page:
    """The page in a browser that knows nothing of it, as soon as form and mail stand there."""
    page = browser.new_context(viewport={"width": 1280, "height": 860}).new_page()
    page.add_init_script(NOTE_WHEN_WHOLE)
    page.goto(address)
    page.evaluate(WHOLE)
    return page


def visits(browser: Browser, address: str, count: int) -> list[Visit]:
    """The page opened again and again, each time in a browser that has nothing of it."""
    found = []
    for _ in range(count):
        page = opened(browser, address)
        found.append(Visit(page.evaluate(PAINTED), page.evaluate(WHOLE)))
        page.context.close()
    return found


def keystrokes(page: Page, count: int) -> list[float]:
    """Milliseconds from each keystroke to the mail that shows it."""
    card = page.locator("#blocks > ol > li").nth(1)
    if card.locator(".head").first.get_attribute("aria-expanded") == "false":
        card.locator(".head").first.click()
    field = card.locator("[data-field=text] textarea")
    name = field.get_attribute("id")
    times = []
    for number in range(count):
        times.append(page.evaluate(TYPED, [name, f" k{number}z"]))
        page.wait_for_timeout(400)
    return times


def told(name: str, times: list[float]) -> str:
    """One row: median, fastest and slowest."""
    return f"{name:52} {statistics.median(times):7.0f} ms   ({min(times):.0f} to {max(times):.0f})"


def main() -> None:
    """Print the rows."""
    parser = argparse.ArgumentParser()
    for name, number in (("--blocks", 30), ("--keys", 25), ("--visits", 5)):
        parser.add_argument(name, type=int, default=number)
    asked = parser.parse_args()
    with TemporaryDirectory() as folder, sync_playwright() as playwright:
        workspace(Path(folder), asked.blocks)
        executable = CHROMIUM if CHROMIUM.exists() else None
        browser = playwright.chromium.launch(
            executable_path=executable, args=["--no-sandbox", "--disable-gpu"]
        )
        with composer(Path(folder)) as address:
            seen = visits(browser, address, asked.visits)
            times = keystrokes(opened(browser, address), asked.keys)
        browser.close()
    print(f"an issue of {asked.blocks} blocks, medians of {asked.visits} visits and {asked.keys} keystrokes")
    print(told("first paint", [visit.painted for visit in seen]))
    print(told("form and mail stand there", [visit.whole for visit in seen]))
    print(told("keystroke until the mail shows it", times))
    print(f"  of which autosave waits {PAUSE_MS} ms for the next letter")


if __name__ == "__main__":
    main()

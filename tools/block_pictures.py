"""Takes a picture of each type of block, as the theme shows it, for the documentation. Needs Chromium.

Run as `make block-pictures` after a change of the theme or of the sample issue.
"""

from __future__ import annotations

import io
from collections.abc import Iterator
from pathlib import Path

from PIL import Image
from playwright.sync_api import Page, sync_playwright

from newsletter_mailer.actions import preview
from newsletter_mailer.config import load_workspace

ROOT = Path(__file__).parents[1]
PICTURES = ROOT / "docs" / "pictures" / "blocks"
SAMPLE = "exemple-tous-les-blocs"
WIDTH = 640
COLOURS = 160  # enough for flat pictures, at a third of the weight
_TALLEST = 1000
_BELOW = 22  # pixels of air, which the next block brings
_BOX = """number => {
  const walker = document.createTreeWalker(document, NodeFilter.SHOW_COMMENT);
  const marks = [];
  while (walker.nextNode()) if (/^block \\d+$/.test(walker.currentNode.data)) marks.push(walker.currentNode);
  const range = document.createRange();
  range.setStartAfter(marks[number]);
  if (marks[number + 1]) range.setEndBefore(marks[number + 1]);
  else range.setEndAfter(document.body.lastElementChild);
  const box = range.getBoundingClientRect();
  return [box.top + scrollY, box.bottom + scrollY];
}"""


def blocks() -> tuple[str, list[str]]:
    """The page of the sample issue, and the types of its blocks in order."""
    workspace = load_workspace(ROOT, {})
    made = preview.proof(workspace, workspace.issues / SAMPLE / "issue.yaml")
    assert made.shown is not None, made.problems
    assert made.loaded is not None
    reader = preview.reader(None, 0, language="fr")
    seen = preview.preview(made.shown, workspace, reader=reader, now=0, new_id="docs")
    return seen.html, [block.type for block in made.loaded.issue.blocks]


def pictures(page: Page, types: list[str]) -> Iterator[tuple[str, bytes]]:
    """The first block of each type."""
    for kind in dict.fromkeys(types):
        top, bottom = page.evaluate(_BOX, types.index(kind))
        height = min(bottom - top + _BELOW, _TALLEST)
        if bottom > top:
            clip = {"x": 0.0, "y": float(top), "width": float(WIDTH), "height": float(height)}
            yield kind, page.screenshot(clip=clip, full_page=True)  # type: ignore[arg-type]


def main() -> None:
    """Write them."""
    PICTURES.mkdir(parents=True, exist_ok=True)
    html, types = blocks()
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path="/usr/bin/chromium", args=["--no-sandbox"])
        page = browser.new_page(viewport={"width": WIDTH, "height": 900}, device_scale_factor=1.5)
        page.set_content(html)
        for kind, data in pictures(page, types):
            with Image.open(io.BytesIO(data)) as picture:
                small = picture.convert("RGB").quantize(COLOURS)
                small.save(PICTURES / f"{kind}.png", optimize=True)
        browser.close()


if __name__ == "__main__":
    main()

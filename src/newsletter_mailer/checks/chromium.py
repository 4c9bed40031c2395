"""An installed Chromium (or Chrome, or Edge) as a camera: pages of our own to pictures and PDF.

It runs without a window, in a profile that is thrown away, and every name it might ask the network for is unknown.
"""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from newsletter_mailer.errors import NewsletterError, UsageError
from newsletter_mailer.wording import sentence

CHROMIUM = "CHROMIUM"  #: the variable that names the browser, where it is not found by itself
SHARPNESS = 2  #: pixels of a picture for one of the page
TALLEST = 16_000 // SHARPNESS  #: pixels of a page; beyond, the browser leaves the rest of the picture empty

_NAMES = (
    *("chromium", "chromium-browser", "google-chrome", "google-chrome-stable"),
    *("chrome", "microsoft-edge", "msedge", "brave-browser"),
)
_PLACES = (
    "/Applications/Google Chrome.app/Contents/MacOS/Google Chrome",
    "/Applications/Chromium.app/Contents/MacOS/Chromium",
    "/Applications/Microsoft Edge.app/Contents/MacOS/Microsoft Edge",
    r"C:\Program Files\Google\Chrome\Application\chrome.exe",
    r"C:\Program Files (x86)\Google\Chrome\Application\chrome.exe",
    r"C:\Program Files (x86)\Microsoft\Edge\Application\msedge.exe",
)
_QUIET = (
    *("--headless=new", "--disable-gpu", "--hide-scrollbars", "--no-first-run", "--no-default-browser-check"),
    *("--disable-extensions", "--disable-background-networking", "--disable-component-update"),
    *("--disable-sync", "--disable-dev-shm-usage", "--force-color-profile=srgb", "--mute-audio"),
    "--host-resolver-rules=MAP * ~NOTFOUND",
)
_PATIENCE = 20_000  # milliseconds of the page's own time: frames load and are measured in it
_SECONDS = 120
_SIZE = re.compile(r'data-width="(\d+)" data-height="(\d+)"')


@dataclass(frozen=True, slots=True)
class Size:
    """Of a page, in its own pixels."""

    width: int
    height: int


@dataclass(frozen=True, slots=True)
class Chromium:
    """An installed browser. Use `find_chromium`."""

    program: Path

    def size(self, page: Path) -> Size:
        """What the page says of itself, in `data-width` and `data-height` of its first element, once it is loaded."""
        found = _SIZE.search(self._run("--window-size=1600,1200", "--dump-dom", page.as_uri()))
        if found is None:
            raise NewsletterError(sentence("the browser could not lay out the page"))
        return Size(int(found[1]), int(found[2]))

    def picture(self, page: Path, into: Path, size: Size) -> None:
        """The page as PNG."""
        window = f"--window-size={size.width},{min(size.height, TALLEST)}"
        scale = f"--force-device-scale-factor={SHARPNESS}"
        self._run(window, scale, f"--screenshot={into}", page.as_uri(), made=into)

    def document(self, page: Path, into: Path) -> None:
        """The page as PDF; its own `@page` says how large."""
        self._run("--no-pdf-header-footer", f"--print-to-pdf={into}", page.as_uri(), made=into)

    def _run(self, *wishes: str, made: Path | None = None) -> str:
        """What it said. Raises NewsletterError when it did not do it."""
        with tempfile.TemporaryDirectory(prefix="newsletter-", ignore_cleanup_errors=True) as profile:
            command = [str(self.program), *_QUIET, f"--user-data-dir={profile}"]
            command += ["--no-sandbox"] if runs_as_root() else []
            command += [f"--virtual-time-budget={_PATIENCE}", *wishes]
            try:
                done = subprocess.run(  # noqa: S603  # a program that the officer installed, on a file of ours
                    command, capture_output=True, timeout=_SECONDS, check=False
                )
            except (OSError, subprocess.TimeoutExpired) as error:
                raise _failed(self.program, str(error)) from error
        if done.returncode or (made is not None and not made.is_file()):
            raise _failed(self.program, _last_line(done.stderr))
        return done.stdout.decode(errors="replace")


def find_chromium(environment: Mapping[str, str] = os.environ) -> Chromium:
    """The browser that `CHROMIUM` names, or one that is installed. Raises UsageError when there is none."""
    named = environment.get(CHROMIUM)
    wanted = (named,) if named else (*_NAMES, *_PLACES)
    for name in wanted:
        program = shutil.which(name)
        if program:
            return Chromium(Path(program))
    if named:
        what = sentence("{variable} names {program}, which is not there", variable=CHROMIUM, program=named)
    else:
        what = sentence("a picture or a PDF needs Chromium, Chrome or Edge, and none was found")
    hint = sentence(
        "install one, or name it: {variable}=/path/to/chrome; a sheet that ends in .html needs none",
        variable=CHROMIUM,
    )
    raise UsageError(what, hint)


def runs_as_root() -> bool:
    """Whether this is root, as whom Chromium refuses to start with its sandbox: in containers everybody is."""
    return sys.platform != "win32" and os.geteuid() == 0


def _failed(program: Path, reason: str) -> NewsletterError:
    return NewsletterError(
        sentence("{program} made no picture: {reason}", program=program.name, reason=reason),
        sentence(
            "name another browser: {variable}=/path/to/chrome; or write the sheet as .html", variable=CHROMIUM
        ),
    )


def _last_line(said: bytes) -> str:
    lines = said.decode(errors="replace").strip().splitlines()
    return lines[-1][:200] if lines else "–"

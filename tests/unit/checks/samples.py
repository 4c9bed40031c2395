"""Samples for the checks: for each code an issue that has the fault, and one that has not.

Modules `samples_<name>.py` beside this one export `SAMPLES: dict[str, Sample]`.
"""

from __future__ import annotations

import datetime as dt
import importlib
import re
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from issue_files import FOOT, HEAD, SETTINGS, write_issue
from newsletter_mailer.checks.subject import Subject
from newsletter_mailer.compose.load import load_issue
from newsletter_mailer.compose.pipeline import compose
from newsletter_mailer.config import load_workspace
from newsletter_mailer.message.slots import sample_subscriber
from newsletter_mailer.message.specimen import specimen

TODAY = dt.date(2026, 11, 20)  #: two days before the date of the samples

Make = Callable[[Path], Subject]  #: from an empty folder


@dataclass(frozen=True, slots=True)
class Sample:
    """One fault.

    A text that begins with "  - " is blocks, put between the usual head and foot; another text is a whole issue.yaml;
    a function makes the subject itself, of a folder that is its own.
    """

    failing: str | Make
    passing: str | Make


def subject_of(
    root: Path,
    text: str,
    *,
    settings: str = SETTINGS,
    today: dt.date = TODAY,
    files: dict[str, bytes] | None = None,
) -> Subject:
    """The issue of that text, as checks look at it. files: that stand beside issue.yaml, by their names."""
    root.mkdir(parents=True, exist_ok=True)
    (root / "newsletter.yaml").write_text(settings, encoding="utf-8")
    workspace = load_workspace(root, {})
    path = write_issue(workspace, f"{HEAD}{text}{FOOT}" if text.startswith("  - ") else text)
    for name, data in (files or {}).items():
        (path.parent / name).parent.mkdir(exist_ok=True)
        (path.parent / name).write_bytes(data)
    loaded = load_issue(workspace, path)
    composition = compose(loaded, workspace)
    noon = dt.datetime.combine(today, dt.time(12), workspace.zone)
    seen = specimen(
        composition.edition,
        workspace,
        reader=sample_subscriber(composition.edition.language),
        now=round(noon.timestamp() * 1000),
        new_id="sample",
    )
    return Subject(loaded, workspace, composition, seen.html, seen.text, seen.wire, today)


def made(sample: str | Make, root: Path) -> Subject:
    """The subject of a sample, in that folder."""
    return subject_of(root, sample) if isinstance(sample, str) else sample(root)


def with_head(old: str, new: str, blocks: str = "") -> str:
    """A whole issue whose head has one line changed."""
    assert old in HEAD
    return HEAD.replace(old, new) + blocks + FOOT


def every_sample() -> dict[str, Sample]:
    """The samples of all modules, by code. A code that two modules have is a mistake."""
    found: dict[str, Sample] = {}
    for path in sorted(Path(__file__).parent.glob("samples_*.py")):
        for code, sample in importlib.import_module(f"unit.checks.{path.stem}").SAMPLES.items():
            assert re.fullmatch(r"[a-z]+(-[a-z0-9]+)*", code), code
            assert code not in found, code
            found[code] = sample
    return found

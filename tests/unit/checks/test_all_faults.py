"""Two issues that are wrong in every way, and two that are sent: what the control sheet says of them."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from composing import EVERY_BLOCK, SEED
from newsletter_mailer.actions.check import look
from newsletter_mailer.checks.all import CHECKS
from newsletter_mailer.checks.delivery.spam import CHECKS as SPAM
from newsletter_mailer.config import load_workspace
from newsletter_mailer.model.finding import Level
from unit.checks.samples_pictures import noise

ROOT = Path(__file__).parents[3]
SAMPLES = ROOT / "tests" / "samples"
NOON = 1_637_582_400_000  # 2021-11-22, the date of the first
ALL = {code for check in CHECKS for code in check.codes}
NOT_BESIDE_ANOTHER = {
    "dark-colours",  # there are some, that lose
    "gmail-nearly-clipped",  # it is clipped
}


def codes(folder: Path, issue: str, *, days: int = 0) -> set[str]:
    workspace = load_workspace(folder, {})
    now = NOON + days * 24 * 3_600_000
    path = folder / issue / "issue.yaml"
    found = look(workspace, path, database=None, lists=(), now=now, new_id="x", slow=False)
    return {placed.finding.code for placed in found.findings}


def test_every_fault_is_found_on_the_issues_that_have_them_all(tmp_path: Path) -> None:
    folder = shutil.copytree(SAMPLES, tmp_path / "samples")
    for number, heavy in enumerate((noise(1200, 800), noise(1201, 800), noise(1202, 800)), 1):
        (folder / "all-faults" / "pictures" / f"heavy-{number}.png").write_bytes(heavy)
    (folder / "all-faults" / "programme.pdf").write_bytes(b"%PDF-1.4\n" + noise(600, 400) + b"\n%%EOF\n")

    found = codes(folder, "all-faults", days=30) | codes(folder, "left-out")

    asks_another_program = {code for check in SPAM for code in check.codes}
    assert sorted(ALL - found - NOT_BESIDE_ANOTHER - asks_another_program) == []


@pytest.mark.parametrize("slug", [SEED, EVERY_BLOCK])
def test_the_good_samples_have_no_error(slug: str) -> None:
    workspace = load_workspace(ROOT, {})
    path = ROOT / "issues" / slug / "issue.yaml"

    found = look(workspace, path, database=None, lists=(), now=NOON, new_id="x", slow=False)

    assert [str(placed) for placed in found.findings if placed.level is Level.ERROR] == []

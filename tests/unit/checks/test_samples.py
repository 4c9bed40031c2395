"""Each check fires on what it is for, and is silent on the same thing done well."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from newsletter_mailer.checks.all import CHECKS
from newsletter_mailer.checks.browser import CODES as BROWSER
from newsletter_mailer.checks.places import CODE_OF_PROBLEMS
from newsletter_mailer.checks.readers import CODES as READERS
from newsletter_mailer.checks.targets.asked import CODES as ASKED
from unit.checks.samples import every_sample, made

ROOT = Path(__file__).parents[3]
SAMPLES = every_sample()
CODES = {code: check for check in CHECKS for code in check.codes}


def codes_found(code: str, root: Path, text: object) -> set[str]:
    return {finding.code for finding in CODES[code].look(made(text, root))}  # type: ignore[arg-type]


def test_every_code_has_its_samples_and_belongs_to_one_check() -> None:
    assert set(SAMPLES) == set(CODES)
    assert len(CODES) == sum(len(check.codes) for check in CHECKS)


@pytest.mark.parametrize("code", sorted(CODES))
def test_the_fault_is_found(code: str, tmp_path: Path) -> None:
    found = codes_found(code, tmp_path, SAMPLES[code].failing)

    assert code in found
    assert found <= set(CODES[code].codes)


@pytest.mark.parametrize("code", sorted(CODES))
def test_the_same_thing_done_well_is_passed_over(code: str, tmp_path: Path) -> None:
    assert code not in codes_found(code, tmp_path, SAMPLES[code].passing)


def test_every_code_stands_in_the_docs_once_and_the_docs_name_no_other() -> None:
    rows = re.findall(
        r"^\| `([a-z0-9-]+)` \|", (ROOT / "docs" / "checks.md").read_text("utf-8"), re.MULTILINE
    )

    assert sorted(rows) == sorted({*CODES, CODE_OF_PROBLEMS, *READERS, *ASKED, *BROWSER})

"""docs/doctor.md names everything that the doctor looks at, and every provider."""

from __future__ import annotations

import re
from pathlib import Path

from newsletter_mailer.actions.doctor.providers import rules

ROOT = Path(__file__).parents[3]
PAGE = (ROOT / "docs" / "doctor.md").read_text(encoding="utf-8")
CODE = re.compile(r'\b(?:Point|wrong|unanswered|_to_publish)\(\s*"([a-z-]+)"')


def test_every_code_of_the_sheet_stands_in_the_handbook_and_no_other() -> None:
    sources = [*ROOT.glob("src/newsletter_mailer/actions/doctor/*.py"), *ROOT.glob("src/**/checkup.py")]

    used = {code for path in sources for code in CODE.findall(path.read_text(encoding="utf-8"))}

    assert used == set(re.findall(r"^\| `([a-z-]+)` \|", PAGE, re.MULTILINE))


def test_every_provider_stands_in_the_handbook() -> None:
    assert {rule.provider for rule in rules(())} == set(
        re.findall(r"^\| ([A-Z][^|`]+) \|", PAGE.partition("# What mailbox providers")[2], re.MULTILINE)
    )

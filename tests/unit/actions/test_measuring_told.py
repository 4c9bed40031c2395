"""What a dispatch says of measuring before it asks for its number."""

from __future__ import annotations

from pathlib import Path

import pytest

from composer_desk import workspace_in
from newsletter_mailer.actions.measuring.telling import measuring_told
from newsletter_mailer.config import load_workspace

PAGES = "https://lettre.example.org"


@pytest.mark.parametrize(
    ("privacy", "web_base", "told"),
    [
        ({}, PAGES, []),
        ({}, "", []),
        ({"CLICKS": "counted"}, PAGES, ["Followed links are counted, of all readers alike."]),
        (
            {"MEASUREMENT": "consented", "HYGIENE": "true"},
            PAGES,
            [
                "Of readers who agreed to it, it is kept what they open and follow.",
                "The day of each reader's last opening is kept.",
            ],
        ),
        ({"OPENS": "counted"}, "", ["Nothing is measured: the readers' pages could not be reached."]),
    ],
)
def test_each_kind_is_told_and_that_there_is_none_without_pages(
    privacy: dict[str, str], web_base: str, told: list[str], tmp_path: Path
) -> None:
    workspace_in(tmp_path)
    environment = {f"NEWSLETTER_PRIVACY__{name}": value for name, value in privacy.items()}

    found = measuring_told(load_workspace(tmp_path, environment=environment), web_base)

    assert [one.template for one in found] == told

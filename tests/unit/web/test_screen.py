"""A page is opened only where somebody would see it."""

from __future__ import annotations

import pytest

from newsletter_mailer.web.screen import has_screen


@pytest.mark.parametrize(
    ("platform", "environment", "shown"),
    [
        ("win32", {}, True),
        ("darwin", {}, True),
        ("linux", {}, False),
        ("freebsd14", {}, False),
        ("linux", {"DISPLAY": ":0"}, True),
        ("linux", {"WAYLAND_DISPLAY": "wayland-0"}, True),
        ("linux", {"DISPLAY": ""}, False),
    ],
)
def test_there_is_a_screen_where_windows_open(
    platform: str, environment: dict[str, str], *, shown: bool
) -> None:
    assert has_screen(platform, environment) == shown

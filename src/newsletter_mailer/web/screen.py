"""Whether there is somewhere to show a page."""

from __future__ import annotations

import os
import sys
from collections.abc import Mapping


def has_screen(platform: str = sys.platform, environment: Mapping[str, str] = os.environ) -> bool:
    """Whether a browser has a window to open in; without one, `webbrowser` would take over the terminal."""
    return platform in ("win32", "darwin") or bool(
        environment.get("DISPLAY") or environment.get("WAYLAND_DISPLAY")
    )

"""Which computer this is, and which of its boots: by them a journal is trusted or not."""

from __future__ import annotations

import platform
import subprocess
import sys
from functools import cache
from pathlib import Path

_LINUX = Path("/proc/sys/kernel/random/boot_id")
_WINDOWS = r"SYSTEM\CurrentControlSet\Control\Session Manager\Memory Management\PrefetchParameters"


def host() -> str:
    """The computer's name on its network."""
    return platform.node()


@cache
def boot_id() -> str:
    """A word that changes whenever the computer starts, or "" where the system does not tell.

    An unknown boot is never the same boot: after a crash, deliveries are then in doubt rather than sent twice.
    """
    try:
        if sys.platform == "win32":
            return _windows()
        return _darwin() if sys.platform == "darwin" else _LINUX.read_text().strip()
    except (OSError, subprocess.CalledProcessError):
        return ""


def _darwin() -> str:
    command = ["/usr/sbin/sysctl", "-n", "kern.bootsessionuuid"]
    return subprocess.run(command, capture_output=True, text=True, check=True).stdout.strip()  # noqa: S603


if sys.platform == "win32":

    def _windows() -> str:
        import winreg

        with winreg.OpenKey(winreg.HKEY_LOCAL_MACHINE, _WINDOWS) as key:
            return str(winreg.QueryValueEx(key, "BootId")[0])  # counts the boots

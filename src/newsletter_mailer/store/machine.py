"""Which computer this is, and which of its boots: by them a journal is trusted or not, and a copy is known."""

from __future__ import annotations

import hashlib
import platform
import subprocess
import sys
from collections.abc import Callable
from functools import cache
from pathlib import Path


def host() -> str:
    """The computer's name on its network."""
    return platform.node()


@cache
def machine() -> str:
    """A word for this computer that outlasts a change of its name, or "" where the system does not tell.

    The system's own number is not to leave the computer (machine-id(5)); this is its fingerprint.
    """
    number = _asked(_number)
    return hashlib.sha256(f"newsletter-mailer {number}".encode()).hexdigest()[:16] if number else ""


@cache
def boot_id() -> str:
    """A word that changes whenever the computer starts, or "" where the system does not tell.

    An unknown boot is never the same boot: after a crash, deliveries are then in doubt rather than sent twice.
    """
    return _asked(_boot)


def _asked(question: Callable[[], str]) -> str:
    try:
        return question()
    except (OSError, subprocess.CalledProcessError):
        return ""


if sys.platform == "win32":

    def _number() -> str:
        return _registry(r"SOFTWARE\Microsoft\Cryptography", "MachineGuid")

    def _boot() -> str:  # counts the boots
        manager = r"SYSTEM\CurrentControlSet\Control\Session Manager"
        return _registry(rf"{manager}\Memory Management\PrefetchParameters", "BootId")

    def _registry(folder: str, name: str) -> str:
        import winreg

        with winreg.OpenKey(winreg.HKEY_LOCAL_MACHINE, folder) as key:
            return str(winreg.QueryValueEx(key, name)[0])

elif sys.platform == "darwin":

    def _number() -> str:
        told = _told("/usr/sbin/ioreg", "-rd1", "-c", "IOPlatformExpertDevice")
        return told.partition('"IOPlatformUUID" = "')[2].partition('"')[0]

    def _boot() -> str:
        return _told("/usr/sbin/sysctl", "-n", "kern.bootsessionuuid").strip()

    def _told(*command: str) -> str:
        return subprocess.run(command, capture_output=True, text=True, check=True).stdout  # noqa: S603

else:

    def _number() -> str:
        return Path("/etc/machine-id").read_text().strip()

    def _boot() -> str:
        return Path("/proc/sys/kernel/random/boot_id").read_text().strip()

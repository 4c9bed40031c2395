"""Which computer this is, and which of its boots: by them a journal is trusted or not, and a copy is known."""

from __future__ import annotations

import hashlib
import platform
import subprocess
import sys
from functools import cache
from pathlib import Path

_LINUX_NUMBER = Path("/etc/machine-id")
_LINUX = Path("/proc/sys/kernel/random/boot_id")
_CRYPTOGRAPHY = r"SOFTWARE\Microsoft\Cryptography"
_WINDOWS = r"SYSTEM\CurrentControlSet\Control\Session Manager\Memory Management\PrefetchParameters"


def host() -> str:
    """The computer's name on its network."""
    return platform.node()


@cache
def machine() -> str:
    """A word for this computer that outlasts a change of its name, or "" where the system does not tell.

    The system's own number is not to leave the computer (machine-id(5)); this is its fingerprint.
    """
    try:
        if sys.platform == "win32":
            number = _registry(_CRYPTOGRAPHY, "MachineGuid")
        else:
            number = _darwin_number() if sys.platform == "darwin" else _LINUX_NUMBER.read_text().strip()
    except (OSError, subprocess.CalledProcessError):
        return ""
    return hashlib.sha256(f"newsletter-mailer {number}".encode()).hexdigest()[:16] if number else ""


@cache
def boot_id() -> str:
    """A word that changes whenever the computer starts, or "" where the system does not tell.

    An unknown boot is never the same boot: after a crash, deliveries are then in doubt rather than sent twice.
    """
    try:
        if sys.platform == "win32":
            return _registry(_WINDOWS, "BootId")  # counts the boots
        return _darwin() if sys.platform == "darwin" else _LINUX.read_text().strip()
    except (OSError, subprocess.CalledProcessError):
        return ""


def _darwin() -> str:
    command = ["/usr/sbin/sysctl", "-n", "kern.bootsessionuuid"]
    return subprocess.run(command, capture_output=True, text=True, check=True).stdout.strip()  # noqa: S603


def _darwin_number() -> str:
    command = ["/usr/sbin/ioreg", "-rd1", "-c", "IOPlatformExpertDevice"]
    told = subprocess.run(command, capture_output=True, text=True, check=True).stdout  # noqa: S603
    return told.partition('"IOPlatformUUID" = "')[2].partition('"')[0]


if sys.platform == "win32":

    def _registry(folder: str, name: str) -> str:
        import winreg

        with winreg.OpenKey(winreg.HKEY_LOCAL_MACHINE, folder) as key:
            return str(winreg.QueryValueEx(key, name)[0])

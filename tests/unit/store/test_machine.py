"""A machine knows its name and its boot."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from newsletter_mailer.store.machine import boot_id, host, machine


def test_the_host_has_a_name() -> None:
    assert host()


@pytest.mark.skipif(sys.platform != "linux", reason="reads Linux's own number")
def test_the_boot_is_the_same_for_every_process() -> None:
    code = "from newsletter_mailer.store.machine import boot_id; print(boot_id())"

    other = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)

    assert boot_id() == other.stdout.strip() == Path("/proc/sys/kernel/random/boot_id").read_text().strip()


@pytest.mark.skipif(not Path("/etc/machine-id").exists(), reason="reads Linux's own number")
def test_the_machine_has_a_number_that_is_not_the_systems_own() -> None:
    code = "from newsletter_mailer.store.machine import machine; print(machine())"

    other = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)

    assert machine() == other.stdout.strip()
    assert len(machine()) == 16
    assert machine() not in Path("/etc/machine-id").read_text()

"""A disk of a few megabytes that a test can fill, and make room on."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

_PIECE = 65_536


class SmallDisk:
    """A mounted disk. Use `small_disk`."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self._filling = folder / "filling"

    def fill(self, leave: int = 0) -> None:
        """Take all the room there is but that many bytes."""
        with self._filling.open("wb", buffering=0) as file:
            size = _PIECE
            while size:
                try:
                    file.write(bytes(size))
                except OSError:  # full: the rest in smaller pieces
                    size //= 2
            file.truncate(max(0, file.tell() - leave))

    def make_room(self) -> None:
        """Give it all back."""
        self._filling.unlink()


@contextmanager
def small_disk(folder: Path, megabytes: int) -> Iterator[SmallDisk]:
    """A disk of that size, mounted at `folder`. Skips the test where it cannot be: only root mounts."""
    if sys.platform != "linux" or os.geteuid():
        pytest.skip("needs root on Linux to mount a small disk")
    folder.mkdir()
    subprocess.run(["mount", "-t", "tmpfs", "-o", f"size={megabytes}m", "tmpfs", str(folder)], check=True)
    try:
        yield SmallDisk(folder)
    finally:
        subprocess.run(["umount", str(folder)], check=True)

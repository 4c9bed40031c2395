"""A workspace of its own and a mail server for each test."""

from __future__ import annotations

import shutil
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from program import AnyPort, Newsletter, Postbox


@pytest.fixture
def postbox() -> Postbox:
    return Postbox()


@pytest.fixture
def smtp_port(postbox: Postbox) -> Iterator[int]:
    controller = AnyPort(postbox, hostname="127.0.0.1", port=0)
    controller.start()
    try:
        yield controller.port
    finally:
        controller.stop()


@pytest.fixture(scope="session")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A workspace as the program makes it, with one issue and no reader: made once, to be copied."""
    folder = tmp_path_factory.mktemp("made") / "workspace"
    face = Newsletter(folder, port=0)
    subprocess.run(
        [sys.executable, "-m", "newsletter_mailer", "--no-input", "--lang", "fr", "init", str(folder)],
        check=True,
        capture_output=True,
        env=face.environment,
    )
    face.issue("2026-11")
    return folder


@pytest.fixture
def newsletter(made: Path, tmp_path: Path, smtp_port: int) -> Newsletter:
    """A workspace with one issue and no reader."""
    return Newsletter(Path(shutil.copytree(made, tmp_path / "workspace")), smtp_port)


@pytest.fixture
def wait_until() -> Callable[[Callable[[], bool]], None]:
    """Wait for something that another process does; two minutes are a hang."""

    def wait(true: Callable[[], bool]) -> None:
        for _ in range(12_000):
            if true():
                return
            time.sleep(0.01)
        raise AssertionError("it never happened")

    return wait

"""Waiting for the postman."""

from __future__ import annotations

import time
from collections.abc import Callable

import pytest


@pytest.fixture
def wait_until() -> Callable[[Callable[[], bool]], None]:
    """Wait for something that another thread does; thirty seconds is a hang."""

    def wait(true: Callable[[], bool]) -> None:
        for _ in range(3000):
            if true():
                return
            time.sleep(0.01)
        raise AssertionError("it never happened")

    return wait

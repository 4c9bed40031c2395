"""The wish to stop, as a signal handler may set it."""

from __future__ import annotations

import time

_LOOK_S = 0.1


class StopFlag:
    """Set once, and looked at often. It holds no lock.

    `threading.Event` has one: a signal that comes while its own thread is about to wait would wait for ever to set it.
    """

    def __init__(self) -> None:
        self._set = False

    def set(self) -> None:
        """Ask to stop."""
        self._set = True

    def is_set(self) -> bool:
        """Whether somebody asked to stop."""
        return self._set

    def wait(self, seconds: float) -> bool:
        """Sleep so long, or until somebody asks to stop; whether somebody did."""
        until = time.monotonic() + seconds
        while not self._set and (left := until - time.monotonic()) > 0:
            time.sleep(min(left, _LOOK_S))
        return self._set

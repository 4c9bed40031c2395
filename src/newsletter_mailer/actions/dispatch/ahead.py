"""Work in a thread of its own, one piece at a time: a commit waits for the disk while the wire goes on."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from typing import Generic, TypeVar

Found = TypeVar("Found")


class Ahead(Generic[Found]):
    """Begun and asked for by one thread; `begin` only when nothing is under way."""

    def __init__(self) -> None:
        self._thread: ThreadPoolExecutor | None = None
        self._work: Future[Found] | None = None

    @property
    def under_way(self) -> bool:
        """Something was begun whose result nobody has taken."""
        return self._work is not None

    def begin(self, work: Callable[[], Found]) -> None:
        """Do this meanwhile."""
        if self._thread is None:
            self._thread = ThreadPoolExecutor(1, thread_name_prefix="ahead")
        self._work = self._thread.submit(work)

    def result(self) -> Found:
        """What was found, waited for; raises what the work raised. Afterwards nothing is under way."""
        assert self._work is not None, "begun before it is asked for"
        try:
            return self._work.result()
        finally:
            if self._work.done():  # not after Ctrl-C: then it goes on, and is asked for again
                self._work = None

    def close(self) -> None:
        """Let the thread end."""
        if self._thread is not None:
            self._thread.shutdown()

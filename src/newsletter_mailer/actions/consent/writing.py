"""The writes of many visitors in few transactions: a commit waits for the disk, however many are in it."""

from __future__ import annotations

import threading
from collections.abc import Callable
from concurrent.futures import Future
from queue import Empty, SimpleQueue
from typing import Any, TypeVar

from newsletter_mailer.errors import Busy
from newsletter_mailer.store.database import Connection, Database

T = TypeVar("T")
_MOST = 200  # in one transaction: a dispatch beside us waits for its end
_TRIES = 30  # of ten seconds each, before it is an error
_Job = tuple[Callable[[Connection], Any], "Future[Any]"]


class Writer:
    """One thread that does, one after the other, what all others ask for. Use it as a context manager."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._jobs: SimpleQueue[_Job | None] = SimpleQueue()
        self._thread = threading.Thread(target=self._work, name="writer", daemon=True)

    def __enter__(self) -> Writer:
        self._thread.start()
        return self

    def __exit__(self, *_error: object) -> None:
        self._jobs.put(None)
        self._thread.join()

    def write(self, act: Callable[[Connection], T]) -> Future[T]:
        """What `act` gives, once it is committed; it may be called twice, when another of its transaction fails."""
        future: Future[T] = Future()
        self._jobs.put((act, future))
        return future

    def _work(self) -> None:
        while (first := self._jobs.get()) is not None:
            jobs, more = self._with_those_waiting(first)
            self._together(jobs)
            if not more:
                return

    def _with_those_waiting(self, first: _Job) -> tuple[list[_Job], bool]:
        """The jobs of one transaction, and whether others may come after them."""
        jobs = [first]
        while len(jobs) < _MOST:
            try:
                job = self._jobs.get_nowait()
            except Empty:
                break
            if job is None:
                return jobs, False
            jobs.append(job)
        return jobs, True

    def _together(self, jobs: list[_Job]) -> None:
        try:
            done = self._written(jobs)
        except Exception as error:  # noqa: BLE001  the visitor's thread gets it, this one goes on
            if len(jobs) == 1:
                jobs[0][1].set_exception(error)
                return
            for job in jobs:  # one of them is at fault: the others must not suffer from it
                self._together([job])
        else:
            for (_, future), result in zip(jobs, done, strict=True):
                future.set_result(result)

    def _written(self, jobs: list[_Job]) -> list[Any]:
        """What the jobs gave. While a large import writes, nobody else can: a wish to leave waits, and is not lost."""
        for patience in range(_TRIES, -1, -1):
            try:
                with self._database.transaction() as connection:
                    return [act(connection) for act, _ in jobs]
            except Busy:  # after ten seconds
                if not patience:
                    raise
        raise AssertionError("the last try returns or raises")

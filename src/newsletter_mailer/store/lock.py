"""One sender at a time on a ledger: a lock that the kernel frees when its holder dies, however it dies."""

from __future__ import annotations

from pathlib import Path
from types import TracebackType
from typing import Self

from filelock import FileLock, Timeout

from newsletter_mailer.errors import Busy
from newsletter_mailer.wording import sentence


class SenderLock:
    """Held for the length of a `with`. A second holder gets Busy at once."""

    def __init__(self, path: Path) -> None:
        """The lock is a file beside the ledger; what counts is the lock on it, not that it exists."""
        self._lock = FileLock(path, blocking=False, mode=0o600)

    def __enter__(self) -> Self:
        try:
            self._lock.acquire()
        except Timeout as error:
            raise self._busy() from error
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._lock.release()

    def _busy(self) -> Busy:
        return Busy(
            sentence("another newsletter command is sending from this ledger"),
            sentence("wait until it has finished, or stop it; then use the same command again"),
        )


class WorkerLock(SenderLock):
    """The same for workers: one on a ledger."""

    def _busy(self) -> Busy:
        return Busy(
            sentence("another newsletter worker looks after this ledger"),
            sentence("one is enough: leave it at work, or stop it first"),
        )

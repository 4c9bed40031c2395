"""What is to be kept of visits, gathered while the ledger writes: a commit for each would wait for the disk."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from concurrent.futures import Future
from dataclasses import dataclass, field
from functools import partial
from threading import Condition

from newsletter_mailer.model.machines import Visit
from newsletter_mailer.store import links, measuring
from newsletter_mailer.store.database import Connection
from newsletter_mailer.store.links import Followed, day_of
from newsletter_mailer.store.measuring import Arrived

_MOST = 10_000  # visits that wait: beyond, the oldest are done without
_TOGETHER = 500  # of them in one transaction: a dispatch beside us waits for its end
_PATIENCE_S = 10.0
Write = Callable[[Callable[[Connection], None]], "Future[None]"]


@dataclass(slots=True)
class _Batch:
    followed: Counter[Followed] = field(default_factory=Counter)
    loads: Counter[tuple[int, str]] = field(default_factory=Counter)
    visits: list[Arrived] = field(default_factory=list)

    @property
    def empty(self) -> bool:
        return not (self.followed or self.loads or self.visits)


class Recorder:
    """One write at a time; what comes meanwhile goes with the next. Use it as a context manager."""

    def __init__(self, write: Write) -> None:
        self._write = write
        self._waiting = _Batch()
        self._writing = False
        self._changed = Condition()

    def __enter__(self) -> Recorder:
        return self

    def __exit__(self, *_error: object) -> None:
        self.settle()

    def followed(self, campaign: int, link: int, *, machine: bool, now: int) -> None:
        """Somebody followed a link, whoever it was."""
        with self._changed:
            self._waiting.followed[Followed(campaign, link, day_of(now), machine)] += 1
        self._go_on()

    def loaded(self, campaign: int, *, now: int) -> None:
        """Somebody, or something, loaded the picture that is the same for all."""
        with self._changed:
            self._waiting.loads[campaign, day_of(now)] += 1
        self._go_on()

    def visited(self, token: str, visit: Visit) -> None:
        """A copy with a token was opened, or a link of it followed."""
        with self._changed:
            self._waiting.visits.append(Arrived(token, visit))
            del self._waiting.visits[:-_MOST]
        self._go_on()

    def settle(self) -> None:
        """Wait until the ledger knows everything, or cannot be told."""
        with self._changed:
            self._changed.wait_for(lambda: not self._writing, _PATIENCE_S)

    def _go_on(self) -> None:
        with self._changed:
            if self._writing or self._waiting.empty:
                return
            batch, self._writing = self._waiting, True
            self._waiting = _Batch(visits=batch.visits[_TOGETHER:])
            del batch.visits[_TOGETHER:]
        self._write(partial(_note, batch)).add_done_callback(self._written)

    def _written(self, _future: Future[None]) -> None:
        """Numbers that the ledger did not take after minutes are lost, and nothing else is."""
        with self._changed:
            self._writing = False
        self._go_on()
        with self._changed:
            self._changed.notify_all()


def _note(batch: _Batch, connection: Connection) -> None:
    links.count(connection, batch.followed, batch.loads)
    measuring.note(connection, batch.visits)

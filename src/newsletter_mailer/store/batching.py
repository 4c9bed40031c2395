"""Batches of a plan: large domains have their own, so that one that is closed is passed over whole."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator
from itertools import islice

from newsletter_mailer.store.reach import Reader

BATCH = 500  #: deliveries that share one row of counters
_OWN = 100  # so many readers of a domain that was not filled up still get a batch of their own
_WAITING = 20_000  # readers kept in memory until their domain fills a batch


def batched(readers: Iterable[Reader]) -> Iterator[tuple[str, list[Reader]]]:
    """Readers in batches, each with its domain, or "" where small ones share it."""
    waiting: dict[str, list[Reader]] = defaultdict(list)
    count = 0
    for reader in readers:
        mine = waiting[reader.domain]
        mine.append(reader)
        count += 1
        if len(mine) == BATCH:
            count -= BATCH
            yield reader.domain, waiting.pop(reader.domain)
        elif count == _WAITING:
            yield from _emptied(waiting)
            count = 0
    yield from _emptied(waiting)


def _emptied(waiting: dict[str, list[Reader]]) -> Iterator[tuple[str, list[Reader]]]:
    shared: list[Reader] = []
    for domain, readers in waiting.items():
        if len(readers) >= _OWN:
            yield domain, readers
        else:
            shared += readers
    waiting.clear()
    remaining = iter(sorted(shared))  # by their number, as they came
    while some := list(islice(remaining, BATCH)):
        yield "", some


def without_canary(readers: Iterable[Reader], most: int, canary: dict[str, list[Reader]]) -> Iterator[Reader]:
    """The readers but for `most` of them, who are left in `canary`: as many of each domain as can be, the first ones."""
    room = most
    largest = 0
    for reader in readers:
        mine = canary.setdefault(reader.domain, [])
        if room:
            room -= 1
        elif len(mine) + 1 < largest:
            yield max(canary.values(), key=len).pop()
        else:
            yield reader
            continue
        mine.append(reader)
        largest = max(map(len, canary.values()))

"""Everyone on some lists with what is known of them, some at a time: a million need no more memory than a hundred."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from functools import lru_cache
from itertools import islice
from typing import Any

from sqlalchemy import Connection, Select, select

from newsletter_mailer.model.audience import Subscriber
from newsletter_mailer.store.bulk import execute_with, in_lists, some_of
from newsletter_mailer.store.campaign_rows import Audience
from newsletter_mailer.store.reach import Aim, readers
from newsletter_mailer.store.reach import Reader as Judged
from newsletter_mailer.store.readers import READER, as_subscriber
from newsletter_mailer.store.schema import organisations, subscribers

_TOGETHER = 200  # readers looked up by one statement


def everyone(
    c: Connection, audience: Audience, *, issue_id: str, mailable: Callable[[str], bool], known: bool
) -> Iterator[tuple[Judged, Subscriber | None]]:
    """Each person of the lists once, and why they would not get that issue.

    known: with what merge tags see of those who would.
    """
    judged = readers(c, audience, Aim(issue_id), mailable)
    while some := list(islice(judged, _TOGETHER)):
        people = _known(c, [one.id for one in some if not one.barred]) if known else {}
        yield from ((one, people.get(one.id)) for one in some)


def _known(c: Connection, numbers: Sequence[int]) -> dict[int, Subscriber]:
    found = {}
    for size, values in in_lists(numbers):
        for row in execute_with(c, _some(size), values):
            found[row.reader_id] = as_subscriber(row)
    return found


@lru_cache
def _some(size: int) -> Select[Any]:
    theirs = organisations.c.id == subscribers.c.organisation_id
    return (
        select(*READER)
        .outerjoin_from(subscribers, organisations, theirs)
        .where(subscribers.c.id.in_(some_of(size)))
    )

"""The chain of a receipt: a hash over everything that stands of each delivery, made again from the ledger at any time.

A link is SHA-256 of the link before it and of its own hash, which is SHA-256 of one line for each delivery of its batches,
in their order: number, Message-ID, fingerprint of the reader, edition, status, attempts, and of the last attempt its code
and moment, with tabs between. `forget` and retention blank none of these.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Sequence
from functools import reduce
from itertools import islice

from sqlalchemy import ColumnElement, Connection, Text, cast, func, select

from newsletter_mailer.model.report import Link
from newsletter_mailer.store.batch_rows import batches_with
from newsletter_mailer.store.schema import attempts, deliveries

_D, _A = deliveries.c, attempts.c
_MOST_LINKS = 200
_FIELDS: tuple[ColumnElement[str], ...] = (
    *(cast(_D.id, Text), _D.message_id, _D.recipient_key, cast(_D.edition_id, Text), _D.status),
    *(cast(_D.attempt, Text), func.coalesce(cast(_A.code, Text), ""), func.coalesce(cast(_A.at, Text), "")),
)
_LINE = reduce(lambda line, field: line.concat("\t").concat(field), _FIELDS)
_LINES = (
    select(_LINE)
    .outerjoin_from(deliveries, attempts, (_A.delivery_id == _D.id) & (_A.number == _D.attempt))
    .order_by(_D.id)
)


def chain(c: Connection, campaign_id: int, seed: str) -> Iterator[Link]:
    """The links of a campaign, at most two hundred; the first builds on the seed. Nothing is held but a batch."""
    numbers = batches_with(c, campaign_id)
    last = hashlib.sha256(seed.encode()).hexdigest()
    for together in _pieces(numbers):
        own, count = hashlib.sha256(), 0
        for batch in together:
            lines = c.scalars(_LINES.where(_D.campaign_id == campaign_id, _D.batch == batch)).all()
            own.update("".join(f"{line}\n" for line in lines).encode())
            count += len(lines)
        last = hashlib.sha256(f"{last}{own.hexdigest()}".encode()).hexdigest()
        yield Link(together[-1], count, own.hexdigest(), last)


def changed_since(c: Connection, campaign_id: int, batches: tuple[int, int], since: int) -> int:
    """How many deliveries of the batches after the first number, up to the second, say that they changed since then."""
    after, upto = batches
    query = select(func.count()).where(_D.campaign_id == campaign_id, _D.updated_at > since)
    return c.scalar(query.where(_D.batch > after, _D.batch <= upto)) or 0


def counted(c: Connection, campaign_id: int) -> dict[str, int]:
    """The deliveries of each status, counted row by row: what the batches' counters must say."""
    query = select(_D.status, func.count()).where(_D.campaign_id == campaign_id).group_by(_D.status)
    return {row[0]: row[1] for row in c.execute(query)}


def _pieces(numbers: Sequence[int]) -> Iterator[list[int]]:
    size = -(-len(numbers) // _MOST_LINKS) or 1
    remaining = iter(numbers)
    while some := list(islice(remaining, size)):
        yield some

"""Importing readers: in chunks, so that of a million rows a chunk is kept, and a bit for each reader known before.

Whoever left the list or is suppressed stays where they are, whatever a row says; and a row that says that they left
elsewhere holds here as well, wherever it stands in the file.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from itertools import islice

from sqlalchemy import Connection

from newsletter_mailer.model.audience import (
    Arrival,
    Basis,
    ImportCount,
    MailingList,
    NewSubscriber,
    SubscriptionStatus,
    SuppressionReason,
)
from newsletter_mailer.store.import_chunk import Person, Writing, last_number, people, write
from newsletter_mailer.tokens import Secret, recipient_key

_CHUNK = 2000
_CONFIRMED = SubscriptionStatus.CONFIRMED.value
_REASONS = {
    Arrival.BOUNCED: SuppressionReason.HARD_BOUNCE,
    Arrival.COMPLAINED: SuppressionReason.COMPLAINT,
    Arrival.BLOCKED: SuppressionReason.STOP_EVERYTHING,
    Arrival.BARRED: SuppressionReason.MANUAL,
}


def import_rows(
    c: Connection,
    rows: Iterable[NewSubscriber],
    *,
    into: MailingList,
    secret: Secret,
    source: str,
    now: int,
    basis: Basis | None = None,
    wording: str = "",
) -> ImportCount:
    """Add these readers to a list, confirmed, and fill in what was not known of them; nothing is erased.

    source: file and date, as told to a reader who asks where we have the address from.
    basis: why we may write to those who join; the list's own when it is not given.
    wording: what those who join agreed to, kept with each of them as the proof.
    """
    _keep_pages(c)
    total: Counter[str] = Counter()
    writing = Writing(into, source=source, basis=(basis or into.basis).value, now=now, wording=wording)
    seen = _Seen(last_number(c))
    remaining = iter(rows)
    while chunk := list(islice(remaining, _CHUNK)):
        keyed = [(recipient_key(secret, row.address), row) for row in chunk]
        found = people(c, dict(keyed), into.id)
        for key, row in keyed:
            person = found[key]
            total[_outcome(person, row, again=seen.before(person))] += 1
        write(c, found.values(), writing)
    return ImportCount(**total)


class _Seen:
    """Who came already in this import."""

    def __init__(self, last: int) -> None:
        self._last = last  # whoever has a higher number was added by this import
        self._known = bytearray(last // 8 + 1)

    def before(self, person: Person) -> bool:
        """Whether a row of theirs stands further up; from now on it does."""
        again = person.came or person.number > self._last
        person.came = True
        if 0 < person.number <= self._last:
            place, bit = person.number >> 3, 1 << (person.number & 7)
            again = bool(self._known[place] & bit)
            self._known[place] |= bit
        return again


def _outcome(person: Person, row: NewSubscriber, *, again: bool) -> str:
    """Put a row into what is known of the person; the field of ImportCount that it adds to."""
    if row.arrival is Arrival.MEMBER:
        return _join(person, row, again=again)
    if row.arrival is Arrival.UNASKED:
        return "unasked"
    did = _leave(person) if row.arrival is Arrival.LEFT else _bar(person, _REASONS[row.arrival])
    return did or ("duplicates" if again else "unchanged")


def _join(person: Person, row: NewSubscriber, *, again: bool) -> str:
    if person.left:
        return "duplicates" if again else "left_refused"
    if person.suppressed:
        return "duplicates" if again else "suppressed"
    joins = not (person.joins or person.tie == _CONFIRMED)
    learnt = person.learn(row)
    person.changed |= learnt
    person.joins |= joins
    if again:
        return "duplicates"
    if joins:
        return "joined" if person.number else "added"
    return "updated" if learnt else "unchanged"


def _leave(person: Person) -> str:
    if person.left:
        return ""
    person.left = person.leaves = True
    person.joins = person.changed = False
    return "departed"


def _bar(person: Person, reason: SuppressionReason) -> str:
    if person.suppressed:
        return ""
    person.suppressed, person.barred = True, reason
    person.joins = person.changed = False
    return "barred"


def _keep_pages(c: Connection) -> None:
    """Fingerprints are random: each chunk touches the whole of their index, which is written again when it is let go."""
    if c.dialect.name == "sqlite":
        c.exec_driver_sql("PRAGMA cache_size=-64000")

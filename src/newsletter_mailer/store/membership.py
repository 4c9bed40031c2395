"""Which readers belong to a segment: what its expression asks for is read with each page of readers, and no more."""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Mapping, Sequence
from types import SimpleNamespace
from typing import Any

from sqlalchemy import Connection, bindparam, select

from newsletter_mailer.errors import UsageError
from newsletter_mailer.model.audience import SubscriptionStatus
from newsletter_mailer.model.delivery import Status
from newsletter_mailer.model.segments import SavedSegment
from newsletter_mailer.store.bulk import read_with
from newsletter_mailer.store.schema import campaigns, deliveries, lists, organisations, subscribers
from newsletter_mailer.templating import Question, compile_segment
from newsletter_mailer.wording import sentence

_S, _D = subscribers.c, deliveries.c
_CONFIRMED = SubscriptionStatus.CONFIRMED.value
_SPAN = (_S.id > bindparam("after"), _S.id <= bindparam("upto"))
# Fields that are columns: all others are attributes.
_OWN = ("address", "first_name", "last_name", "language")
_PEOPLE = (
    select(_S.id, *(_S[name] for name in _OWN), _S.attributes, organisations.c.name)
    .outerjoin_from(subscribers, organisations, organisations.c.id == _S.organisation_id)
    .where(*_SPAN)
)
_SENT = (  # in doubt is not received: nobody knows
    select(_S.id).where(*_SPAN, _D.issue_id == bindparam("issue"), _D.status == bindparam("sent"))
)
_BY_ADDRESS = _SENT.join_from(subscribers, deliveries, _D.recipient_key == _S.recipient_key)
_BY_NUMBER = _SENT.join_from(subscribers, deliveries, _D.subscriber_id == _S.id)  # who moved


class Membership:
    """Tells of every reader whether a segment's expression holds for them, a page of readers at a time."""

    def __init__(self, c: Connection, segment: SavedSegment) -> None:
        self._question = _question(segment)
        self._attributes = self._question.fields.difference(_OWN)
        known = c.execute(select(lists.c.id, lists.c.slug, lists.c.name)).all()
        self._slugs = {row.id: row.slug for row in known if row.slug in self._question.lists}
        self._lists = {row.id: SimpleNamespace(name=row.name) for row in known}
        self._issues = [(slug, number) for slug in self._question.issues for number in _numbers(c, slug)]
        self._people: Mapping[int, tuple[Any, ...]] = {}
        self._received: Mapping[int, set[str]] = {}

    def read(self, c: Connection, span: Mapping[str, int]) -> None:
        """Look at the readers from here to there: `holds` tells of these until the next are read."""
        if self._question.about_person:
            self._people = {number: tuple(known) for number, *known in read_with(c, _PEOPLE, span)}
        received: dict[int, set[str]] = defaultdict(set)
        for slug, number in self._issues:
            for query in (_BY_ADDRESS, _BY_NUMBER):
                for (reader,) in read_with(c, query, {**span, "issue": number, "sent": Status.SENT.value}):
                    received[reader].add(slug)
        self._received = received

    def holds(self, reader: int, by_list: Mapping[int, str], reached_by: int) -> bool:
        """Whether the reader belongs to it.

        by_list: their subscriptions, status by number of the list. reached_by: the list by which a mail reaches them.
        Raises UsageError for a reader whose fields do not allow to tell.
        """
        values: dict[str, Any] = {
            "list": self._lists[reached_by],
            "subscribed": [slug for one, slug in self._slugs.items() if by_list.get(one) == _CONFIRMED],
            "received": self._received.get(reader, ()),
        }
        person = self._people.get(reader)
        if person is not None:
            *own, attributes, organisation = person
            values["subscriber"] = SimpleNamespace(**self._fields(own, attributes))
            values["organisation"] = SimpleNamespace(name=organisation or "")
        try:
            return self._question.holds(values)
        except ValueError as error:
            raise UsageError(
                sentence("{address}: {reason}", address=person[0] if person else reader, reason=error),
                sentence("see its expression with: newsletter segments"),
            ) from error

    def _fields(self, own: Sequence[str], attributes: str) -> dict[str, str]:
        """What the expression names, "" where nothing is known: a fallback is for mails, and makes nobody a member."""
        known = dict(zip(_OWN, own, strict=True))
        if not self._attributes:
            return known
        more = {} if attributes == "{}" else json.loads(attributes)
        return known | {name: more.get(name, "") for name in self._attributes}


def _question(segment: SavedSegment) -> Question:
    try:
        return compile_segment(segment.expression)
    except ValueError as error:
        raise UsageError(
            sentence("the segment “{name}” cannot be worked out: {reason}", name=segment.name, reason=error)
        ) from error


def _numbers(c: Connection, slug: str) -> list[int]:
    """The issues that were dispatched under that name: more than one when a folder was made anew."""
    query = select(campaigns.c.issue_id).where(campaigns.c.slug == slug).distinct()
    return list(c.scalars(query))

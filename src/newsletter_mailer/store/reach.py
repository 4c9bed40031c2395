"""Whom a campaign reaches, and why not the others: everyone of its lists, once."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple

from sqlalchemy import Connection, bindparam, func, select

from newsletter_mailer.errors import UsageError
from newsletter_mailer.model.audience import SubscriptionStatus, mail_domain
from newsletter_mailer.model.delivery import OPEN, Status
from newsletter_mailer.store.bulk import execute_with
from newsletter_mailer.store.campaign_rows import Audience
from newsletter_mailer.store.editions import number_of
from newsletter_mailer.store.membership import Membership
from newsletter_mailer.store.schema import deliveries, issues, lists, subscribers, subscriptions, suppressions
from newsletter_mailer.wording import sentence

_PAGE_SIZE = 2000  # subscribers looked at together
_S, _T, _D = subscribers.c, subscriptions.c, deliveries.c
_CONFIRMED, _PENDING = SubscriptionStatus.CONFIRMED.value, SubscriptionStatus.PENDING.value
_SENT, _REFUSED, _IN_DOUBT = Status.SENT.value, Status.REFUSED.value, Status.IN_DOUBT.value
_OPEN = {status.value for status in OPEN}
_STANDS = {  # a cancelled or skipped delivery no longer stands for the issue
    _SENT: "already_have_it",
    _REFUSED: "refused",
    _IN_DOUBT: "in_doubt",
    **dict.fromkeys(_OPEN, "waiting"),
}
_PAGE = (  # every subscription of these readers: chosen by list, SQLite would read a whole list for each page
    select(_T.subscriber_id, _T.list_id, _T.status, _S.address, _S.recipient_key, _S.language)
    .add_columns(suppressions.c.reason)
    .join_from(subscriptions, subscribers, _T.subscriber_id == _S.id)
    .outerjoin(suppressions, suppressions.c.recipient_key == _S.recipient_key)
    .where(_T.subscriber_id > bindparam("after"), _T.subscriber_id <= bindparam("upto"))
    .order_by(_T.subscriber_id)
)
_OF_THE_ISSUE = (
    select(_S.id, _D.id, _D.status, _D.edition_id, _D.erratum, _D.campaign_id)
    .where(_S.id > bindparam("after"), _S.id <= bindparam("upto"))
    .where(_D.issue_id == bindparam("issue"), _D.erratum.is_not(None))
    .order_by(_D.id)
)
_BY_ADDRESS = _OF_THE_ISSUE.join_from(subscribers, deliveries, _D.recipient_key == _S.recipient_key)
_BY_NUMBER = _OF_THE_ISSUE.join_from(subscribers, deliveries, _D.subscriber_id == _S.id)  # who moved


class Reader(NamedTuple):
    """One person of the audience, and why they are not written to."""

    id: int
    address: str
    recipient_key: str
    language: str
    domain: str
    lists: str  #: numbers of those by which they are reached, in the order of the audience: "1,4"
    barred: str = ""  #: a field of HeadCount, or "" when they get the mail
    campaign: int = 0  #: which has them already, when that is why


class _Copy(NamedTuple):
    """A delivery of the issue to a reader."""

    id: int
    status: str
    edition: int
    erratum: int
    campaign: int


@dataclass(frozen=True, slots=True)
class Aim:
    """What is to be sent: an issue, or an erratum of it, in an edition."""

    issue_id: str
    erratum: int = (
        0  #: 0: to those who do not have the issue; else: to those who were sent it in another edition
    )
    edition: str = ""  #: hash of the present one; only an erratum asks


def readers(c: Connection, audience: Audience, aim: Aim, mailable: Callable[[str], bool]) -> Iterator[Reader]:
    """Everyone on the lists, once, by their number; page by page, so that a million need no more memory."""
    judge = _Judge(c, audience, aim, mailable)
    after, last = 0, c.scalar(select(func.max(_S.id))) or 0
    while after < last:
        span = {"after": after, "upto": after + _PAGE_SIZE}
        ties = execute_with(c, _PAGE, span).all()  # whole: deliveries are written meanwhile
        judge.read_segment(c, span)
        copies = judge.copies(c, span)
        yield from judge.all(ties, copies)
        after += _PAGE_SIZE


class _Judge:
    """Tells of every person of the audience whether they get the mail."""

    def __init__(self, c: Connection, audience: Audience, aim: Aim, mailable: Callable[[str], bool]) -> None:
        self._numbers = _numbers(c, audience.lists)
        self._excluded = set(_numbers(c, audience.exclude))
        self._segment = Membership(c, audience.segment) if audience.segment else None
        self._mailable = mailable
        self._erratum = aim.erratum
        self._edition = number_of(c, aim.edition) or 0
        issue = c.scalar(select(issues.c.id).where(issues.c.key == aim.issue_id)) or 0
        known = c.scalar(select(_D.id).where(_D.issue_id == issue).limit(1)) is not None
        self._issue = issue if known else 0  # 0: nobody has it yet
        self._asks = known or aim.erratum > 0

    def read_segment(self, c: Connection, span: Mapping[str, int]) -> None:
        """What the segment asks of these readers; without one nothing is read."""
        if self._segment is not None:
            self._segment.read(c, span)

    def copies(self, c: Connection, span: Mapping[str, int]) -> Mapping[int, list[_Copy]]:
        """What these readers have of the issue, first by their present address."""
        found: dict[int, list[_Copy]] = defaultdict(list)
        if self._issue:
            for query in (_BY_ADDRESS, _BY_NUMBER):
                for reader, *copy in execute_with(c, query, {**span, "issue": self._issue}).all():
                    found[reader].append(_Copy._make(copy))
        return found

    def all(self, ties: Sequence[Any], copies: Mapping[int, list[_Copy]]) -> Iterator[Reader]:
        """The readers of these subscriptions, which stand together for each of them."""
        by_list: dict[int, str] = {}
        last = None
        for tie in ties:
            if last is not None and tie[0] != last[0]:
                if (reader := self._of(last, by_list, copies)) is not None:
                    yield reader
                by_list = {}
            by_list[tie[1]] = tie[2]
            last = tie
        if last is not None and (reader := self._of(last, by_list, copies)) is not None:
            yield reader

    def _of(self, tie: Any, by_list: Mapping[int, str], copies: Mapping[int, list[_Copy]]) -> Reader | None:
        """The reader with these subscriptions, or None for one who is not of the audience."""
        number, _, _, address, key, language, suppressed = tie
        mine = [one for one in self._numbers if by_list.get(one) == _CONFIRMED]
        if not mine and by_list.keys().isdisjoint(self._numbers):
            return None
        if self._excluded and any(by_list.get(one) == _CONFIRMED for one in self._excluded):
            return None
        campaign = 0
        if not mine:
            pending = any(by_list.get(one) == _PENDING for one in self._numbers)
            barred = "pending" if pending else "unsubscribed"
        elif suppressed is not None:
            barred = "suppressed"
        elif self._segment is not None and not self._segment.holds(number, by_list, mine[0]):
            barred = (
                "outside_segment"  # before what they have of the issue: the campaign is not meant for them
            )
        else:
            barred, campaign = self._has_it(copies.get(number, ())) if self._asks else ("", 0)
            barred = barred or ("" if self._mailable(address) else "unmailable")
        reached = str(mine[0]) if len(mine) == 1 else ",".join(map(str, mine))
        domain = "" if barred else mail_domain(address)
        return Reader(number, address, key, language, domain, reached, barred, campaign)

    def _has_it(self, copies: Sequence[_Copy]) -> tuple[str, int]:
        """Why what they have, or wait for, bars them, and the campaign that has them then."""
        if self._erratum:
            return self._has_this_edition(copies)
        first = next((copy for copy in copies if not copy.erratum), None)
        return (_STANDS[first.status], first.campaign) if first else ("", 0)

    def _has_this_edition(self, copies: Sequence[_Copy]) -> tuple[str, int]:
        """An erratum reaches whoever was sent another edition, and neither has this one nor may have it."""
        present = [copy for copy in copies if copy.edition == self._edition]
        was_sent = any(copy.status == _SENT for copy in copies)
        waiting = [copy for copy in copies if copy.status in _OPEN]
        has = [copy for copy in present if copy.status == _SENT]
        doubtful = [copy for copy in (present if was_sent else copies) if copy.status == _IN_DOUBT]
        refused = [copy for copy in present if copy.status == _REFUSED]
        for found in (waiting, has, doubtful, refused):
            if found:
                return _STANDS[found[0].status], found[0].campaign
        return "" if was_sent else "never_had_it", 0


def _numbers(c: Connection, slugs: tuple[str, ...]) -> list[int]:
    query = select(lists.c.slug, lists.c.id).where(lists.c.slug.in_(slugs))
    found = {row.slug: row.id for row in c.execute(query)}
    for slug in slugs:
        if slug not in found:
            raise UsageError(
                sentence("there is no list {slug}", slug=slug),
                sentence("see the lists with: newsletter lists"),
            )
    return [found[slug] for slug in dict.fromkeys(slugs)]

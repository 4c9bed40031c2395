"""Planning a campaign: everyone's delivery is written down before anything leaves."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from dataclasses import asdict, dataclass
from itertools import groupby, islice
from typing import Any

from sqlalchemy import Connection, Select, func, insert, select, text, update

from newsletter_mailer.errors import UsageError
from newsletter_mailer.model.audience import Subscriber, SubscriptionStatus, mail_domain
from newsletter_mailer.model.campaign import Campaign, CampaignState, Elsewhere, HeadCount
from newsletter_mailer.model.delivery import OPEN, Status
from newsletter_mailer.model.edition import Edition
from newsletter_mailer.store.bulk import execute_many
from newsletter_mailer.store.campaign_rows import Audience, campaign
from newsletter_mailer.store.editions import keep_edition, number_of
from newsletter_mailer.store.readers import subscriber
from newsletter_mailer.store.schema import (
    batches,
    campaigns,
    deliveries,
    issues,
    lists,
    subscribers,
    subscriptions,
    suppressions,
)
from newsletter_mailer.tokens import Secret, message_id
from newsletter_mailer.wording import sentence

BATCH = 500  #: deliveries that share one row of counters
_PAGE = 2000  # subscribers looked at together
_HAS_IT = {
    Status.SENT.value: "already_have_it",
    Status.REFUSED.value: "refused",
    Status.IN_DOUBT.value: "in_doubt",
    **{status.value: "waiting" for status in OPEN},
}  # a cancelled or skipped delivery no longer stands for the issue
_ADD = insert(deliveries)
_ADD_ISSUE = text("INSERT INTO issues (key) VALUES (:key) ON CONFLICT DO NOTHING")


@dataclass(frozen=True, slots=True)
class _Reader:
    """One person of the audience, and why they are not written to."""

    id: int
    address: str
    recipient_key: str
    language: str
    lists: tuple[int, ...]  #: by which they are reached, in the order of the audience
    barred: str = ""  #: a field of HeadCount, or "" when they get the mail
    campaign: int = 0  #: which has them already, when that is why


def _anything(_address: str) -> bool:
    return True


def head_count(
    c: Connection,
    audience: Audience,
    *,
    issue_id: str,
    mailable: Callable[[str], bool],
    erratum: int = 0,
) -> HeadCount:
    """How many a plan would reach now, and why not the others. Readers of an excluded list are not counted at all."""
    return _counted(Counter(reader.barred for reader in _now(c, audience, issue_id, erratum, mailable)))


def elsewhere(c: Connection, audience: Audience, *, issue_id: str, erratum: int = 0) -> list[Elsewhere]:
    """Who of them waits, was refused or is in doubt in which other campaign of the issue."""
    readers = _now(c, audience, issue_id, erratum, _anything)
    found = Counter((reader.campaign, reader.barred) for reader in readers if reader.campaign)
    return [
        Elsewhere(campaign, why, count)
        for (campaign, why), count in sorted(found.items())
        if why != "already_have_it"
    ]


def first_readers(
    c: Connection,
    audience: Audience,
    *,
    issue_id: str,
    limit: int,
    mailable: Callable[[str], bool],
    erratum: int = 0,
) -> list[Subscriber]:
    """The first few whom a plan would reach now, to look at the issue with their eyes."""
    reached = (reader for reader in _now(c, audience, issue_id, erratum, mailable) if not reader.barred)
    found = (subscriber(c, reader.id) for reader in islice(reached, limit))
    return [reader for reader in found if reader is not None]


def summary_by_language(
    c: Connection,
    audience: Audience,
    *,
    issue_id: str,
    mailable: Callable[[str], bool],
    erratum: int = 0,
) -> dict[str, int]:
    """How many whom a plan would reach now have which language, most first; "" for those of whom it is not known."""
    readers = _now(c, audience, issue_id, erratum, mailable)
    return dict(Counter(reader.language for reader in readers if not reader.barred).most_common())


def plan(
    c: Connection,
    edition: Edition,
    audience: Audience,
    *,
    now: int,
    secret: Secret,
    ledger_id: str,
    message_domain: str,
    mailable: Callable[[str], bool],
    list_name: str,
    unsubscribe_mailbox: str,
    web_base: str = "",
    erratum: int = 0,
) -> Campaign:
    """Write down the edition and one delivery for everyone who is to get it, all in the caller's transaction.

    Who has a delivery of the issue (and of this erratum) already gets no second one. mailable: whether an address
    can stand on an envelope. The caller asks for the number first, and undoes the plan if it is not what was shown.
    """
    shared = {
        "issue_id": _issue(c, edition.issue_id),
        "edition_id": number_of(c, keep_edition(c, edition, now=now)),
        "erratum": erratum,
        "updated_at": now,
    }
    letterhead = {
        "domain": message_domain,
        "list_name": list_name,
        "unsubscribe_mailbox": unsubscribe_mailbox,
        "web_base": web_base,
    }
    number = _open_campaign(c, edition.slug, audience, {**shared, **letterhead, "created_at": now})
    each = {**shared, "campaign_id": number, "planned_at": now}
    barred: Counter[str] = Counter()
    readers = _reached(_now(c, audience, edition.issue_id, erratum, mailable), barred)
    _write(c, readers, each, lambda delivery: message_id(secret, ledger_id, delivery, message_domain))
    counted = json.dumps(asdict(_counted(barred)))
    c.execute(update(campaigns).where(campaigns.c.id == number).values(head_count=counted))
    planned = campaign(c, number)
    assert planned is not None  # written above
    return planned


def _open_campaign(c: Connection, slug: str, audience: Audience, shared: Mapping[str, object]) -> int:
    values = {
        "slug": slug,
        "canary": 0,
        "canary_wait": 0,
        "held_why": "",
        "state": CampaignState.PLANNED.value,
        "audience": json.dumps({"lists": audience.lists, "exclude": audience.exclude}),
        "head_count": json.dumps(asdict(HeadCount(0))),  # known once everyone was looked at
    }
    return int(c.scalars(insert(campaigns).values({**shared, **values}).returning(campaigns.c.id)).one())


def _now(
    c: Connection, audience: Audience, issue_id: str, erratum: int, mailable: Callable[[str], bool]
) -> Iterator[_Reader]:
    issue = c.scalar(select(issues.c.id).where(issues.c.key == issue_id))  # None: nobody has it yet
    return _readers(c, audience, issue or 0, erratum, mailable)


def _issue(c: Connection, key: str) -> int:
    c.execute(_ADD_ISSUE, {"key": key})
    return int(c.scalars(select(issues.c.id).where(issues.c.key == key)).one())


def _counted(barred: Counter[str]) -> HeadCount:
    return HeadCount(barred.total(), **{reason: number for reason, number in barred.items() if reason})


def _reached(readers: Iterator[_Reader], barred: Counter[str]) -> Iterator[_Reader]:
    for reader in readers:
        barred[reader.barred] += 1
        if not reader.barred:
            yield reader


def _write(
    c: Connection, readers: Iterator[_Reader], each: Mapping[str, object], id_for: Callable[[int], str]
) -> None:
    each = {**each, "status": Status.QUEUED.value, "attempt": 0, "note": ""}
    first = (c.scalar(select(func.max(deliveries.c.id))) or 0) + 1
    batch = 0
    while chunk := list(islice(readers, BATCH)):
        batch += 1
        c.execute(
            insert(batches).values(
                campaign_id=each["campaign_id"], number=batch, domain="", queued=len(chunk)
            )
        )
        rows = (
            {
                "id": number,
                "batch": batch,
                "recipient_key": reader.recipient_key,
                "subscriber_id": reader.id,
                "address": reader.address,
                "domain": mail_domain(reader.address),
                "lists": ",".join(map(str, reader.lists)),
                "message_id": id_for(number),
            }
            for number, reader in enumerate(chunk, first)
        )
        execute_many(c, _ADD, [{**each, **row} for row in rows])
        first += len(chunk)


def _readers(
    c: Connection, audience: Audience, issue: int, erratum: int, mailable: Callable[[str], bool]
) -> Iterator[_Reader]:
    """Everyone on the lists, once, by their number; page by page, so that a million need no more memory."""
    numbers = _numbers(c, audience.lists)
    excluded = set(_numbers(c, audience.exclude))
    after, last = 0, c.scalar(select(func.max(subscribers.c.id))) or 0
    while after < last:
        upto = after + _PAGE
        rows = c.execute(_page(after, upto, issue, erratum)).all()  # whole: deliveries are written meanwhile
        for _, ties in groupby(rows, lambda row: row.id):
            reader = _judge(list(ties), numbers, excluded, mailable)
            if reader is not None:
                yield reader
        after = upto


def _page(after: int, upto: int, issue: int, erratum: int) -> Select[Any]:
    """Every subscription of these readers. Lists are chosen later: SQLite would read a whole list for each page."""
    s, t, d = subscribers.c, subscriptions.c, deliveries.c
    of_it = select(func.min(d.id)).where(d.issue_id == issue, d.erratum == erratum).correlate(subscribers)
    by_address = of_it.where(d.recipient_key == s.recipient_key).scalar_subquery()
    by_number = of_it.where(d.subscriber_id == s.id).scalar_subquery()  # who moved has it still
    return (
        select(s.id, s.address, s.recipient_key, s.language, t.list_id, t.status)
        .add_columns(suppressions.c.reason.label("suppressed"))
        .add_columns(d.status.label("delivery"), d.campaign_id.label("campaign"))
        .join_from(subscriptions, subscribers, t.subscriber_id == s.id)
        .outerjoin(suppressions, suppressions.c.recipient_key == s.recipient_key)
        .outerjoin(deliveries, d.id == func.coalesce(by_address, by_number))
        .where(t.subscriber_id > after, t.subscriber_id <= upto)
        .order_by(t.subscriber_id)
    )


def _judge(
    ties: list[Any], numbers: list[int], excluded: set[int], mailable: Callable[[str], bool]
) -> _Reader | None:
    """The reader of these subscriptions, or None for one of an excluded list."""
    person = ties[0]
    by_status: dict[str, list[int]] = {status.value: [] for status in SubscriptionStatus}
    for tie in ties:
        by_status[tie.status].append(tie.list_id)
    confirmed = set(by_status[SubscriptionStatus.CONFIRMED.value])
    mine = tuple(number for number in numbers if number in confirmed)
    if confirmed & excluded or not any(tie.list_id in numbers for tie in ties):
        return None
    pending = set(by_status[SubscriptionStatus.PENDING.value]).intersection(numbers)
    if not mine:
        barred = "pending" if pending else "unsubscribed"
    elif person.suppressed is not None:
        barred = "suppressed"
    elif person.delivery is not None:
        barred = _HAS_IT[person.delivery]
    else:
        barred = "" if mailable(person.address) else "unmailable"
    has_it = person.campaign if barred in _HAS_IT.values() else 0
    return _Reader(person.id, person.address, person.recipient_key, person.language, mine, barred, has_it)


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

"""What came back as mail: of which delivery it speaks, what is kept of it, and what follows for the reader."""

from __future__ import annotations

import hmac
import re
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from itertools import islice

from sqlalchemy import Connection, Row, func, select, text

from newsletter_mailer.model.audience import SuppressionReason
from newsletter_mailer.model.bounce import BounceClass, Category, Kind
from newsletter_mailer.model.delivery import Status
from newsletter_mailer.model.faults import Fault
from newsletter_mailer.store.leaving import is_suppressed, suppress
from newsletter_mailer.store.schema import (
    attempts,
    bounces,
    deliveries,
    domain_pauses,
    issues,
    subscribers,
)
from newsletter_mailer.tokens import Secret, verify

DAY = 86_400_000
_MOST = 50  # candidates of one mail that are looked at
_OWN_ID = re.compile(r"<?([0-9]{1,18})\.([0-9a-f]{32})@")
_TOKEN = re.compile(r"[0-9a-f]{50}")
_RETURN_PATH = re.compile(r"\+b([a-z2-7]{40})$")
_MOST_FAULTS = 200
_QUIET_DAYS = 6  # after which no news is good news: servers try for five days (RFC 5321 section 4.5.4.1)
_B, _D, _A = bounces.c, deliveries.c, attempts.c
_KEEP = text(
    "INSERT INTO bounces (delivery_id, campaign_id, recipient_key, kind, bounce_class, category, status, code, reason,"
    " rule, mail, kept, at, read_at) VALUES (:delivery, :campaign, :key, :kind, :class, :category, :status, :code,"
    " :reason, :rule, :mail, :kept, :at, :now) ON CONFLICT DO NOTHING"
)


@dataclass(frozen=True, slots=True)
class Named:
    """The delivery of which a mail speaks."""

    delivery: int
    campaign: int
    address: str  #: that was written to; "" once the log was emptied
    recipient_key: str  #: of that address
    present_key: str  #: of the address that its reader has now; "" when they are gone


@dataclass(frozen=True, slots=True)
class Came:
    """What one mail says of a delivery. Times are milliseconds since 1970, UTC."""

    kind: Kind
    bounce_class: BounceClass
    category: Category | None  #: None for a notice without one
    status: str
    code: int | None
    reason: str  #: the server's words
    rule: str
    mail: str  #: its hash
    kept: bool  #: whether the original is
    at: int  #: when it was written


@dataclass(frozen=True, slots=True)
class SoftRule:
    """When a mailbox that takes nothing is given up: at so many bounce days within a span of days."""

    days: int = 3
    window_days: int = 14


def named(c: Connection, candidates: Iterable[str], *, secret: Secret) -> Named | None:
    """The one delivery that these prove to be meant: our Message-IDs, return paths and the tokens of our links.

    None for anything else: who forges a bounce would take readers off, so an address alone proves nothing.
    """
    found = {number for one in islice(candidates, _MOST) for number in _numbers(c, one, secret)}
    if len(found) != 1:
        return None
    query = select(
        _D.id, _D.campaign_id, _D.address, _D.recipient_key, subscribers.c.recipient_key.label("now")
    )
    of_it = query.outerjoin_from(deliveries, subscribers, subscribers.c.id == _D.subscriber_id)
    row = c.execute(of_it.where(_D.id == found.pop())).one_or_none()
    return Named(row.id, row.campaign_id, row.address, row.recipient_key, row.now or "") if row else None


def _numbers(c: Connection, candidate: str, secret: Secret) -> Iterator[int]:
    """The deliveries that a candidate proves to be meant."""
    lower = candidate.strip().lower()
    for token in {lower, *islice(_TOKEN.findall(lower), _MOST)}:
        if (number := verify(secret, "unsubscribe", token)) is not None:
            yield number
    if (path := _RETURN_PATH.search(lower)) and (number := verify(secret, "bounce", path[1])) is not None:
        yield number
    if own := _OWN_ID.match(lower):  # the domain after it may be rewritten
        known = c.scalar(select(_D.message_id).where(_D.id == int(own[1]))) or ""
        local = f"{own[1]}.{own[2]}"
        if hmac.compare_digest(known.lower().strip("<>").partition("@")[0], local):
            yield int(own[1])


def keep(c: Connection, one: Named, came: Came, *, now: int) -> bool:
    """Append what came to the delivery's history; False when this very mail stands there already."""
    values = {
        "delivery": one.delivery,
        "campaign": one.campaign,
        "key": one.recipient_key,
        "kind": came.kind.value,
        "class": came.bounce_class.value,
        "category": came.category.value if came.category else "",
        "status": came.status,
        "code": came.code,
        "reason": came.reason,
        "rule": came.rule,
        "mail": came.mail,
        "kept": came.kept,
        "at": came.at,
        "now": now,
    }
    return c.execute(_KEEP, values).rowcount > 0


def judge(c: Connection, one: Named, came: Came, *, rule: SoftRule, now: int, source: str) -> bool:
    """What follows from what was just kept: whether the reader is never written to again, from now on.

    A word about us, a delay, an automatic answer and a success never end anything.
    """
    if came.kind is Kind.COMPLAINT:
        keys = sorted({one.recipient_key, one.present_key} - {""})  # a person complains, wherever they moved
        return sum(_suppress(c, key, SuppressionReason.COMPLAINT, now, source) for key in keys) > 0
    if came.kind is not Kind.BOUNCE:
        return False
    if _is_doubted(c, one):
        return False
    hard = came.bounce_class is BounceClass.HARD
    if hard or (came.bounce_class is BounceClass.SOFT and given_up(c, one.recipient_key, rule, now=now)):
        return _suppress(c, one.recipient_key, SuppressionReason.HARD_BOUNCE, now, source)
    return False


def _is_doubted(c: Connection, one: Named) -> bool:
    """Whether the word of its domain waits for the officer's yes; see doubts.py."""
    held = (domain_pauses.c.domain == _D.domain) & domain_pauses.c.until.is_(None)
    mine = (_D.id == one.delivery) & (domain_pauses.c.campaign_id == one.campaign)
    return c.scalar(select(_D.id).join_from(deliveries, domain_pauses, held).where(mine)) is not None


def _suppress(c: Connection, key: str, reason: SuppressionReason, now: int, source: str) -> bool:
    if is_suppressed(c, key):
        return False
    suppress(c, key, reason=reason, now=now, source=source)
    return True


def given_up(c: Connection, key: str, rule: SoftRule, *, now: int) -> bool:
    """Whether there were enough days with a bounce since the last success; many mails on a day are one."""
    soft = (_B.recipient_key == key) & (_B.bounce_class == BounceClass.SOFT.value)
    times = c.scalars(select(_B.at).where(soft, _B.at > _last_success(c, key, now=now))).all()
    days = sorted({at // DAY for at in times})
    spans = zip(days, days[rule.days - 1 :], strict=False)
    return any(last - first <= rule.window_days for first, last in spans)


def _last_success(c: Connection, key: str, *, now: int) -> int:
    """When a mail to this address was last known to arrive, or was sent and nothing came back in days; 0 for never."""
    told = select(func.max(_B.at)).where(_B.recipient_key == key, _B.kind == Kind.DELIVERED.value)
    came = select(_B.id).where(_B.delivery_id == _D.id, _B.kind.in_([Kind.BOUNCE.value, Kind.DELAYED.value]))
    quiet = (
        select(func.max(_A.at))
        .join_from(deliveries, attempts, (_A.delivery_id == _D.id) & (_A.number == _D.attempt))
        .where(_D.issue_id.in_(select(issues.c.id)), _D.recipient_key == key)  # by the index
        .where(_D.status == Status.SENT.value, _A.at <= now - _QUIET_DAYS * DAY, ~came.exists())
    )
    return max(c.scalar(told) or 0, c.scalar(quiet) or 0)


def came_back(c: Connection, campaign_id: int, batch: int) -> Mapping[int, tuple[Came, ...]]:
    """All that came back of a batch, by delivery, in the order of its times."""
    query = select(bounces).join_from(deliveries, bounces, _B.delivery_id == _D.id)
    rows = c.execute(query.where(_D.campaign_id == campaign_id, _D.batch == batch).order_by(_B.at, _B.id))
    found: dict[int, list[Came]] = defaultdict(list)
    for row in rows:
        found[row.delivery_id].append(_came(row))
    return {delivery: tuple(all_of_it) for delivery, all_of_it in found.items()}


def _came(row: Row[tuple[object, ...]]) -> Came:
    return Came(
        kind=Kind(row.kind),
        bounce_class=BounceClass(row.bounce_class),
        category=Category(row.category) if row.category else None,
        status=row.status,
        code=row.code,
        reason=row.reason,
        rule=row.rule,
        mail=row.mail,
        kept=row.kept,
        at=row.at,
    )


def categories(c: Connection, campaign_id: int) -> Counter[Category]:
    """Of how many readers of the campaign which word came back."""
    query = select(_B.category, func.count(_B.delivery_id.distinct())).where(
        _B.campaign_id == campaign_id, _B.category != ""
    )
    return Counter({Category(word): count for word, count in c.execute(query.group_by(_B.category)).all()})


def faults(c: Connection, campaign_id: int) -> list[Fault]:
    """What the readers' houses hold against us, each word of each house once."""
    query = select(_D.domain, _B.code, _B.status, _B.reason).join_from(
        bounces, deliveries, _D.id == _B.delivery_id
    )
    policy = query.where(
        _B.campaign_id == campaign_id, _B.bounce_class == BounceClass.POLICY.value, _B.reason != ""
    )
    return [
        Fault(*row) for row in c.execute(policy.distinct().order_by(_D.domain, _B.reason).limit(_MOST_FAULTS))
    ]


def ahead(c: Connection, campaign_id: int) -> Counter[BounceClass]:
    """Of those who went first, how many mails came back with which meaning."""
    query = select(_B.bounce_class, func.count(_D.id.distinct())).join_from(
        bounces, deliveries, _D.id == _B.delivery_id
    )
    mine = query.where(_B.campaign_id == campaign_id, _D.batch == 0, _B.kind == Kind.BOUNCE.value)
    return Counter(
        {BounceClass(word): count for word, count in c.execute(mine.group_by(_B.bounce_class)).all()}
    )

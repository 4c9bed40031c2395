"""A list that looks wrong by what comes back: its domains are held, and nobody of them is taken off before the yes.

As in a run (model/watch.py), but by mails that come back hours later, some now and some then: who was taken off by
the first of them is put back when the rest shows that the list is to be doubted.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass

from sqlalchemy import ColumnElement, Connection, case, delete, func, insert, select

from newsletter_mailer.model.audience import SuppressionReason
from newsletter_mailer.model.bounce import BounceClass, Kind
from newsletter_mailer.model.delivery import Status
from newsletter_mailer.model.watch import Why, doubtful
from newsletter_mailer.store import domains
from newsletter_mailer.store.hard import suppress_hard
from newsletter_mailer.store.leaving import is_suppressed, suppress
from newsletter_mailer.store.returned import DAY, SoftRule, given_up
from newsletter_mailer.store.schema import bounces, deliveries, meta, suppressions

_SOURCE = "mail"  # of the suppressions that follow from what comes back
_LOOKED_AT = 14 * DAY
_B, _D, _S = bounces.c, deliveries.c, suppressions.c
_WHOSE = _D.id == _B.delivery_id
_HARD, _SOFT = BounceClass.HARD.value, BounceClass.SOFT.value


@dataclass(frozen=True, slots=True)
class Doubt:
    """A domain that is held from now on."""

    campaign: int
    domain: str
    unknown: int  #: addresses of it that nobody has, as far as came back


def doubt(c: Connection, *, now: int) -> tuple[list[Doubt], set[str]]:
    """Hold the domains where too many addresses are unknown, in every campaign of which something came lately.

    Gives them, and the fingerprints of those who are written to again for now.
    """
    lately = (_B.kind == Kind.BOUNCE.value, _B.bounce_class == _HARD, _B.read_at > now - _LOOKED_AT)
    found: list[Doubt] = []
    back: set[str] = set()
    for campaign in c.scalars(
        select(_B.campaign_id).where(*lately).distinct().order_by(_B.campaign_id)
    ).all():
        unknown = _unknown(c, campaign)
        held = domains.held_domains(c, campaign)
        for domain in sorted(doubtful(unknown, *_sent(c, campaign, unknown)) - held.keys()):
            domains.close_domain(c, campaign, domain, until=None, why=Why.UNKNOWN.value, now=now)
            back |= _put_back(c, campaign, domain)
            found.append(Doubt(campaign, domain, unknown[domain]))
    return found, back


def confirm(c: Connection, campaign_id: int, *, rule: SoftRule, now: int) -> frozenset[str]:
    """The officer says yes: the held domains are open, and who is gone there is never written to again.

    Gives the domains that were held until this yes; they are not doubted again for what comes back of this campaign.
    """
    held = domains.held_domains(c, campaign_id)
    if not held:
        return frozenset()
    domains.open_domains(c, campaign_id)
    suppress_hard(c, campaign_id, now=now)
    unknown = {domain for domain, why in held.items() if why == Why.UNKNOWN.value}
    for domain in sorted(unknown - _trusted(c, campaign_id)):
        c.execute(insert(meta).values(key=_trust(campaign_id) + domain, value=str(now)))
    for key in _came_back(c, campaign_id, held, rule=rule, now=now):
        if not is_suppressed(c, key):
            suppress(c, key, reason=SuppressionReason.HARD_BOUNCE, now=now, source=_SOURCE)
    return frozenset(held)


def _unknown(c: Connection, campaign_id: int) -> dict[str, int]:
    """How many addresses of each domain came back as nobody's, without the domains that the officer trusts."""
    hard = select(_D.domain, func.count(_D.id.distinct())).join_from(bounces, deliveries, _WHOSE)
    trusted = _trusted(c, campaign_id)
    rows = c.execute(hard.where(_of(campaign_id), _B.bounce_class == _HARD).group_by(_D.domain)).all()
    return {domain: count for domain, count in rows if domain not in trusted}


def _sent(c: Connection, campaign_id: int, wanted: Mapping[str, int]) -> tuple[dict[str, int], int]:
    """How many mails each domain was sent, and how many readers the campaign has."""
    sent = func.sum(case((_D.status == Status.SENT.value, 1), else_=0))
    query = select(_D.domain, sent, func.count()).where(_D.campaign_id == campaign_id).group_by(_D.domain)
    rows = c.execute(query).all()
    return {row[0]: row[1] for row in rows if row[0] in wanted}, sum(row[2] for row in rows)


def _put_back(c: Connection, campaign_id: int, domain: str) -> set[str]:
    """Those whom a mail about this campaign took off, and no earlier one."""
    by_mail = (_S.source == _SOURCE) & (_S.reason == SuppressionReason.HARD_BOUNCE.value)
    mine = (
        select(_B.recipient_key)
        .join_from(bounces, deliveries, _WHOSE)
        .where(_of(campaign_id), _D.domain == domain)
    )
    keys = set(c.scalars(select(_S.recipient_key).where(by_mail, _S.recipient_key.in_(mine))))
    for key in sorted(keys):
        c.execute(delete(suppressions).where(_S.recipient_key == key))
    return keys


def _came_back(
    c: Connection, campaign_id: int, held: Collection[str], *, rule: SoftRule, now: int
) -> list[str]:
    """The fingerprints of those at these domains for whom what came back is the end."""
    query = select(_B.recipient_key, _D.domain, _B.bounce_class).join_from(bounces, deliveries, _WHOSE)
    rows = [row for row in c.execute(query.where(_of(campaign_id)).distinct()) if row.domain in held]
    hard = {row.recipient_key for row in rows if row.bounce_class == _HARD}
    soft = {row.recipient_key for row in rows if row.bounce_class == _SOFT} - hard
    return sorted(hard | {key for key in soft if given_up(c, key, rule, now=now)})


def _of(campaign_id: int) -> ColumnElement[bool]:
    return (_B.campaign_id == campaign_id) & (_B.kind == Kind.BOUNCE.value)


def _trust(campaign_id: int) -> str:
    return f"trusted:{campaign_id}:"


def _trusted(c: Connection, campaign_id: int) -> set[str]:
    """The domains of which the officer said that their addresses are right."""
    prefix = _trust(campaign_id)
    return {
        key.removeprefix(prefix) for key in c.scalars(select(meta.c.key).where(meta.c.key.startswith(prefix)))
    }

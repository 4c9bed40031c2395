"""Domains that a campaign does not write to now: resting until a time, or held until the officer says yes."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import Connection, bindparam, delete, or_, select, text

from newsletter_mailer.store.bulk import read_with
from newsletter_mailer.store.schema import domain_pauses

_P = domain_pauses.c
_CLOSED = (  # asked at every claim
    select(_P.domain, _P.until)
    .where(_P.campaign_id == bindparam("campaign"), or_(_P.until.is_(None), _P.until > bindparam("now")))
    .order_by(_P.domain)
)
_CLOSE = text(
    "INSERT INTO domain_pauses (campaign_id, domain, until, why, at) VALUES (:campaign, :domain, :until, :why, :now)"
    " ON CONFLICT (campaign_id, domain) DO UPDATE SET until = excluded.until, why = excluded.why, at = excluded.at"
    " WHERE domain_pauses.until < excluded.until"
    " OR (excluded.until IS NULL AND domain_pauses.until IS NOT NULL)"  # held is longest, and only once
)


def closed_domains(c: Connection, campaign_id: int, *, now: int) -> dict[str, int | None]:
    """Until when each is closed, in milliseconds; None: the officer must say yes."""
    return dict(read_with(c, _CLOSED, {"campaign": campaign_id, "now": now}))


@dataclass(frozen=True, slots=True)
class Pause:
    """A domain to which nothing goes."""

    domain: str
    until: int | None  #: milliseconds; None: the officer must say yes
    why: str  #: the ledger's word


def paused_domains(c: Connection, campaign_id: int, *, now: int) -> list[Pause]:
    """Every domain to which nothing goes now, and why."""
    closed = or_(_P.until.is_(None), _P.until > now)
    query = select(_P.domain, _P.until, _P.why).where(_P.campaign_id == campaign_id, closed)
    return [Pause(*row) for row in c.execute(query.order_by(_P.domain))]


def held_domains(c: Connection, campaign_id: int) -> dict[str, str]:
    """Which domains wait for the officer's yes, each with the ledger's word for why."""
    held = (_P.campaign_id == campaign_id) & _P.until.is_(None)
    return {
        row.domain: row.why for row in c.execute(select(_P.domain, _P.why).where(held).order_by(_P.domain))
    }


def close_domain(
    c: Connection, campaign_id: int, domain: str, *, until: int | None, why: str, now: int
) -> None:
    """Nothing goes there until then, None: until the officer says yes. What is closed for longer stays so."""
    c.execute(_CLOSE, {"campaign": campaign_id, "domain": domain, "until": until, "why": why, "now": now})


def open_domains(c: Connection, campaign_id: int) -> int:
    """The officer says yes: everything held is written to again. Gives how many; resting ones rest on."""
    return c.execute(delete(domain_pauses).where(_P.campaign_id == campaign_id, _P.until.is_(None))).rowcount

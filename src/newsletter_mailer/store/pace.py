"""What was used of a route's limits: written with each claim, read at the start of a run."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterable

from sqlalchemy import Connection, case, delete, func, insert, literal, select, update

from newsletter_mailer.model.pace import Use
from newsletter_mailer.store.schema import meta, pace_uses

_U = pace_uses.c


def record(c: Connection, route: str, uses: Iterable[Use]) -> None:
    """Keep uses, in the transaction of the claim that they are of."""
    counts: Counter[tuple[str, int]] = Counter()
    for use in uses:
        counts[use.domain, use.at] += use.count
    if not counts:
        return
    rows = [{"route": route, "domain": d, "at": at, "count": n} for (d, at), n in counts.items()]
    c.execute(insert(pace_uses), rows)
    if first_use(c, route) is None:
        c.execute(insert(meta).values(key=_since(route), value=str(min(at for _, at in counts))))


def uses(c: Connection, route: str, *, since: int, domains: Collection[str] | None = None) -> list[Use]:
    """What was used after `since`, oldest first. domains: all others are counted together, as ""."""
    domain = _U.domain if domains is None else case((_U.domain.in_(domains), _U.domain), else_=literal(""))
    found = (
        select(domain.label("of"), _U.at, func.sum(_U.count))
        .where(_U.route == route, _U.at > since)
        .group_by(domain, _U.at)
        .order_by(_U.at, domain)
    )
    return [Use(of, at, int(count)) for of, at, count in c.execute(found)]


def first_use(c: Connection, route: str) -> int | None:
    """When this route was first used, in milliseconds; None when it never was."""
    found = c.scalar(select(meta.c.value).where(meta.c.key == _since(route)))
    return None if found is None else int(found)


def forget(c: Connection, route: str, *, before: int) -> None:
    """Drop what no limit remembers."""
    c.execute(delete(pace_uses).where(_U.route == route, _U.at <= before))


def mend(c: Connection, route: str, *, now: int) -> None:
    """What is dated in the future happens now: the clock was set back."""
    c.execute(update(pace_uses).where(_U.route == route, _U.at > now).values(at=now))
    first = first_use(c, route)
    if first is not None and first > now:
        c.execute(update(meta).where(meta.c.key == _since(route)).values(value=str(now)))


def _since(route: str) -> str:
    return f"pace since {route}"

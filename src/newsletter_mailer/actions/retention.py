"""Nothing is kept longer than it may be: silent readers are asked and then erased, old logs are emptied."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime

from newsletter_mailer.config import Settings, route_of
from newsletter_mailer.model.audience import mail_domain
from newsletter_mailer.model.pace import Use
from newsletter_mailer.store import measuring, originals, pace, retention
from newsletter_mailer.store.database import Connection, Database
from newsletter_mailer.store.retention import Limits, Silent, Step

_DAY = 86_400_000


@dataclass(frozen=True, slots=True)
class Kept:
    """What was done, or would be."""

    to_ask: tuple[str, ...]  #: addresses of those who were silent too long and not asked yet
    asked: bool  #: these are noted as asked now
    waiting: int  #: were asked, and may still answer
    erased: int
    logs: int  #: mails whose addresses and replies are gone
    requests: int = 0  #: of the public pages, that nobody confirmed


def limits(settings: Settings, *, now: int) -> Limits:
    """What is too old now."""
    kept = settings.retention
    return Limits(
        act=_months_before(now, round(kept.years * 12)),
        asked=now - kept.grace_days * _DAY,
        log=_months_before(now, kept.log_months),
    )


def keep_no_longer(
    database: Database, settings: Settings, *, now: int, asked: bool = False, dry_run: bool = False
) -> Kept:
    """Erase who gave no answer, and empty old logs. asked: those whose turn it is have been written to by the officer."""
    until = limits(settings, now=now)
    _bring_acts(database)
    if dry_run:
        with database.reading() as connection:
            return _kept(
                list(_silent(connection, until)), asked=False, logs=retention.old_logs(connection, until)
            )
    with database.transaction() as connection:
        found = list(_silent(connection, until))
        for one in found:
            if one.step is Step.ERASE:
                retention.erase(connection, one, now=now)
            elif one.step is Step.ASK and asked:
                retention.note_asked(connection, one.recipient_key, source="retention", now=now)
        logs = retention.empty_old_logs(connection, until)
        requests = retention.drop_requests(connection, until)
    database.fold()
    originals.drop_unknown(database, now=now)
    return _kept(found, asked=asked, logs=logs, requests=requests)


def to_ask(database: Database, settings: Settings, *, now: int) -> list[tuple[Silent, list[str]]]:
    """Whose turn it is to be asked whether they want to stay, each with the names of the letters they get."""
    _bring_acts(database)
    with database.reading() as connection:
        silent = [one for one in _silent(connection, limits(settings, now=now)) if one.step is Step.ASK]
        return [(one, retention.letters_of(connection, one)) for one in silent]


def note_asked(database: Database, settings: Settings, one: Silent, *, now: int) -> None:
    """The server has taken the question; it counts against the provider's limits like any other mail."""
    with database.transaction() as connection:
        retention.note_asked(connection, one.recipient_key, source="retention", now=now)
        pace.record(connection, route_of(settings.smtp), [Use(mail_domain(one.address), now, 1)])


def _bring_acts(database: Database) -> None:
    """Who follows links is not silent."""
    with database.transaction() as connection:
        measuring.bring_acts(connection)


def _silent(connection: Connection, until: Limits) -> Iterator[Silent]:
    after = 0
    while page := retention.silent(connection, until, after=after):
        yield from page
        after = page[-1].id


def _kept(found: list[Silent], *, asked: bool, logs: int, requests: int = 0) -> Kept:
    return Kept(
        to_ask=tuple(one.address for one in found if one.step is Step.ASK),
        asked=asked,
        waiting=sum(one.step is Step.WAIT for one in found),
        erased=sum(one.step is Step.ERASE for one in found),
        logs=logs,
        requests=requests,
    )


def _months_before(now: int, months: int) -> int:
    """The same day so many months ago, or the last of that month."""
    at = datetime.fromtimestamp(now / 1000, UTC)
    year, month = divmod(at.year * 12 + at.month - 1 - months, 12)
    for day in range(at.day, 0, -1):
        try:
            return round(at.replace(year=year, month=month + 1, day=day).timestamp() * 1000)
        except ValueError:
            continue
    raise AssertionError("every month has a first day")

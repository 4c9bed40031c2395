"""How long a dispatch will take at the provider's pace, said before anybody says yes."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta, tzinfo

from babel.dates import format_date

from newsletter_mailer.config import Workspace, profile_of, route_of
from newsletter_mailer.errors import UsageError
from newsletter_mailer.model.pace import LONGEST_MS, Limit, Profile, Use, WarmUp, finish_at, limit_of
from newsletter_mailer.store import pace
from newsletter_mailer.store.database import Database
from newsletter_mailer.wording import Sentence, language, sentence

SOON = timedelta(minutes=2)  #: what ends sooner is not worth a word
_MINUTE_MS = 60_000
_NO_BREAK = "\u00a0"


def parse_rate(text: str) -> int:
    """The rate per hour that "200/h", "30/min" or "5000/day" says. Raises UsageError."""
    try:
        hourly = limit_of(text).hourly
    except ValueError as error:
        what = sentence("“{rate}” is not a rate", rate=text)
        raise UsageError(what, sentence("write one such as 200/h, 30/min or 5000/day")) from error
    if not hourly:
        what = sentence("“{rate}” is less than one mail an hour", rate=text)
        raise UsageError(what, sentence("write at least 1/h"))
    return hourly


def pace_told(
    database: Database,
    workspace: Workspace,
    total: int,
    *,
    now: int,
    rate: int | None = None,
    domains: Mapping[str, int] | None = None,
    begins: int | None = None,
) -> list[Sentence]:
    """What the officer is told of the pace before a dispatch to that many: whose limits hold, and when it ends.

    begins: when the most of it leaves, if that is not now: after a canary's break, or at a time to come.
    """
    smtp = workspace.settings.smtp
    profile, warning = profile_of(smtp, now=now)
    with database.reading() as connection:
        kept = frozenset(profile.domain_limits)
        uses = pace.uses(connection, route_of(smtp), since=now - LONGEST_MS, domains=kept)
        first_use = pace.first_use(connection, route_of(smtp))
    ends = pace_sentence(
        profile,
        total,
        uses=uses,
        now=now,
        begins=begins,
        zone=workspace.zone,
        rate=rate,
        first_use=first_use,
        domains=domains,
    )
    return [said for said in (None if rate else warning, ends) if said]


def pace_sentence(
    profile: Profile,
    total: int,
    *,
    uses: Iterable[Use],
    now: int,
    zone: tzinfo,
    begins: int | None = None,
    rate: int | None = None,
    first_use: int | None = None,
    domains: Mapping[str, int] | None = None,
) -> Sentence | None:
    """When the last mail leaves, such as "At 200/h this ends tomorrow at 16:40"; None when that is at once.

    now: milliseconds since 1970; rate: per hour; domains: how many of the total go to each of them.
    """
    used = sorted(uses, key=lambda use: use.at)
    first_use = used[0].at if first_use is None and used else first_use
    start = max(now, begins or now)
    ends = finish_at(profile, total, uses=used, now=start, rate=rate, first_use=first_use, domains=domains)
    if ends - start < SOON // timedelta(milliseconds=1):
        return None
    when = _when(
        datetime.fromtimestamp(-(-ends // _MINUTE_MS) * 60, zone), datetime.fromtimestamp(now / 1000, zone)
    )
    since = profile.begins(first_use)
    most = WarmUp(profile.warm_up, now if since is None else min(since, now)).most(now)
    if most is not None and total > most:
        return _warming(_Number(most), when, new=since is None)
    rates = profile.paced(rate)
    if not rates:
        return sentence("At the pace of “{profile}” this ends {when}", profile=profile.name, when=when)
    return sentence("At {rate} this ends {when}", rate=_Rates(rates), when=when)


def _warming(most: _Number, when: Sentence, *, new: bool) -> Sentence:
    if new:
        return sentence(
            "This mail account is new, so at most {count} leave in the first 24 hours, then more each day: "
            "this ends {when}",
            count=most,
            when=when,
        )
    return sentence(
        "This mail account is still new, so at most {count} leave in 24 hours now, then more each day: "
        "this ends {when}",
        count=most,
        when=when,
    )


def _when(then: datetime, now: datetime) -> Sentence:
    """The moment as people say it."""
    time, days = _Time(then), (then.date() - now.date()).days
    if days == 0:
        return sentence("today at {time}", time=time)
    if days == 1:
        return sentence("tomorrow at {time}", time=time)
    return sentence("on {day} at {time}", day=_Day(then.date(), with_year=then.year != now.year), time=time)


# Values of sentences, written when the sentence is, in the language that is spoken then.


@dataclass(frozen=True, slots=True)
class _Number:
    """With the thousands apart."""

    value: int

    def __str__(self) -> str:
        return f"{self.value:,}".replace(",", "\u202f" if language() == "fr" else ",")


@dataclass(frozen=True, slots=True)
class _Rates:
    """Limits, the shortest first."""

    limits: tuple[Limit, ...]

    def __str__(self) -> str:
        units = {
            timedelta(minutes=1): sentence("{count}/min").template,
            timedelta(hours=1): sentence("{count}/h").template,
            timedelta(days=1): sentence("{count}/day").template,
        }
        ordered = sorted(self.limits, key=lambda limit: limit.per)
        return ", ".join(
            str(Sentence(units[limit.per], {"count": _Number(limit.count)})) for limit in ordered
        )


@dataclass(frozen=True, slots=True)
class _Time:
    """To the minute."""

    moment: datetime

    def __str__(self) -> str:
        if language() != "fr":
            return f"{self.moment:%H:%M}"
        minutes = f"{_NO_BREAK}{self.moment.minute:02d}" if self.moment.minute else ""
        return f"{self.moment.hour}{_NO_BREAK}h{minutes}"


@dataclass(frozen=True, slots=True)
class _Day:
    """With the day of the week."""

    day: date
    with_year: bool

    def __str__(self) -> str:
        written = format_date(self.day, "EEEE d MMMM y" if self.with_year else "EEEE d MMMM", language())
        return written.replace(" 1 ", " 1er ") if language() == "fr" else written

"""Which limits hold for the mail server of these settings, and what the officer is told of them."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TypeVar

from newsletter_mailer.config.kinds import LOOPBACK
from newsletter_mailer.config.providers import Provider, known_host, providers
from newsletter_mailer.config.settings import SmtpSettings
from newsletter_mailer.model.pace import DAY_MS, Profile
from newsletter_mailer.wording import Sentence, sentence

UNKNOWN = "unknown"
UNLIMITED = "unlimited"

T = TypeVar("T")


def profile_of(smtp: SmtpSettings, *, now: int) -> tuple[Profile, Sentence | None]:
    """The limits of the mail server: the provider's, but for what the settings say; and what is to be told.

    now: milliseconds since 1970, for some limits go by the age of the contract.
    """
    known = known_host(smtp.host)
    name = smtp.profile or (UNLIMITED if smtp.host in LOOPBACK else known or UNKNOWN)
    provider = providers()[name]
    since = _midnight(smtp)
    age = None if since is None else max(now - since, 0) // DAY_MS
    profile = Profile(
        name=name,
        limits=_first(smtp.limits, provider.limits_at(age)),
        domain_limits=_first(smtp.domain_limits, provider.domain_limits),
        connections=_first(smtp.connections, provider.connections),
        per_connection=_first(smtp.per_connection, provider.per_connection),
        window=_first(smtp.window, provider.window),
        warm_up=_first(smtp.warm_up, provider.warm_up),
        source=provider.source,
        read_on=provider.read_on,
        confidence=provider.confidence,
        note=provider.note,
        since=since,
    )
    return profile, _told(smtp, provider, profile)


def route_of(smtp: SmtpSettings) -> str:
    """By which name the ledger counts what leaves through this account."""
    return f"{smtp.username}@{smtp.host.lower()}"


def _first(own: T | None, provided: T) -> T:
    """The workspace's own value where it has one."""
    return provided if own is None else own


def _midnight(smtp: SmtpSettings) -> int | None:
    if smtp.since is None:
        return None
    return int(datetime.combine(smtp.since, datetime.min.time(), UTC).timestamp() * 1000)


def _told(smtp: SmtpSettings, provider: Provider, profile: Profile) -> Sentence | None:
    """What the officer should know before saying yes."""
    if smtp.limits is not None:
        return None
    if profile.name == UNKNOWN:
        return sentence(
            "nobody here knows what {host} allows: {limits} at most leave. If you know your provider, write it into "
            "newsletter.yaml, under smtp, such as `profile: ovh` ({names}); or `profile: unlimited` for your own "
            "mail server",
            names=_names(),
            host=smtp.host,
            limits=_limits(profile),
        )
    if provider.younger and smtp.since is None:
        return sentence(
            "what “{profile}” allows depends on the age of your contract: {limits} at most leave until `smtp.since` "
            "says on what day it began",
            profile=profile.name,
            limits=_limits(profile),
        )
    if not smtp.profile and profile.name != UNLIMITED:
        return sentence(
            "{host} is taken for “{profile}”: {limits} at most leave. If that is wrong, write `profile: …` into "
            "newsletter.yaml, under smtp ({names}); `limits: […]` there sets limits of your own",
            names=_names(),
            host=smtp.host,
            profile=profile.name,
            limits=_limits(profile),
        )
    return None


def _names() -> str:
    """Of all providers that are known."""
    return ", ".join(sorted(providers().keys() - {UNKNOWN, UNLIMITED}))


def _limits(profile: Profile) -> str:
    return ", ".join(map(str, profile.limits))

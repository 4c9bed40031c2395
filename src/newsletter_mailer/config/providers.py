"""The shipped table of profiles, read when somebody asks for it."""

from __future__ import annotations

from datetime import date
from fnmatch import fnmatchcase
from functools import cache
from pathlib import Path
from typing import Annotated, Any, Literal

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, RootModel
from pydantic_core import PydanticCustomError

from newsletter_mailer.model.audience import mail_domain
from newsletter_mailer.model.pace import Limit, limit_of
from newsletter_mailer.yamlio.problems import validate
from newsletter_mailer.yamlio.reader import read

PROFILES_FILE = Path(__file__).with_name("profiles.yaml")


def _limit(value: Any) -> Any:
    """A limit as it is written."""
    if isinstance(value, Limit):
        return value
    if not isinstance(value, str):
        raise PydanticCustomError("rate", "not a rate")
    try:
        return limit_of(value)
    except ValueError as error:
        raise PydanticCustomError("rate", "not a rate") from error


def _several(value: Any) -> Any:
    """One limit is a list of one."""
    return value if isinstance(value, list | tuple) else (_limit(value),)


Rate = Annotated[Limit, BeforeValidator(_limit)]
Rates = Annotated[tuple[Rate, ...], BeforeValidator(_several)]
Domain = Annotated[
    str, BeforeValidator(lambda value: mail_domain(value) if isinstance(value, str) else value)
]
Count = Annotated[int, Field(ge=1, le=1_000_000_000)]
Connections = Annotated[int, Field(ge=1, le=500)]
PerConnection = Annotated[int, Field(ge=0)]
InFlight = Annotated[int, Field(ge=1, le=100)]


class _Row(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class Younger(_Row):
    """Limits of an account at most so many days old."""

    days: int
    limits: Rates


class Provider(_Row):
    """A row of profiles.yaml."""

    limits: Rates = ()
    younger: tuple[Younger, ...] = ()
    domain_limits: dict[Domain, Rates] = Field(default_factory=dict)
    connections: Connections = 1
    per_connection: PerConnection = 0
    window: InFlight = 1
    warm_up: tuple[Count, ...] = ()
    hosts: tuple[str, ...] = ()
    spf: str = ""
    selectors: tuple[str, ...] = ()
    source: str
    read_on: date
    confidence: Literal["published", "reported", "guess"]
    note: str = ""

    def limits_at(self, age: int | None) -> tuple[Limit, ...]:
        """The limits of an account that many days old; the strictest when nobody knows."""
        return next((row.limits for row in self.younger if age is None or age <= row.days), self.limits)


class _Table(RootModel[dict[str, Provider]]):
    pass


@cache
def providers() -> dict[str, Provider]:
    """The rows of profiles.yaml by name."""
    table, problems = validate(read(PROFILES_FILE.read_bytes(), PROFILES_FILE.name), _Table)
    assert table is not None, problems  # it is ours, and tested
    return table.root


def known_host(host: str) -> str | None:
    """The profile of a well-known mail server."""
    name = host.lower().removesuffix(".")
    found = (
        profile
        for profile, provider in providers().items()
        if any(fnmatchcase(name, pattern) for pattern in provider.hosts)
    )
    return next(found, None)

"""The kinds of values that settings are made of."""

from __future__ import annotations

import re
from typing import Annotated, Any, Literal
from zoneinfo import available_timezones

from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, Field, StringConstraints
from pydantic_core import PydanticCustomError

from newsletter_mailer.config.providers import providers
from newsletter_mailer.model.text import as_written

_DOMAIN = re.compile(r"(?!-)[\w-]+(\.[\w-]+)+")
_SELECTOR = re.compile(r"(?=.{1,100}\Z)[a-z0-9]+(-+[a-z0-9]+)*(\.[a-z0-9]+(-+[a-z0-9]+)*)*", re.IGNORECASE)
LOOPBACK = ("127.0.0.1", "::1", "localhost")


def _address(value: str) -> str:
    local, at, domain = value.rpartition("@")
    if (
        not at
        or not local.isascii()
        or not local
        or "." not in domain
        or any(c.isspace() or c in "<>,;" for c in value)
    ):
        raise PydanticCustomError("address", "not an e-mail address")
    return value


def _domain(value: str) -> str:
    if not _DOMAIN.fullmatch(value):
        raise PydanticCustomError("domain", "not a domain")
    return value


def _selector(value: str) -> str:
    if not _SELECTOR.fullmatch(value):
        raise PydanticCustomError("selector", "not a selector")
    return value


def _time_zone(value: str) -> str:
    if value not in available_timezones():
        raise PydanticCustomError("time_zone", "not a time zone")
    return value


def _field_names(value: Any) -> Any:
    """A list of names is a mapping with empty fallbacks."""
    return dict.fromkeys(value, "") if isinstance(value, list) else value


def _profile(name: str) -> str:
    if name and name not in providers():
        raise PydanticCustomError("profile", "not a profile", {"names": list(providers())})
    return name


def without_password(section: Any) -> Any:
    """The section as it is written; a password in it is a fault."""
    if isinstance(section, dict) and "password" in section:
        raise PydanticCustomError("inline_password", "a password in newsletter.yaml")
    return section


Address = Annotated[str, StringConstraints(strip_whitespace=True), AfterValidator(_address)]
FieldName = Annotated[str, StringConstraints(pattern=r"^[a-z][a-z0-9_]{0,39}$")]
Plain = Annotated[str, BeforeValidator(as_written), StringConstraints(strip_whitespace=True)]

DomainName = Annotated[Plain, AfterValidator(_domain)]
Selector = Annotated[Plain, AfterValidator(_selector)]
TimeZone = Annotated[str, AfterValidator(_time_zone)]
ProfileName = Annotated[Plain, AfterValidator(_profile)]
SubscriberFields = Annotated[dict[FieldName, Plain], BeforeValidator(_field_names)]
Port = Annotated[int, Field(ge=1, le=65535)]
Security = Literal["tls", "starttls", "none"]

Endpoint = Annotated[
    Plain,
    StringConstraints(pattern=r"^($|https://[^\s/]|http://(127\.0\.0\.1|localhost|\[::1\])(:[0-9]+)?/)\S*$"),
]
"""The address of a service: encrypted, or on this machine."""


class Section(BaseModel):
    """A part of newsletter.yaml."""

    model_config = ConfigDict(extra="forbid", frozen=True, use_attribute_docstrings=True)

"""`newsletter.yaml` and the environment become settings; everything wrong with them is told at once."""

from __future__ import annotations

import json
import os
import stat
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import timedelta
from functools import cached_property
from pathlib import Path
from typing import Annotated, Any, Literal
from zoneinfo import ZoneInfo, available_timezones

from pydantic import (
    AfterValidator,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    StringConstraints,
    model_validator,
)
from pydantic_core import PydanticCustomError

from newsletter_mailer.errors import ConfigError, FileProblems, Problem, SecretError, UsageError
from newsletter_mailer.model.retry import RetryPolicy
from newsletter_mailer.model.text import Line, Link, Text, as_written
from newsletter_mailer.wording import sentence
from newsletter_mailer.yamlio.problems import validate
from newsletter_mailer.yamlio.reader import Document, read

SETTINGS_FILE = "newsletter.yaml"
ENVIRONMENT_PREFIX = "NEWSLETTER_"
LOOPBACK = ("127.0.0.1", "::1", "localhost")
_PACKAGE = Path(__file__).parent


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


def _time_zone(value: str) -> str:
    if value not in available_timezones():
        raise PydanticCustomError("time_zone", "not a time zone")
    return value


def _field_names(value: Any) -> Any:
    """A list of names is a mapping with empty fallbacks."""
    return dict.fromkeys(value, "") if isinstance(value, list) else value


Address = Annotated[str, StringConstraints(strip_whitespace=True), AfterValidator(_address)]
FieldName = Annotated[str, StringConstraints(pattern=r"^[a-z][a-z0-9_]{0,39}$")]
Plain = Annotated[str, BeforeValidator(as_written), StringConstraints(strip_whitespace=True)]


class Section(BaseModel):
    """A part of newsletter.yaml."""

    model_config = ConfigDict(extra="forbid", frozen=True, use_attribute_docstrings=True)


class Identity(Section):
    """Who is behind the newsletter: printed under every mail (LCEN, GDPR art. 13)."""

    name: Line
    address: Text
    """Postal address, on one line or several."""
    phone: Plain = ""
    email: Address
    website: Link | None = None
    publisher: Plain = ""
    """The legal representative, answerable for what is published."""
    host: Plain = ""
    """Name, address and phone of who hosts the public pages."""


class SenderSettings(Section):
    """Who the mail is from."""

    name: Line
    email: Address
    reply_to: Address | None = None


class SmtpSettings(Section):
    """The server that takes the mail. The password stands elsewhere: environment or `password_file`."""

    host: Plain = "127.0.0.1"
    port: Annotated[int, Field(ge=1, le=65535)] = 587
    security: Literal["tls", "starttls", "none"] = "starttls"
    """tls: from the first byte (465); starttls: 587; none: only on this machine."""
    username: Plain = ""
    password_file: Plain = ""
    """A file that only you can read (mode 0600), holding the password alone."""
    ehlo: Plain = ""
    """The name this machine gives to the server; without it, its own."""
    ca_file: Plain = ""
    """Certificates of a private authority; the system's are used without it."""

    @model_validator(mode="before")
    @classmethod
    def _no_inline_password(cls, value: Any) -> Any:
        if isinstance(value, dict) and "password" in value:
            raise PydanticCustomError("inline_password", "a password in newsletter.yaml")
        return value

    @model_validator(mode="after")
    def _clear_text_stays_at_home(self) -> SmtpSettings:
        if self.security == "none" and self.host not in LOOPBACK:
            raise PydanticCustomError("clear_text", "no encryption beyond this machine")
        return self


class InboxSettings(Section):
    """Where returned mail and mailed unsubscribes arrive."""

    address: Address | None = None
    """Without it they go to the sender's own address."""


class DatabaseSettings(Section):
    """The ledger."""

    url: Plain = "sqlite:///var/newsletter.db"
    """A relative SQLite path counts from the workspace."""


class PrivacySettings(Section):
    """What readers can read about their data."""

    url: Link | None = None


class RetrySettings(Section):
    """When a mail that was refused for now is tried again."""

    waits_minutes: tuple[Annotated[float, Field(gt=0)], ...] = Field(
        default=(5, 30, 120, 360, 1440), min_length=1
    )
    give_up_after_hours: Annotated[float, Field(gt=0)] = 48

    def policy(self) -> RetryPolicy:
        """The same as a value of the domain."""
        return RetryPolicy(
            waits=tuple(timedelta(minutes=minutes) for minutes in self.waits_minutes),
            give_up_after=timedelta(hours=self.give_up_after_hours),
        )


class Settings(Section):
    """Everything newsletter.yaml may say. Each value can be overridden by NEWSLETTER_<SECTION>__<KEY>."""

    identity: Identity
    language: Annotated[str, StringConstraints(pattern=r"^[a-z]{2}$")] = "fr"
    """Of the program and of new issues."""
    time_zone: Annotated[str, AfterValidator(_time_zone)] = "Europe/Paris"
    sender: SenderSettings
    smtp: SmtpSettings = SmtpSettings()
    inbox: InboxSettings = InboxSettings()
    database: DatabaseSettings = DatabaseSettings()
    public_url: Annotated[str, StringConstraints(pattern=r"^https?://[^\s/]+(/[^\s]*)?$")] | None = None
    """Where `newsletter serve` can be reached from outside; without it readers leave by mail."""
    theme: Annotated[str, StringConstraints(pattern=r"^[a-z0-9][a-z0-9_-]*$")] = "default"
    test_readers: tuple[Address, ...] = ()
    """Who gets `newsletter test` when no --to is given."""
    subscriber_fields: Annotated[dict[FieldName, Plain], BeforeValidator(_field_names)] = Field(
        default_factory=dict
    )
    """What merge tags may say of a subscriber besides name and address, each with what stands in when it is empty."""
    privacy: PrivacySettings = PrivacySettings()
    retry: RetrySettings = RetrySettings()


@dataclass(frozen=True)
class Workspace:
    """A folder with newsletter.yaml, issues and lists, and its settings."""

    root: Path  #: absolute
    settings: Settings

    @property
    def issues(self) -> Path:
        """Where the issues are."""
        return self.root / "issues"

    @property
    def var(self) -> Path:
        """Where the program keeps what it writes: ledger, secret, journals."""
        return self.root / "var"

    @cached_property
    def zone(self) -> ZoneInfo:
        """The time zone of dates that people read."""
        return ZoneInfo(self.settings.time_zone)

    @cached_property
    def theme_folders(self) -> tuple[Path, ...]:
        """Where the theme's files are looked for: the workspace's own before the shipped, its theme before `default`."""
        names = dict.fromkeys((self.settings.theme, "default"))
        return tuple(
            base / name for name in names for base in (self.root / "templates", shipped("templates"))
        )

    def theme_file(self, name: str) -> Path:
        """The first file of that name in the theme. Raises UsageError when there is none."""
        for folder in self.theme_folders:
            if (folder / name).is_file():
                return folder / name
        raise UsageError(
            sentence("the theme “{theme}” has no file {name}", theme=self.settings.theme, name=name),
            sentence("it is looked for in {folders}", folders=", ".join(str(f) for f in self.theme_folders)),
        )

    @property
    def database_url(self) -> str:
        """The ledger's URL, with an absolute path."""
        url = self.settings.database.url
        prefix = "sqlite:///"
        return f"{prefix}{self.root / url.removeprefix(prefix)}" if url.startswith(prefix) else url

    def display(self, path: Path) -> str:
        """The path as people know it: from the workspace on, with slashes."""
        try:
            return path.resolve().relative_to(self.root).as_posix()
        except ValueError:
            return str(path)


def shipped(name: str) -> Path:
    """A folder that comes with the program: inside the wheel, or at the top of the repository."""
    inside = _PACKAGE / "shipped" / name
    return inside if inside.is_dir() else _PACKAGE.parents[1] / name


def find_workspace(start: Path) -> Path:
    """The nearest folder with a newsletter.yaml, from `start` upwards. Raises UsageError."""
    for folder in (start.resolve(), *start.resolve().parents):
        if (folder / SETTINGS_FILE).is_file():
            return folder
    raise UsageError(
        sentence("there is no {file} in {folder} or above it", file=SETTINGS_FILE, folder=start),
        sentence("`newsletter init` makes a workspace; --project names another one"),
    )


def load_workspace(root: Path, environment: Mapping[str, str] = os.environ) -> Workspace:
    """The workspace with its settings, the environment winning. Raises ConfigError with every problem."""
    try:
        document = read((root / SETTINGS_FILE).read_bytes(), SETTINGS_FILE)
    except FileProblems as error:
        raise ConfigError(error.problems) from error
    overridden, names = _overlay(document, environment)
    settings, problems = validate(overridden, Settings)
    problems = [_blamed(problem, names) for problem in problems]
    if settings is None or problems:
        raise ConfigError(problems)
    return Workspace(root.resolve(), settings)


def _overlay(document: Document, environment: Mapping[str, str]) -> tuple[Document, Mapping[str, str]]:
    """The document with values from the environment; the names by which to blame them."""
    if not isinstance(document.data, dict | None):
        return document, {}
    data = dict(document.data or {})
    names: dict[str, str] = {}
    for variable, given in sorted(environment.items()):
        section, _, key = variable.removeprefix(ENVIRONMENT_PREFIX).lower().partition("__")
        if (
            not variable.startswith(ENVIRONMENT_PREFIX)
            or section not in Settings.model_fields
            or key == "password"
        ):
            continue
        value = _given(given)
        names[f"{section}.{key}" if key else section] = variable
        if key:
            inner = data.get(section)
            data[section] = {**(inner if isinstance(inner, dict) else {}), key: value}
        else:
            data[section] = value
    return replace(document, data=data), names


def _given(value: str) -> Any:
    """A variable's value: text, or JSON where it begins like a list or a mapping."""
    if not value.startswith(("[", "{")):
        return value
    try:
        return json.loads(value)
    except ValueError:
        return value  # told as text of the wrong kind, with the variable's name


def _blamed(problem: Problem, names: Mapping[str, str]) -> Problem:
    """A problem of a value that the environment gave names the variable instead of a line."""
    inside = (name for field, name in names.items() if f"{problem.field}.".startswith(f"{field}."))
    variable = next(inside, "")
    return Problem(variable, 0, 0, problem.what, problem.hint) if variable else problem


def smtp_password(workspace: Workspace, environment: Mapping[str, str] = os.environ) -> str:
    """The password from NEWSLETTER_SMTP__PASSWORD or `smtp.password_file`; "" when there is neither.

    Raises SecretError when others may read the file.
    """
    given = environment.get(f"{ENVIRONMENT_PREFIX}SMTP__PASSWORD")
    if given is not None:
        return given
    name = workspace.settings.smtp.password_file
    if not name:
        return ""
    path = workspace.root / Path(name).expanduser()
    return read_private(path).decode().strip()


def read_private(path: Path) -> bytes:
    """The bytes of a file that only its owner may read. Raises SecretError otherwise."""
    try:
        mode = path.stat().st_mode
        raw = path.read_bytes()
    except OSError as error:
        raise SecretError(
            sentence("{path} cannot be read: {reason}", path=path, reason=error.strerror)
        ) from error
    if os.name == "posix" and stat.S_IMODE(mode) & 0o077:
        raise SecretError(
            sentence("{path} can be read by others", path=path), sentence("run: chmod 600 {path}", path=path)
        )
    return raw

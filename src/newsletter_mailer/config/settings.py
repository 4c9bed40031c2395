"""What newsletter.yaml may say."""

from __future__ import annotations

from datetime import timedelta
from typing import Annotated, Any, Literal

from pydantic import Field, StringConstraints, model_validator
from pydantic_core import PydanticCustomError

from newsletter_mailer.config.inbox import InboxSettings
from newsletter_mailer.config.kinds import (
    LOOPBACK,
    Address,
    DomainName,
    Plain,
    Port,
    ProfileName,
    Section,
    Security,
    Selector,
    SubscriberFields,
    TimeZone,
    without_password,
)
from newsletter_mailer.config.oauth import OAuthSettings
from newsletter_mailer.config.providers import (
    Connections,
    Count,
    Domain,
    InFlight,
    PerConnection,
    Rates,
)
from newsletter_mailer.model.audience import related
from newsletter_mailer.model.measuring import UNMEASURED, Measuring
from newsletter_mailer.model.retry import RetryPolicy
from newsletter_mailer.model.text import Day, Line, Link, Text


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


class DkimSettings(Section):
    """With what mails are signed. `newsletter doctor` makes the key and shows what to publish."""

    domain: DomainName
    """The sender's domain, or the domain above it."""
    selector: Selector
    """The key's name in the DNS: a new one for each new key."""
    key_file: Annotated[Plain, StringConstraints(min_length=1)]
    """A file that only you can read (mode 0600), holding an RSA key in PEM."""


_LONGEST_LOCAL = 64 - len("+b") - 40  # bytes before the @ (RFC 5321 section 4.5.3.1.1), without tag and token


class SmtpSettings(Section):
    """The server that takes the mail. The password stands elsewhere: environment or `password_file`."""

    host: Plain = "127.0.0.1"
    port: Port = 587
    security: Security = "starttls"
    """tls: from the first byte (465); starttls: 587; none: only on this machine."""
    username: Plain = ""
    password_file: Plain = ""
    """A file that only you can read (mode 0600), holding the password alone."""
    profile: ProfileName = ""
    """The provider whose limits hold; guessed from the host without it. The next ones replace what it says."""
    limits: Rates | None = None
    """At most so many recipients: 30/min, 200/h, 5000/day."""
    domain_limits: dict[Domain, Rates] | None = None
    """The same for single domains of recipients."""
    connections: Connections | None = None
    """How many may be open at once."""
    per_connection: PerConnection | None = None
    """Messages on a connection before another one is opened; 0: no limit."""
    window: InFlight | None = None
    """Messages in flight on a connection, where the server offers CHUNKING."""
    warm_up: tuple[Count, ...] | None = None
    """Of a new account: at most so many in 24 hours, day by day."""
    since: Day | None = None
    """When the account began: some providers let older ones send more, and a warm-up counts from then."""
    ehlo: Plain = ""
    """The name this machine gives to the server; without it, its own."""
    ca_file: Plain = ""
    """Certificates of a private authority; the system's are used without it."""
    verp: bool = False
    """Each mail's return path is of its own, so that what comes back says of whom; where the account allows it."""
    oauth: OAuthSettings | None = None
    """Without it, the login is by password."""
    dkim: DkimSettings | None = None
    """Without it, mails are not signed here; most providers sign what passes through them."""

    @model_validator(mode="before")
    @classmethod
    def _no_inline_password(cls, value: Any) -> Any:
        return without_password(value)

    @model_validator(mode="after")
    def _clear_text_stays_at_home(self) -> SmtpSettings:
        if self.oauth is not None and not self.username:
            raise PydanticCustomError("oauth_username", "no user name for OAuth")
        if self.security == "none" and self.host not in LOOPBACK:
            raise PydanticCustomError("clear_text", "no encryption beyond this machine")
        return self


class DatabaseSettings(Section):
    """The ledger."""

    url: Annotated[Plain, StringConstraints(pattern=r"^[a-z0-9+]+://")] = "sqlite:///var/newsletter.db"
    """A relative SQLite path counts from the workspace."""


class PrivacySettings(Section):
    """What readers can read about their data."""

    url: Link | None = None
    ask_tracking: bool = False
    """Whether the form to subscribe asks if reading may be measured; the preference page always does."""
    clicks: Literal["off", "counted"] = "off"
    """counted: how often each link of a letter is followed, by day; the same link for everybody. Needs `public_url`."""
    opens: Literal["off", "counted"] = "off"
    """counted: how often a letter's pictures are loaded, by day; says little, for machines load them too."""
    measurement: Literal["off", "consented"] = "off"
    """consented: what each reader opens and follows, of those alone who agreed to it."""
    hygiene: bool = False
    """Whether the day on which a reader last opened a letter is kept, to find who no longer reads."""

    def measuring(self, web_base: str) -> Measuring:
        """What is wanted of a campaign whose links lead to this address; "" where there is none."""
        if not web_base:
            return UNMEASURED
        return Measuring(
            clicks=self.clicks == "counted",
            opens=self.opens == "counted",
            measured=self.measurement == "consented",
            hygiene=self.hygiene,
        )


class ServeSettings(Section):
    """Where `newsletter serve` listens; readers come by `public_url`, usually through a web server before it."""

    host: Plain = "127.0.0.1"
    """An address of this machine; 0.0.0.0 for all of them."""
    port: Annotated[int, Field(ge=1, le=65535)] = 8025
    proxies: tuple[Plain, ...] = ("127.0.0.1", "::1")
    """Web servers that tell for whom they ask (X-Forwarded-For)."""
    asks_per_hour: Annotated[int, Field(ge=1)] = 10
    """How often one visitor may send the form to subscribe; more is passed over in silence."""
    officer_password_file: Plain = "var/officer"  # noqa: S105  where it stands
    """The hash of the password that opens the officer's pages; `newsletter secret set officer` makes it."""
    mails_per_hour: Annotated[int, Field(ge=1)] = 200
    """Mails to confirm, to all visitors together; who asks beyond that gets theirs later."""


class RetentionSettings(Section):
    """How long things are kept; `newsletter retention` sees to it."""

    years: Annotated[float, Field(gt=0, le=3)] = 3
    """Of a reader's silence, after their last act of their own; then they are asked whether they want to stay."""
    grace_days: Annotated[int, Field(ge=1, le=365)] = 30
    """For an answer; then they are erased."""
    log_months: Annotated[int, Field(ge=1, le=36)] = 12
    """Addresses and servers' words in the log of a mail."""


class BounceSettings(Section):
    """When a mailbox that takes nothing is given up. An address that does not exist is given up at once."""

    soft_days: Annotated[int, Field(ge=1, le=60)] = 3
    """At so many days with a returned mail; a mail that arrives between them begins the count anew."""
    soft_window_days: Annotated[int, Field(ge=1, le=366)] = 14
    """Within so many days."""


class RetrySettings(Section):
    """When a mail that was refused for now is tried again."""

    waits_minutes: tuple[Annotated[float, Field(gt=0)], ...] = Field(
        default=(5, 30, 120, 360, 1440), min_length=1
    )
    give_up_after_hours: Annotated[float, Field(gt=0)] = 48
    jitter: Annotated[float, Field(ge=0, le=0.5)] = 0.2
    """Share of a wait by which it may be shorter or longer, so that not everybody comes back at once."""

    def policy(self) -> RetryPolicy:
        """The same as a value of the domain."""
        return RetryPolicy(
            waits=tuple(timedelta(minutes=minutes) for minutes in self.waits_minutes),
            give_up_after=timedelta(hours=self.give_up_after_hours),
            jitter=self.jitter,
        )


class Settings(Section):
    """Everything newsletter.yaml may say. Each value can be overridden by NEWSLETTER_<SECTION>__<KEY>."""

    identity: Identity
    language: Annotated[str, StringConstraints(pattern=r"^[a-z]{2}$")] = "fr"
    """Of the program and of new issues."""
    time_zone: TimeZone = "Europe/Paris"
    sender: SenderSettings
    smtp: SmtpSettings = SmtpSettings()
    inbox: InboxSettings = InboxSettings()
    database: DatabaseSettings = DatabaseSettings()
    public_url: Annotated[str, StringConstraints(pattern=r"^https?://[^\s/]+(/[^\s]*)?$")] | None = None
    """Where `newsletter serve` can be reached from outside; without it readers leave by mail."""
    theme: Annotated[str, StringConstraints(pattern=r"^[a-z0-9][a-z0-9_-]*$")] = "default"
    test_readers: tuple[Address, ...] = ()
    """Who gets `newsletter test` when no --to is given."""
    approval: Literal["optional", "required"] = "optional"
    """required: nothing leaves before somebody approved that very edition, see `newsletter approve`."""
    subscriber_fields: SubscriberFields = Field(default_factory=dict)
    """What merge tags may say of a subscriber besides name and address, each with what stands in when it is empty."""
    privacy: PrivacySettings = PrivacySettings()
    serve: ServeSettings = ServeSettings()
    retention: RetentionSettings = RetentionSettings()
    bounces: BounceSettings = BounceSettings()
    retry: RetrySettings = RetrySettings()
    notify: tuple[Address, ...] = ()
    """Who gets a mail when a worker's campaign stops, is held or ends."""
    canary_wait: Annotated[float, Field(ge=0, le=1440)] = 30
    """Minutes between the first readers of `dispatch --canary` and the rest."""

    @property
    def return_mailbox(self) -> str:
        """Where returned mails go when each has a return path of its own; "" when they have not."""
        return (self.inbox.address or self.sender.email) if self.smtp.verp else ""

    @model_validator(mode="after")
    def _return_path_fits(self) -> Settings:
        local, _, domain = self.return_mailbox.rpartition("@")
        if self.smtp.verp and not related(
            domain, self.sender.email.rpartition("@")[2]
        ):  # so that SPF speaks for both
            raise PydanticCustomError("verp_domain", "a return path of another domain")
        if len(local.encode()) > _LONGEST_LOCAL:
            raise PydanticCustomError("verp_length", "a return path that is too long")
        return self

"""The sheet of the register of processing (GDPR art. 30), from the settings and the ledger."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

from newsletter_mailer.compose.dates import long_date
from newsletter_mailer.compose.theme import load_tokens
from newsletter_mailer.compose.vocabulary import FILTERS
from newsletter_mailer.config import Settings, Workspace
from newsletter_mailer.config.settings import PrivacySettings
from newsletter_mailer.model.audience import Basis, MailingList
from newsletter_mailer.store import audience
from newsletter_mailer.store.database import Database
from newsletter_mailer.templating import theme_templates
from newsletter_mailer.wording import language, number, say, say_many


@dataclass(frozen=True, slots=True)
class Entry:
    """A heading of the sheet and what stands below it."""

    heading: str
    lines: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Sheet:
    """The whole sheet, in the language now spoken."""

    title: str
    entries: tuple[Entry, ...]


def register(workspace: Workspace, database: Database, *, now: int) -> Sheet:
    """The sheet as things are now; what nobody has said yet is marked as missing."""
    with database.reading() as connection:
        lists = audience.lists(connection)
    settings = workspace.settings
    day = long_date(datetime.fromtimestamp(now / 1000, workspace.zone).date(), language())
    entries = (
        Entry(say("Who is responsible"), tuple(_controller(settings))),
        Entry(say("What for, and why it is allowed"), tuple(_purposes(lists)) or (_missing(),)),
        Entry(
            say("Whose data"), (say("Readers of the letters: members, partners and others who subscribed."),)
        ),
        Entry(say("Which data"), tuple(_categories(settings))),
        Entry(say("Who receives them"), tuple(_recipients(settings))),
        Entry(say("Outside the European Union"), (_transfers(settings),)),
        Entry(say("How long"), tuple(_durations(settings))),
        Entry(say("How they are protected"), tuple(_security(settings))),
        Entry(say("The rights of readers"), tuple(_rights(settings))),
    )
    name = settings.identity.name
    return Sheet(say("Register of processing: letters of {name}, {day}", name=name, day=day), entries)


def as_markdown(sheet: Sheet) -> str:
    """The sheet as Markdown."""
    parts = [f"# {sheet.title}"]
    for entry in sheet.entries:
        parts.append(f"## {entry.heading}")
        parts.append("\n".join(f"- {line}" for line in entry.lines))
    return "\n\n".join(parts) + "\n"


def as_html(sheet: Sheet, workspace: Workspace, language: str) -> str:
    """The sheet as one page to show and to print, in the theme's colours. Raises NewsletterError of a broken theme."""
    values = {
        "sheet": sheet,
        "tokens": load_tokens(workspace),
        "language": language,
        "missing": _missing(),
    }
    return theme_templates(workspace.theme_folders, FILTERS)("register.html", values) + "\n"


def _missing() -> str:
    return say("[to be completed]")


def _controller(settings: Settings) -> Iterator[str]:
    identity = settings.identity
    yield ", ".join((identity.name, *identity.address.split("\n")))
    yield say("Represented by: {name}", name=identity.publisher or _missing())
    yield say("Contact: {contact}", contact=", ".join(filter(None, (identity.email, identity.phone))))


def _purposes(lists: list[MailingList]) -> Iterator[str]:
    for one in lists:
        yield say_many(
            "“{name}”: {purpose}. Basis: {basis}. {count} reader.",
            "“{name}”: {purpose}. Basis: {basis}. {count} readers.",
            one.confirmed,
            name=one.name,
            purpose=one.purpose.rstrip(".") or _missing(),
            basis=_basis(one.basis),
            count=number(one.confirmed),
        )


def _basis(basis: Basis) -> str:
    return {
        Basis.CONSENT: say("consent (GDPR art. 6.1.a)"),
        Basis.SOFT_OPT_IN: say("customers, for similar products (CPCE art. L34-5)"),
        Basis.LEGITIMATE_INTEREST_ASSOC: say("legitimate interest of the association (GDPR art. 6.1.f)"),
        Basis.B2B: say("legitimate interest, professionals (GDPR art. 6.1.f)"),
    }[basis]


def _categories(settings: Settings) -> Iterator[str]:
    yield say("E-mail address, first and last name, language, organisation")
    if settings.subscriber_fields:
        yield say("Further fields: {names}", names=", ".join(settings.subscriber_fields))
    yield say("Subscriptions, with date, source, and the wording of each consent")
    yield say("For each mail: date, state, and what the mail server answered")
    yield say("Neither opened mails nor clicks are followed without consent")
    yield from _measured(settings.privacy)


def _measured(privacy: PrivacySettings) -> Iterator[str]:
    if privacy.clicks == "counted" or privacy.opens == "counted":
        yield say("How often links are followed or letters opened, by day: numbers of all readers together")
    if privacy.measurement == "consented":
        yield say(
            "Of readers who agreed to it (GDPR art. 6.1.a): which letters they open, which links they follow"
        )
    if privacy.hygiene:
        yield say(
            "The day on which a reader last opened a letter, to stop writing to who no longer reads (CNIL 2026-042)"
        )


def _recipients(settings: Settings) -> Iterator[str]:
    yield say("Those who write and send the letters in the association")
    yield say("Mail server (processor, GDPR art. 28): {host}", host=settings.smtp.host)
    if settings.public_url:
        host = settings.identity.host.replace("\n", ", ") or _missing()
        yield say("Host of the public pages (processor, GDPR art. 28): {host}", host=host)


def _transfers(settings: Settings) -> str:
    host = settings.smtp.host
    return say("None by this program itself; check where the provider of {host} keeps its data.", host=host)


def _durations(settings: Settings) -> Iterator[str]:
    kept = settings.retention
    yield say(
        "Readers: until they leave; after {years} years without an act of their own they are asked, and erased"
        " {days} days later when they do not answer",
        years=f"{kept.years:g}",
        days=kept.grace_days,
    )
    yield say(
        "Addresses and replies in the logs of mails: {months} months, then only counts",
        months=kept.log_months,
    )
    yield say("Who left or objected: a fingerprint without address, so that nobody writes to them again")


def _security(settings: Settings) -> Iterator[str]:
    yield say("Files with addresses can be read by their owner alone")
    if settings.smtp.security != "none":
        yield say("Mails leave over an encrypted connection whose certificate is checked")
    yield say("Passwords and keys stand apart from the settings, in private files")
    yield say("Links in mails are signed, and hold no address")


def _rights(settings: Settings) -> Iterator[str]:
    yield say("A link to unsubscribe stands in every mail, and takes one click")
    yield say("Access, correction, erasure, objection: {email}", email=settings.identity.email)
    if settings.privacy.url:
        yield say("Information for readers: {url}", url=settings.privacy.url)
    yield say("Complaints: CNIL, www.cnil.fr")

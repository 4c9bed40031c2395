"""Commands on single subscribers: added, suppressed, taken off a list."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING

import click

from newsletter_mailer.cli.audience.lists import BASES
from newsletter_mailer.cli.output import Face, number
from newsletter_mailer.errors import UsageError
from newsletter_mailer.wording import say, say_many, sentence

if TYPE_CHECKING:
    from newsletter_mailer.app import App

_REASONS = ("hard_bounce", "complaint", "stop_everything", "manual")


@click.command()
@click.argument("address")
@click.option("--list", "list_slug", required=True, help="The list they join.")
@click.option("--basis", type=click.Choice(BASES), help="Why they may be written to; the list's without it.")
@click.option("--source", default="", metavar="TEXT", help="How they came to you, e.g. “membership form”.")
@click.option(
    "--asked-on",
    type=click.DateTime(["%Y-%m-%d", "%d/%m/%Y"]),
    metavar="DAY",
    help="The day when they asked for it themselves; only that brings back who left.",
)
@click.option("--wording", default="", metavar="TEXT", help="What they were shown when they asked.")
@click.option("--first-name", default="")
@click.option("--last-name", default="")
@click.option("--language", default="", metavar="LL", help="Two letters.")
@click.option("--organisation", default="", metavar="NAME", help="Where they belong.")
@click.option(
    "--field", "fields", multiple=True, metavar="NAME=VALUE", help="One of subscriber_fields; several times."
)
@click.pass_obj
def add(
    face: Face,
    address: str,
    list_slug: str,
    basis: str | None,
    source: str,
    asked_on: datetime | None,
    wording: str,
    fields: tuple[str, ...],
    first_name: str,
    last_name: str,
    language: str,
    organisation: str,
) -> None:
    """Put one person on a list, as the officer who has their word.

    Example: newsletter subscribers add ann@example.org --list adherents --source "bulletin d'adhésion"
    """
    from newsletter_mailer.actions.people import Wish, end_of
    from newsletter_mailer.actions.people import add as add_person
    from newsletter_mailer.model.audience import Basis, NewSubscriber

    with face.app() as app:
        own = _fields(app, fields)
        person = NewSubscriber(address.strip(), first_name, last_name, language, organisation, own)
        zone, now = app.workspace.zone, app.now
        asked_at = end_of(asked_on.date(), zone=zone, now=now) if asked_on else None
        wish = Wish(source, Basis(basis) if basis else None, asked_at, wording)
        into, joined = add_person(
            app.database, person, list_slug, wish, secret=app.secret, zone=zone, now=now
        )
    if joined:
        face.talk(say("{address} is on the list “{name}”.", address=address.strip(), name=into.name))
    else:
        face.talk(say("{address} was on the list “{name}” already.", address=address.strip(), name=into.name))


def _fields(app: App, written: tuple[str, ...]) -> dict[str, str]:
    """What was given with --field. Raises UsageError for a field that newsletter.yaml does not name."""
    found: dict[str, str] = {}
    for one in written:
        name, given, value = one.partition("=")
        if not given or name not in app.workspace.settings.subscriber_fields:
            known = ", ".join(app.workspace.settings.subscriber_fields) or "—"
            raise UsageError(
                sentence("“{field}” is no field of a subscriber with its value", field=one),
                sentence(
                    "write NAME=VALUE; subscriber_fields in newsletter.yaml names: {known}", known=known
                ),
            )
        found[name] = value.strip()
    return found


@click.command()
@click.argument("address")
@click.option("--reason", type=click.Choice(_REASONS), required=True, help="Why.")
@click.option("--source", default="", metavar="TEXT", help="Where you know it from, e.g. “by phone”.")
@click.pass_obj
def suppress(face: Face, address: str, reason: str, source: str) -> None:
    """Never write to an address again, by any list; also to one that nobody has yet.

    Example: newsletter subscribers suppress ann@example.org --reason stop_everything --source "by phone"
    """
    from newsletter_mailer.actions.people import suppress as never_mail
    from newsletter_mailer.model.audience import SuppressionReason

    with face.app() as app:
        why = SuppressionReason(reason)
        never_mail(app.database, address, why, source=source, secret=app.secret, now=app.now)
    face.talk(say("{address} is never mailed again, and no import changes that.", address=address))


@click.command()
@click.argument("address")
@click.option("--list", "lists", multiple=True, help="The list that they leave; all of theirs without it.")
@click.option("--source", default="", metavar="TEXT", help="How they said it, e.g. “by phone”.")
@click.pass_obj
def unsubscribe(face: Face, address: str, lists: tuple[str, ...], source: str) -> None:
    """Take a person off lists, as they asked you to; no import brings them back.

    Example: newsletter subscribers unsubscribe ann@example.org --list adherents --source "by phone"
    """
    from newsletter_mailer.actions.people import unsubscribe as take_off

    with face.app() as app:
        left = take_off(app.database, address, lists, source=source, secret=app.secret, now=app.now)
    if left:
        text = say_many(
            "{address} has left {count} list.",
            "{address} has left {count} lists.",
            left,
            count=number(left),
            address=address,
        )
        face.talk(text)
    else:
        face.talk(say("{address} had left already.", address=address))


COMMANDS = (add, suppress, unsubscribe)

"""Commands for what a person asks: to see, to take along, to be forgotten."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import click

from newsletter_mailer.cli.audience.words import kind_name, suppression_name, tie_name
from newsletter_mailer.cli.names import basis_name, source_name
from newsletter_mailer.cli.output import Face, number
from newsletter_mailer.cli.times import local
from newsletter_mailer.errors import NotConfirmed
from newsletter_mailer.model.names import status_name
from newsletter_mailer.wording import say, sentence

if TYPE_CHECKING:
    from zoneinfo import ZoneInfo

    from newsletter_mailer.model.person import Consent, Person


@click.command()
@click.argument("address")
@click.pass_obj
def show(face: Face, address: str) -> None:
    """Show everything that is known of a person: lists, every consent with its wording, every mail.

    Example: newsletter subscribers show ann@example.org
    """
    from newsletter_mailer.actions.rights import as_json, everything

    with face.app() as app:
        found = everything(app.database, address, secret=app.secret)
        zone = app.workspace.zone
    if face.json:
        face.data_json(as_json(found))
        return
    for line in _lines(found, address, zone):
        face.data(line)


@click.command("export-person")
@click.argument("address")
@click.option("-o", "--output", type=click.Path(dir_okay=False, path_type=Path), help="A new file.")
@click.pass_obj
def export_person(face: Face, address: str, output: Path | None) -> None:
    """Write everything that is known of a person as JSON, to be handed to them.

    Example: newsletter subscribers export-person ann@example.org -o ann.json
    """
    from newsletter_mailer.actions.rights import everything, export_bytes
    from newsletter_mailer.config import write_private

    with face.app() as app:
        data = export_bytes(everything(app.database, address, secret=app.secret))
    if output is None:
        face.data(data.decode().rstrip("\n"))
        return
    write_private(output, data)
    face.talk(say("Written: {file}. Only you can read it; delete it when it is handed over.", file=output))


@click.command()
@click.argument("address")
@click.option("--source", default="", metavar="TEXT", help="How they asked, e.g. “by letter”.")
@click.option("--yes", is_flag=True, help="Do not ask.")
@click.pass_obj
def forget(face: Face, address: str, source: str, yes: bool) -> None:
    """Erase a person: their row, names, addresses and what servers said of them.

    A fingerprint stays, so that no import brings them back; so do the counts of what was sent.

    Example: newsletter subscribers forget ann@example.org
    """
    from newsletter_mailer.actions.rights import forget as erase

    with face.app() as app:
        if not yes:
            _confirm(face, address)
        known = erase(app.database, address, secret=app.secret, now=app.now, source=source)
    if known:
        face.talk(
            say("{address} is forgotten, and never mailed again unless they ask for it.", address=address)
        )
    else:
        face.talk(say("Nothing was known of {address}; no import will bring them in.", address=address))
    face.talk(
        say(
            "Files that you made yourself may still name them: imports, exports, rejects, kept mails, backups."
        )
    )


def _confirm(face: Face, address: str) -> None:
    if not face.ask:
        raise NotConfirmed(sentence("this cannot be undone"), sentence("confirm it with --yes"))
    question = say("Erase everything that is known of {address}? This cannot be undone.", address=address)
    if not face.confirm(question):
        raise NotConfirmed(sentence("nothing was erased"))


def _lines(person: Person, address: str, zone: ZoneInfo) -> Iterator[str]:
    yield from _self(person, address, zone)
    if person.ties or person.departures:
        yield ""
        yield say("Lists")
    for tie in person.ties:
        parts = [
            tie_name(tie.status.value),
            local(tie.since, zone),
            basis_name(tie.basis) if tie.basis else "",
            ""
            if tie.status.value == "unsubscribed"
            else source_name(tie.source),  # how they came, not how they left
        ]
        yield "  " + say("{list}: {parts}", list=tie.name, parts=_joined(parts))
    for one in person.departures:
        parts = [say("left"), local(one.since, zone), source_name(one.source)]
        yield "  " + say("{list}: {parts}", list=one.list, parts=_joined(parts))
    if person.consents:
        yield ""
        yield say("Consent")
    for consent in person.consents:
        yield from _consent(consent, zone)
    yield from _mails(person, zone)


def _self(person: Person, address: str, zone: ZoneInfo) -> Iterator[str]:
    reader = person.subscriber
    if reader is None:
        yield say("{address}: no subscriber; known by fingerprint only", address=address)
    else:
        name = f"{reader.first_name} {reader.last_name}".strip()
        yield _joined([reader.address, name, reader.organisation, reader.language])
        colon = say(": ")
        for field, value in reader.attributes.items():
            yield f"  {field}{colon}{value}"
        yield "  " + say(
            "known since {since}; last act of their own: {act}",
            since=local(person.created_at, zone),
            act=local(person.last_act_at, zone),
        )
    if person.last_open:
        yield "  " + say("last opened a letter on: {day}", day=person.last_open)
    if person.suppression:
        found = person.suppression
        why = [suppression_name(found.reason.value), local(found.since, zone), source_name(found.source)]
        yield "  " + say("never mailed: {why}", why=_joined(why))


def _consent(one: Consent, zone: ZoneInfo) -> Iterator[str]:
    basis = basis_name(one.basis) if one.basis else ""
    parts = [kind_name(one.kind.value), one.list, basis, source_name(one.source)]
    yield f"  {local(one.at, zone)}  {_joined(parts)}"
    if one.wording:
        yield "    " + say("shown: “{wording}”", wording=one.wording)


def _mails(person: Person, zone: ZoneInfo) -> Iterator[str]:
    if not person.mails:
        return
    yield ""
    yield say("Mails: {count}", count=number(len(person.mails)))
    for mail in person.mails:
        last = mail.attempts[-1] if mail.attempts else None
        words = _joined([str(last.code or ""), last.words]) if last else ""
        yield f"  {local(last.at if last else mail.planned_at, zone)}  " + _joined(
            [mail.issue, status_name(mail.status.value), words]
        )


def _joined(parts: list[str]) -> str:
    return " · ".join(part for part in parts if part)


COMMANDS = (show, export_person, forget)

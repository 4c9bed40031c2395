"""Commands that take people in from a file and put them out into one."""

from __future__ import annotations

import os
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import click

from newsletter_mailer.cli.audience.import_output import (
    SHOWN,
    as_json,
    reading_bar,
    tell_import,
    tell_rejects,
)
from newsletter_mailer.cli.output import Face, number
from newsletter_mailer.errors import NewsletterError, UsageError
from newsletter_mailer.wording import say, say_many, sentence

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from newsletter_mailer.actions.subscribers import Imported
    from newsletter_mailer.app import App

_BASES = ("consent", "soft_opt_in", "legitimate_interest_assoc", "b2b")
_EVERYONE = ("left", "bounced", "complained", "blocked")


@click.command("import")
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--list", "list_slug", required=True, help="The list they join; made if missing.")
@click.option("--basis", type=click.Choice(_BASES), help="Why you may write to them; else the list's own.")
@click.option("--source", help="Where these addresses come from, e.g. “membership forms 2026”.")
@click.option(
    "--wording", help="What they agreed to, word for word, e.g. on paper; else the list's own words."
)
@click.option(
    "--map",
    "given",
    metavar="COLUMN=FIELD",
    multiple=True,
    help="What a column means: address, first_name, last_name, full_name, language, organisation, status, ignore, "
    "or a field of yours.",
)
@click.option("--as", "everyone", type=click.Choice(_EVERYONE), help="Nobody joins: everyone in the file …")
@click.option("--dry-run", is_flag=True, help="Say what would happen, and write nothing.")
@click.pass_obj
def import_(
    face: Face,
    file: Path,
    list_slug: str,
    basis: str | None,
    source: str | None,
    wording: str | None,
    given: tuple[str, ...],
    everyone: str | None,
    dry_run: bool,
) -> None:
    """Import people as confirmed subscribers of a list: CSV, .xlsx, vCard, JSON, or another program's export.

    Exports of Mailchimp (also as .zip), Brevo, MailerLite, listmonk and Mailtrain are known: whoever left or bounced
    there is kept out here. Whoever left the list or is suppressed is not brought back, whatever a file says.

    Example: newsletter subscribers import people.csv --list adherents --dry-run
    """
    from newsletter_mailer.actions.subscribers import import_people
    from newsletter_mailer.model.audience import Arrival, Basis

    meaning = _given(given)
    with face.app() as app:
        _offer_fields(face, app, file, meaning, dry_run=dry_run)
        with reading_bar(face) as progress:
            done = import_people(
                file,
                list_slug,
                workspace=app.workspace,
                database=app.database,
                secret=app.secret,
                now=app.now,
                source=source or os.fsencode(file.name).decode(errors="replace"),  # names need not be UTF-8
                basis=Basis(basis) if basis else None,
                wording=wording or "",
                given=meaning,
                everyone=Arrival(everyone or "member"),
                dry_run=dry_run,
                progress=progress,
            )
    if face.json:
        face.data_json(as_json(done))
    else:
        tell_import(face, done)
    if not dry_run:
        _keep_rejects(face, file, done)


def _keep_rejects(face: Face, file: Path, done: Imported) -> None:
    """Write the rows left out beside the file, and say what comes next."""
    from newsletter_mailer.actions.subscribers import write_rejects

    try:
        rejects = write_rejects(file, done)
    except NewsletterError:
        if not face.json:
            tell_rejects(face, done.rejects[SHOWN:])  # else nobody would know whom they lack
        raise
    if face.json:
        return
    if rejects is not None:
        face.talk(say("The rows left out are in {file}, to mend and import again.", file=rejects))
    if done.on_list:
        face.talk(
            say(
                "Next: newsletter test ISSUE --to YOU@EXAMPLE.ORG, then newsletter dispatch ISSUE --list {list}",
                list=done.slug,
            )
        )


@click.command("export")
@click.option("--list", "list_slug", help="Only the people of this list, also those who left it.")
@click.option("--format", "kind", type=click.Choice(("csv", "xlsx", "json")), help="Else by the file's name.")
@click.option(
    "-o", "--output", type=click.Path(dir_okay=False, path_type=Path), help="The file; else stdout."
)
@click.pass_obj
def export(face: Face, list_slug: str | None, kind: str | None, output: Path | None) -> None:
    """Export people with what is known of them; only you can read the file, and an import takes it back.

    A column says who left or is never mailed. What a spreadsheet would run as a formula has a ' before it.

    Example: newsletter subscribers export --list adherents -o adherents.xlsx
    """
    from newsletter_mailer.actions.subscribers import export_people, format_of

    into = output or sys.stdout.buffer
    with face.app() as app:
        count = export_people(app.database, list_slug, format_of(output, kind), into=into)
    if output is not None:
        text = say_many(
            "{count} person is in {file}, which only you can read.",
            "{count} people are in {file}, which only you can read.",
            count,
            count=number(count),
            file=output,
        )
        face.talk(text)


def _given(pairs: Sequence[str]) -> dict[str, str]:
    """COLUMN=FIELD, where the column's own name may hold an equals sign."""
    given = {}
    for pair in pairs:
        column, equals, field = pair.rpartition("=")
        if not (column.strip() and equals):
            raise UsageError(
                sentence("“{pair}” is not COLUMN=FIELD", pair=pair),
                sentence('write e.g. --map "Adresse du membre=address"'),
            )
        given[column.strip()] = field.strip()
    return given


def _offer_fields(face: Face, app: App, file: Path, given: Mapping[str, str], *, dry_run: bool) -> None:
    """Ask whether columns that nobody knows shall be kept from now on."""
    if dry_run or not face.ask or face.json:
        return
    from newsletter_mailer.actions.subscribers import add_fields, unknown_columns

    columns = unknown_columns(file, workspace=app.workspace, given=given)
    if not columns:
        return
    names = ", ".join(columns)
    question = say("Keep these columns too, as fields of your subscribers: {names}?", names=names)
    if not face.confirm(question):
        return
    added = add_fields(app.workspace.root, columns)
    app.reload()
    if added:
        face.talk(say("newsletter.yaml has new subscriber_fields: {names}", names=", ".join(added)))


COMMANDS: tuple[click.Command, ...] = (import_, export)

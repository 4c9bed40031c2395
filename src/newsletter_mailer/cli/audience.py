"""Commands on lists and subscribers."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from newsletter_mailer.cli.output import Face, number, table
from newsletter_mailer.wording import say

if TYPE_CHECKING:
    from newsletter_mailer.actions.subscribers import Imported


@click.command()
@click.pass_obj
def lists(face: Face) -> None:
    """Show the lists and how many readers each has.

    Example: newsletter lists
    """
    from newsletter_mailer.actions.lists import lists as all_lists

    with face.app() as app:
        found = all_lists(app.database)
    if face.json:
        face.data_json(
            [
                {"slug": one.slug, "name": one.name, "basis": one.basis.value, "confirmed": one.confirmed}
                for one in found
            ]
        )
    elif found:
        rows = [(one.slug, one.name, one.basis.value, number(one.confirmed)) for one in found]
        table(rows, (say("list"), say("name"), say("basis"), say("readers")))
    else:
        face.talk(say("There is no list yet: newsletter subscribers import people.csv --list adherents"))


@click.group()
def subscribers() -> None:
    """Import, export and look after subscribers."""


@subscribers.command("import")
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--list", "list_slug", required=True, help="The list they join; made if missing.")
@click.option("--source", help="Where these addresses come from, e.g. “membership forms 2026”.")
@click.pass_obj
def import_(face: Face, file: Path, list_slug: str, source: str | None) -> None:
    """Import a CSV file as confirmed subscribers of a list.

    The first line names the columns; one must be “email”. Whoever left the list is not brought back.

    Example: newsletter subscribers import people.csv --list adherents
    """
    from newsletter_mailer.actions.subscribers import import_csv, write_rejects

    with face.app() as app:
        done = import_csv(
            file,
            list_slug,
            workspace=app.workspace,
            database=app.database,
            secret=app.secret,
            now=app.now,
            source=source or file.name,
        )
    if face.json:
        face.data_json(
            {
                "list": done.slug,
                "added": done.count.added,
                "updated": done.count.updated,
                "unchanged": done.count.unchanged,
                "left_refused": done.count.left_refused,
                "suppressed": done.count.suppressed,
                "invalid": [{"line": reject.line, "why": str(reject.why)} for reject in done.rejects],
            }
        )
        write_rejects(file, done)
        return
    tell_import(face, done)
    rejects = write_rejects(file, done)
    if rejects is not None:
        face.talk(say("The rows left out are in {file}, to mend and import again.", file=rejects))
    face.talk(
        say(
            "Next: newsletter test ISSUE --to YOU@EXAMPLE.ORG, then newsletter dispatch ISSUE --list {list}",
            list=done.slug,
        )
    )


def tell_import(face: Face, done: Imported) -> None:
    """What an import did, and who was left out."""
    count = done.count
    face.data(
        say(
            "{list}: {added} added, {updated} updated, {unchanged} unchanged, {invalid} left out",
            list=done.slug,
            added=number(count.added),
            updated=number(count.updated),
            unchanged=number(count.unchanged),
            invalid=number(len(done.rejects)),
        )
    )
    if done.new_list:
        face.talk(
            say(
                "The list “{list}” is new; its basis is the association's legitimate interest.",
                list=done.slug,
            )
        )
    if count.left_refused:
        face.talk(
            say("{count} had left this list and were not brought back.", count=number(count.left_refused)),
            style="yellow",
        )
    if count.suppressed:
        face.talk(
            say("{count} are suppressed and are never mailed.", count=number(count.suppressed)),
            style="yellow",
        )
    if done.ignored:
        names = ", ".join(done.ignored)
        face.talk(
            say(
                "Columns not taken: {names} (name them under subscriber_fields in newsletter.yaml to keep them)",
                names=names,
            )
        )
    for reject in done.rejects[:5]:
        face.talk(say("  line {line}: {why}", line=reject.line, why=reject.why), style="yellow")


COMMANDS = (lists, subscribers)

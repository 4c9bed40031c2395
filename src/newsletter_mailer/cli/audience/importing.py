"""People come in, and go out as a file."""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING

import click

from newsletter_mailer.cli.output import Face, number
from newsletter_mailer.errors import NewsletterError
from newsletter_mailer.wording import say, say_many

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from newsletter_mailer.actions.subscribers import Imported, Reject

_SHOWN = 5  # rows left out, on the screen; the file has all of them


@click.command("import")
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
            source=source or os.fsencode(file.name).decode(errors="replace"),  # names need not be UTF-8
        )
    if face.json:
        face.data_json(_as_json(done))
        write_rejects(file, done)
        return
    tell_import(face, done)
    try:
        rejects = write_rejects(file, done)
    except NewsletterError:
        _tell_rejects(face, done.rejects[_SHOWN:])  # else nobody would know whom they lack
        raise
    if rejects is not None:
        face.talk(say("The rows left out are in {file}, to mend and import again.", file=rejects))
    if done.on_list:
        face.talk(
            say(
                "Next: newsletter test ISSUE --to YOU@EXAMPLE.ORG, then newsletter dispatch ISSUE --list {list}",
                list=done.slug,
            )
        )


def _as_json(done: Imported) -> dict[str, object]:
    return {
        "list": done.slug,
        "added": done.count.added,
        "joined": done.count.joined,
        "updated": done.count.updated,
        "unchanged": done.count.unchanged,
        "left_refused": done.count.left_refused,
        "suppressed": done.count.suppressed,
        "duplicates": done.count.duplicates,
        "invalid": [{"line": reject.line, "why": str(reject.why)} for reject in done.rejects],
    }


def tell_import(face: Face, done: Imported) -> None:
    """What an import did, and who was left out."""
    count = done.count
    face.data(say("{list}: {counts}", list=done.slug, counts=", ".join(_counts(done))))
    if done.new_list:
        face.talk(
            say(
                "The list “{list}” is new; its basis is the association's legitimate interest.",
                list=done.slug,
            )
        )
    if count.left_refused:
        text = say_many(
            "{count} had left this list and was not brought back.",
            "{count} had left this list and were not brought back.",
            count.left_refused,
            count=number(count.left_refused),
        )
        face.talk(text, style="yellow")
    if count.suppressed:
        text = say_many(
            "{count} is suppressed and never mailed.",
            "{count} are suppressed and never mailed.",
            count.suppressed,
            count=number(count.suppressed),
        )
        face.talk(text, style="yellow")
    if done.ignored:
        names = ", ".join(done.ignored)
        face.talk(
            say(
                "Columns not taken: {names} (name them under subscriber_fields in newsletter.yaml to keep them)",
                names=names,
            )
        )
    _tell_rejects(face, done.rejects[:_SHOWN])


def _counts(done: Imported) -> Iterator[str]:
    """How many came in, and how; what did not happen is not said."""
    count = done.count
    added = number(count.added)
    yield say_many("{count} new reader", "{count} new readers", count.added, count=added)
    if count.joined:
        yield say_many(
            "{count} known reader joined the list",
            "{count} known readers joined the list",
            count.joined,
            count=number(count.joined),
        )
    if count.updated:
        yield say_many("{count} updated", "{count} updated", count.updated, count=number(count.updated))
    if count.unchanged:
        yield say_many(
            "{count} unchanged", "{count} unchanged", count.unchanged, count=number(count.unchanged)
        )
    if count.duplicates:
        rows = number(count.duplicates)
        yield say_many("{count} duplicate row", "{count} duplicate rows", count.duplicates, count=rows)
    if done.rejects:
        rows = number(len(done.rejects))
        yield say_many("{count} row left out", "{count} rows left out", len(done.rejects), count=rows)


def _tell_rejects(face: Face, rejects: Sequence[Reject]) -> None:
    for reject in rejects:
        face.talk(say("  line {line}: {why}", line=reject.line, why=reject.why), style="yellow")


COMMANDS = (import_,)

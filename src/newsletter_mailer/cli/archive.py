"""The command that publishes the letters without a server of one's own."""

from __future__ import annotations

from dataclasses import asdict
from pathlib import Path

import click

from newsletter_mailer.cli.output import Face, number
from newsletter_mailer.wording import say, say_many


@click.command()
@click.option(
    "-o",
    "--output",
    "into",
    required=True,
    type=click.Path(file_okay=False, path_type=Path),
    help="Folder for the pages.",
)
@click.option("--url", default="", metavar="URL", help="Where the folder will stand, for feed readers.")
@click.option(
    "--list", "lists", multiple=True, help="Show the letters to this list too, though it is not public."
)
@click.pass_obj
def archive(face: Face, into: Path, url: str, lists: tuple[str, ...]) -> None:
    """Write the letters that were sent as a web site, with a feed and a calendar, to be put on any web server.

    Only letters to all readers of a public list are shown, and nothing of a reader's own. Again later, it brings the
    folder up to date.

    Example: newsletter archive -o site --url https://letters.example.org/
    """
    from newsletter_mailer.actions.archive import export, static_archive

    with face.app() as app:
        done = export(static_archive(app.database, app.workspace, url=url, lists=lists), into)
    if face.json:
        face.data_json({**asdict(done), "folder": str(done.folder)})
        return
    face.data(str(done.folder / "index.html"))
    face.talk(
        say_many(
            "{count} letter; {written} files are new or changed, {removed} were taken away.",
            "{count} letters; {written} files are new or changed, {removed} were taken away.",
            done.issues,
            count=number(done.issues),
            written=number(len(done.written)),
            removed=number(len(done.removed)),
        )
    )
    for slug in done.left_out:
        face.talk(say("{slug} is not shown: it did not go to all readers of a public list.", slug=slug))


COMMANDS = (archive,)

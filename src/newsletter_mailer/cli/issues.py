"""Commands on the workspace and its issues."""

from __future__ import annotations

import datetime as dt
import secrets
from pathlib import Path

import click

from newsletter_mailer.cli.output import Face, number
from newsletter_mailer.wording import say


@click.command()
@click.argument("slug")
@click.option("--from", "copy_of", help="Copy this issue, with a new id and today's date.")
@click.pass_obj
def new(face: Face, slug: str, copy_of: str | None) -> None:
    """Start an issue.

    Example: newsletter new 2026-12-noel --from 2026-11
    """
    from newsletter_mailer.actions.new import new as make

    with face.app() as app:
        today = dt.datetime.now(app.workspace.zone).date()
        path = make(
            app.workspace,
            slug,
            copy_of=copy_of,
            today=today,
            new_id=f"{slug[:40].strip('-')}-{secrets.token_hex(4)}",
        )
        face.data(app.workspace.display(path))
    face.talk(say("Next: newsletter compose {slug}", slug=slug), style="green")


@click.command()
@click.argument("issue")
@click.option(
    "-o",
    "--output",
    "into",
    required=True,
    type=click.Path(file_okay=False, path_type=Path),
    help="Folder for the files.",
)
@click.option("--as", "as_address", help="Fill the merge tags as for this subscriber.")
@click.pass_obj
def render(face: Face, issue: str, into: Path, as_address: str | None) -> None:
    """Write issue.mjml, issue.html, issue.txt and message.eml.

    Example: newsletter render 2026-12-noel -o /tmp/noel --as ann@example.org
    """
    from newsletter_mailer.actions.reader import reader_for
    from newsletter_mailer.actions.render import render as write
    from newsletter_mailer.model.edition import GMAIL_SHOWS

    with face.app() as app:
        reader = reader_for(app.database if as_address else None, as_address)
        done = write(app.workspace, issue, into=into, reader=reader, now=app.now, new_id=secrets.token_hex(8))
    if face.json:
        face.data_json({"folder": str(done.folder), "sizes": done.sizes, "html_bytes": done.html_bytes})
        return
    for name, size in done.sizes.items():
        face.data(f"{done.folder / name}\t{size}")
    face.talk(
        say(
            "The HTML has {size} bytes; Gmail clips above {limit}.",
            size=number(done.html_bytes),
            limit=number(GMAIL_SHOWS),
        )
    )
    _warn_of_length(face, done.html_bytes)
    face.talk(say("Next: newsletter test {issue} --to YOU@EXAMPLE.ORG", issue=issue), style="green")


def _warn_of_length(face: Face, html_bytes: int) -> None:
    from newsletter_mailer.model.edition import CLOSE_TO_CLIPPED, GMAIL_SHOWS

    if html_bytes > GMAIL_SHOWS:
        face.talk(say("Gmail clips the end of this mail, and the unsubscribe link with it."), style="red")
    elif html_bytes >= CLOSE_TO_CLIPPED:
        face.talk(
            say("Close to the limit: above it, Gmail clips the end and the unsubscribe link with it."),
            style="yellow",
        )


@click.command()
@click.argument("issue", required=False)
@click.option(
    "--port", type=click.IntRange(0, 65535), default=0, help="Port of the page (default: a free one)."
)
@click.option("--no-open", is_flag=True, help="Do not open the browser.")
@click.pass_obj
def compose(face: Face, issue: str | None, port: int, no_open: bool) -> None:
    """Show an issue in the browser while you write it; the page follows each save.

    Example: newsletter compose 2026-12-noel
    """
    from newsletter_mailer.web.composer.server import serve

    def announce(url: str) -> None:
        face.data(url)
        face.talk(say("Ctrl-C ends it; your issue is saved in its file."))

    with face.app() as app:
        serve(app, issue, port=port, open_browser=not no_open, announce=announce)


COMMANDS = (new, render, compose)

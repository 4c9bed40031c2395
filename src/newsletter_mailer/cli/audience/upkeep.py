"""Commands that the law asks for: nothing kept too long, and the sheet of the register."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from newsletter_mailer.cli.output import Face, number
from newsletter_mailer.wording import language, say, say_many

if TYPE_CHECKING:
    from newsletter_mailer.actions.retention import Kept
    from newsletter_mailer.app import App
    from newsletter_mailer.scenarios.asking import Asked

_SHOWN = 10  # addresses on the screen; --json has all of them


@click.command()
@click.option("--ask", is_flag=True, help="Mail those who were silent too long, 50 at a call.")
@click.option("--asked", is_flag=True, help="You have written to them yourself.")
@click.option("--dry-run", is_flag=True, help="Show what would be done, and stop.")
@click.pass_obj
def retention(face: Face, ask: bool, asked: bool, dry_run: bool) -> None:
    """Keep nothing longer than it may be: erase silent readers who gave no answer, empty old logs.

    After three years without an act of their own, readers are to be asked whether they want to stay: --ask does so by
    mail. Who answers by mail is noted with `subscribers add … --asked-on`.

    Example: newsletter retention --ask
    """
    from newsletter_mailer.actions.retention import keep_no_longer

    with face.app() as app:
        settings = app.workspace.settings
        if ask and not dry_run:
            _ask(face, app)
        done = keep_no_longer(app.database, settings, now=app.now, asked=asked, dry_run=dry_run)
        days = settings.retention.grace_days
    if face.json:
        face.data_json(
            {
                "to_ask": list(done.to_ask),
                "asked": done.asked,
                "waiting": done.waiting,
                "erased": done.erased,
                "logs": done.logs,
                "requests": done.requests,
                "dry_run": dry_run,
            }
        )
        return
    _tell(face, done, days=days, dry_run=dry_run)


def _ask(face: Face, app: App) -> None:
    from newsletter_mailer.actions.account import account_of
    from newsletter_mailer.app import clock
    from newsletter_mailer.scenarios.asking import ask_silent

    found = ask_silent(app.workspace, app.database, account_of(app.workspace), app.secret, clock=clock)
    tell_asked(face, found)


def tell_asked(face: Face, found: Asked) -> None:
    """How many were asked by mail, who could not be, and how many are left."""
    text = say_many(
        "{count} was asked by mail.", "{count} were asked by mail.", found.asked, count=number(found.asked)
    )
    face.talk(text)
    for address, why in found.refused:
        face.talk(say("  {address}: {why}", address=address, why=why), style="yellow")
    if found.left:
        face.talk(say("Use the same command again in an hour for {count} more.", count=number(found.left)))


def _tell(face: Face, done: Kept, *, days: int, dry_run: bool) -> None:
    if dry_run:
        face.talk(say("This is what would be done; nothing was changed:"))
    _tell_silent(face, done, days)
    face.data(
        say_many(
            "{count} silent reader erased.",
            "{count} silent readers erased.",
            done.erased,
            count=number(done.erased),
        )
    )
    face.data(
        say_many(
            "{count} mail: address and replies taken out of the log.",
            "{count} mails: addresses and replies taken out of the log.",
            done.logs,
            count=number(done.logs),
        )
    )


def _tell_silent(face: Face, done: Kept, days: int) -> None:
    count = len(done.to_ask)
    if count and done.asked:
        face.data(say_many("{count} was asked now.", "{count} were asked now.", count, count=number(count)))
    elif count:
        face.data(
            say_many(
                "{count} reader was silent too long and has to be asked whether to stay:",
                "{count} readers were silent too long and have to be asked whether to stay:",
                count,
                count=number(count),
            )
        )
        for address in done.to_ask[:_SHOWN]:
            face.data(f"  {address}")
        if count > _SHOWN:
            face.data("  …")
        face.talk(
            say(
                "Ask them by mail with: newsletter retention --ask. Who has not answered after {days} days is erased by"
                " the next `newsletter retention`.",
                days=days,
            )
        )
    if done.waiting:
        waiting = number(done.waiting)
        face.data(
            say_many(
                "{count} was asked and may still answer.",
                "{count} were asked and may still answer.",
                done.waiting,
                count=waiting,
            )
        )


@click.command()
@click.option(
    "-o", "--output", type=click.Path(dir_okay=False, path_type=Path), help="A new file; .html for a page."
)
@click.pass_obj
def register(face: Face, output: Path | None) -> None:
    """Print the sheet of the register of processing (GDPR art. 30), as Markdown or as a page.

    Example: newsletter register -o register.html
    """
    from newsletter_mailer.actions.register import as_html, as_markdown
    from newsletter_mailer.actions.register import register as sheet_of
    from newsletter_mailer.config import write_private

    with face.app() as app:
        sheet = sheet_of(app.workspace, app.database, now=app.now)
        as_page = output is not None and output.suffix.lower() in (".html", ".htm")
        text = as_html(sheet, app.workspace, language()) if as_page else as_markdown(sheet)
    if output is None:
        face.data(text.rstrip("\n"))
        return
    write_private(output, text.encode())
    face.talk(say("Written: {file}", file=output))


COMMANDS = (retention, register)

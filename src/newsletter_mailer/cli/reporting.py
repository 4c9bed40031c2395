"""The report of a campaign, as a page, as tables, and as a receipt that is verified."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from newsletter_mailer.cli import report_output as show
from newsletter_mailer.cli.output import Face
from newsletter_mailer.wording import say

if TYPE_CHECKING:
    from newsletter_mailer.app import App
    from newsletter_mailer.model.campaign import Campaign

_FOLDER = click.Path(file_okay=False, path_type=Path)
_FILE = click.Path(dir_okay=False, path_type=Path)


@click.command()
@click.argument("campaign")
@click.option(
    "-o",
    "into",
    type=_FILE,
    help="The page: .html, or .pdf where a browser is installed. With --verify: the report to verify.",
)
@click.option("--csv", "csv_folder", type=_FOLDER, help="Every table as CSV, into this folder.")
@click.option("--jsonl", "jsonl_folder", type=_FOLDER, help="Every table as JSON lines, into this folder.")
@click.option("--xlsx", "xlsx_file", type=_FILE, help="Every table as a sheet of this spreadsheet.")
@click.option("--verify", is_flag=True, help="Make the receipt again, and say what differs.")
@click.pass_obj
def report(
    face: Face,
    campaign: str,
    into: Path | None,
    csv_folder: Path | None,
    jsonl_folder: Path | None,
    xlsx_file: Path | None,
    verify: bool,
) -> None:
    """Tell who got a campaign, who did not, and why; with a receipt for the board.

    Example: newsletter report 2026-12-noel -o report.html
    """
    from newsletter_mailer.actions.campaigns import one

    wanted = {"csv": csv_folder, "jsonl": jsonl_folder, "xlsx": xlsx_file}
    if verify and any(wanted.values()):
        raise click.UsageError(say("--verify goes with -o alone"))
    with face.app() as app:
        found = one(app.database, campaign)
        if verify:
            code = _verify(face, app, found, into)
        else:
            code = _report(face, app, found, into, {kind: path for kind, path in wanted.items() if path})
    click.get_current_context().exit(code)


def _report(face: Face, app: App, campaign: Campaign, into: Path | None, tables: dict[str, Path]) -> int:
    from newsletter_mailer.actions import report as reports

    made = reports.report(app.database, campaign, now=app.now)
    if into:
        reports.write_page(app.database, made, app.workspace, into)
    for kind, path in tables.items():
        reports.write_tables(app.database, made, kind, path)
    show.summary(face, made)
    for path in filter(None, (into, *tables.values())):
        face.talk(say("Written: {path} (it names readers: keep it private)", path=path), style="green")
    return 0


def _verify(face: Face, app: App, campaign: Campaign, file: Path | None) -> int:
    from newsletter_mailer.actions import report as reports

    kept = reports.read_receipt(file) if file else reports.last_receipt(app.database, campaign)
    verdict = reports.verify(app.database, campaign, kept, now=app.now)
    show.verdict(face, verdict, app.workspace.zone)
    return 0 if verdict.holds else 3


COMMANDS = (report,)
